"""What is true of two arms, as far as an analysis may ask to say what its estimates are of."""

from __future__ import annotations

from abc import ABC, abstractmethod


class Truth(ABC):
    """The population of which one contrast of one outcome is a sample: an arm and its
    comparator, nobody missing."""

    @abstractmethod
    def mean_difference(self, visit: str) -> float:
        """Mean score in the arm minus mean score in the comparator."""

    @abstractmethod
    def shares_above(
        self, visit: str, cut: float, *, inclusive: bool, from_visit: str | None = None
    ) -> tuple[float, float]:
        """Share of patients of the arm, and of its comparator, whose score lies above the cut (or,
        `inclusive`, at it); with `from_visit` the score less the score at that visit."""

    @abstractmethod
    def superiority(self, visit: str) -> float:
        """Chance that a patient of the arm scores higher than one of the comparator, ties half."""

    def interaction(self, visit: str, covariate: str) -> float:
        """Mean difference at the higher level of a covariate less that at the lower one, or for a
        unit more of it; NaN where it is not known."""
        return float("nan")
