"""Minimisation: each patient is likely to get the arm that leaves the factors best balanced.

Pocock and Simon 1975, doi 10.2307/2529712; arms of unequal size by Han, Enas and McEntegart 2009,
doi 10.1002/sim.3710.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import lcm
from typing import Annotated, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from trialsim.allocation._in_turn import arm_of
from trialsim.core.axes import ArmPlane, FloatArray, Levels
from trialsim.core.draws import Draws
from trialsim.core.ratio import allocation_ratio
from trialsim.core.registry import register
from trialsim.core.stages import NO_FACTORS, AllocationMethod

TIE = 1e-9
"""Imbalances this close, relative to their size, are equal: roots and weights are rounded."""


@register("minimisation")
class Minimisation(AllocationMethod):
    """The arm that leaves those alike in each factor best balanced is the likely one.

    Arms that tie share its chance. With unequal arms, counts are divided by the ratio. The arm
    sizes then keep the ratio closely, but not every patient's chance of an arm is its share. The
    analysis should adjust for the factors.
    """

    balance: tuple[str, ...] = Field(examples=[["sex", "centre"]])
    """Covariates to balance, each by itself: bernoulli or categorical ones."""
    weights: dict[str, Annotated[float, Field(gt=0)]] = {}
    """How much the imbalance of a factor counts, by its name; 1 for those left out."""
    measure: Literal["range", "variance", "sd"] = "range"
    """Imbalance of the arms' counts: largest less smallest, their variance, or its root."""
    probability: float = Field(default=0.8, gt=0, le=1)
    """Chance of the arm that leaves the smallest imbalance; 1 leaves only ties to chance. With
    unequal arms it is that of a smallest arm, and larger ones have more."""

    prefix_stable: ClassVar[bool] = True
    keeps_ratio: ClassVar[bool] = False

    @property
    def factors(self) -> tuple[str, ...]:
        """The covariates to balance."""
        return self.balance

    def problems(self, sizes: Sequence[int]) -> list[str]:
        """A probability that would favour imbalance, weights of other factors, or no factor."""
        if not self.balance:
            return ["balance names no covariate; without factors write biased_coin."]
        found = []
        ratio = allocation_ratio(sizes)
        least = min(ratio) / sum(ratio)
        if self.probability < least:
            found.append(
                f"probability is {self.probability:g}, below {least:.3g}, with which nothing "
                "is minimised; 0.8 would do."
            )
        return found

    def allocate(
        self, draws: Draws, sizes: Sequence[int], factors: Mapping[str, Levels] = NO_FACTORS
    ) -> ArmPlane:
        """One uniform a patient, against the chances that the factors' counts make."""
        n, ratio = sum(sizes), allocation_ratio(sizes)
        u = draws.uniform("allocation", n)
        replicates, n_arms = u.shape[0], len(sizes)
        level = np.stack([factors[name].T for name in self.balance], axis=1)  # (p, f, r)
        n_levels, n_factors = int(level.max()) + 1, len(self.balance)
        # What one patient adds to an arm's count: whole numbers, so that ties are exact.
        unit = np.array([lcm(*ratio) // part for part in ratio])
        added = np.diag(unit)[:, :, None]  # to the arms (second axis), by candidate (first)
        weight = np.array([self.weights.get(name, 1.0) for name in self.balance])[:, None, None]
        counts = np.zeros(n_factors * n_levels * n_arms * replicates, dtype=np.int64)
        first = np.arange(n_factors)[:, None] * n_levels  # (f, 1)
        rows, arms = np.arange(replicates), np.arange(n_arms)[:, None] * replicates
        arm = np.empty(u.shape, dtype=np.int8, order="F")
        for p in range(n):
            place = (first + level[p]) * (n_arms * replicates) + rows  # (f, r) of the first arm
            alike = counts[place[:, None] + arms]  # (f, a, r)
            spread = _MEASURES[self.measure](alike[:, None] + added)  # (f, candidate, r)
            imbalance = (weight * spread).sum(axis=0)
            chosen = arm_of(u[:, p], self._chance(imbalance, ratio))
            arm[:, p] = chosen
            counts[place + chosen.astype(np.intp) * replicates] += unit[chosen]
        return arm

    def _chance(self, imbalance: FloatArray, ratio: Sequence[int]) -> FloatArray:
        """Each arm's chance (a, r) from the imbalance that it would leave."""
        share = np.array(ratio, dtype=float)[:, None]
        least = imbalance.min(axis=0)
        best = share * (imbalance <= least + TIE * (1 + least))
        best /= best.sum(axis=0)
        # The chance of an arm that does not minimise is the same whichever does (Han and others):
        # its share of what a smallest arm leaves to the others.
        left = (1 - self.probability) / (share.sum() - share.min())
        return left * share + (1 - left * share.sum()) * best


def _range(counts: NDArray[np.int64]) -> FloatArray:
    return (counts.max(axis=2) - counts.min(axis=2)).astype(float)


def _variance(counts: NDArray[np.int64]) -> FloatArray:
    """The sample variance over arms (f, candidate, r) of counts (f, candidate, a, r): the sum is
    one of whole numbers, so that ties are exact."""
    k = counts.shape[2]
    sums = k * (counts**2).sum(axis=2) - counts.sum(axis=2) ** 2
    return sums / (k * (k - 1))


def _sd(counts: NDArray[np.int64]) -> FloatArray:
    return np.sqrt(_variance(counts))


_MEASURES = {"range": _range, "variance": _variance, "sd": _sd}
