"""Ranks of two arms, as placements: the share of the other arm that a patient's score beats.

The mean placement is the Mann-Whitney statistic as a proportion; the spread of the placements
gives its error (DeLong, DeLong and Clarke-Pearson 1988, doi 10.2307/2531595).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trialsim.core.axes import BoolArray, FloatArray, Plane
from trialsim.core.records import TrialData
from trialsim.kernels.arm_sums import Analysed, Variable, identity, once


@dataclass(frozen=True)
class Sorted:
    """Patients of each replicate by ascending score, those who are not analysed last."""

    order: NDArray[np.intp]
    """Place in enrolment order (r, p)."""
    first: NDArray[np.intp]
    """Of each patient's ties: place of the first in this order (r, p)."""
    after: NDArray[np.intp]
    """Place after the last of them (r, p)."""
    arm: NDArray[np.int8]
    """Arm, or -1 for those who are not analysed (r, p)."""


@dataclass(frozen=True)
class Placements:
    """Two arms compared by ranks; entries (k, r)."""

    n1: FloatArray
    n0: FloatArray
    superiority: FloatArray
    """Share of pairs in which the arm's patient scores higher, ties half; NaN for an empty arm."""
    variance: FloatArray
    """Of the superiority, from the placements; NaN for an arm of fewer than two."""
    ties: FloatArray
    """Sum over groups of equal scores of t**3 - t, t patients each."""


def sort_scores(data: TrialData, who: Analysed, x: Variable) -> Sorted:
    """Sort once, for all contrasts and sizes."""
    shift = data.shifts.get(x)
    key = ("sorted", who.key, identity(data, data.scores[x[0]][x[1]]), shift)

    def make() -> Sorted:
        seen = data.enrolled if who.mask is None else who.mask
        value = np.ascontiguousarray(np.where(seen, data.score(*x), np.inf))
        order = np.argsort(value, axis=1, kind="stable")
        value = np.take_along_axis(value, order, axis=1)
        place = np.arange(value.shape[1])
        rises = np.ones(value.shape, dtype=bool)
        rises[:, 1:] = value[:, 1:] > value[:, :-1]
        first = np.maximum.accumulate(np.where(rises, place, 0), axis=1)
        last = np.ones(value.shape, dtype=bool)
        last[:, :-1] = rises[:, 1:]
        ends = np.where(last, place, len(place))[:, ::-1]
        after = np.minimum.accumulate(ends, axis=1)[:, ::-1] + 1
        arm = np.where(np.isfinite(value), np.take_along_axis(data.arm, order, axis=1), -1)
        return Sorted(order, first, after, arm.astype(np.int8))

    return once(data, key, make)


def placements(data: TrialData, by_score: Sorted, pair: tuple[int, int]) -> Placements:
    """Compare two arms (arm, comparator) at every trial size."""
    rows = [_at_size(by_score, pair, None if n == data.sizes[-1] else n) for n in data.sizes]
    return Placements(*(np.stack(column) for column in zip(*rows, strict=True)))


def _at_size(by_score: Sorted, pair: tuple[int, int], size: int | None) -> tuple[FloatArray, ...]:
    inside = [by_score.arm == arm for arm in pair]  # (r, p)
    if size is not None:
        inside = [x & (by_score.order < size) for x in inside]
    # Patients of an arm among the first 0, 1, 2, ... of the order (r, p + 1).
    before = [_running(x) for x in inside]
    n1, n0 = (x[:, -1].astype(np.float64) for x in before)
    below = [np.take_along_axis(x, by_score.first, axis=1) for x in before]
    up_to = [np.take_along_axis(x, by_score.after, axis=1) for x in before]
    # Twice the patients of the other arm that a patient beats, ties half: whole numbers, exact.
    beaten_0 = np.where(inside[0], below[1] + up_to[1], 0)
    beaten_1 = np.where(inside[1], below[0] + up_to[0], 0)
    wins = beaten_0.sum(axis=1)
    t = up_to[0] + up_to[1] - below[0] - below[1]
    either = inside[0] | inside[1]
    ties = np.where(either, t * t - 1, 0).sum(axis=1).astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = wins / (2 * n1 * n0)
        spread = [
            (np.einsum("rp,rp->r", x, x) - x.sum(axis=1) ** 2 / n) / (n - 1) / (2 * m) ** 2
            for x, n, m in ((beaten_0, n1, n0), (beaten_1, n0, n1))
        ]
        variance = spread[0] / n1 + spread[1] / n0
    return n1, n0, share, variance, ties


def _running(inside: BoolArray) -> NDArray[np.int64]:
    counted = np.zeros((inside.shape[0], inside.shape[1] + 1), dtype=np.int64)
    np.cumsum(inside, axis=1, out=counted[:, 1:])
    return counted


def superiority_interval(
    share: FloatArray, n1: FloatArray, n0: FloatArray, z: float
) -> tuple[FloatArray, FloatArray]:
    """Interval of a chance of superiority that stays within 0 and 1 and never has width 0.

    Newcombe 2006, method 5, doi 10.1002/sim.2324: the values whose own standard error (Hanley and
    McNeil's, with both arms counted as their mean size) reaches to the estimate.
    """
    return (
        _limit(share, n1, n0, z, low=True),
        _limit(share, n1, n0, z, low=False),
    )


def _limit(share: FloatArray, n1: FloatArray, n0: FloatArray, z: float, low: bool) -> FloatArray:
    inner = share.copy()
    outer = np.where(np.isnan(share), np.nan, 0.0 if low else 1.0)
    others = (n1 + n0) / 2 - 1
    for _ in range(60):
        middle = (inner + outer) / 2
        with np.errstate(divide="ignore", invalid="ignore"):
            both = (1 - middle) / (2 - middle) + middle / (1 + middle)
            variance = middle * (1 - middle) * (1 + others * both) / (n1 * n0)
            reaches = (share - middle) ** 2 <= z * z * variance
        inner = np.where(reaches, middle, inner)
        outer = np.where(reaches, outer, middle)
    limit: Plane = (inner + outer) / 2
    return limit
