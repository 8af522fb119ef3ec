"""What an assumption says of one outcome, and for whom it is so."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from pydantic import BaseModel, ConfigDict

Differences = tuple[tuple[float, ...], ...]
"""Mean differences from the comparator (a, v), natural units."""


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

    def in_parts(self, parts: Sequence[Sequence[float]]) -> Effect:
        """The same effect with every dose of an arm, or of a class of it, as an arm of its own:
        row i of `by_class` at dose d has row i * d_total + d.

        `parts` has the part of the difference that each dose gives (d, v).
        """
        whole = self.by_class
        return Effect(
            difference=tuple(
                tuple(part * difference for part, difference in zip(dose, row, strict=True))
                for row in whole.difference
                for dose in parts
            ),
            sd=tuple(row for row in whole.sd for _ in parts),
        )
