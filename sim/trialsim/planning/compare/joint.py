"""Several designs simulated as one run, so that each batch of random numbers is drawn once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from trialsim.core.axes import FloatArray
from trialsim.core.plan import Cell, Design, Plan, Series
from trialsim.core.records import COLUMNS

Columns = dict[str, FloatArray]
"""By name: the columns (r,) of one series."""


def joined(plans: Sequence[Plan]) -> tuple[Plan, list[list[int]]]:
    """One plan with the cells of all, equal ones once, and for each plan where its cells are.

    Its numbers are those of each plan simulated alone, as far as `reduced` promises. The name, the
    seed and the replicates are those of the first.
    """
    first = plans[0]
    designs: list[Design] = []
    known: dict[str, int] = {}
    cells: list[Cell] = []
    places: list[list[int]] = []
    for plan in plans:
        at = {}
        places.append([])
        for index, cell in enumerate(plan.cells):
            key = plan.cell_key(index)
            if key not in known:
                if cell.design not in at:
                    at[cell.design] = len(designs)
                    designs.append(plan.designs[cell.design])
                known[key] = len(cells)
                cells.append(replace(cell, design=at[cell.design]))
            places[-1].append(known[key])
    return replace(first, designs=tuple(designs), cells=tuple(cells), marks={}), places


def columns_of(plan: Plan, values: FloatArray) -> dict[Series, Columns]:
    """The columns of every series of a run."""
    return {
        series: dict(zip(COLUMNS, rows, strict=True))
        for series, rows in zip(plan.series(), values, strict=True)
    }
