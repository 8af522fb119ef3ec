"""What misleads: bias mechanisms as abstract methods, each with its RoB 2 domain.

A mechanism changes patients, what is recorded of them, or what is chosen to be reported; never an
estimate. No truth knows of it.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
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

FURTHEST = 4.0
"""Between-trial SDs from its mean that a size may lie; see `trialsim.bias.distort`."""

Arms = Annotated[tuple[str, ...], Field(min_length=1)]

Analyse = Callable[[str, TrialData], Estimates]
"""The estimates (c, k, r) of an analysis, by name, of these data."""


@dataclass(frozen=True)
class Setting:
    """The trial that a mechanism is written for. Every name that a mechanism gives by one of the
    keys of `trialsim.scenario.bias_check` exists there."""

    arms: Mapping[str, int]
    """Planned size of every arm, the comparator first."""
    visits: Sequence[str]
    baseline: str | None
    outcomes: Mapping[str, OutcomeMethod]
    levels: Mapping[str, int | None]
    """Number of levels of each covariate and trait, None where it is a measurement."""
    factors: Sequence[str]
    """Covariates that the allocation looks at."""
    misses_sessions: bool
    """Whether patients may attend fewer sessions than planned."""
    alpha: float
    sides: int


class BiasMethod(Method):
    """A named switch that misleads."""

    stage: ClassVar[str] = "bias"
    domain: ClassVar[Domain]

    on: bool = True
    """Whether it acts. A base scenario has its mechanisms off, and a what_if turns them on."""
    source: str = ""
    """Where its size comes from."""

    def problems(self, trial: Setting) -> list[str]:
        """What makes the parameters unfit for this trial, in words; names are known to exist."""
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

    size: Annotated[dict[str, float], Field(min_length=1)]
    """Outcome: how far it moves the mean of those whom it acts on; negative is towards lower
    scores."""
    unit: Literal["points", "sd"] = "points"
    """Whether `size` and `between_trial_sd` are in natural units, or in SDs of the comparator at
    the visit."""
    arm: Arms | None = None
    """Arms whom it acts on; every arm but the comparator when left out."""
    visits: Arms | None = None
    """Visits at which it acts; every one after baseline when left out."""
    between_trial_sd: float = Field(default=0.0, ge=0)
    """SD of the size from trial to trial (normal), the same draw for all outcomes."""
    believers: str | None = None
    """A covariate or trait of two levels: it acts only on those at the higher one."""

    def problems(self, trial: Setting) -> list[str]:
        """A visit at which nothing can act, believers of no two kinds, a scale that is left."""
        found = []
        if trial.baseline is not None and trial.baseline in (self.visits or ()):
            found.append(f"nothing acts at {trial.baseline}, where all arms are one population.")
        if self.believers is not None and trial.levels[self.believers] != 2:
            found.append(f"believers: {self.believers} has not two levels.")
        return found or [text for name in self.size for text in self._leaves_scale(trial, name)]

    def _leaves_scale(self, trial: Setting, outcome: str) -> list[str]:
        method = trial.outcomes[outcome]
        for visit in self.acts_at(trial.visits, trial.baseline):
            v = list(trial.visits).index(visit)
            size, reach = self.points(method, v, outcome), self.spread(method, v, outcome)
            for steps in dict.fromkeys((0.0, -FURTHEST * bool(reach), FURTHEST * bool(reach))):
                for text in method.arm_problems(v, size + steps * reach, None):
                    far = f", {abs(steps):g} between-trial SDs from its size" if steps else ""
                    return [f"{outcome} at {visit}{far}: {text}"]
        return []

    def reads(self, outcomes: Sequence[str], baseline: str | None) -> Sequence[tuple[str, str]]:
        """The trait of believers."""
        return [] if self.believers is None else [("", self.believers)]

    def takers(self, draws: Draws, purpose: str, n: int) -> Mask | None:
        """Those (r, p) of its arms whom it acts on; None for all."""
        return None

    def acts_at(self, visits: Sequence[str], baseline: str | None) -> Sequence[str]:
        """Visits at which it acts."""
        return [v for v in visits if v != baseline] if self.visits is None else self.visits

    def acts_in(self, arms: Sequence[str]) -> list[bool]:
        """By arm: whether it acts there."""
        return [i > 0 if self.arm is None else arm in self.arm for i, arm in enumerate(arms)]

    def points(self, method: OutcomeMethod, visit: int, outcome: str) -> float:
        """Its mean size at a visit, natural units."""
        scale = method.at(method.sd, visit) if self.unit == "sd" else 1.0
        return self.size.get(outcome, 0.0) * scale

    def spread(self, method: OutcomeMethod, visit: int, outcome: str) -> float:
        """Between-trial SD of its size at a visit, natural units; 0 where it does not act."""
        scale = method.at(method.sd, visit) if self.unit == "sd" else 1.0
        return self.between_trial_sd * scale if outcome in self.size else 0.0


class TreatmentBias(BiasMethod):
    """Patients who get a treatment that is not theirs."""

    @abstractmethod
    def instead(
        self, draws: Draws, purpose: str, arm: ArmPlane, arms: Sequence[str]
    ) -> tuple[Mask, str]:
        """Who (r, p) gets the treatment of another arm, and which."""


class AllocationBias(BiasMethod):
    """Patients who come to the arm where somebody wants them."""

    outcome: str | None = None
    """Outcome whose baseline score the recruiter goes by."""
    prognosis: str | None = None
    """Instead, a covariate or trait that the recruiter goes by, higher is worse. An analysis that
    adjusts for what the recruiter went by mends the harm; nobody can adjust for a trait."""

    def problems(self, trial: Setting) -> list[str]:
        """Nothing or two things to go by, or places that only certain patients can have."""
        found = []
        if (self.outcome is None) == (self.prognosis is None):
            found.append("needs one of outcome and prognosis: what the recruiter goes by.")
        if self.outcome is not None and not trial.baseline:
            found.append("needs a baseline visit, whose score the recruiter goes by.")
        if trial.factors:
            text = ", ".join(trial.factors)
            found.append(f"patients change places, and here a place depends on their {text}.")
        return found

    def reads(self, outcomes: Sequence[str], baseline: str | None) -> Sequence[tuple[str, str]]:
        """The score at baseline, or the characteristic."""
        if self.prognosis is not None:
            return [("", self.prognosis)]
        return [] if baseline is None else [(str(self.outcome), baseline)]

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
        """Arms (r, p), from those that an honest allocation would give and what the recruiter goes
        by (r, p), less its ordinary value; higher is worse."""


class LossBias(BiasMethod):
    """Scores that are not seen, for a reason that misleads.

    Who is lost goes by what the treatments as allocated did, and not by what else misleads: each
    arm loses the share stated, whatever is on beside it.
    """

    @abstractmethod
    def reason(self) -> ObservationMethod:
        """The reason, as if it stood under `observation: missing:`."""

    def problems(self, trial: Setting) -> list[str]:
        """Those of the reason."""
        return self.reason().problems(trial.visits, trial.baseline)


class ReportBias(BiasMethod):
    """A result that is chosen once the data are seen, and reported as the primary one.

    Several are made in turn, each of what the one before it would report: who is analysed, then
    which analysis, then which part of the patients, then when.
    """

    turn: ClassVar[Literal["who", "which", "part", "when"]]
    """What it chooses. A choice of who is made in every analysis, the others in the primary."""

    @abstractmethod
    def report(
        self, analysis: str, data: TrialData, analyse: Analyse, rules: Mapping[str, Rule]
    ) -> Estimates:
        """What is reported as the result of an analysis (c, k, r).

        `analyse` makes any analysis of any data, as those before in turn would; `rules` says how
        each is judged.
        """

    def needs(self) -> Sequence[str]:
        """Other analyses that it chooses among; they must be of the contrasts of the primary."""
        return []


TURNS = ("who", "which", "part", "when")
"""Order in which choices are made; see `ReportBias.turn`."""


def in_turn(chosen: Mapping[str, ReportBias]) -> list[ReportBias]:
    """Choices in the order in which they are made."""
    return sorted(chosen.values(), key=lambda one: TURNS.index(one.turn))


def favours(found: Estimates, rule: Rule) -> FloatArray:
    """How much a result speaks for the arm, the smaller the more: its p value, or 2 - p where a
    two-sided one points the other way; failures last."""
    against = (rule.sides == 2) & ~(found.estimate * rule.sign > 0)
    p = np.where(against, 2 - found.p_value, found.p_value)
    return np.where(np.isnan(found.p_value), np.inf, p)
