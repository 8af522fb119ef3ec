"""Rates of loss as people state them: by visit, or over the whole trial."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def one_of_them(rate: object, overall: float | None) -> list[str]:
    """The complaint when neither or both of `rate` and `overall` are written."""
    if (rate is None) == (overall is None):
        found = "neither" if rate is None else "both"
        return [f"needs either rate or overall, found {found}."]
    return []


def shares_of(
    rate: float | Mapping[str, float] | None, overall: float | None, visits: Sequence[str]
) -> list[float]:
    """The share missing at each visit: one number for all, one each, or `overall` reached in
    equal steps of those still there."""
    if overall is not None:
        n = len(visits)
        return [1 - (1 - overall) ** ((i + 1) / n) for i in range(n)]
    if isinstance(rate, Mapping):
        return [rate[visit] for visit in visits]
    return [rate or 0.0] * len(visits)


def hazards(shares: Sequence[float]) -> list[float]:
    """The share newly lost at each visit among those still there, from cumulative shares.

    A loss of 0.2 in two equal steps is 0.1056 at each of them.
    """
    before = 0.0
    found = []
    for share in shares:
        found.append((share - before) / (1 - before))
        before = share
    return found
