"""How many replicates are enough: until every rejection rate is as precise as was asked.

The Monte Carlo standard error of a share is sqrt(p (1 - p) / n) (Morris, White and Crowther 2019,
table 6, doi 10.1002/sim.8086). A share seen in a few hundred replicates can be 0 or 1 by luck, and
its error then 0; so that luck stops no run, the error after adding two rejections and two others
(Agresti and Coull 1998, doi 10.1080/00031305.1998.10480550) must be small enough, too.
"""

from __future__ import annotations

import math

import numpy as np

from trialsim.core.axes import REPLICATES_PER_BATCH, FloatArray
from trialsim.core.plan import Plan
from trialsim.core.program import rule_of
from trialsim.core.records import COLUMNS

FIRST_BATCHES = 4
"""Simulated before anybody looks."""

_ADDED = 2.0
_ROUNDING = 1e-12


def most_replicates(precision: float) -> int:
    """Replicates after which a run gives up: enough for a share of one half of which every other
    replicate fails, in whole batches."""
    return REPLICATES_PER_BATCH * math.ceil(2 * 0.25 / precision**2 / REPLICATES_PER_BATCH)


def largest_error(plan: Plan, values: FloatArray) -> float:
    """The largest Monte Carlo standard error of the primary analysis's rejection rates, over all
    cells; NaN where a cell has no replicate that converged."""
    rejected, used = _counted(plan, values)
    return float(_wald(rejected, used)[:, -1].max())


def batches_needed(plan: Plan, values: FloatArray, precision: float) -> int:
    """The first number of batches by which all errors are at most `precision`; when these
    (series, column, replicate) are too few, about how many it takes, which is more of them.

    Batches are read in their order, so that the answer does not depend on who simulated them,
    nor on how many more there are.
    """
    rejected, used = _counted(plan, values)
    with np.errstate(divide="ignore", invalid="ignore"):
        cautious = (rejected + _ADDED) / (used + 2 * _ADDED)
        errors = np.maximum(_wald(rejected, used), np.sqrt(cautious * (1 - cautious) / used))
    worst = errors.max(axis=0)
    reached = np.flatnonzero(worst <= precision * (1 + _ROUNDING))
    if reached.size:
        return int(reached[0]) + 1
    done = len(worst)
    needed = done * (worst[-1] / precision) ** 2
    # Where nothing converged nobody can tell; twice as many may.
    return max(done + 1, math.ceil(needed) if math.isfinite(needed) else 2 * done)


def _counted(plan: Plan, values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Rejections and replicates that converged (series of the primary analysis, batch), counted
    from the first batch on."""
    rejected, used = [], []
    for series, columns in zip(plan.series(), values, strict=True):
        design = plan.designs[plan.cells[series.cell].design]
        if series.analysis != design.decision.primary:
            continue
        column = dict(zip(COLUMNS, columns, strict=True))
        converged = column["failure"] == 0
        rule = rule_of(design, series.analysis)
        decisions = design.decision.decide(column["estimate"], column["p_value"], rule)
        rejected.append(np.cumsum(decisions.rejected & converged))
        used.append(np.cumsum(converged))
    n = values.shape[2]
    ends = [*range(REPLICATES_PER_BATCH, n, REPLICATES_PER_BATCH), n]
    last = np.array(ends) - 1
    return np.array(rejected)[:, last].astype(np.float64), np.array(used)[:, last].astype(float)


def _wald(rejected: FloatArray, used: FloatArray) -> FloatArray:
    with np.errstate(divide="ignore", invalid="ignore"):
        share = rejected / used
        return np.asarray(np.sqrt(share * (1 - share) / used))
