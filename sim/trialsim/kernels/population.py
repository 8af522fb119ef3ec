"""The population that a trial samples from, as many evenly spread patients that stand still."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import special

from trialsim.core.axes import FloatArray
from trialsim.core.effect import Modifier
from trialsim.core.plan import Cell, Design
from trialsim.kernels.lattice import lattice_normals
from trialsim.kernels.selection import between

PATIENTS = 2**16
"""Shares then hold to about 0.0001, means to about 0.0001 SD."""

_BY_CHANCE = "by chance"


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
        purposes = sorted({purpose for purpose, _ in terms} | set(design.selected))
        points = lattice_normals(n, len(purposes) + 1)
        self._normals: dict[str, FloatArray] = dict(
            zip([*purposes, _BY_CHANCE], points, strict=True)
        )
        for purpose, limits in design.selected.items():
            self._normals[purpose] = between(self._normals[purpose], *limits)

    def scores(self, outcome: str, visit: str, arm: int) -> FloatArray:
        """True scores (n,) of everybody, had they been given this arm."""
        design, effect = self._design, self._cell.effects[outcome]
        v = list(design.visits).index(visit)
        arms = np.full((1, self._n), arm, dtype=np.int8)
        modifier = effect.modifier
        if modifier is not None:
            arms = (arms * len(modifier.shares) + self._classes(modifier)).astype(np.int8)
        z = self._latent(outcome, visit)
        return design.outcomes[outcome].scores(v, z[None], arms, effect.by_class)[0]

    def covariate(self, name: str) -> FloatArray:
        """Values (n,) of a covariate."""
        return self._design.covariates[name].values(self._latent("", name)[None])[0]

    def _latent(self, outcome: str, name: str) -> FloatArray:
        terms = self._design.latent[outcome][name]
        total = np.zeros(self._n)
        for purpose, weight in terms:
            total += self._normals[purpose] * weight
        return total

    def _classes(self, modifier: Modifier) -> FloatArray:
        if modifier.variable:
            return self.covariate(modifier.variable)
        uniform = special.ndtr(self._normals[_BY_CHANCE])
        limits = np.cumsum(modifier.shares)[:-1]
        return np.searchsorted(limits, uniform, side="right").astype(np.float64)
