"""Rules of allocation: who gets what, in enrolment order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np

from trialsim.core.axes import ArmPlane, Levels
from trialsim.core.draws import Draws
from trialsim.core.ratio import allocation_ratio
from trialsim.core.stages import AllocationMethod
from trialsim.testing._arrays import difference, impurity, locked

PLANNED = ((24, 24), (25, 24), (32, 16), (12, 36), (16, 16, 16), (24, 12, 12), (15, 14, 15))
"""Arm sizes to try; those that a method refuses are left out."""

REPLICATES = 16_384
"""A patient's chance of an arm is then known to 0.004: a chance off by 0.02 is found."""


def _fitting(method: AllocationMethod) -> list[tuple[int, ...]]:
    return [sizes for sizes in PLANNED if not method.problems(sizes)]


def _arms(method: AllocationMethod, sizes: Sequence[int], replicates: int = 64) -> ArmPlane:
    factors = _factors(method, sum(sizes), replicates)
    return method.allocate(Draws(seed=2, batch=0, replicates=replicates), sizes, factors)


def _factors(method: AllocationMethod, n: int, replicates: int = 64) -> dict[str, Levels]:
    """Levels (r, p) of the covariates that it names, which have two and three by turns."""
    draws = Draws(seed=5, batch=0, replicates=replicates)
    return {
        name: locked((draws.uniform(f"testing.{name}", n) * (2 + i % 2)).astype(np.int8))
        for i, name in enumerate(method.factors)
    }


def sizes_fit(method: AllocationMethod) -> Iterator[str]:
    """Some ordinary trial can be allocated."""
    if not _fitting(method):
        tried = "; ".join(", ".join(map(str, sizes)) for sizes in PLANNED)
        yield f"It refuses all of {tried}: {method.problems(PLANNED[0])}."


def arms_are_a_plane(method: AllocationMethod) -> Iterator[str]:
    """Arms are int8 from 0 to the number of arms less one, one for every planned patient."""
    for sizes in _fitting(method):
        arm = _arms(method, sizes)
        if arm.dtype != np.int8 or arm.shape != (64, sum(sizes)):
            yield f"Planned {sizes}: found {arm.dtype} {arm.shape}, not int8 {(64, sum(sizes))}."
        elif arm.min() < 0 or arm.max() >= len(sizes):
            yield f"Planned {sizes}: found arms {arm.min()} to {arm.max()}."


def arms_are_pure(method: AllocationMethod) -> Iterator[str]:
    """The same draws give the same arms, and other draws give others."""
    for sizes in _fitting(method):
        yield from impurity(partial(_arms, method, sizes))
        factors = _factors(method, sum(sizes))
        other = method.allocate(Draws(seed=3, batch=0, replicates=64), sizes, factors)
        if not difference(_arms(method, sizes), other):
            yield f"Planned {sizes}: seeds 2 and 3 gave the same arms."


def replicates_are_alone(method: AllocationMethod) -> Iterator[str]:
    """A replicate's arms do not depend on the other replicates."""
    for sizes in _fitting(method):
        draws, rows = Draws(seed=2, batch=0, replicates=64), slice(7, 9)
        factors = {name: level[rows] for name, level in _factors(method, sum(sizes)).items()}
        apart = difference(
            _arms(method, sizes)[rows], method.allocate(draws.slab(rows), sizes, factors)
        )
        if apart:
            yield f"Planned {sizes}: replicates 7 and 8 alone gave other arms, {apart}."


def prefix_stability_is_as_declared(method: AllocationMethod) -> Iterator[str]:
    """`prefix_stable` says whether the first n patients keep their arms when 2n are planned."""
    declared = getattr(type(method), "prefix_stable", None)
    if not isinstance(declared, bool):
        yield "The class does not declare it."
        return
    apart = ""
    for sizes in _fitting(method):
        larger = _larger(sizes)
        if method.problems(larger):
            continue
        found = difference(_arms(method, sizes), _arms(method, larger)[:, : sum(sizes)])
        apart = apart or (found and f"planned {sizes} and {larger}, {found}")
    if declared and apart:
        yield f"It is declared true, but arms change: {apart}."
    if not declared and not apart:
        yield "It is declared false, but no arm changed in any trial that was tried."


def factors_act_on_those_who_follow(method: AllocationMethod) -> Iterator[str]:
    """Each of `factors` can change arms, but none of a patient who enrolled before."""
    for sizes in _fitting(method):
        n, before = sum(sizes), _arms(method, sizes)
        known = _factors(method, n)
        for name, level in known.items():
            turned = level.copy()
            turned[:, n // 2 :] = turned[:, n // 2 :].max() - turned[:, n // 2 :]
            draws = Draws(seed=2, batch=0, replicates=64)
            arm = method.allocate(draws, sizes, {**known, name: turned})
            if not difference(before, arm):
                yield f"Planned {sizes}: other levels of '{name}' gave the same arms."
            apart = difference(before[:, : n // 2], arm[:, : n // 2])
            if apart:
                yield f"Planned {sizes}: levels of '{name}' of later patients matter, {apart}."


def _larger(sizes: Sequence[int]) -> tuple[int, ...]:
    """Twice the trial or more, at the same ratio."""
    return tuple(
        2 * max(sizes) // max(allocation_ratio(sizes)) * a for a in allocation_ratio(sizes)
    )


def shared_law_decides_the_arms(method: AllocationMethod) -> Iterator[str]:
    """Two trials of equal `shared_law` give their common patients the same arms."""
    planned = [s for sizes in _fitting(method) for s in (sizes, _larger(sizes))]
    for small in planned:
        for large in planned:
            n = sum(small)
            if n > sum(large) or method.problems(small) or method.problems(large):
                continue
            if len(small) != len(large) or method.shared_law(small) != method.shared_law(large):
                continue
            apart = difference(_arms(method, small), _arms(method, large)[:, :n])
            if apart:
                yield f"Planned {small} and {large}: {apart}."


def size_law_is_the_law(method: AllocationMethod) -> Iterator[str]:
    """`size_law` sums to 1 and is the distribution of the simulated arm sizes."""
    for sizes in _fitting(method):
        law = method.size_law(sizes)
        if law is None:
            continue
        total = sum(chance for _, chance in law)
        if abs(total - 1) > 1e-9:
            yield f"Planned {sizes}: it sums to {total:.9g}."
        arm = _arms(method, sizes, REPLICATES)
        counts = np.stack([(arm == a).sum(axis=1) for a in range(len(sizes))], axis=1)
        found, times = np.unique(counts, axis=0, return_counts=True)
        simulated = {tuple(map(int, row)): int(k) for row, k in zip(found, times, strict=True)}
        stated = dict(law)
        for outcome in {*stated, *simulated}:
            chance = stated.get(outcome, 0.0)
            share = simulated.get(outcome, 0) / REPLICATES
            mcse = np.sqrt(chance * (1 - chance) / REPLICATES)
            # Rare sizes are no longer normal; half a count in 16,384 is no evidence either way.
            if abs(share - chance) > 4 * mcse + 4 / REPLICATES:
                yield (
                    f"Planned {sizes}: sizes {outcome} have probability {chance:.4f} in the law "
                    f"and {share:.4f} in {REPLICATES} trials (mcse {mcse:.4f})."
                )


def chances_are_the_ratio(method: AllocationMethod) -> Iterator[str]:
    """Every patient's chance of an arm is the arm's share of the planned sizes."""
    for sizes in _fitting(method):
        ratio = allocation_ratio(sizes)
        arm = _arms(method, sizes, REPLICATES)
        if not method.keeps_ratio and len(set(ratio)) > 1:
            yield from _sizes_off_ratio(arm, sizes)
            continue
        for a in range(len(sizes)):
            # 25 and 24 are planned as such or as 1:1; a method may take either.
            wanted = sorted((sizes[a] / sum(sizes), ratio[a] / sum(ratio)))
            mcse = np.sqrt(wanted[1] * (1 - wanted[1]) / REPLICATES)
            share = (arm == a).mean(axis=0)
            miss = np.maximum(wanted[0] - share, share - wanted[1])
            if miss.max() > 4 * mcse:
                p = int(miss.argmax())
                yield (
                    f"Planned {sizes}: patient {p} gets arm {a} in {share[p]:.4f} of the trials "
                    f"instead of {wanted[0]:.4f} (mcse {mcse:.4f})."
                )


def _sizes_off_ratio(arm: ArmPlane, sizes: Sequence[int]) -> Iterator[str]:
    """Arms whose mean size is off by more than a patient or two."""
    for a, planned in enumerate(sizes):
        mean = (arm == a).sum(axis=1).mean()
        if abs(mean - planned) > 0.03 * sum(sizes):
            yield f"Planned {tuple(sizes)}: arm {a} gets {mean:.2f} patients on average."


RULES = (
    sizes_fit,
    arms_are_a_plane,
    arms_are_pure,
    replicates_are_alone,
    prefix_stability_is_as_declared,
    shared_law_decides_the_arms,
    factors_act_on_those_who_follow,
    size_law_is_the_law,
    chances_are_the_ratio,
)
