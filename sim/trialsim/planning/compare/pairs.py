"""The difference between two designs over the same simulated trials, with its paired error.

Replicate r of both designs is made of the same random numbers, so what they share cancels. The
error of a difference is the SD of the differences over sqrt(R); for shares of significant trials
it follows from the trials in which the two disagree (McNemar 1947, doi 10.1007/BF02295996).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from trialsim.core.axes import BoolArray, FloatArray

APART = 1.96
"""Paired errors below which two designs cannot be told apart: 1 in 20 true zeros is beyond."""

SURE = 0.84
"""More of them that it takes to tell a difference apart in 80 of 100 comparisons."""

FEWEST_DISAGREEING = 6
"""Trials that must disagree before shares are told apart: of 5 that all disagree the same way,
2 in 32 times would be luck."""


@dataclass(frozen=True)
class Paired:
    """The other design less the first, over the trials in which both have a value."""

    first: float
    other: float
    difference: float
    error: float
    """Paired Monte Carlo standard error of the difference."""
    unpaired_error: float
    """What it would be if the two had been simulated apart, with as many replicates each."""
    n_pairs: int
    sd: float
    """SD of the difference between the two in one simulated trial: `error` is its share."""
    is_told_apart: bool
    is_equal: bool
    """Whether the two agree in every single trial."""

    def replicates_for(self, difference: float) -> float:
        """Replicates with which a true difference of this size would be told apart in 80 of 100
        comparisons; NaN for a difference of zero, or where no trial tells how they vary."""
        if not difference or not self.sd > 0:
            return math.nan
        return float(math.ceil(((APART + SURE) * self.sd / difference) ** 2))


def paired_shares(first: BoolArray, other: BoolArray) -> Paired:
    """Shares of trials (r,) in which something happened; both must be known in all of them."""
    n = first.size
    if n == 0:
        return _nothing()
    more = int(np.count_nonzero(other & ~first))
    less = int(np.count_nonzero(first & ~other))
    difference = (more - less) / n
    sd = math.sqrt((more + less) / n - difference**2)
    error = sd / math.sqrt(n)
    p, q = float(first.mean()), float(other.mean())
    enough = more + less >= FEWEST_DISAGREEING
    return Paired(
        first=p,
        other=q,
        difference=difference,
        error=error,
        unpaired_error=math.sqrt((p * (1 - p) + q * (1 - q)) / n),
        n_pairs=n,
        sd=sd,
        is_told_apart=enough and abs(difference) >= APART * error,
        is_equal=more + less == 0,
    )


def paired_means(first: FloatArray, other: FloatArray) -> Paired:
    """Means of values (r,); trials in which either is not finite are left out of both."""
    known = np.isfinite(first) & np.isfinite(other)
    first, other = first[known], other[known]
    n = first.size
    if n == 0:
        return _nothing()
    change = other - first
    difference = float(change.mean())
    sd = float(change.std(ddof=1)) if n > 1 else math.nan
    apart = float(np.hypot(first.std(ddof=1), other.std(ddof=1))) if n > 1 else math.nan
    is_equal = not change.any()
    error = sd / math.sqrt(n)
    return Paired(
        first=float(first.mean()),
        other=float(other.mean()),
        difference=difference,
        error=error,
        unpaired_error=apart / math.sqrt(n),
        n_pairs=n,
        sd=sd,
        is_told_apart=not is_equal and abs(difference) >= APART * error,
        is_equal=is_equal,
    )


def _nothing() -> Paired:
    nan = math.nan
    return Paired(nan, nan, nan, nan, nan, 0, nan, is_told_apart=False, is_equal=False)
