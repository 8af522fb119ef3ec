"""The outcome stage: what is true at every visit, under the arm received."""

from __future__ import annotations

from trialsim.core.axes import Plane
from trialsim.core.program import Batch, Group
from trialsim.core.records import Allocation, Outcomes
from trialsim.core.stages import Effect


def experience(group: Group, batch: Batch, allocation: Allocation) -> Outcomes:
    """True scores of the outcomes and visits that something reads."""
    scores: dict[str, dict[str, Plane]] = {}
    shifts = {}
    for outcome, visit in group.reads:
        if not outcome:
            continue
        method, effect = group.design.outcomes[outcome], group.cell.effects[outcome]
        v = list(group.design.visits).index(visit)
        shift = method.shift(v, effect)
        if shift is not None and any(shift):
            shifts[outcome, visit] = shift
        own = _at_visit(effect, v) if shift is None else None
        scores.setdefault(outcome, {})[visit] = _score(group, batch, allocation, outcome, v, own)
    return Outcomes(scores, shifts)


def _at_visit(effect: Effect, v: int) -> tuple[tuple[float, ...], tuple[float | None, ...]] | None:
    """Differences and SDs of the arms at a visit; None where no arm differs (as at baseline)."""
    differences = tuple(row[v] for row in effect.difference)
    sds = tuple(row[v] for row in effect.sd)
    return (differences, sds) if any(differences) or any(sd is not None for sd in sds) else None


def _score(
    group: Group,
    batch: Batch,
    allocation: Allocation,
    outcome: str,
    v: int,
    own: tuple[tuple[float, ...], tuple[float | None, ...]] | None,
) -> Plane:
    """Scores under an effect, or the comparator's scores for everybody when there is none."""
    design, effect, n = group.design, group.cell.effects[outcome], group.capacity
    visit = list(design.visits)[v]
    place = (group.keys["truth"], outcome, visit)

    def z() -> Plane:
        terms = design.latent[outcome][visit]
        return batch.at_least(("latent", place), n, lambda: batch.latent(terms, n))

    if own is None:
        nothing = Effect.none(len(design.arms), len(design.visits))

        def same() -> Plane:
            return design.outcomes[outcome].scores(v, z(), allocation.arm, nothing)

        return batch.at_least(("score", place), n, same)
    arms = (group.keys["allocation"], tuple(design.arms.values()))

    def make() -> Plane:
        return design.outcomes[outcome].scores(v, z(), allocation.arm, effect)

    return batch.once(("score", place, n, own, arms), make)
