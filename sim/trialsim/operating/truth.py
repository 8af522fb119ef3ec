"""What is exactly true of one contrast of one outcome in one cell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from trialsim.core.axes import FloatArray
from trialsim.core.plan import Cell, Design
from trialsim.core.stages import Effect, OutcomeMethod
from trialsim.core.truth import Truth
from trialsim.kernels.latent_shares import share_above, share_changed_above, superiority


@dataclass(frozen=True)
class TrueContrast(Truth):
    """An arm and its comparator, worked out from the scores that the outcome gives."""

    outcome: OutcomeMethod
    visits: tuple[str, ...]
    effect: Effect
    pair: tuple[int, int]
    """Arm and comparator, by index."""
    correlation: Callable[[str, str], float]
    """Correlation of the latent values at two visits."""

    def mean_difference(self, visit: str) -> float:
        """As the assumption states it; every outcome delivers it exactly."""
        v, (arm, comparator) = self.visits.index(visit), self.pair
        return self.effect.difference[arm][v] - self.effect.difference[comparator][v]

    def shares_above(
        self, visit: str, cut: float, *, inclusive: bool, from_visit: str | None = None
    ) -> tuple[float, float]:
        """Exact to 1e-9, for scores of any law."""
        first, second = (self._share(a, visit, cut, inclusive, from_visit) for a in self.pair)
        return first, second

    def superiority(self, visit: str) -> float:
        """Exact to 1e-9, for scores of any law."""
        return superiority(*(self._score(arm, visit) for arm in self.pair))

    def _share(
        self, arm: int, visit: str, cut: float, inclusive: bool, from_visit: str | None
    ) -> float:
        after = self._score(arm, visit)
        if from_visit is None:
            return share_above(after, cut, inclusive=inclusive)
        before, rho = self._score(arm, from_visit), self.correlation(visit, from_visit)
        return share_changed_above(before, after, rho, cut, inclusive=inclusive)

    def _score(self, arm: int, visit: str) -> Callable[[FloatArray], FloatArray]:
        v = self.visits.index(visit)

        def score(z: FloatArray) -> FloatArray:
            arms = np.full((1, len(z)), arm, dtype=np.int8)
            scores: FloatArray = self.outcome.scores(v, z[None], arms, self.effect)[0]
            return scores

        return score


def truth_of(design: Design, cell: Cell, outcome: str, contrast: str) -> TrueContrast:
    """The truth behind a contrast of an outcome."""
    arms = list(design.arms)
    arm, comparator = (arms.index(name) for name in design.contrasts[contrast])
    latent = design.latent[outcome]

    def correlation(first: str, second: str) -> float:
        weights = dict(latent[first])
        return sum(weights.get(purpose, 0.0) * weight for purpose, weight in latent[second])

    return TrueContrast(
        design.outcomes[outcome],
        tuple(design.visits),
        cell.effects[outcome],
        (arm, comparator),
        correlation,
    )
