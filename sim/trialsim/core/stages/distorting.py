"""What misleads: bias mechanisms as abstract methods, each with its RoB 2 domain.

A mechanism changes patients, what is recorded of them, or what is chosen to be reported; never an
estimate. No truth knows of it.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from trialsim.core.axes import ArmPlane, FloatArray, Mask, Plane
from trialsim.core.draws import Draws
from trialsim.core.records import Estimates, TrialData
from trialsim.core.registry import Method
from trialsim.core.stages.judging import Rule
from trialsim.core.stages.measuring import ObservationMethod, OutcomeMethod

Domain = Literal[
    "randomisation process",
    "deviations from intended interventions",
    "missing outcome data",
    "measurement of the outcome",
    "selection of the reported result",
]
"""Domains of RoB 2 (Sterne and others 2019, doi 10.1136/bmj.l4898)."""

Name = Annotated[str, Field(min_length=1)]


class BiasMethod(Method):
    """A named switch that misleads."""

    stage: ClassVar[str] = "bias"
    domain: ClassVar[Domain]

    on: bool = True
    """Whether it acts. A base scenario has its mechanisms off, and a what_if turns them on."""
    source: str = ""
    """Where its size comes from."""

    def problems(
        self,
        arms: Sequence[str],
        visits: Sequence[str],
        baseline: str | None,
        outcomes: Mapping[str, OutcomeMethod],
        covariates: Mapping[str, int | None],
        analyses: Sequence[str],
    ) -> list[str]:
        """What makes the parameters unfit for this trial, in words. `covariates` has the number of
        levels of each covariate and trait, None where it is a measurement."""
        return []

    def reads(self, outcomes: Sequence[str], baseline: str | None) -> Sequence[tuple[str, str]]:
        """Variables that it looks at: (outcome, visit), or ("", covariate)."""
        return []


class ScoreBias(BiasMethod):
    """Something that is done to patients, or to what is recorded of them, and moves the score.

    Its size is what it would do alone to the mean of the comparator. Several that act on one score
    add as treatments do: on the logit of the mean's place between the limits of the scale, on the
    plain scale where there are none.
    """

    size: dict[str, float]
    """Outcome: how far it moves the mean, arm by arm; negative is towards lower scores."""
    unit: Literal["points", "sd"] = "points"
    """Whether `size` and `between_trial_sd` are in natural units, or in SDs of the comparator at
    the visit."""
    arm: tuple[str, ...] | None = None
    """Arms whom it acts on; every arm but the comparator when left out."""
    visits: tuple[str, ...] | None = None
    """Visits at which it acts; every one after baseline when left out."""
    between_trial_sd: float = Field(default=0.0, ge=0)
    """SD of the size from trial to trial (normal), the same draw for all outcomes."""
    believers: str | None = None
    """A covariate or trait of two levels: it acts only on those at the higher one."""

    def problems(
        self,
        arms: Sequence[str],
        visits: Sequence[str],
        baseline: str | None,
        outcomes: Mapping[str, OutcomeMethod],
        covariates: Mapping[str, int | None],
        analyses: Sequence[str],
    ) -> list[str]:
        """Names that do not exist, a visit at which nothing can act, a scale that is left."""
        found = [f"no outcome is called {name}." for name in self.size if name not in outcomes]
        found += [f"no arm is called {name}." for name in self.arm or () if name not in arms]
        found += [f"no visit is called {v}." for v in self.visits or () if v not in visits]
        if baseline is not None and baseline in (self.visits or ()):
            found.append(f"nothing acts at {baseline}, where all arms are one population.")
        if self.believers is not None and covariates.get(self.believers, 0) != 2:
            found.append(f"believers: {self.believers} is no covariate or trait of two levels.")
        for name, method in outcomes.items():
            for v, visit in enumerate(visits):
                if visit in self.acts_at(visits, baseline) and name in self.size:
                    found += method.arm_problems(v, self.points(method, v, name), None)
        return list(dict.fromkeys(found))

    def reads(self, outcomes: Sequence[str], baseline: str | None) -> Sequence[tuple[str, str]]:
        """The trait of believers."""
        return [] if self.believers is None else [("", self.believers)]

    def takers(self, draws: Draws, purpose: str, n: int) -> Mask | None:
        """Those (r, p) of its arms whom it acts on; None for all."""
        return None

    def acts_at(self, visits: Sequence[str], baseline: str | None) -> Sequence[str]:
        """Visits at which it acts."""
        return [v for v in visits if v != baseline] if self.visits is None else self.visits

    def points(self, method: OutcomeMethod, visit: int, outcome: str) -> float:
        """Its size at a visit, natural units."""
        scale = method.at(method.sd, visit) if self.unit == "sd" else 1.0
        return self.size.get(outcome, 0.0) * scale

    def spread(self, method: OutcomeMethod, visit: int, outcome: str) -> float:
        """Between-trial SD of its size at a visit, natural units; 0 where it does not act."""
        scale = method.at(method.sd, visit) if self.unit == "sd" else 1.0
        return self.between_trial_sd * scale if self.size.get(outcome) is not None else 0.0


class TreatmentBias(BiasMethod):
    """Patients who get a treatment that is not theirs."""

    @abstractmethod
    def instead(
        self, draws: Draws, purpose: str, arm: ArmPlane, arms: Sequence[str]
    ) -> tuple[Mask, str]:
        """Who (r, p) gets the treatment of another arm, and which."""


class AllocationBias(BiasMethod):
    """Patients who come to the arm where somebody wants them."""

    outcome: str
    """Outcome whose baseline score the recruiter goes by."""

    def reads(self, outcomes: Sequence[str], baseline: str | None) -> Sequence[tuple[str, str]]:
        """The score at baseline."""
        return [] if baseline is None else [(self.outcome, baseline)]

    @abstractmethod
    def reallocate(
        self,
        draws: Draws,
        purpose: str,
        arm: ArmPlane,
        badness: Plane,
        sizes: Sequence[int],
        arms: Sequence[str],
    ) -> ArmPlane:
        """Arms (r, p), from those that an honest allocation would give and the baseline scores
        (r, p) in SDs, higher is worse. Patients exchange their places in the order of enrolment:
        how many are in each arm does not change."""


class LossBias(BiasMethod):
    """Scores that are not seen, for a reason that misleads."""

    @abstractmethod
    def reason(self) -> ObservationMethod:
        """The reason, as if it stood under `observation: missing:`."""


class ReportBias(BiasMethod):
    """A result that is chosen once the data are seen, and reported as the primary one."""

    @abstractmethod
    def report(
        self,
        own: Estimates,
        others: Mapping[str, Estimates],
        again: Callable[[TrialData], Estimates],
        data: TrialData,
        rule: Rule,
    ) -> Estimates:
        """What is reported as the result of the primary analysis (c, k, r).

        `own` is what it found, `others` what the other analyses of the same contrasts found, and
        `again` makes the primary analysis of other data.
        """

    def needs(self) -> Sequence[str]:
        """Analyses that it chooses among, by name."""
        return []


def favours(estimate: FloatArray, p_value: FloatArray, rule: Rule) -> FloatArray:
    """How much a result favours the arm, the smaller the more: its p value, or 2 - p where it
    points the other way; failures last."""
    good = estimate * rule.sign > 0
    return np.where(np.isnan(p_value), np.inf, np.where(good, p_value, 2 - p_value))
