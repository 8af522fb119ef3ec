"""What misleads about scores: how recorded scores differ from what the treatments did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

import numpy as np
from numpy.typing import NDArray

from trialsim.core.axes import ArmPlane
from trialsim.core.effect import Beside
from trialsim.core.program import Batch, Group
from trialsim.core.records import Allocation, Cohort, Distortion
from trialsim.core.stages import ScoreBias, TreatmentBias
from trialsim.core.stages.distorting import FURTHEST

STEP = 0.25
"""Between-trial SDs between two levels of a size that differs from trial to trial."""

_REACH = round(FURTHEST / STEP)
LEVELS = np.arange(-_REACH, _REACH + 1) * STEP / np.sqrt(1 + STEP**2 / 12)
"""Sizes of a mechanism that varies, in between-trial SDs from its mean: rounded to levels, so that
trials share the tables of their margins, and drawn together again by what rounding adds to the
variance (Sheppard's correction)."""


def distort(group: Group, batch: Batch, cohort: Cohort, allocation: Allocation) -> Distortion:
    """Every outcome and visit at which something misleads."""
    design = group.design
    acting = {
        name: one for name, one in design.bias.items() if isinstance(one, ScoreBias | TreatmentBias)
    }
    if not acting:
        return Distortion({})
    made_of = [group.keys[stage] for stage in ("misled", "allocation", "truth", "cohort")]
    return batch.once(
        ("distortion", *made_of, tuple(design.arms.values()), group.reads),
        lambda: _made(group, batch, cohort, allocation, acting),
    )


def _made(
    group: Group,
    batch: Batch,
    cohort: Cohort,
    allocation: Allocation,
    acting: Mapping[str, ScoreBias | TreatmentBias],
) -> Distortion:
    design = group.design
    everybody = {
        name: _who(group, batch, cohort, allocation.arm, name, one) for name, one in acting.items()
    }
    by_trial = {
        name: _level(batch, name)
        for name, one in acting.items()
        if isinstance(one, ScoreBias) and one.between_trial_sd
    }
    found = {}
    for outcome, visit in group.reads:
        if not outcome or visit == design.baseline:
            continue
        here = [name for name, one in acting.items() if _acts(group, one, outcome, visit)]
        if here:
            masks = [everybody[name][0] for name in here]
            pattern, present = _patterns(masks)
            varying = [name for name in here if name in by_trial]
            trial, combinations = _combinations([by_trial[name] for name in varying])
            states = [
                _state(group, outcome, visit, here, bits, dict(zip(varying, levels, strict=True)),
                       everybody)
                for bits, levels in product(present, combinations)
            ]  # fmt: skip
            place = pattern * len(combinations) + trial[:, None]
            found[outcome, visit] = (np.asfortranarray(place.astype(np.int16)), tuple(states))
    return Distortion(found)


Who = tuple[NDArray[np.bool_], int | None]
"""A mask (r, p) of those whom it acts on, and the arm whose treatment they get instead."""


def _who(
    group: Group,
    batch: Batch,
    cohort: Cohort,
    arm: ArmPlane,
    name: str,
    one: ScoreBias | TreatmentBias,
) -> Who:
    arms = list(group.design.arms)
    if isinstance(one, TreatmentBias):
        changed, other = one.instead(batch.draws, f"bias.{name}", arm, arms)
        return changed, arms.index(other)
    mask: NDArray[np.bool_] = np.array(one.acts_in(arms), dtype=np.bool_)[arm]
    takers = one.takers(batch.draws, f"bias.{name}", arm.shape[1])
    if takers is not None:
        mask = mask & takers
    if one.believers is not None:
        mask = mask & (cohort.covariates[one.believers] > 0)
    return mask, None


def _level(batch: Batch, name: str) -> NDArray[np.int64]:
    """By trial (r,): index into `LEVELS`."""
    normal = batch.draws.normal(f"bias.{name}", 1)[:, 0]
    return np.clip(np.rint(normal / STEP), -_REACH, _REACH).astype(np.int64) + _REACH


def _acts(group: Group, one: ScoreBias | TreatmentBias, outcome: str, visit: str) -> bool:
    if isinstance(one, TreatmentBias):
        return True
    design = group.design
    return outcome in one.size and visit in one.acts_at(tuple(design.visits), design.baseline)


def _patterns(masks: list[NDArray[np.bool_]]) -> tuple[NDArray[np.int64], list[tuple[bool, ...]]]:
    """Which of several things act on each patient (r, p), as an index, and every combination that
    there is."""
    code = np.zeros(masks[0].shape, dtype=np.int64, order="F")
    for mask in masks:
        code = code * 2 + mask
    there = np.flatnonzero(np.bincount(code.ravel(order="K"), minlength=2 ** len(masks)))
    new = np.zeros(2 ** len(masks), dtype=np.int64)
    new[there] = np.arange(len(there))
    bits = [tuple(bool(i >> k & 1) for k in reversed(range(len(masks)))) for i in there.tolist()]
    return new[code], bits


def _combinations(
    levels: list[NDArray[np.int64]],
) -> tuple[NDArray[np.int64], list[tuple[int, ...]]]:
    """By trial (r,): index of its combination of levels, and the combinations."""
    if not levels:
        return np.zeros(1, dtype=np.int64), [()]
    if len(levels) == 1:  # every level, so that all batches share their tables
        return levels[0], [(level,) for level in range(len(LEVELS))]
    rows, place = np.unique(np.stack(levels, axis=1), axis=0, return_inverse=True)
    return place.reshape(-1), [tuple(row) for row in rows.tolist()]


def _state(
    group: Group,
    outcome: str,
    visit: str,
    here: list[str],
    bits: tuple[bool, ...],
    levels: Mapping[str, int],
    everybody: Mapping[str, Who],
) -> Beside:
    """What one combination does."""
    design = group.design
    method, v = design.outcomes[outcome], list(design.visits).index(visit)
    active = [name for name, acts in zip(here, bits, strict=True) if acts]

    def sizes() -> Iterator[float]:
        for name in active:
            one = design.bias[name]
            if isinstance(one, ScoreBias):
                by_trial = LEVELS[levels[name]] if name in levels else 0.0
                spread = float(by_trial) * one.spread(method, v, outcome)
                yield one.points(method, v, outcome) + spread

    instead = [everybody[name][1] for name in active if everybody[name][1] is not None]
    return Beside(instead[0] if instead else None, tuple(sizes()))
