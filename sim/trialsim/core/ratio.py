"""Ratios of arm sizes."""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd


def allocation_ratio(sizes: Sequence[int]) -> tuple[int, ...]:
    """The smallest whole ratio of planned arm sizes.

    Sizes of five or more that differ by at most one patient are an odd total divided equally:
    64 and 65 are 1:1, but 2 and 1 are 2:1.
    """
    if max(sizes) - min(sizes) <= 1 and min(sizes) >= 5:
        return (1,) * len(sizes)
    divisor = gcd(*sizes)
    return tuple(size // divisor for size in sizes)
