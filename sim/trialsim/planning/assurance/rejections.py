"""Rejections of many truths on the same replicates, and the errors of what is made of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trialsim.core.axes import FloatArray
from trialsim.core.plan import Plan, Series
from trialsim.core.program import rule_of
from trialsim.core.records import COLUMNS

N_GROUPS = 20
"""Groups of replicates, left out in turn, for errors of what is no mean (the jackknife)."""


@dataclass(frozen=True)
class Estimate:
    """A simulated number with its Monte Carlo standard error."""

    value: float
    mcse: float


@dataclass(frozen=True)
class Rejections:
    """What was concluded in every replicate: arrays (row, replicate)."""

    rejected: NDArray[np.bool_]
    favourable: NDArray[np.bool_]
    converged: NDArray[np.bool_]

    def shares(self, happened: NDArray[np.bool_]) -> FloatArray:
        """Share of the analyses that did not fail, by row."""
        with np.errstate(invalid="ignore"):
            return (happened & self.converged).sum(axis=1) / self.converged.sum(axis=1)

    def influence(self, happened: NDArray[np.bool_]) -> FloatArray:
        """How far each replicate moves each share, times the number of replicates: their weighted
        sums have the error of the weighted sum of shares, pairing included."""
        with np.errstate(invalid="ignore", divide="ignore"):
            weight = self.converged / self.converged.mean(axis=1, keepdims=True)
        return (happened - self.shares(happened)[:, None]) * weight

    def jackknife(self, measure: Callable[[Rejections], float]) -> Estimate:
        """Any measure, with the error that these replicates give it."""
        value, n = measure(self), self.rejected.shape[1]
        if n < 2 * N_GROUPS:
            return Estimate(value, math.nan)
        group = np.arange(n) % N_GROUPS
        without = np.array([measure(self._only(group != one)) for one in range(N_GROUPS)])
        squares = ((without - without.mean()) ** 2).sum()
        return Estimate(value, math.sqrt(squares * (N_GROUPS - 1) / N_GROUPS))

    def _only(self, kept: NDArray[np.bool_]) -> Rejections:
        return Rejections(self.rejected[:, kept], self.favourable[:, kept], self.converged[:, kept])


def rejections_of(
    plan: Plan, series: Sequence[Series], rows: Mapping[Series, FloatArray]
) -> Rejections:
    """What the decision of each series concludes from its results (column, replicate)."""
    rejected, favourable, converged = [], [], []
    for one in series:
        design = plan.designs[plan.cells[one.cell].design]
        column = dict(zip(COLUMNS, rows[one], strict=True))
        decisions = design.decision.decide(
            column["estimate"], column["p_value"], rule_of(design, one.analysis)
        )
        rejected.append(decisions.rejected)
        favourable.append(decisions.favourable)
        converged.append(column["failure"] == 0)
    return Rejections(np.array(rejected), np.array(favourable), np.array(converged))


def error_of(influence: FloatArray) -> float:
    """Monte Carlo standard error of a mean, from what each replicate adds to it."""
    n = influence.size
    return float(influence.std(ddof=1)) / math.sqrt(n) if n > 1 else math.nan
