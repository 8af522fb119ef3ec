"""A varied number as the axis of a figure: the size of the trial, or another path."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from trialsim.core.plan import Cell
from trialsim.core.program import rule_of
from trialsim.plots.base.words import exact
from trialsim.plots.listed_points import key_of
from trialsim.plots.run import Run
from trialsim.plots.varied import WHAT_IF, Dimension, dimensions
from trialsim.scenario.resolve import N_TOTAL


@dataclass(frozen=True)
class NumericAxis:
    """What a curve is drawn against."""

    path: str = N_TOTAL
    column: str = "n_total"
    """Column of a table of numbers."""
    name: str = "participants in all arms together"
    """What stands at the axis."""

    @property
    def is_size(self) -> bool:
        """Whether it counts participants."""
        return self.path == N_TOTAL

    def at(self, value: float) -> str:
        """A place in a sentence: "129 participants", "lost rate 0.2"."""
        return f"{value:,.0f} participants" if self.is_size else f"{self.name} {exact(value)}"

    def bare(self, value: float) -> str:
        """A place by its number alone."""
        return f"{value:,.0f}" if self.is_size else exact(value)


SIZE = NumericAxis()


def numeric_paths(run: Run) -> list[Dimension]:
    """Varied paths whose values are all numbers, the size of the trial first."""
    found = [one for one in dimensions(run) if one.is_numeric and one.path != WHAT_IF]
    return sorted(found, key=lambda one: one.path != N_TOTAL)


def axis_of(run: Run) -> NumericAxis:
    """The size where it varies or nothing does, else the first path with numbers."""
    found = numeric_paths(run)
    if not found or found[0].path == N_TOTAL:
        return SIZE
    return NumericAxis(found[0].path, found[0].path, found[0].name)


def stated_at(run: Run, axis: NumericAxis) -> float | None:
    """Where the trial as stated lies; None where nothing is written for the path."""
    value = dict(run.plan.cells[0].varied).get(axis.path, run.design.n_total)
    return float(value) if isinstance(value, int | float) else None


def alike_but_for(path: str, cell: Cell, other: Cell) -> bool:
    """Whether two cells have the same values at every varied path but one."""
    pairs = zip(cell.varied, other.varied, strict=True)
    return all(a == path or key_of(one) == key_of(two) for (a, one), (_, two) in pairs)


def along(run: Run, axis: NumericAxis, measure: str) -> pd.DataFrame:
    """A measure of the primary analysis against an axis, all else as stated: a row an assumption
    and place.

    Columns: assumption, the axis's, value, mcse, n_used, is_null.
    """
    stated = run.plan.cells[0]
    table = run.table[run.table["measure"].isin([measure, "true_value"])]
    place = zip(table["cell"], table["analysis"], table["contrast"], table["measure"], strict=True)
    numbers = zip(table["value"], table["mcse"], table["n_used"], strict=True)
    known = dict(zip(place, numbers, strict=True))
    rows = []
    for index, cell in enumerate(run.plan.cells):
        design = run.plan.designs[cell.design]
        x = design.n_total if axis.is_size else dict(cell.varied)[axis.path]
        alike = cell.what_if == stated.what_if and alike_but_for(axis.path, cell, stated)
        if not alike or not isinstance(x, int | float):
            continue
        analysis = design.decision.primary
        series = (run.plan.cell_key(index), analysis, design.contrasts_of(analysis)[0])
        truth = known[(*series, "true_value")][0]
        is_null = rule_of(design, analysis).null_is_true(truth)
        if (*series, measure) in known:
            rows.append((cell.assumption, float(x), *known[(*series, measure)], is_null))
    columns = ["assumption", axis.column, "value", "mcse", "n_used", "is_null"]
    return pd.DataFrame(rows, columns=columns).drop_duplicates(columns[:2], ignore_index=True)
