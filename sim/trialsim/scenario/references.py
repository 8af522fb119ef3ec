"""Names that parts of a scenario give one another: whatever is referred to must exist."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from trialsim.core.errors import Path, Problem
from trialsim.core.registry import Method
from trialsim.core.stages import AnalysisMethod, ObservationMethod
from trialsim.scenario._words import clipped, listed, nearest
from trialsim.scenario.keys.cohort import Cohort
from trialsim.scenario.schema import Scenario
from trialsim.scenario.truth import baseline_of


def contrasts_of(scenario: Scenario) -> dict[str, tuple[str, str]]:
    """The comparisons as written, or every arm against the first."""
    first, *others = scenario.design.arms
    return dict(scenario.design.contrasts) or {f"{a} - {first}": (a, first) for a in others}


def contrast_problems(scenario: Scenario) -> Iterable[Problem]:
    """Contrasts of arms that do not exist, or of an arm with itself."""
    for name, pair in scenario.design.contrasts.items():
        yield from pair_problems(("design", "contrasts", name), pair, list(scenario.design.arms))


def analysis_problems(scenario: Scenario) -> Iterable[Problem]:
    """What analyses are made of: outcome, visit, contrasts, variables to adjust for."""
    visits, contrasts = list(scenario.design.visits_weeks), list(contrasts_of(scenario))
    for name, analysis in scenario.analyses.items():
        path: Path = ("analyses", name)
        yield from unknown_name((*path, "outcome"), "outcome", analysis.outcome, scenario.outcomes)
        yield from unknown_name((*path, "visit"), "visit", analysis.visit, visits)
        stated = analysis.contrasts
        for i, contrast in enumerate(stated or ()):
            place: Path = (*path, "contrasts", i)
            yield from unknown_name(place, "contrast", contrast, contrasts)
            yield from _twice(place, contrast, (stated or ())[:i])
        if stated == ():
            yield Problem((*path, "contrasts"), "is an empty list.", "Leave it out for all.")
        yield from _variable_problems(path, analysis, visits, scenario.cohort)
        outcome = scenario.outcomes.get(analysis.outcome)
        if outcome is not None and analysis.visit in visits:
            for text in analysis.problems(outcome, visits, baseline_of(scenario)):
                yield Problem(path, text)


def _variable_problems(
    path: Path, analysis: AnalysisMethod, visits: Sequence[str], cohort: Cohort
) -> Iterable[Problem]:
    covariates = list(cohort.covariates)
    used = analysis.reads(covariates)[1:]  # the first is the analysed score
    for i, (outcome, variable) in enumerate(used):
        place, given = _where_named(path, analysis, variable)
        default = "" if given else " (which this analysis uses unless told otherwise)"
        if outcome and variable in cohort.traits:
            text = f"'{clipped(variable)}' is a trait, which nobody measures."
            yield Problem(place, text, "Describe it under cohort.covariates.")
        elif outcome and variable not in visits:
            text = f"'{clipped(variable)}'{default} is neither a visit nor a covariate."
            if not covariates:
                text = f"no visit is called '{clipped(variable)}'{default}."
            yield Problem(place, text, nearest(variable, [*visits, *covariates]))
        elif outcome and variable == analysis.visit:
            text = f"'{clipped(variable)}'{default} is the visit that is analysed."
            yield Problem(place, text, "Name an earlier one.")
        elif not outcome and variable in visits:
            text = f"'{clipped(variable)}' is both a visit and a covariate."
            yield Problem(place, text, "Rename the covariate.")
        yield from _twice((*place[:-1], i) if len(place) > 3 else place, variable, [
            other for _, other in used[:i]
        ])  # fmt: skip


def _where_named(path: Path, method: Method, variable: str) -> tuple[Path, bool]:
    """The key by which a method names a variable, and whether its author wrote it."""
    for key in type(method).model_fields:
        value, given = getattr(method, key), key in method.model_fields_set
        if key in ("outcome", "visit", "contrasts"):
            continue
        if isinstance(value, tuple) and variable in value:
            return ((*path, key, value.index(variable)) if given else (*path, key)), given
        if value == variable:
            return (*path, key), given
    return path, True


def decision_problems(scenario: Scenario) -> Iterable[Problem]:
    """A primary analysis that does not exist."""
    primary = scenario.decision.primary
    if primary:
        yield from unknown_name(("decision", "primary"), "analysis", primary, scenario.analyses)


def margin_problems(scenario: Scenario) -> Iterable[Problem]:
    """Analyses that a margin in points cannot judge."""
    margin = scenario.decision.margin_of_loss
    primary = scenario.decision.primary or next(iter(scenario.analyses))
    if not margin or primary not in scenario.analyses:
        return
    outcome = scenario.analyses[primary].outcome
    for name, analysis in scenario.analyses.items():
        path: Path = ("analyses", name)
        if analysis.outcome != outcome:
            text = f"is of {clipped(analysis.outcome)}, and the margin is in points of {outcome}."
            yield Problem((*path, "outcome"), text, "Leave it out, or describe it by itself.")
        elif not analysis.tests_differences:
            text = f"{analysis.name} tests no difference in points against a margin."
            yield Problem(path, text, "Use t_test, change_score or ancova.")


def missing_problems(scenario: Scenario) -> Iterable[Problem]:
    """Reasons for missing scores that name outcomes or arms which do not exist."""
    for name, reason in scenario.observation.missing.items():
        path: Path = ("observation", "missing", name)
        for i, outcome in enumerate(reason.outcomes or ()):
            yield from unknown_name((*path, "outcomes", i), "outcome", outcome, scenario.outcomes)
        if reason.outcomes == ():
            yield Problem((*path, "outcomes"), "is an empty list.", "Leave it out for all.")
        for key in type(reason).model_fields:
            value = getattr(reason, key)
            if key == "outcome":
                yield from unknown_name((*path, key), "outcome", value, scenario.outcomes)
            elif key.endswith("by_arm"):
                for arm in value:
                    yield from unknown_name((*path, key, arm), "arm", arm, scenario.design.arms)


def rate_problems(
    path: Path, reason: ObservationMethod, visits: Sequence[str], baseline: str | None
) -> Iterable[Problem]:
    """Rates at visits that do not exist, at none, or where no score decides who is missing."""
    rates = [((*path, "rate"), getattr(reason, "rate", None))]
    rates += [((*path, "by_arm", a), rate) for a, rate in getattr(reason, "by_arm", {}).items()]
    stated = [(place, rate) for place, rate in rates if isinstance(rate, dict)]
    for place, rate in stated:
        if not rate:
            hint = f"Write a share for some of {listed(visits)}, or one number."
            yield Problem(place, "is an empty mapping.", hint)
        for visit in rate:
            yield from unknown_name((*place, visit), "visit", visit, visits)
    looks_at = getattr(reason, "looks_at", None)
    if looks_at is not None:
        told = {visit for _, rate in stated for visit in rate}  # of which the method itself tells
        seen = told | set(looks_at(visits, baseline))
        blind = [visit for visit in reason.visits(visits, baseline) if visit not in seen]
        if blind:
            text = f"no score decides who is missing at {listed(blind, 'and')}."
            yield Problem(path, text, "State the rates by visit, for visits that follow another.")


def pair_problems(path: Path, pair: tuple[str, str], arms: Sequence[str]) -> Iterable[Problem]:
    """Two arms to compare of which one does not exist, or that are one."""
    for i, arm in enumerate(pair):
        yield from unknown_name((*path, i), "arm", arm, arms)
    if pair[0] == pair[1]:
        text = "compares an arm with itself."
        yield Problem(path, text, f"Write two of {listed(arms)}.")


def unknown_name(path: Path, what: str, found: str, known: Iterable[str]) -> Iterable[Problem]:
    """A name that nothing has."""
    names = list(known)
    if found not in names:
        text = f"no {what} is called '{clipped(found)}'."
        yield Problem(path, text, nearest(found, names), at_key=path[-1] == found)


def _twice(path: Path, found: str, before: Sequence[str]) -> Iterable[Problem]:
    if found in before:
        yield Problem(path, f"names '{clipped(found)}' a second time.", "Delete one of the two.")
