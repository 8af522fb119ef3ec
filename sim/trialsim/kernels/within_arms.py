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


def compare(
    data: TrialData, who: Analysed, pair: tuple[int, int], variables: Sequence[Variable]
) -> Comparison:
    """Compare the two arms of `pair` (arm, comparator). Division by an empty arm gives NaN."""
    n = tuple(count(data, who, arm) for arm in pair)
    sums = [[total(data, who, arm, x) for x in variables] for arm in pair]
    with np.errstate(divide="ignore", invalid="ignore"):
        means = [[s / size for s in row] for row, size in zip(sums, n, strict=True)]
    everyone = len(data.arms) == 2  # the pair is the trial, and one pass serves both arms
    within: list[list[FloatArray]] = []
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
            row.append(raw - sums[0][i] * means[0][j] - sums[1][i] * means[1][j])
        within.append(row)
    shifts = [data.shift(*x, pair[0]) - data.shift(*x, pair[1]) for x in variables]
    difference = [a - b + shift for a, b, shift in zip(*means, shifts, strict=True)]
    return Comparison((n[0], n[1]), difference, within)


def sum_of_squares(
    data: TrialData, who: Analysed, arm: int, x: Variable
) -> tuple[FloatArray, FloatArray]:
    """Patients of one arm and the sum of squared deviations from its mean (k, r)."""
    n, s = count(data, who, arm), total(data, who, arm, x)
    with np.errstate(divide="ignore", invalid="ignore"):
        return n, product(data, who, arm, x, x) - s * s / n
