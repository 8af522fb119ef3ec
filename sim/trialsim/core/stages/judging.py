"""What is made of the data: analyses and decisions as abstract methods."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Collection, Sequence
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from trialsim.core.axes import FloatArray
from trialsim.core.records import Decisions, Estimates, TrialData
from trialsim.core.registry import Method
from trialsim.core.stages.measuring import OutcomeMethod
from trialsim.core.truth import Truth

NO_EFFECT = 1e-9
"""A difference nearer to zero than this is none."""


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
