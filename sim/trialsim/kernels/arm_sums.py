"""Counts, sums and sums of products by arm, for all replicates and all trial sizes at once.

Every least-squares analysis of a trial is a formula in these sums. They are made once for a set
of data and shared: a t test, a change score and an ANCOVA of one visit need nine passes over
the data between them, and the next assumption about the same patients five. Unobserved values
are zeroed before anything is multiplied, and each variable is centred near its planned mean,
because raw sums of squares lose digits when the mean is large against the SD.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from trialsim.core.axes import BoolArray, FloatArray, Plane
from trialsim.core.records import TrialData

Variable = tuple[str, str]
"""(outcome, visit), or ("", covariate)."""

T = TypeVar("T")


@dataclass(frozen=True)
class Analysed:
    """The patients with every variable of an analysis observed."""

    key: Hashable
    """Equal for equal masks."""
    mask: BoolArray | None
    """(r, p), or None when everybody is analysed."""


def analysed(data: TrialData, variables: Sequence[Variable]) -> Analysed:
    """Who is enrolled and has all these variables observed."""
    masks = {identity(data, data.enrolled): data.enrolled}
    for outcome, visit in variables:
        if outcome:
            seen = data.observed[outcome][visit]
            masks[identity(data, seen)] = seen
    hiding = {key: mask for key, mask in masks.items() if not _full(data, mask)}
    key = tuple(sorted(hiding))

    def make() -> BoolArray | None:
        both: BoolArray | None = None
        for mask in hiding.values():
            both = mask if both is None else both & mask
        return both

    return Analysed(key, once(data, ("mask", key), make))


def count(data: TrialData, who: Analysed, arm: int) -> FloatArray:
    """Patients of an arm (k, r)."""

    def make() -> FloatArray:
        if arm == len(data.arms) - 1 > 0:  # what the other arms leave of the whole
            return _everybody(data, who) - sum(count(data, who, other) for other in range(arm))
        return by_size(data, member(data, who, arm))

    return once(data, ("count", who.key, arm), make)


def total(data: TrialData, who: Analysed, arm: int, x: Variable) -> FloatArray:
    """Sum of a centred variable over the patients of an arm (k, r)."""

    def make() -> FloatArray:
        values = centred(data, who, x)
        if arm == len(data.arms) - 1 > 0:
            whole = by_size(data, values)
            return whole - sum(total(data, who, other, x) for other in range(arm))
        return by_size(data, member(data, who, arm), values)

    return once(data, ("total", who.key, arm, _name(data, x)), make)


def product(data: TrialData, who: Analysed, arm: int, x: Variable, y: Variable) -> FloatArray:
    """Sum of products of two centred variables over the patients of an arm (k, r)."""

    def make() -> FloatArray:
        if arm == len(data.arms) - 1 > 0:
            others = sum(product(data, who, other, x, y) for other in range(arm))
            return whole_product(data, who, x, y) - others
        inside = member(data, who, arm) * centred(data, who, x)
        return by_size(data, inside, centred(data, who, y))

    return once(data, ("product", who.key, arm, _pair(data, x, y)), make)


def whole_product(data: TrialData, who: Analysed, x: Variable, y: Variable) -> FloatArray:
    """Sum of products of two centred variables over all arms (k, r)."""

    def make() -> FloatArray:
        return by_size(data, centred(data, who, x), centred(data, who, y))

    return once(data, ("whole", who.key, _pair(data, x, y)), make)


def once(data: TrialData, key: Hashable, make: Callable[[], T]) -> T:
    """What `make` returns, made once for all analyses of these patients that ask by this key."""
    if key not in data.memo:
        data.memo[key] = make()
    made: T = data.memo[key]
    return made


def identity(data: TrialData, array: NDArray[Any]) -> int:
    """A number for an array, kept from being given to another while the sums live."""
    data.memo["alive", id(array)] = array
    return id(array)


def _values(data: TrialData, x: Variable) -> Plane:
    outcome, name = x
    return data.scores[outcome][name] if outcome else data.covariates[name]


def _name(data: TrialData, x: Variable) -> Hashable:
    return identity(data, _values(data, x))


def _pair(data: TrialData, x: Variable, y: Variable) -> Hashable:
    return frozenset((_name(data, x), _name(data, y)))


def _full(data: TrialData, mask: BoolArray) -> bool:
    return once(data, ("full", id(mask)), lambda: bool(mask.all()))


def _everybody(data: TrialData, who: Analysed) -> FloatArray:
    """Patients analysed (k, r)."""
    if who.mask is None:
        sizes = np.array(data.sizes, dtype=np.float64)
        return np.broadcast_to(sizes[:, None], (len(sizes), len(data.arm)))
    return by_size(data, who.mask.astype(np.float64))


def member(data: TrialData, who: Analysed, arm: int) -> Plane:
    """1.0 for the analysed patients of an arm, else 0.0 (r, p)."""

    def make() -> Plane:
        inside = data.arm == arm
        if who.mask is not None:
            inside &= who.mask
        return inside.astype(np.float64)

    return once(data, ("member", who.key, arm), make)


def centred(data: TrialData, who: Analysed, x: Variable) -> Plane:
    """The variable less its centre, 0 for everybody who is not analysed (r, p)."""

    def make() -> Plane:
        values, centre = _values(data, x), data.centres[x]
        moved = values - centre if centre else values
        return moved if who.mask is None else moved * who.mask

    return once(data, ("centred", who.key, _name(data, x)), make)


def by_size(data: TrialData, x: Plane, y: Plane | None = None) -> FloatArray:
    """Sum of x (or x * y) over the first patients, for each trial size (k, r)."""
    if len(data.sizes) == 1:
        summed = np.einsum("rp->r", x) if y is None else np.einsum("rp,rp->r", x, y)
        return summed[None]
    sums = np.empty((len(data.sizes), x.shape[0]))
    start = 0
    for k, size in enumerate(data.sizes):  # the patients that this size adds to the one before
        part = slice(start, size)
        if y is None:
            np.einsum("rp->r", x[:, part], out=sums[k])
        else:
            np.einsum("rp,rp->r", x[:, part], y[:, part], out=sums[k])
        start = size
    return np.cumsum(sums, axis=0)
