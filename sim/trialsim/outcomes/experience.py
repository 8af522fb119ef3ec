"""The outcome stage: what is true at every visit, under the arm received."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np

from trialsim.core.axes import ArmPlane, Levels, Plane
from trialsim.core.effect import Effect, Modifier
from trialsim.core.program import Batch, Group
from trialsim.core.records import Allocation, Cohort, Outcomes
from trialsim.kernels.selection import eligible

CHANCE = "cohort.responds"
"""Purpose of the uniform that says who responds, where nothing else does: the same patients to
every treatment and in every outcome."""


def experience(group: Group, batch: Batch, cohort: Cohort, allocation: Allocation) -> Outcomes:
    """True scores of the outcomes and visits that something reads."""
    scores: dict[str, dict[str, Plane]] = {}
    shifts = {}
    for outcome, visit in group.reads:
        if not outcome:
            continue
        method, effect = group.design.outcomes[outcome], group.cell.effects[outcome]
        v = list(group.design.visits).index(visit)
        modifier = effect.modifier if effect.modifier and effect.modifier.acts_at(v) else None
        shift = None if modifier else method.shift(v, effect)
        if shift is not None:
            plane = _same(group, batch, allocation, outcome, v)
            if any(shift):
                shifts[outcome, visit] = shift
        elif modifier is None:
            plane = _differing(group, batch, allocation.arm, outcome, v, effect, ())
        else:
            levels = classes(group, batch, cohort, modifier)
            n_classes = len(modifier.shares)
            arm = (allocation.arm * n_classes + levels).astype(np.int8)
            whose = (modifier.variable, modifier.shares, group.keys["cohort"])
            plane = _differing(group, batch, arm, outcome, v, effect.by_class, whose)
        scores.setdefault(outcome, {})[visit] = plane
    return Outcomes(scores, shifts)


def classes(group: Group, batch: Batch, cohort: Cohort, modifier: Modifier) -> Levels:
    """The class (r, p) of every patient, counted from 0."""
    if modifier.variable:
        return cohort.covariates[modifier.variable].astype(np.int8)
    limits = np.cumsum(modifier.shares)[:-1]
    uniform = batch.draws.uniform(CHANCE, group.capacity)
    return np.asarray(sum((uniform >= limit).astype(np.int8) for limit in limits), dtype=np.int8)


def _at_visit(effect: Effect, v: int) -> tuple[tuple[float, ...], tuple[float | None, ...]] | None:
    """Differences and SDs of the arms at a visit; None where no arm differs (as at baseline)."""
    differences = tuple(row[v] for row in effect.difference)
    sds = tuple(row[v] for row in effect.sd)
    return (differences, sds) if any(differences) or any(sd is not None for sd in sds) else None


def _latent(group: Group, batch: Batch, outcome: str, v: int) -> Plane:
    design, n = group.design, group.capacity
    visit = list(design.visits)[v]

    def make() -> Plane:
        normal = eligible(batch, design.selected)
        return batch.latent(design.latent[outcome][visit], n, normal)

    return batch.at_least(("latent", group.keys["truth"], outcome, visit), n, make)


def _same(group: Group, batch: Batch, allocation: Allocation, outcome: str, v: int) -> Plane:
    """The comparator's scores for everybody."""
    design = group.design
    visit = list(design.visits)[v]
    nothing = Effect.none(len(design.arms), len(design.visits))

    def make() -> Plane:
        z = _latent(group, batch, outcome, v)
        return design.outcomes[outcome].scores(v, z, allocation.arm, nothing)

    return batch.at_least(("score", group.keys["truth"], outcome, visit), group.capacity, make)


def _differing(
    group: Group,
    batch: Batch,
    arm: ArmPlane,
    outcome: str,
    v: int,
    effect: Effect,
    whose: Hashable,
) -> Plane:
    """Scores under an effect; the comparator's for everybody where no arm differs."""
    design, n = group.design, group.capacity
    own = _at_visit(effect, v)
    if own is None:
        return _same(group, batch, Allocation(arm), outcome, v)
    arms = (group.keys["allocation"], tuple(design.arms.values()))

    def make() -> Plane:
        z = _latent(group, batch, outcome, v)
        return design.outcomes[outcome].scores(v, z, arm, effect)

    key = ("score", group.keys["truth"], outcome, list(design.visits)[v], n, own, whose, arms)
    return batch.once(key, make)
