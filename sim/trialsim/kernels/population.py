"""The population that a trial samples from, as many evenly spread patients that stand still."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import special

from trialsim.core.axes import FloatArray
from trialsim.core.effect import Beside, Effect, Modifier, Place
from trialsim.core.plan import Cell, Design
from trialsim.core.sessions import Sessions
from trialsim.kernels.lattice import lattice_normals
from trialsim.kernels.odds import moved
from trialsim.kernels.selection import between

PATIENTS = 2**16
"""Shares then hold to about 0.0001, means to about 0.0001 SD."""

_BY_CHANCE, _COMES, _ATTENDS = "by chance", "comes", "attends"


class Population:
    """The same patients under every arm of a cell: scores are potential outcomes.

    Only the standard normals of the named scores are laid out, each an axis of the lattice: the
    fewer, the more evenly the patients are spread. Without names, all of the design.
    """

    def __init__(
        self,
        design: Design,
        cell: Cell,
        variables: Sequence[tuple[str, str]] = (),
        n: int = PATIENTS,
    ) -> None:
        self._design, self._cell, self._n = design, cell, n
        rows = design.latent
        chosen = variables or [(o, visit) for o in design.outcomes for visit in rows[o]]
        terms = [term for outcome, name in chosen for term in rows[outcome][name]]
        for outcome in dict.fromkeys(outcome for outcome, _ in chosen if outcome):
            modifier = cell.effects[outcome].modifier
            if modifier is not None and modifier.variable:
                terms += rows[""][modifier.variable]
        sessions = design.sessions
        if sessions is not None and sessions.outcome:
            terms += rows[sessions.outcome][str(design.baseline)]
        purposes = sorted({purpose for purpose, _ in terms} | set(design.selected))
        # An axis more moves every point: only what something asks for has one.
        modifiers = [effect.modifier for effect in cell.effects.values()]
        purposes += [_BY_CHANCE] if any(m and not m.variable for m in modifiers) else []
        purposes += [] if sessions is None else [_COMES, _ATTENDS]
        points = lattice_normals(n, len(purposes))
        self._normals: dict[str, FloatArray] = dict(zip(purposes, points, strict=True))
        for purpose, limits in design.selected.items():
            self._normals[purpose] = between(self._normals[purpose], *limits)
        self._sessions_attended: dict[int, FloatArray] = {}

    def scores(self, outcome: str, visit: str, arm: int) -> FloatArray:
        """True scores (n,) of everybody, had they been given this arm."""
        design, effect = self._design, self._cell.effects[outcome]
        v = list(design.visits).index(visit)
        arms = np.full((1, self._n), arm, dtype=np.int8)
        modifier, rows = effect.modifier, effect.by_class
        if modifier is not None:
            arms = (arms * len(modifier.shares) + self._classes(modifier)).astype(np.int16)
        sessions = design.sessions
        due = 0 if sessions is None else sessions.due(design.visits[visit])
        if sessions is not None and due and (outcome, visit) not in design.hypothetical:
            parts = [sessions.part(a, due) for a in range(due + 1)]
            if due not in self._sessions_attended:
                self._sessions_attended[due] = self._attended(sessions, due)
            attended = self._sessions_attended[due].astype(np.int16)
            arms = arms.astype(np.int16) * len(parts) + attended
            method = design.outcomes[outcome]
            place = Place(method.at(method.mean, v), method.limits)
            rows = effect.beside(parts, [Beside(None, ())], v, place)
        z = self._latent(outcome, visit)
        return design.outcomes[outcome].scores(v, z[None], arms, rows)[0]

    def covariate(self, name: str) -> FloatArray:
        """Values (n,) of a covariate."""
        return self._design.covariates[name].values(self._latent("", name)[None])[0]

    def _latent(self, outcome: str, name: str) -> FloatArray:
        terms = self._design.latent[outcome][name]
        total = np.zeros(self._n)
        for purpose, weight in terms:
            total += self._normals[purpose] * weight
        return total

    def _attended(self, sessions: Sessions, due: int) -> FloatArray:
        """Sessions attended (n,) of those due, by the same law as in a trial."""
        odds = np.zeros(self._n)
        if sessions.outcome:
            method, baseline = self._design.outcomes[sessions.outcome], str(self._design.baseline)
            # Nothing acts at baseline, whoever gains afterwards.
            z, nothing = self._latent(sessions.outcome, baseline), Effect.none(1, 1)
            score = method.scores(0, z[None], np.zeros((1, self._n), np.int8), nothing)[0]
            odds = sessions.strength * method.badness(0, score)
        comes = special.ndtr(self._normals[_COMES]) < moved(1 - sessions.never, odds)
        each = moved(sessions.attend, odds)
        # The number attended by one uniform: how many of its cumulative chances it has passed.
        uniform, count = special.ndtr(self._normals[_ATTENDS]), np.zeros(self._n)
        for a in range(due):
            count += uniform > special.bdtr(a, due, each)
        return count * comes

    def _classes(self, modifier: Modifier) -> FloatArray:
        if modifier.variable:
            return self.covariate(modifier.variable)
        uniform = special.ndtr(self._normals[_BY_CHANCE])
        limits = np.cumsum(modifier.shares)[:-1]
        return np.searchsorted(limits, uniform, side="right").astype(np.float64)
