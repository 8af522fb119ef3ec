"""What is true and what is seen of it: outcomes and missing data as abstract methods."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, TypeVar

from trialsim.core.axes import ArmPlane, FloatArray, Mask, Plane
from trialsim.core.draws import Draws
from trialsim.core.effect import Effect
from trialsim.core.registry import Method

T = TypeVar("T")


class OutcomeMethod(Method):
    """A score measured at every visit: a margin a visit and arm on a latent standard normal."""

    stage: ClassVar[str] = "outcomes"

    label: str = ""
    """What the score is, for tables and axes; the outcome's name when left out."""
    unit: str = "points"
    """Natural unit of the score, in the plural."""
    better: Literal["lower", "higher"] = "lower"
    """Direction of a good score."""
    mean: tuple[float, ...] | float
    """Mean in the comparator arm: one value a visit, or one for all."""
    sd: tuple[float, ...] | float
    """Standard deviation in the comparator arm: one value a visit, or one for all."""
    correlation: tuple[tuple[float, ...], ...] | float = 0.0
    """Correlation of the scores between visits in the comparator arm: a matrix, or one value
    for every pair."""
    correlated_with: dict[str, float | tuple[tuple[float, ...], ...]] = {}
    """Correlation with the scores of outcomes that stand on their own: by name, one value for
    scores of the same visit or a matrix (row: this outcome's visit)."""

    @staticmethod
    def at(values: tuple[float, ...] | float, visit: int) -> float:
        """The value of a field at a visit, whether it was written once or a visit."""
        return values[visit] if isinstance(values, tuple) else values

    def score_correlation(self, first: int, second: int) -> float:
        """Correlation of the comparator's scores at two visits, as asked for."""
        if isinstance(self.correlation, tuple):
            return self.correlation[first][second]
        return 1.0 if first == second else self.correlation

    def badness(self, visit: int, score: FloatArray) -> FloatArray:
        """Scores in SDs of the comparator from its mean, turned so that higher is worse."""
        sign = 1 if self.better == "lower" else -1
        return sign * (score - self.at(self.mean, visit)) / self.at(self.sd, visit)

    @property
    def limits(self) -> tuple[float, float] | None:
        """Lowest and highest possible score, or None where there is no limit."""
        return None

    @abstractmethod
    def problems(self, visit: int) -> list[str]:
        """What is impossible about the margin at a visit, in words, with the nearest possible."""

    @abstractmethod
    def hermite(
        self, visit: int, terms: int, difference: float = 0.0, sd: float | None = None
    ) -> FloatArray:
        """Coefficients 1..terms of an arm's score in normalised Hermite polynomials of its
        latent value: the covariance of two scores is the sum of a_k b_k rho**k. Without a
        difference and an SD of its own the arm is the comparator."""

    @abstractmethod
    def arm_problems(self, visit: int, difference: float, sd: float | None) -> list[str]:
        """What is impossible about an arm with this mean difference (and SD of its own)."""

    @abstractmethod
    def arm_sd(self, visit: int, difference: float) -> float:
        """SD of an arm with this mean difference, when the assumption states none."""

    def shift(self, visit: int, effect: Effect) -> tuple[float, ...] | None:
        """The constant that an effect adds to the comparator's score in each arm, where it does
        nothing else; None where it does more. Least-squares sums then serve every effect size."""
        return None

    @abstractmethod
    def scores(self, visit: int, z: Plane, arm: ArmPlane, effect: Effect) -> Plane:
        """Scores (r, p) at a visit from latent values (r, p), under the arm received."""


@dataclass(frozen=True)
class Seen:
    """What a reason for missing data may look at. Scores are in SDs of the comparator from its
    mean, turned so that higher is worse."""

    arms: tuple[str, ...]
    visits: tuple[str, ...]
    baseline: str | None
    badness: Callable[[str, str], Plane]
    """True scores (r, p) of an outcome at a visit."""
    pilot: Callable[[str, str, int], FloatArray]
    """The same for many patients of an arm (n,), who stand for the population."""
    arm_shares: tuple[float, ...]
    """Share of the patients who are in each arm (a)."""
    kept: dict[Hashable, Any]
    """What was worked out for this trial before, in any batch."""

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` returns, worked out once for all batches."""
        if key not in self.kept:
            self.kept[key] = make()
        found: T = self.kept[key]
        return found


class ObservationMethod(Method):
    """A reason why scores are not seen."""

    stage: ClassVar[str] = "observation"

    outcomes: tuple[str, ...] | None = None
    """Outcomes that it hides; all when left out."""

    def problems(self, visits: Sequence[str], baseline: str | None) -> list[str]:
        """What makes the parameters unfit for these visits, in words."""
        return []

    def visits(self, visits: Sequence[str], baseline: str | None) -> Sequence[str]:
        """Visits at which it may hide a score; every one after baseline unless overridden."""
        return [visit for visit in visits if visit != baseline]

    def reads(
        self, outcomes: Sequence[str], visits: Sequence[str], baseline: str | None
    ) -> Sequence[tuple[str, str]]:
        """The scores that it looks at, as (outcome, visit); none if it is blind to them."""
        return []

    @property
    def is_by_lot(self) -> bool:
        """Whether chance has a say in who is lost."""
        return True

    @abstractmethod
    def missing(
        self,
        draws: Draws,
        purpose: str,
        visits: Sequence[str],
        arm: ArmPlane,
        seen: Seen | None = None,
    ) -> Mapping[str, Mask]:
        """Masks (r, p) by visit of the scores that this reason hides.

        `seen` is given when `reads` names scores.
        """
