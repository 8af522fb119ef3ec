"""What misleads about scores: how recorded scores differ from what the treatments did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from trialsim.core.axes import ArmPlane, FloatArray
from trialsim.core.effect import Beside, Place
from trialsim.core.program import Batch, Group
from trialsim.core.records import Allocation, Cohort, Distortion
from trialsim.core.stages import ScoreBias, TreatmentBias
from trialsim.core.stages.distorting import FURTHEST

STEP = 0.25
"""SDs between two levels of what differs from trial to trial."""

_REACH = round(FURTHEST / STEP)
LEVELS = np.arange(-_REACH, _REACH + 1) * STEP / np.sqrt(1 + STEP**2 / 12)
"""Levels of what mechanisms that vary do together in a trial, in SDs from its mean: rounded, so
that trials share the tables of their margins, and drawn together again by what rounding adds to
the variance (Sheppard's correction)."""


def distort(group: Group, batch: Batch, cohort: Cohort, allocation: Allocation) -> Distortion:
    """Every outcome and visit at which something misleads."""
    design = group.design
    acting = {
        name: one for name, one in design.bias.items() if isinstance(one, ScoreBias | TreatmentBias)
    }
    if not acting:
        return Distortion({})
    made_of = [group.keys[stage] for stage in ("misled", "allocation", "truth", "cohort")]
    key = (*made_of, tuple(design.arms.values()))

    def make() -> Distortion:
        return Distortion(_made(group, batch, cohort, allocation, acting), key)

    return batch.once(("distortion", *key, group.reads), make)


def _made(
    group: Group,
    batch: Batch,
    cohort: Cohort,
    allocation: Allocation,
    acting: Mapping[str, ScoreBias | TreatmentBias],
) -> dict[tuple[str, str], State]:
    design = group.design
    everybody = {
        name: _who(group, batch, cohort, allocation.arm, name, one) for name, one in acting.items()
    }
    by_trial = {
        name: np.clip(batch.draws.normal(f"bias.{name}", 1)[:, 0], -FURTHEST, FURTHEST)
        for name, one in acting.items()
        if isinstance(one, ScoreBias) and one.between_trial_sd
    }
    found = {}
    for outcome, visit in group.reads:
        if not outcome or visit == design.baseline:
            continue
        here = [name for name, one in acting.items() if _acts(group, one, outcome, visit)]
        if here:
            pattern, present = _patterns([everybody[name][0] for name in here])
            active = [
                [name for name, acts in zip(here, bits, strict=True) if acts] for bits in present
            ]
            moves = [_moves(group, outcome, visit, names, by_trial) for names in active]
            levels = np.stack([level for level, _ in moves], axis=1)  # (r, pattern)
            states = []
            for names, (_, by_level) in zip(active, moves, strict=True):
                instead = [arm for name in names if (arm := everybody[name][1]) is not None]
                first = instead[0] if instead else None
                states += [Beside(first, sizes) for sizes in by_level]
            n_levels = len(moves[0][1])
            place = pattern * n_levels
            if n_levels > 1:
                place += np.take_along_axis(levels, pattern, axis=1)
            found[outcome, visit] = (np.asfortranarray(place.astype(np.int16)), tuple(states))
    return found


State = tuple[NDArray[np.int16], tuple[Beside, ...]]
"""The state (r, p) of each patient, and what each state does."""

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


def _moves(
    group: Group,
    outcome: str,
    visit: str,
    names: Sequence[str],
    by_trial: Mapping[str, FloatArray],
) -> tuple[NDArray[np.int64], list[tuple[float, ...]]]:
    """What some mechanisms do to the comparator's mean: a level for each trial (r,), and at each
    level sizes in natural units. One level where nothing varies."""
    design = group.design
    method, v = design.outcomes[outcome], list(design.visits).index(visit)
    place = Place(method.at(method.mean, v), method.limits)
    scores = {n: one for n in names if isinstance(one := design.bias[n], ScoreBias)}
    sizes = {n: one.points(method, v, outcome) for n, one in scores.items()}
    spreads = {n: one.spread(method, v, outcome) for n, one in scores.items() if n in by_trial}
    if not by_trial:
        return np.zeros(1, dtype=np.int64), [tuple(sizes.values())]
    n_trials = len(next(iter(by_trial.values())))
    mean = sum(float(place.along(size)) for size in sizes.values())
    total, variance = np.full(n_trials, mean), 0.0
    for name, spread in spreads.items():
        size = sizes[name]
        total += place.along(size + spread * by_trial[name]) - place.along(size)
        slope = (place.along(size + spread) - place.along(size - spread)) / 2
        variance += float(slope) ** 2
    sd = variance**0.5
    level = np.rint((total - mean) / (STEP * sd)) if sd else np.zeros(n_trials)
    moves = place.back(mean + sd * LEVELS)
    place_of = np.clip(level, -_REACH, _REACH).astype(np.int64) + _REACH
    return place_of, [(move,) for move in moves.tolist()]
