"""The conduct stage: what happens to patients between allocation and visits."""

from __future__ import annotations

from collections.abc import Callable

from trialsim.conduct.attend import attended
from trialsim.conduct.in_turn import in_turn
from trialsim.core.axes import Levels, Plane, Therapists
from trialsim.core.program import Batch, Group
from trialsim.core.records import Allocation, Conduct
from trialsim.core.team import Team


def undergo(
    group: Group, batch: Batch, allocation: Allocation, baseline: Callable[[str], Plane]
) -> Conduct:
    """Who treats whom, and who attends what: the same under every assumption.

    `baseline` gives the scores (r, p) of an outcome at baseline.
    """
    design = group.design
    arms = list(design.arms)

    def caseloads(team: Team) -> Therapists:
        place = (group.keys["allocation"], tuple(design.arms.values()), team.arms, team.n)
        treated = [arms.index(arm) for arm in team.arms]
        return batch.once(("therapist", place), lambda: in_turn(allocation.arm, treated, team.n))

    asked = group.knows_therapists
    therapists = {name: caseloads(team) for name, team in design.teams.items() if asked or team.icc}
    return Conduct(therapists, _attendance(group, batch, baseline))


def _attendance(group: Group, batch: Batch, baseline: Callable[[str], Plane]) -> dict[str, Levels]:
    """Sessions attended before each visit that something reads and that comes after some."""
    design, sessions = group.design, group.design.sessions
    if sessions is None:
        return {}
    read = {visit for outcome, visit in group.reads if outcome}
    due = {visit: sessions.due(day) for visit, day in design.visits.items() if visit in read}
    due = {visit: n for visit, n in due.items() if n}

    def make() -> dict[int, Levels]:
        badness = _badness(group, baseline) if sessions.outcome else None
        return attended(batch.draws, sessions, group.capacity, sorted(set(due.values())), badness)

    key = (
        "attended",
        group.keys["conduct"],
        group.keys["truth"],
        group.capacity,
        tuple(due.values()),
    )
    by_number = batch.once(key, make)
    return {visit: by_number[n] for visit, n in due.items()}


def _badness(group: Group, baseline: Callable[[str], Plane]) -> Plane:
    """Baseline scores in SDs of all who come from their mean, turned so that higher is worse."""
    assert group.design.sessions is not None
    outcome = group.design.sessions.outcome
    return group.design.outcomes[outcome].badness(0, baseline(outcome))
