"""A literature with everything resolved that moves its numbers."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass

from trialsim.analysis.ancova import Ancova
from trialsim.analysis.change_score import ChangeScore
from trialsim.core.errors import Problem, ScenarioError
from trialsim.core.plan import NUMBERS_VERSION, Design
from trialsim.core.program import rule_of
from trialsim.core.stages import AnalysisMethod
from trialsim.scenario.keys.literature import Literature
from trialsim.scenario.loaded import LoadedScenario


@dataclass(frozen=True)
class EstimateLaw:
    """The exact law of a trial's estimate and of its SD, for normal scores."""

    sd: float
    """Of what is compared: scores, changes, or what a baseline leaves unexplained."""
    adjusted: bool
    """Whether a baseline is adjusted for, which costs a degree of freedom and adds the error of
    its imbalance."""


@dataclass(frozen=True)
class Setting:
    """What is simulated: the literature as written, and the trial that it is made of."""

    scenario: str
    written: Literature
    law: EstimateLaw
    score_sd: float
    """SD of the scores that are compared: what a standardised difference is divided by."""
    arms: tuple[int, int]
    """Planned sizes of the arm and its comparator: their ratio is that of every trial."""
    alpha: float
    sides: int
    better: int
    """1 where a higher score is better, -1 where a lower one is."""
    analysis: str
    treatment: str
    comparator: str
    label: str
    """Of the outcome."""
    unit: str
    """Of what is pooled."""

    @property
    def truth(self) -> float:
        """Mean true effect, in the units that are pooled."""
        return self.written.effect.mean / self.scale

    @property
    def tau(self) -> float:
        """SD of true effects between trials, in the units that are pooled."""
        return self.written.effect.tau / self.scale

    @property
    def scale(self) -> float:
        """What natural units are divided by before they are pooled."""
        return self.score_sd if self.written.standardised else 1.0

    @property
    def digest(self) -> str:
        """Hash of everything that moves numbers."""
        literature = self.written.model_dump(mode="json")
        for flaw in literature["flaws"].values():
            del flaw["source"]
        law = [self.law.sd, self.law.adjusted, self.score_sd, *self.arms]
        rule = [self.alpha, self.sides, self.better]
        text = json.dumps([NUMBERS_VERSION, literature, law, rule], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:12]


def setting_of(scenario: LoadedScenario) -> Setting:
    """The literature of a scenario. Raises ScenarioError where there is none."""
    written = scenario.written.literature
    if written is None:
        text = f"{scenario.name} describes no literature."
        hint = "Add `literature: {trials: ..., sizes: ..., effect: {mean: ...}}`."
        raise ScenarioError(Problem(("literature",), text, hint))
    design = scenario.plan.designs[0]
    analysis = design.decision.primary
    method = design.analyses[analysis]
    outcome = design.outcomes[method.outcome]
    treatment, comparator = design.contrasts[design.contrasts_of(analysis)[0]]
    rule = rule_of(design, analysis)
    return Setting(
        scenario=scenario.name,
        written=written,
        law=_law(design, method),
        score_sd=_sd(design, method, method.visit),
        arms=(design.arms[treatment], design.arms[comparator]),
        alpha=rule.alpha,
        sides=rule.sides,
        better=int(rule.sign),
        analysis=analysis,
        treatment=treatment,
        comparator=comparator,
        label=outcome.label or method.outcome,
        unit="SD" if written.standardised else outcome.unit or "points",
    )


def _law(design: Design, method: AnalysisMethod) -> EstimateLaw:
    sd = _sd(design, method, method.visit)
    visits = list(design.visits)
    if isinstance(method, ChangeScore):
        before = _sd(design, method, method.from_visit)
        r = _correlation(design, method, method.from_visit)
        return EstimateLaw(math.sqrt(sd**2 + before**2 - 2 * r * sd * before), adjusted=False)
    if isinstance(method, Ancova):
        (baseline,) = (name for name in method.adjust if name in visits)
        r = _correlation(design, method, baseline)
        return EstimateLaw(sd * math.sqrt(1 - r**2), adjusted=True)
    return EstimateLaw(sd, adjusted=False)


def _sd(design: Design, method: AnalysisMethod, visit: str) -> float:
    outcome = design.outcomes[method.outcome]
    return float(outcome.at(outcome.sd, list(design.visits).index(visit)))


def _correlation(design: Design, method: AnalysisMethod, before: str) -> float:
    visits = list(design.visits)
    outcome = design.outcomes[method.outcome]
    return float(outcome.score_correlation(visits.index(before), visits.index(method.visit)))
