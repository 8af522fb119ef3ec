"""The exact curve of power against size, for every assumption that has a closed form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from trialsim.operating.exact_power import exact_rejection_rate
from trialsim.plots.run import Run
from trialsim.scenario._total import shared

_PLACES = 80
"""Sizes at which a curve is worked out; it looks smooth from 60."""


def exact_curves(run: Run, sizes: Sequence[int]) -> pd.DataFrame:
    """Exact share significant between the smallest and the largest of the simulated sizes, all
    else as stated: columns assumption, n_total, value. No row without a closed form.

    Totals that the allocation cannot have, such as half a block, are left out.
    """
    columns = ["assumption", "n_total", "value"]
    if len(set(sizes)) < 2:
        return pd.DataFrame(columns=columns)
    design = run.design
    planned = tuple(design.arms.values())
    contrast = run.contrast(run.primary)
    between = np.linspace(min(sizes), max(sizes), _PLACES).round().astype(int)
    rows = []
    for name, cell in run.cells.items():
        for n_total in sorted({*between.tolist(), *sizes}):
            arms = dict(zip(design.arms, shared(planned, n_total), strict=True))
            if n_total not in sizes and design.allocation.problems(tuple(arms.values())):
                continue
            there = replace(design, arms=arms)
            value = exact_rejection_rate(there, run.plan.cells[cell], run.primary, contrast)
            if value is None:
                break
            rows.append((name, n_total, value))
    return pd.DataFrame(rows, columns=columns)
