"""What an assumption says of one outcome, and for whom it is so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import exp, inf, isfinite, log

import numpy as np
from pydantic import BaseModel, ConfigDict

from trialsim.core.axes import FloatArray

Differences = tuple[tuple[float, ...], ...]
"""Mean differences from the comparator (a, v), natural units."""


@dataclass(frozen=True)
class Beside:
    """What acts on patients beside the treatment allocated: one combination of several."""

    instead: int | None
    """Index of the arm whose treatment they changed over to, whole and instead of their own."""
    sizes: tuple[float, ...]
    """What each thing that they take would do alone to the comparator's mean, natural units."""


class Modifier(BaseModel):
    """Patients of different classes gain differently: responders, or levels of a covariate."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    variable: str = ""
    """The covariate or trait whose levels are the classes; "" for classes by pure chance."""
    shares: tuple[float, ...]
    """Share of the population in each class (m); not after selection at baseline."""
    difference: tuple[Differences, ...]
    """Mean difference from the comparator in each class (m, a, v)."""

    def acts_at(self, visit: int) -> bool:
        """Whether the classes of some arm differ at a visit."""
        first, *others = ([row[visit] for row in rows] for rows in self.difference)
        return any(row != first for row in others)


class Effect(BaseModel):
    """What one assumption says of one outcome: by arm and visit, comparator included."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    difference: Differences
    """Mean difference from the comparator (a, v), natural units; over all classes."""
    sd: tuple[tuple[float | None, ...], ...]
    """SD of an arm's own (a, v), within classes, or None for the comparator's, carried over."""
    modifier: Modifier | None = None
    """For whom the difference is which, unless it is the same for all."""

    @staticmethod
    @cache
    def none(n_arms: int, n_visits: int) -> Effect:
        """The effect by which no arm differs."""
        return Effect(difference=((0.0,) * n_visits,) * n_arms, sd=((None,) * n_visits,) * n_arms)

    @property
    def by_class(self) -> Effect:
        """The same effect with every class of an arm as an arm of its own: arm a of class m has
        row a * m_total + m."""
        if self.modifier is None:
            return self
        by_arm = zip(*self.modifier.difference, strict=True)
        n = len(self.modifier.shares)
        return Effect(
            difference=tuple(row for rows in by_arm for row in rows),
            sd=tuple(row for row in self.sd for _ in range(n)),
        )

    def beside(
        self, parts: Sequence[float], states: Sequence[Beside], visit: int, place: Place
    ) -> Effect:
        """The effect at one visit with every dose, and every combination of what acts beside it,
        as an arm of its own: row i of `by_class` at dose d under state b has row
        (i * d_total + d) * b_total + b; it says the same of every visit.
        """
        whole, n = self.by_class, len(self.modifier.shares) if self.modifier else 1
        differences, sds = [], []
        for i, row in enumerate(whole.difference):
            for part in parts:
                for state in states:
                    source = i if state.instead is None else state.instead * n + i % n
                    own = part if state.instead is None else 1.0
                    sizes = (own * whole.difference[source][visit], *state.sizes)
                    differences.append((place.moved(sizes),) * len(row))
                    sds.append((whole.sd[source][visit],) * len(row))
        return Effect(difference=tuple(differences), sd=tuple(sds))


@dataclass(frozen=True)
class Place:
    """Where a mean lies on its scale, so that several things can move it and stay on it."""

    mean: float
    """The comparator's mean."""
    limits: tuple[float, float] | None
    """Lowest and highest possible score; None where there are none."""

    def moved(self, sizes: Sequence[float]) -> float:
        """Difference from the mean when things act together, each of which would do its size
        alone.

        They add on the logit of the mean's place between the limits; on the logarithm of its
        distance from a single limit; on the plain scale where there are none.
        """
        acting = [size for size in sizes if size]
        low, high = self.limits or (-inf, inf)
        if len(acting) < 2 or not (isfinite(low) or isfinite(high)):
            return sum(acting, 0.0)

        def scale(mean: float) -> float:
            above = log(mean - low) if isfinite(low) else 0.0
            return above - log(high - mean) if isfinite(high) else above

        at = scale(self.mean)
        x = at + sum(scale(self.mean + size) - at for size in acting)
        if isfinite(low) and isfinite(high):
            return low + (high - low) / (1 + exp(-x)) - self.mean
        return (low + exp(x) if isfinite(low) else high - exp(-x)) - self.mean

    def along(self, size: float | FloatArray) -> FloatArray:
        """How far a difference from the mean is on the scale on which several add up: elements of
        the sizes' shape."""
        low, high = self.limits or (-inf, inf)
        alone = np.asarray(size, dtype=np.float64)
        if not (isfinite(low) or isfinite(high)):
            return alone
        moved, found = self.mean + alone, np.zeros(alone.shape)
        if isfinite(low):
            found = found + np.log(moved - low) - log(self.mean - low)
        if isfinite(high):
            found = found - np.log(high - moved) + log(high - self.mean)
        return found

    def back(self, along: FloatArray) -> FloatArray:
        """The differences from the mean that are so far along: `along`, undone."""
        low, high = self.limits or (-inf, inf)
        if not (isfinite(low) or isfinite(high)):
            return along
        if not isfinite(high):
            return np.asarray((self.mean - low) * np.expm1(along))
        if not isfinite(low):
            return np.asarray((high - self.mean) * -np.expm1(-along))
        odds = (self.mean - low) / (high - self.mean) * np.exp(along)
        return np.asarray(low + (high - low) * odds / (1 + odds) - self.mean)
