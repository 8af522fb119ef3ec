"""A scenario in words, and the work that simulating it takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from trialsim.core.axes import REPLICATES_PER_BATCH, SLAB_BYTES
from trialsim.core.plan import Design, Plan
from trialsim.core.program import prepare
from trialsim.core.records import COLUMNS
from trialsim.core.stages import AnalysisMethod
from trialsim.core.stages.distorting import Domain
from trialsim.scenario._words import listed
from trialsim.scenario.schema import Scenario


def arms_line(design: Design) -> str:
    """The arms with their sizes, comparator last: `acupressure (64) v physiotherapy (65)`."""
    comparator, *others = design.arms.items()
    return " v ".join(f"{name} ({n})" for name, n in [*others, comparator])


def outcome_line(design: Design, name: str) -> str:
    """What an outcome is: label, range and direction."""
    method = design.outcomes[name]
    limits = ""
    low, high = getattr(method, "min", None), getattr(method, "max", None)
    if low is not None and high is not None:
        limits = f", {low:g} to {high:g} {method.unit}"
    return f"{method.label or name}{limits}, {method.better} is better"


def analysis_line(analysis: AnalysisMethod) -> str:
    """What an analysis does, in words."""
    return _adjusted(f"{_kind(analysis)} of {analysis.outcome} at {analysis.visit}", analysis)


def method_line(analysis: AnalysisMethod) -> str:
    """The method of an analysis, whatever it is applied to."""
    return _adjusted(_kind(analysis), analysis)


def _kind(analysis: AnalysisMethod) -> str:
    kinds = {"t_test": "t test", "change_score": "change score", "ancova": "ANCOVA"}
    return kinds.get(analysis.name, analysis.name)


def _adjusted(text: str, analysis: AnalysisMethod) -> str:
    adjust = getattr(analysis, "adjust", ())
    return f"{text}, adjusted for {', '.join(adjust)}" if adjust else text


def decision_line(design: Design) -> str:
    """How a result is judged: `two-sided 0.05`."""
    decision = design.decision
    sides = "two-sided" if decision.sides == 2 else "one-sided"
    margin = decision.margin_of_loss
    against = f", non-inferiority by a margin of {margin:g}" if margin else ""
    return f"{sides} {decision.alpha:g}{against}"


def not_simulated(plan: Plan) -> list[str]:
    """What a run of this plan leaves out though it happens in trials, a phrase each."""
    designs = plan.designs
    found = []
    if not any(design.clock for design in designs):
        found.append("appointments, withdrawal in the course of treatment")
    if not any(design.recruitment for design in designs):
        found.append("recruitment")
    if not any(design.sessions for design in designs):
        found.append("missed sessions")
    if not any(team.icc for design in designs for team in design.teams.values()):
        found.append("differences between therapists")
    covered = {one.domain for design in designs for one in design.bias.values()}
    left = [domain for domain in get_args(Domain) if domain not in covered]
    if left:
        found.append(f"bias of the {listed(left, 'and')}" if covered else "bias of any kind")
    if not any(design.missing for design in designs):
        lost = any(design.loses_visits for design in designs)
        found.append("scores that are missing for other reasons" if lost else "missing data")
    return found


@dataclass(frozen=True)
class Work:
    """What a run will do and need."""

    design_points: int
    assumptions: int
    analyses: int
    series: int
    replicates: int
    bytes: int
    """Size of the estimates on disk and, once, in memory."""
    peak_bytes: int
    """Estimated peak memory of the whole command."""

    @property
    def rows(self) -> int:
        """Estimates: one a series and replicate."""
        return self.series * self.replicates


def work_of(plan: Plan) -> Work:
    """Count a plan's work."""
    program = prepare(plan)
    series = program.n_series
    values = series * len(COLUMNS) * plan.replicates * 8
    plane = max(group.capacity for group in program.groups) * REPLICATES_PER_BATCH * 8
    tables = {
        purpose
        for group in program.groups
        for outcome, visit in group.reads
        if outcome
        for purpose, _ in group.design.latent[outcome][visit]
    }
    working = plane * (len(tables) + 2) + 40 * min(plane, SLAB_BYTES)
    return Work(
        len(plan.designs),
        len({cell.assumption for cell in plan.cells}),
        len(plan.designs[0].analyses),
        series,
        plan.replicates,
        values,
        int(2.2 * values + working + 200e6),
    )


def paragraph(scenario: Scenario, plan: Plan) -> str:
    """The design in one paragraph."""
    design = plan.designs[0]
    title = scenario.title or plan.name
    visits = ", ".join(
        f"{name} (week {weeks:g})" for name, weeks in scenario.design.visits_weeks.items()
    )
    outcomes = "; ".join(outcome_line(design, name) for name in design.outcomes)
    primary = design.analyses[design.decision.primary]
    lost = ", ".join(f"{name} ({reason.name})" for name, reason in design.missing.items())
    misled = ", ".join(f"{name} ({one.name})" for name, one in design.bias.items())
    sentences = [
        f"{title}: a trial of {arms_line(design)}, {design.n_total} patients in all, "
        f"allocated by {_in_words(design.allocation.name)}{_factors(design)}.",
        *_people(design),
        f"Visits: {visits}.",
        f"Measured: {outcomes}.",
        f"Primary analysis: {analysis_line(primary)}, {decision_line(design)}; "
        f"{_in_all(len(design.analyses))}.",
        f"Missing data: {lost}." if lost else "No data are missing.",
        *([f"Bias: {misled}."] if misled else []),
        f"Assumed truths: {', '.join(scenario.assumptions)}.",
    ]
    return " ".join(sentences)


def _factors(design: Design) -> str:
    factors = design.allocation.factors
    return f" of {', '.join(factors)}" if factors else ""


def _people(design: Design) -> list[str]:
    """A sentence on what is measured of patients at baseline, and one on what is not."""
    known = ", ".join(f"{name} ({design.covariates[name].name})" for name in design.measured)
    hidden = ", ".join(f"{name} ({design.covariates[name].name})" for name in design.traits)
    said = [f"Known of the patients: {known}."] if known else []
    return [*said, f"Acting, and not known: {hidden}."] if hidden else said


def _in_all(n_analyses: int) -> str:
    return f"{n_analyses} analyses in all" if n_analyses > 1 else "no other analysis"


def _in_words(allocation: str) -> str:
    return "simple randomisation" if allocation == "simple" else allocation.replace("_", " ")
