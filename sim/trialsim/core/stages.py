"""The stages of a trial as abstract methods: what each is given and what it must return."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from trialsim.core.axes import ArmPlane, FloatArray, Levels, Mask, Plane
from trialsim.core.draws import Draws
from trialsim.core.effect import Effect
from trialsim.core.ratio import allocation_ratio
from trialsim.core.records import Decisions, Estimates, TrialData
from trialsim.core.registry import Method
from trialsim.core.truth import Truth

T = TypeVar("T")

__all__ = [
    "AllocationMethod",
    "AnalysisMethod",
    "CovariateMethod",
    "DecisionMethod",
    "Effect",
    "ObservationMethod",
    "OutcomeMethod",
    "Rule",
    "Seen",
]

NO_EFFECT = 1e-9
"""A difference nearer to zero than this is none."""

NO_FACTORS: Mapping[str, Levels] = MappingProxyType({})


class Rule(BaseModel):
    """How an estimate is judged: the level, one side or two, and which direction is good."""

    model_config = ConfigDict(frozen=True)

    alpha: float
    """Significance level of the test, one- or two-sided as `sides` says."""
    sides: Literal[1, 2]
    """1: only a difference in the good direction counts; 2: either."""
    sign: Literal[-1, 1]
    """+1 when a positive estimate favours the arm, -1 when a negative one does: the direction of
    a good score, unless the analysis turns it round (see `AnalysisMethod.judged`)."""
    null: float = 0.0
    """The difference that is tested: none, or one as bad as the margin allows."""

    def null_is_true(self, truth: float) -> bool:
        """Whether a rejection is a false alarm under this true difference."""
        beyond = truth - self.null
        return abs(beyond) < NO_EFFECT if self.sides == 2 else self.sign * beyond < NO_EFFECT


class CovariateMethod(Method):
    """A distribution of a baseline characteristic: a transform of one standard normal."""

    stage: ClassVar[str] = "cohort"

    correlated_with: dict[str, float | tuple[float, ...]] = {}
    """Correlation with other covariates and with scores, by name: one number (with the baseline
    score, for an outcome), or one for each visit of an outcome."""

    @property
    @abstractmethod
    def centre(self) -> float:
        """A number near the middle of the distribution."""

    @property
    def n_levels(self) -> int | None:
        """How many values it can take, if they are 0, 1, 2, ...; None if it is a measurement.
        What has levels can be a factor of the allocation."""
        return None

    @abstractmethod
    def values(self, z: Plane) -> Plane:
        """Values (r, p) in natural units from standard normals (r, p)."""


class AllocationMethod(Method):
    """A way to allocate patients to arms, in enrolment order."""

    stage: ClassVar[str] = "allocation"
    prefix_stable: ClassVar[bool]
    """Whether the first n patients keep their arms when the trial is planned larger."""
    keeps_ratio: ClassVar[bool] = True
    """Whether every patient's chance of an arm is the arm's share, wherever they stand. If not, it
    is so for equal arms, and for others the arm sizes have the ratio closely."""

    def shared_law(self, sizes: Sequence[int]) -> tuple[int, ...]:
        """What decides the arms besides the patients' place: equal for two trials that give
        their common patients the same arms. The ratio if prefix-stable, else the sizes."""
        return allocation_ratio(sizes) if self.prefix_stable else tuple(sizes)

    def problems(self, sizes: Sequence[int]) -> list[str]:
        """What makes the parameters unfit for these planned arm sizes, in words."""
        return []

    @property
    def factors(self) -> tuple[str, ...]:
        """Names of the covariates whose levels the allocation looks at, such as strata."""
        return ()

    @abstractmethod
    def allocate(
        self, draws: Draws, sizes: Sequence[int], factors: Mapping[str, Levels] = NO_FACTORS
    ) -> ArmPlane:
        """Arms (r, p) of the first sum(sizes) patients; `sizes` (a) is planned for each arm.

        `factors` holds the levels (r, p) of the covariates that `factors` names.
        """

    def size_law(self, sizes: Sequence[int]) -> list[tuple[tuple[int, ...], float]] | None:
        """The distribution of the arm sizes that result, or None where it has no simple form."""
        return None


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


class AnalysisMethod(Method):
    """What the statistician does with the data of one trial, for all replicates at once."""

    stage: ClassVar[str] = "analysis"

    outcome: str
    """Outcome to analyse."""
    visit: str
    """Visit to analyse."""
    contrasts: tuple[str, ...] | None = None
    """Names of the contrasts to estimate; every one of the design when left out."""
    missing: Literal["complete_case", "last_observation", "baseline_observation", "worst_case"] = (
        "complete_case"
    )
    """What stands in for a missing score at the analysed visit. complete_case: nothing, the
    patient is left out; last_observation: the latest earlier score (LOCF); baseline_observation:
    the score at baseline (BOCF); worst_case: the worst score of the scale, in every arm.
    Warning: single values in place of missing ones are biased and too sure of themselves even if
    scores are lost at random, and should not be used for a primary analysis (Little and others
    2012, doi 10.1056/NEJMsr1203730). They are here so that this can be seen."""

    def reads(self, covariates: Collection[str]) -> Sequence[tuple[str, str]]:
        """The variables it needs: (outcome, visit), or ("", name) for one of the covariates."""
        return [(self.outcome, self.visit)]

    def stand_ins(self, visits: Sequence[str], baseline: str | None) -> Sequence[str]:
        """Visits whose scores stand in for a missing one, first choice first."""
        if self.missing == "last_observation":
            return list(visits)[: list(visits).index(self.visit)][::-1]
        if self.missing == "baseline_observation" and baseline not in (None, self.visit):
            return [str(baseline)]
        return []

    def problems(
        self, outcome: OutcomeMethod, visits: Sequence[str], baseline: str | None
    ) -> list[str]:
        """What makes the parameters unfit for this outcome and these visits, in words."""
        if self.missing == "worst_case" and outcome.limits is None:
            return ["worst_case needs an outcome with a lowest and a highest score."]
        carries = self.missing in ("last_observation", "baseline_observation")
        if carries and not self.stand_ins(visits, baseline):
            return [f"{self.missing} needs a visit before '{self.visit}' to take scores from."]
        return []

    @property
    def is_exact(self) -> bool:
        """Whether, for normal scores of equal variances, a share q of its p values lies exactly
        below q when nothing differs. Counts and ranks, and robust errors, hold it roughly."""
        return True

    @property
    def inverts_its_test(self) -> bool:
        """Whether the interval excludes 0 exactly where the test rejects."""
        return True

    @property
    def tests_differences(self) -> bool:
        """Whether it tests a difference in points against any value, as non-inferiority asks."""
        return False

    @property
    def knows_therapists(self) -> bool:
        """Whether it looks at who treated whom."""
        return False

    @property
    def needs_spread(self) -> bool:
        """Whether it fails when nobody differs from the others of the same arm."""
        return True

    def with_origin_at(self, origin: float) -> AnalysisMethod:
        """The same analysis of scores to all of which `origin` was added."""
        return self

    def judged(self, rule: Rule) -> Rule:
        """How its estimates are judged, from a rule for differences between scores."""
        return rule

    def true_value(self, truth: Truth) -> float:
        """The value that its estimates are of: what it would find in everybody, none missing."""
        return truth.mean_difference(self.visit)

    @abstractmethod
    def analyse(
        self, data: TrialData, contrasts: Sequence[tuple[int, int]], rule: Rule
    ) -> Estimates:
        """Estimates (c, k, r) of arm minus comparator for pairs of arm indices."""


class DecisionMethod(Method):
    """What is concluded from an estimate."""

    stage: ClassVar[str] = "decision"

    alpha: float = Field(default=0.05, gt=0, lt=0.5)
    """Significance level."""
    sides: Literal[1, 2] = 2
    """Two-sided test, or one-sided in the good direction of the outcome."""
    primary: str = ""
    """Name of the primary analysis; the first one when left out."""

    @property
    def margin_of_loss(self) -> float:
        """How much worse than its comparator an arm may be and still pass, in points; the
        hypothesis that is tested is a loss of this size."""
        return 0.0

    @abstractmethod
    def decide(self, estimate: FloatArray, p_value: FloatArray, rule: Rule) -> Decisions:
        """Decisions of the shape of the estimates."""
