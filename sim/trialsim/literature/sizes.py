"""How large trials are: drawn sizes, their law, and how a size divides into two arms."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy import special

from trialsim.core.axes import FloatArray
from trialsim.core.ratio import allocation_ratio
from trialsim.scenario.keys.literature import Sizes
from trialsim.scenario.literature import largest_of, smallest_of

Written = Sizes | Sequence[int]


def drawn(sizes: Written, uniform: FloatArray) -> FloatArray:
    """Sizes (r, t), whole numbers, from uniforms (r, t); those of a list are taken in turn."""
    if not isinstance(sizes, Sizes):
        turn = np.resize(np.array(sizes, dtype=float), uniform.shape[1])
        return np.broadcast_to(turn, uniform.shape)
    low, high = smallest_of(sizes), largest_of(sizes)
    if sizes.distribution == "uniform":
        found = np.floor(low + uniform * (high - low + 1))
    else:
        middle, spread = _log_normal(sizes)
        ends = special.ndtr((np.log([low - 0.5, high + 0.5]) - middle) / spread)
        score = special.ndtri(ends[0] + (ends[1] - ends[0]) * uniform)
        found = np.rint(np.exp(middle + spread * score))
    return np.clip(found, low, high)


def law(sizes: Written, trials: int) -> tuple[FloatArray, FloatArray]:
    """Every possible size and its probability (s,), for a trial chosen from the `trials`."""
    if not isinstance(sizes, Sizes):
        turn = np.resize(np.array(sizes, dtype=float), trials)
        values, counts = np.unique(turn, return_counts=True)
        return values, counts / trials
    values = np.arange(smallest_of(sizes), math.floor(largest_of(sizes)) + 1, dtype=float)
    if sizes.distribution == "uniform":
        return values, np.full(len(values), 1 / len(values))
    middle, spread = _log_normal(sizes)
    edges = np.log(np.append(values - 0.5, values[-1] + 0.5))
    chance = np.diff(special.ndtr((edges - middle) / spread))
    return values, chance / chance.sum()


def divided(n: FloatArray, planned: tuple[int, int]) -> tuple[FloatArray, FloatArray]:
    """Sizes of the arm and of its comparator, at the ratio of the planned arms; the comparator has
    the patient that is left over."""
    arm, comparator = allocation_ratio(planned)
    n_comparator = np.floor(n * comparator / (arm + comparator) + 0.5)
    return n - n_comparator, n_comparator


def _log_normal(sizes: Sizes) -> tuple[float, float]:
    """Mean and SD of the logarithm; the mean of the sizes is median exp(SD^2 / 2)."""
    if sizes.median is None or sizes.mean is None:
        raise ValueError("a log-normal size needs a median and a mean")
    # A mean at the median: all trials of one size, up to rounding.
    return math.log(sizes.median), max(math.sqrt(2 * math.log(sizes.mean / sizes.median)), 1e-9)
