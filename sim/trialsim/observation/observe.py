"""The observation stage: what is seen of the truth."""

from __future__ import annotations

import numpy as np

from trialsim.core.axes import Mask, Plane
from trialsim.core.program import Batch, Group
from trialsim.core.records import Allocation, Conduct, Observations, Outcomes
from trialsim.core.stages import LossBias, ObservationMethod, Seen
from trialsim.observation.pilot import Pilot, standardised


def observe(
    group: Group, batch: Batch, allocation: Allocation, conduct: Conduct, outcomes: Outcomes
) -> Observations:
    """A score is observed at a visit that was made, unless one of the scenario's reasons hides it.

    `outcomes` are true scores: who is lost goes by them, whatever misleads about what is recorded.
    """
    design, sizes = group.design, tuple(group.design.arms.values())
    key: tuple[object, ...] = (group.keys["observation"], group.keys["allocation"], sizes)
    visits = tuple(design.visits)
    reads = [
        r.reads(tuple(design.outcomes), visits, design.baseline) for r in _reasons(group).values()
    ]
    if any(reads):  # then loss is another under every assumption
        key = (*key, group.keys["truth"], group.keys["effects"])
        key = (*key, conduct.key, group.keys["conduct"])  # and what was attended, and with whom
    if conduct.made:
        key = (*key, conduct.key)
    return batch.once(
        ("observed", key, group.reads),
        lambda: _observe(group, batch, allocation, conduct, outcomes),
    )


def _reasons(group: Group) -> dict[str, ObservationMethod]:
    """Why scores are not seen, by the purpose of the numbers that decide it: those that the
    scenario states, and those that mislead."""
    design = group.design
    stated = {f"observation.{name}": reason for name, reason in design.missing.items()}
    misled = {
        f"bias.{name}": one.reason()
        for name, one in design.bias.items()
        if isinstance(one, LossBias)
    }
    return stated | misled


def _observe(
    group: Group, batch: Batch, allocation: Allocation, conduct: Conduct, outcomes: Outcomes
) -> Observations:
    design = group.design
    scores = [variable for variable in group.reads if variable[0]]
    everybody = batch.everybody(group.capacity)
    observed: dict[tuple[str, str], Mask] = {
        (outcome, visit): conduct.made.get(visit, everybody) for outcome, visit in scores
    }
    seen = _seen(group, allocation, outcomes)
    for name, reason in _reasons(group).items():
        visits = reason.visits(list(design.visits), design.baseline)
        needed = [visit for visit in visits if any(visit == read for _, read in scores)]
        hidden = reason.missing(batch.draws, name, needed, allocation.arm, seen)
        for outcome, visit in scores:
            if visit in hidden and (reason.outcomes is None or outcome in reason.outcomes):
                observed[outcome, visit] = observed[outcome, visit] & ~hidden[visit]
    by_outcome: dict[str, dict[str, Mask]] = {}
    for (outcome, visit), mask in observed.items():
        by_outcome.setdefault(outcome, {})[visit] = mask
    return Observations(by_outcome)


def _seen(group: Group, allocation: Allocation, outcomes: Outcomes) -> Seen:
    design = group.design
    sizes = np.array(list(design.arms.values()), dtype=float)

    def badness(outcome: str, visit: str) -> Plane:
        score = outcomes.scores[outcome][visit]
        shift = outcomes.shifts.get((outcome, visit))
        if shift is not None:
            score = score + np.array(shift)[allocation.arm]
        return standardised(group, outcome, visit, score)

    def pilot(outcome: str, visit: str, arm: int) -> Plane:
        if "pilot" not in group.kept:
            group.kept["pilot"] = Pilot(group)
        found: Plane = group.kept["pilot"].badness(outcome, visit, arm)
        return found

    return Seen(
        arms=tuple(design.arms),
        visits=tuple(design.visits),
        baseline=design.baseline,
        badness=badness,
        pilot=pilot,
        arm_shares=tuple(sizes / sizes.sum()),
        kept=group.kept,
    )
