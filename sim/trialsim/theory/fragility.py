"""The fragility index, and how it follows from the number of patients.

Walsh and others 2014, doi 10.1016/j.jclinepi.2013.10.019: in a significant 1:1 trial, patients
without the event are given it, in the arm with fewer events, until Fisher's exact test is no longer
significant; their number is the index. It is nearly a function of p and n, which is why it says
little that those do not: Potter 2020, doi 10.1016/j.jclinepi.2020.08.020.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.special as special

from trialsim.theory import _validate
from trialsim.theory._validate import Floats

EQUAL_ARMS = 0.9
"""The smaller arm as part of the larger, at least, for arms to be 1:1 but for losses."""

_SAME = 1e-7
"""Relative difference below which two tables are equally probable, as in R's `fisher.test`."""


@dataclass(frozen=True)
class AtSize:
    """A just significant trial of some size, and its index."""

    per_arm: int
    events: tuple[int, int]
    """In the arm with more events, and in the other."""
    p_value: float
    index: int


def fisher_p_value(events1: int, n1: int, events0: int, n0: int) -> float:
    """Two-sided p value of Fisher's exact test: all tables with the same margins that are no more
    probable. Works for thousands of patients an arm."""
    _counts(events1, n1, events0, n0)
    events = events1 + events0
    first = max(0, events - n0)
    k = np.arange(first, min(n1, events) + 1, dtype=float)
    log = _log_choose(n1, k) + _log_choose(n0, events - k)
    chance = np.exp(log - log.max())  # of thousands the tables themselves would overflow
    chance /= chance.sum()
    limit = chance[events1 - first] * (1 + _SAME)
    return float(min(1.0, chance[chance <= limit].sum()))


def fragility_index(events1: int, n1: int, events0: int, n0: int, alpha: float = 0.05) -> int:
    """Patients whose outcome must change for the result not to be significant any more.

    Raises ValueError, with the reason, where the index is not defined: arms that are not 1:1, or a
    result that is not significant by Fisher's exact test.
    """
    _counts(events1, n1, events0, n0)
    _validate.share("alpha", alpha)
    if min(n1, n0) < EQUAL_ARMS * max(n1, n0):
        raise ValueError(
            f"the fragility index is defined for arms of 1:1; these have {n1} and {n0} patients"
        )
    p = fisher_p_value(events1, n1, events0, n0)
    if p >= alpha:
        raise ValueError(
            "the fragility index is defined for significant results; this one has "
            f"p {p:.2g} by Fisher's exact test"
        )
    is_first = events1 / n1 <= events0 / n0
    added = 0
    while fisher_p_value(*_with(events1, n1, events0, n0, is_first, added)) < alpha:
        added += 1
    return added


def index_at(
    per_arm: int, share: float = 0.1, p_value: float = 0.01, alpha: float = 0.05
) -> AtSize | None:
    """The least result of two arms of a size that reaches a p value, and its index.

    One arm has the event in `share` of its patients, to the nearest whole one, the other in just
    enough more for Fisher's p to be at most `p_value`. None where even all of them are too few.
    """
    _validate.at_least("per_arm", per_arm, 2)
    _validate.share("share", share)
    few = round(share * per_arm)

    def p_of(more: int) -> float:
        return fisher_p_value(more, per_arm, few, per_arm)

    low, high = few, per_arm  # p falls as events are added: halve the interval
    if p_of(high) > p_value:
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if p_of(middle) <= p_value else (middle, high)
    return AtSize(
        per_arm, (high, few), p_of(high), fragility_index(high, per_arm, few, per_arm, alpha)
    )


def index_by_size(
    sizes: Sequence[int], share: float = 0.1, p_value: float = 0.01, alpha: float = 0.05
) -> tuple[AtSize, ...]:
    """`index_at` for several sizes, without those that are too small to reach the p value."""
    found = (index_at(n, share, p_value, alpha) for n in sizes)
    return tuple(one for one in found if one is not None)


def significant_tables(per_arm: int, shares: Sequence[float], alpha: float = 0.05) -> Floats:
    """Every significant result of a size in which the arm with fewer events has one of `shares`:
    rows of p value and index."""
    rows = []
    for few in dict.fromkeys(round(share * per_arm) for share in shares):
        for more in range(few + 1, per_arm + 1):
            p = fisher_p_value(more, per_arm, few, per_arm)
            if p < alpha:
                rows.append((p, fragility_index(more, per_arm, few, per_arm, alpha)))
    return np.array(rows, dtype=float).reshape(-1, 2)


def _with(
    events1: int, n1: int, events0: int, n0: int, is_first: bool, added: int
) -> tuple[int, int, int, int]:
    return (events1 + added, n1, events0, n0) if is_first else (events1, n1, events0 + added, n0)


def _counts(events1: int, n1: int, events0: int, n0: int) -> None:
    for events, n in ((events1, n1), (events0, n0)):
        if not (n > 0 and 0 <= events <= n):
            raise ValueError(f"{events} events among {n} patients: there must be 0 to all of them")


def _log_choose(n: int, k: Floats) -> Floats:
    counted: Floats = special.gammaln(n + 1) - special.gammaln(k + 1) - special.gammaln(n - k + 1)
    return counted
