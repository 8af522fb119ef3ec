"""How many patients reach each analysis: the counts of a CONSORT flow diagram over replicates."""

from __future__ import annotations

import numpy as np
import pandas as pd

from trialsim.core.axes import FloatArray
from trialsim.core.plan import Plan
from trialsim.core.records import COLUMNS


def flow(plan: Plan, results: FloatArray) -> pd.DataFrame:
    """Patients planned and analysed, a row a cell, analysis and contrast.

    Columns: mean over replicates with its Monte Carlo error, lowest and highest.
    """
    rows = []
    column = COLUMNS.index("n_analysed")
    keys = [plan.cell_key(index) for index in range(len(plan.cells))]
    for series, values in zip(plan.series(), results, strict=True):
        cell = plan.cells[series.cell]
        design, n = plan.designs[cell.design], values[column]
        spread = float(np.std(n, ddof=1)) if n.size > 1 else float("nan")
        rows.append(
            {
                "assumption": cell.assumption,
                "what_if": cell.what_if,
                "n_total": design.n_total,
                "cell": keys[series.cell],
                "analysis": series.analysis,
                "contrast": series.contrast,
                "planned": sum(design.arms[arm] for arm in design.contrasts[series.contrast]),
                "analysed_mean": float(np.mean(n)),
                "mcse": spread / np.sqrt(n.size),
                "analysed_lowest": float(np.min(n)),
                "analysed_highest": float(np.max(n)),
            }
        )
    return pd.DataFrame(rows)
