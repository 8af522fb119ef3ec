"""A still population of a trial, to which rates of loss are calibrated."""

from __future__ import annotations

from trialsim.core.axes import FloatArray
from trialsim.core.program import Group
from trialsim.kernels.population import Population


class Pilot:
    """Badness of the same evenly spread patients under every arm of a group's cell."""

    def __init__(self, group: Group) -> None:
        self._group = group
        self._people = Population(group.design, group.cell)
        self._made: dict[tuple[str, str, int], FloatArray] = {}

    def badness(self, outcome: str, visit: str, arm: int) -> FloatArray:
        """Standardised scores (n,) in an arm, higher is worse."""
        address = (outcome, visit, arm)
        if address not in self._made:
            score = self._people.scores(outcome, visit, arm)
            self._made[address] = standardised(self._group, outcome, visit, score)
        return self._made[address]


def standardised(group: Group, outcome: str, visit: str, score: FloatArray) -> FloatArray:
    """Scores in SDs of the comparator from its mean, turned so that higher is worse."""
    visits = list(group.design.visits)
    return group.design.outcomes[outcome].badness(visits.index(visit), score)
