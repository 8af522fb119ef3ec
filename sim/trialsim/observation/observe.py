"""The observation stage: what is seen of the truth."""

from __future__ import annotations

from trialsim.core.axes import Mask
from trialsim.core.program import Batch, Group
from trialsim.core.records import Allocation, Observations


def observe(group: Group, batch: Batch, allocation: Allocation) -> Observations:
    """A score is observed unless one of the scenario's reasons hides it."""
    sizes = tuple(group.design.arms.values())
    key = ("observed", group.keys["observation"], group.keys["allocation"], sizes, group.reads)
    return batch.once(key, lambda: _observe(group, batch, allocation))


def _observe(group: Group, batch: Batch, allocation: Allocation) -> Observations:
    design = group.design
    scores = [variable for variable in group.reads if variable[0]]
    n = group.capacity
    everybody = batch.everybody(n)
    observed: dict[tuple[str, str], Mask] = dict.fromkeys(scores, everybody)
    for name, reason in design.missing.items():
        visits = reason.visits(list(design.visits), design.baseline)
        needed = [visit for visit in visits if any(visit == read for _, read in scores)]
        hidden = reason.missing(batch.draws, f"observation.{name}", needed, allocation.arm)
        for outcome, visit in scores:
            if visit in hidden and (reason.outcomes is None or outcome in reason.outcomes):
                observed[outcome, visit] = observed[outcome, visit] & ~hidden[visit]
    by_outcome: dict[str, dict[str, Mask]] = {}
    for (outcome, visit), mask in observed.items():
        by_outcome.setdefault(outcome, {})[visit] = mask
    return Observations(by_outcome)
