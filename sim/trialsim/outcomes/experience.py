"""The outcome stage: what is true at every visit, under the arm received."""

from __future__ import annotations

from trialsim.core.axes import Plane
from trialsim.core.program import Batch, Group
from trialsim.core.records import Allocation, Outcomes


def experience(group: Group, batch: Batch, allocation: Allocation) -> Outcomes:
    """True scores of the outcomes and visits that something reads."""
    scores: dict[str, dict[str, Plane]] = {}
    for outcome, visit in group.reads:
        if outcome:
            scores.setdefault(outcome, {})[visit] = _score(group, batch, allocation, outcome, visit)
    return Outcomes(scores)


def _score(group: Group, batch: Batch, allocation: Allocation, outcome: str, visit: str) -> Plane:
    design, effect = group.design, group.cell.effects[outcome]
    v = list(design.visits).index(visit)
    differences = tuple(row[v] for row in effect.difference)
    sds = tuple(row[v] for row in effect.sd)
    # Where no arm differs (never at baseline) the score is the same under every allocation.
    arms = None
    if any(differences) or any(sd is not None for sd in sds):
        arms = (group.keys["allocation"], tuple(design.arms.values()))
    address = (group.keys["truth"], outcome, visit, group.capacity)

    def make() -> Plane:
        z = batch.once(("latent", *address), lambda: _latent(group, batch, outcome, visit))
        return design.outcomes[outcome].scores(v, z, allocation.arm, effect)

    return batch.once(("score", *address, differences, sds, arms), make)


def _latent(group: Group, batch: Batch, outcome: str, visit: str) -> Plane:
    """The latent value (r, p), variance 1: a weighted sum of independent standard normals."""
    (purpose, weight), *others = group.design.latent[outcome][visit]
    z = batch.draws.normal(purpose, group.capacity) * weight
    for purpose, weight in others:
        z += batch.draws.normal(purpose, group.capacity) * weight
    return z
