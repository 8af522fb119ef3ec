"""A still population of a trial, to which rates of loss are calibrated."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from trialsim.core.axes import FloatArray
from trialsim.core.program import Group
from trialsim.kernels.lattice import lattice_normals

PILOT_PATIENTS = 2**16
"""Patients an arm: rates then hold to about 0.0001."""


class Pilot:
    """Badness of the same evenly spread patients under every arm of a group's cell."""

    def __init__(self, group: Group) -> None:
        self._group = group
        latent = group.design.latent
        scores = [rows for outcome, rows in latent.items() if outcome]
        terms = [term for rows in scores for visit in rows.values() for term in visit]
        purposes = sorted({purpose for purpose, _ in terms})
        points = lattice_normals(PILOT_PATIENTS, len(purposes))
        self._normals: Mapping[str, FloatArray] = dict(zip(purposes, points, strict=True))
        self._made: dict[tuple[str, str, int], FloatArray] = {}

    def badness(self, outcome: str, visit: str, arm: int) -> FloatArray:
        """Standardised scores (n,) in an arm, higher is worse."""
        address = (outcome, visit, arm)
        if address not in self._made:
            terms = self._group.design.latent[outcome][visit]
            z = sum(self._normals[purpose] * weight for purpose, weight in terms)
            v = list(self._group.design.visits).index(visit)
            arms = np.full((1, PILOT_PATIENTS), arm, dtype=np.int8)
            method, effect = self._group.design.outcomes[outcome], self._group.cell.effects[outcome]
            score = method.scores(v, np.atleast_2d(z), arms, effect)[0]
            self._made[address] = standardised(self._group, outcome, visit, score)
        return self._made[address]


def standardised(group: Group, outcome: str, visit: str, score: FloatArray) -> FloatArray:
    """Scores in SDs of the comparator from its mean, turned so that higher is worse."""
    method, v = group.design.outcomes[outcome], list(group.design.visits).index(visit)
    sign = 1 if method.better == "lower" else -1
    return sign * (score - method.at(method.mean, v)) / method.at(method.sd, v)
