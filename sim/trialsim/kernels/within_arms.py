"""Means by arm and sums of squares within arms, from which least-squares analyses follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trialsim.core.axes import FloatArray
from trialsim.core.records import TrialData
from trialsim.kernels.arm_sums import Analysed, Variable, count, product, total, whole_product


@dataclass(frozen=True)
class Comparison:
    """Two arms compared on some variables; entries (k, r)."""

    n: tuple[FloatArray, FloatArray]
    """Patients analysed: arm, comparator."""
    difference: list[FloatArray]
    """Mean in the arm minus mean in the comparator, a variable each."""
    within: list[list[FloatArray]]
    """Sums of products of deviations from the arm's own mean, both arms together."""
    rounding: list[FloatArray]
    """What rounding may leave of a variable's own sum of squares when nothing varies."""


def compare(
    data: TrialData, who: Analysed, pair: tuple[int, int], variables: Sequence[Variable]
) -> Comparison:
    """Compare the two arms of `pair` (arm, comparator). What an empty arm has is NaN."""
    n = tuple(count(data, who, arm) for arm in pair)
    sums = [[total(data, who, arm, x) for x in variables] for arm in pair]
    means = [[s / _counted(size) for s in row] for row, size in zip(sums, n, strict=True)]
    everyone = len(data.arms) == 2  # the pair is the trial, and one pass serves both arms
    within: list[list[FloatArray]] = []
    rounding = []
    for i, x in enumerate(variables):
        row = []
        for j, y in enumerate(variables):
            if j < i:
                row.append(within[j][i])
                continue
            if everyone:
                raw = whole_product(data, who, x, y)
            else:
                raw = product(data, who, pair[0], x, y) + product(data, who, pair[1], x, y)
            if i == j:
                rounding.append(rounding_of(n[0] + n[1], raw))
            row.append(raw - sums[0][i] * means[0][j] - sums[1][i] * means[1][j])
        within.append(row)
    shifts = [data.shift(*x, pair[0]) - data.shift(*x, pair[1]) for x in variables]
    difference = [a - b + shift for a, b, shift in zip(*means, shifts, strict=True)]
    return Comparison((n[0], n[1]), difference, within, rounding)


def _counted(n: FloatArray) -> FloatArray:
    """Counts to divide by: NaN for nobody, so that the mean of an empty arm is NaN."""
    return np.where(n > 0, n, np.nan)


def rounding_of(n: FloatArray, raw: FloatArray) -> FloatArray:
    """Bound on the error of a sum of squares within arms, from n terms and their raw sum."""
    return 4 * np.finfo(np.float64).eps * n * raw


def sum_of_squares(
    data: TrialData, who: Analysed, arm: int, x: Variable
) -> tuple[FloatArray, FloatArray]:
    """Patients of one arm and the sum of squared deviations from its mean (k, r).

    A sum that rounding alone explains is returned as 0.
    """
    n, s = count(data, who, arm), total(data, who, arm, x)
    raw = product(data, who, arm, x, x)
    squares = raw - s * s / _counted(n)
    whole = whole_product(data, who, x, x)  # an arm may be the difference of two larger sums
    return n, np.where(squares > rounding_of(n, whole), squares, 0.0)
