"""Counts, sums and sums of products by arm, for all replicates and all trial sizes at once.

Every least-squares analysis of a trial is a formula in these sums. They are made once for a set
of data and shared: a t test, a change score and an ANCOVA of one visit need seven passes over
the data between them. Unobserved values are zeroed before anything is multiplied, and each
variable is centred near its planned mean, because raw sums of squares lose digits when the mean
is large against the SD.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from trialsim.core.axes import BoolArray, FloatArray, Plane
from trialsim.core.records import TrialData

Variable = tuple[str, str]
"""(outcome, visit), or ("", covariate)."""

T = TypeVar("T")


@dataclass(frozen=True)
class Analysed:
    """The patients with every variable of an analysis observed."""

    hiding: tuple[Variable, ...]
    """The variables that hide anybody; the key under which sums are shared."""
    mask: BoolArray | None
    """(r, p), or None when everybody is analysed."""


def analysed(data: TrialData, variables: Sequence[Variable]) -> Analysed:
    """Who is enrolled and has all these variables observed."""
    hiding = tuple(sorted(v for v in set(variables) if v[0] and not _complete(data, v)))

    def make() -> BoolArray | None:
        mask = None if _all_enrolled(data) else data.enrolled
        for outcome, visit in hiding:
            seen = data.observed[outcome][visit]
            mask = seen if mask is None else mask & seen
        return mask

    return Analysed(hiding, _once(data, ("mask", hiding), make))


def count(data: TrialData, who: Analysed, arm: int) -> FloatArray:
    """Patients of an arm (k, r)."""

    def make() -> FloatArray:
        return _by_size(data, _member(data, who, arm))

    return _once(data, ("count", who.hiding, arm), make)


def total(data: TrialData, who: Analysed, arm: int, x: Variable) -> FloatArray:
    """Sum of a centred variable over the patients of an arm (k, r)."""

    def make() -> FloatArray:
        if arm == len(data.arms) - 1 > 0:  # what the other arms leave of the whole
            rest = sum(total(data, who, other, x) for other in range(arm))
            return _by_size(data, _centred(data, who, x)) - rest
        return _by_size(data, _member(data, who, arm), _centred(data, who, x))

    return _once(data, ("total", who.hiding, arm, x), make)


def product(data: TrialData, who: Analysed, arm: int, x: Variable, y: Variable) -> FloatArray:
    """Sum of products of two centred variables over the patients of an arm (k, r)."""
    x, y = sorted((x, y))

    def make() -> FloatArray:
        if arm == len(data.arms) - 1 > 0:
            rest = sum(product(data, who, other, x, y) for other in range(arm))
            return whole_product(data, who, x, y) - rest
        x_arm = _once(
            data,
            ("arm plane", who.hiding, arm, x),
            lambda: _member(data, who, arm) * _centred(data, who, x),
        )
        return _by_size(data, x_arm, _centred(data, who, y))

    return _once(data, ("product", who.hiding, arm, x, y), make)


def whole_product(data: TrialData, who: Analysed, x: Variable, y: Variable) -> FloatArray:
    """Sum of products of two centred variables over all arms (k, r)."""
    x, y = sorted((x, y))

    def make() -> FloatArray:
        return _by_size(data, _centred(data, who, x), _centred(data, who, y))

    return _once(data, ("whole", who.hiding, x, y), make)


def _once(data: TrialData, key: Hashable, make: Callable[[], T]) -> T:
    if key not in data.memo:
        data.memo[key] = make()
    return data.memo[key]


def _all_enrolled(data: TrialData) -> bool:
    return _once(data, "all enrolled", lambda: bool(data.enrolled.all()))


def _complete(data: TrialData, variable: Variable) -> bool:
    outcome, visit = variable
    return _once(data, ("complete", variable), lambda: bool(data.observed[outcome][visit].all()))


def _member(data: TrialData, who: Analysed, arm: int) -> Plane:
    """1.0 for the analysed patients of an arm, else 0.0 (r, p)."""

    def make() -> Plane:
        inside = data.arm == arm
        if who.mask is not None:
            inside &= who.mask
        return inside.astype(np.float64)

    return _once(data, ("member", who.hiding, arm), make)


def _centred(data: TrialData, who: Analysed, x: Variable) -> Plane:
    """The variable less its centre, 0 for everybody who is not analysed (r, p)."""

    def make() -> Plane:
        outcome, name = x
        values = data.scores[outcome][name] if outcome else data.covariates[name]
        centred = values - data.centres[x]
        if who.mask is not None:
            np.multiply(centred, who.mask, out=centred)
        return centred

    return _once(data, ("centred", who.hiding, x), make)


def _by_size(data: TrialData, x: Plane, y: Plane | None = None) -> FloatArray:
    """Sum of x (or x * y) over the first patients, for each trial size (k, r)."""
    if len(data.sizes) == 1:
        summed = np.einsum("rp->r", x) if y is None else np.einsum("rp,rp->r", x, y)
        return summed[None]
    terms = x if y is None else x * y
    starts = np.concatenate([[0], data.sizes[:-1]])
    return np.cumsum(np.add.reduceat(terms, starts, axis=1), axis=1).T
