"""The conduct stage: what happens to patients between allocation and visits."""

from __future__ import annotations

from trialsim.conduct.in_turn import in_turn
from trialsim.core.axes import Therapists
from trialsim.core.plan import Team
from trialsim.core.program import Batch, Group
from trialsim.core.records import Allocation, Conduct


def undergo(group: Group, batch: Batch, allocation: Allocation) -> Conduct:
    """Who treats whom, the same under every assumption."""
    design = group.design
    arms = list(design.arms)

    def caseloads(team: Team) -> Therapists:
        place = (group.keys["allocation"], tuple(design.arms.values()), team.arms, team.n)
        treated = [arms.index(arm) for arm in team.arms]
        return batch.once(("therapist", place), lambda: in_turn(allocation.arm, treated, team.n))

    return Conduct({name: caseloads(team) for name, team in design.teams.items()})
