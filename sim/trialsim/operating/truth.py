"""What is true of one contrast of one outcome in one cell."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field

import numpy as np

from trialsim.core.axes import FloatArray
from trialsim.core.effect import Effect
from trialsim.core.plan import Cell, Design
from trialsim.core.stages import OutcomeMethod
from trialsim.core.truth import Truth
from trialsim.kernels.cut import above
from trialsim.kernels.latent_shares import share_above, share_changed_above, superiority
from trialsim.kernels.population import Population
from trialsim.operating.lived import acts, as_lived, as_stated, lived_contrast

TRUTH_PATIENTS = 2**18
"""Evenly spread patients of a population that no formula describes: means hold to about 0.00003
SD, far below the error of any simulation of ordinary length."""


@dataclass(frozen=True)
class TrueContrast(Truth):
    """An arm and its comparator by formula: scores whose latent values are standard normal in
    every class of patients."""

    outcome: OutcomeMethod
    visits: tuple[str, ...]
    effect: Effect
    pair: tuple[int, int]
    """Arm and comparator, by index."""
    correlation: Callable[[str, str], float]
    """Correlation of the latent values at two visits."""
    tied: frozenset[str] = frozenset()
    """Covariates and visits that go with the score."""

    def mean_difference(self, visit: str) -> float:
        """As the assumption states it; every outcome delivers it exactly."""
        v, (arm, comparator) = self.visits.index(visit), self.pair
        return self.effect.difference[arm][v] - self.effect.difference[comparator][v]

    def shares_above(
        self, visit: str, cut: float, *, inclusive: bool, from_visit: str | None = None
    ) -> tuple[float, float]:
        """Exact to 1e-9, for scores of any law."""

        def share(arm: int) -> float:
            return sum(
                part * self._share(row, visit, cut, inclusive, from_visit)
                for part, row in self._classes(arm)
            )

        first, second = (share(arm) for arm in self.pair)
        return first, second

    def superiority(self, visit: str) -> float:
        """Exact to 1e-9, for scores of any law."""
        first, second = self.pair
        return sum(
            p * q * superiority(self._score(row, visit), self._score(other, visit))
            for p, row in self._classes(first)
            for q, other in self._classes(second)
        )

    def interaction(self, visit: str, covariate: str) -> float:
        """As stated for a covariate of two levels that the difference goes by; none for one that
        nobody gains by, unless scores with limits go with it."""
        modifier, v = self.effect.modifier, self.visits.index(visit)
        if modifier is None or not modifier.acts_at(v):
            is_apart = self.outcome.limits is None or covariate not in self.tied
            return 0.0 if is_apart or not self.mean_difference(visit) else float("nan")
        if modifier.variable != covariate or len(modifier.shares) != 2:
            return super().interaction(visit, covariate)
        low, high = (rows[self.pair[0]][v] - rows[self.pair[1]][v] for rows in modifier.difference)
        return high - low

    def _classes(self, arm: int) -> Iterator[tuple[float, int]]:
        """Share and row of the effect of every class of an arm."""
        shares = (1.0,) if self.effect.modifier is None else self.effect.modifier.shares
        for m, share in enumerate(shares):
            yield share, arm * len(shares) + m

    def _share(
        self, row: int, visit: str, cut: float, inclusive: bool, from_visit: str | None
    ) -> float:
        after = self._score(row, visit)
        if from_visit is None:
            return share_above(after, cut, inclusive=inclusive)
        before, rho = self._score(row, from_visit), self.correlation(visit, from_visit)
        return share_changed_above(before, after, rho, cut, inclusive=inclusive)

    def _score(self, row: int, visit: str) -> Callable[[FloatArray], FloatArray]:
        v, effect = self.visits.index(visit), self.effect.by_class

        def score(z: FloatArray) -> FloatArray:
            rows = np.full((1, len(z)), row, dtype=np.int8)
            scores: FloatArray = self.outcome.scores(v, z[None], rows, effect)
            return scores[0]

        return score


@dataclass(frozen=True)
class CountedContrast(Truth):
    """An arm and its comparator counted in a still population: where patients were selected by a
    score, or gain by something that goes with the score."""

    design: Design
    cell: Cell
    outcome: str
    pair: tuple[int, int]
    kept: dict[Hashable, FloatArray] = field(compare=False)
    """Scores already worked out for this cell."""
    is_apart: bool
    """Whether who gains, and who attends what, goes with no score: means then have a formula."""

    def mean_difference(self, visit: str) -> float:
        """Exact where attendance goes with no score; else to about 0.00003 SD, and exactly 0 where
        no patient would score differently."""
        if self.is_apart:
            v, effect = list(self.design.visits).index(visit), self.cell.effects[self.outcome]
            arm, comparator = (effect.difference[a][v] for a in self.pair)
            return (arm - comparator) * self._mean_part(visit)
        first, second = (self._scores(arm, visit) for arm in self.pair)
        return float(np.mean(first - second))

    def shares_above(
        self, visit: str, cut: float, *, inclusive: bool, from_visit: str | None = None
    ) -> tuple[float, float]:
        """To about 0.00003."""

        def share(arm: int) -> float:
            score = self._scores(arm, visit, from_visit)
            if from_visit is not None:
                score = score - self._scores(arm, from_visit, visit)
            return float(np.mean(above(score, cut, inclusive=inclusive)))

        first, second = (share(arm) for arm in self.pair)
        return first, second

    def superiority(self, visit: str) -> float:
        """Every patient of the one arm against every patient of the other."""
        first, second = (np.sort(self._scores(arm, visit)) for arm in self.pair)
        below = np.searchsorted(second, first, side="left")
        not_above = np.searchsorted(second, first, side="right")
        return float(np.mean(below + not_above)) / (2 * len(second))

    def _mean_part(self, visit: str) -> float:
        sessions = self.design.sessions
        if sessions is None or (self.outcome, visit) in self.design.hypothetical:
            return 1.0
        return sessions.mean_part(self.design.visits[visit])

    def _scores(self, arm: int, visit: str, other: str | None = None) -> FloatArray:
        """Scores at a visit, of a population laid out for that visit and another."""
        visits = tuple(sorted({visit, other or visit}))
        key = (self.outcome, visits, visit, arm)
        if key not in self.kept:
            chosen = [(self.outcome, name) for name in visits]
            people = Population(self.design, self.cell, chosen, TRUTH_PATIENTS)
            for each in range(len(self.design.arms)):  # the other contrasts ask for them next
                for name in visits:
                    address = (self.outcome, visits, name, each)
                    self.kept[address] = people.scores(self.outcome, name, each)
        return self.kept[key]


def has_formula(design: Design, cell: Cell, outcome: str) -> bool:
    """Whether the latent values of an outcome are standard normal in every class of patients."""
    return design.sessions is None and not acts(design) and _is_apart(design, cell, outcome)


def _is_apart(design: Design, cell: Cell, outcome: str) -> bool:
    """Whether nobody is selected by a score, or gains or attends by something that goes with it."""
    if design.selected or (design.sessions is not None and design.sessions.strength):
        return False
    modifier = cell.effects[outcome].modifier
    if modifier is None or not modifier.variable:
        return True
    sources = {purpose for purpose, _ in design.latent[""][modifier.variable]}
    rows = design.latent[outcome].values()
    return sources.isdisjoint(purpose for terms in rows for purpose, _ in terms)


def truth_of(
    design: Design,
    cell: Cell,
    outcome: str,
    contrast: str,
    kept: dict[Hashable, FloatArray] | None = None,
) -> Truth:
    """The truth behind a contrast of an outcome; `kept` spares counting twice for one cell."""
    arms = list(design.arms)
    arm, comparator = (arms.index(name) for name in design.contrasts[contrast])
    pair = (arm, comparator)
    design = as_lived(design, cell)
    if acts(design):
        stated = truth_of(as_stated(design), cell, outcome, contrast)
        return lived_contrast(design, cell, outcome, pair, stated)
    if not has_formula(design, cell, outcome):
        apart = _is_apart(design, cell, outcome)
        return CountedContrast(design, cell, outcome, pair, {} if kept is None else kept, apart)
    latent = design.latent[outcome]

    def correlation(first: str, second: str) -> float:
        weights = dict(latent[first])
        return sum(weights.get(purpose, 0.0) * weight for purpose, weight in latent[second])

    method, visits = design.outcomes[outcome], tuple(design.visits)
    return TrueContrast(
        method, visits, cell.effects[outcome], pair, correlation, _tied(design, outcome)
    )


def _tied(design: Design, outcome: str) -> frozenset[str]:
    """Covariates that share a source with an outcome, those cut from them, and its visits."""
    rows = design.latent[outcome].values()
    sources = {purpose for terms in rows for purpose, _ in terms}
    known = design.latent.get("", {})
    found = {name for name, terms in known.items() if not sources.isdisjoint(p for p, _ in terms)}
    bare = {name for name in design.covariates if name not in known}
    return frozenset({*found, *bare, *design.visits})
