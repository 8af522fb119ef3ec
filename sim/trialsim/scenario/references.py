"""Names that parts of a scenario give one another: whatever is referred to must exist."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from trialsim.core.errors import Path, Problem, ScenarioError
from trialsim.core.registry import Method
from trialsim.core.stages import AnalysisMethod, ObservationMethod
from trialsim.scenario._words import clipped, listed, nearest, shown
from trialsim.scenario.keys.published import Published
from trialsim.scenario.overrides import split_path
from trialsim.scenario.schema import Scenario
from trialsim.scenario.truth import baseline_of
from trialsim.scenario.validate import SECTIONS


def about_problems(
    scenario: Scenario, readable: Collection[str], data: Mapping[str, Any]
) -> list[Problem]:
    """What is wrong in the sections that speak about the trial without changing it."""
    problems: list[Problem] = []
    if {"design", "analyses", "published"} <= set(readable):
        problems += published_problems(scenario)
    if {"design", "outcomes", "estimands"} <= set(readable):
        problems += estimand_problems(scenario)
    if "evidence" in readable:
        # Parts of a section that cannot be read may be missing by the same mistake.
        problems += evidence_problems(scenario.evidence, data, SECTIONS - set(readable))
    return problems


def contrasts_of(scenario: Scenario) -> dict[str, tuple[str, str]]:
    """The comparisons as written, or every arm against the first."""
    first, *others = scenario.design.arms
    return dict(scenario.design.contrasts) or {f"{a} - {first}": (a, first) for a in others}


def contrast_problems(scenario: Scenario) -> Iterable[Problem]:
    """Contrasts of arms that do not exist, or of an arm with itself."""
    for name, pair in scenario.design.contrasts.items():
        yield from _pair_problems(("design", "contrasts", name), pair, list(scenario.design.arms))


def analysis_problems(scenario: Scenario) -> Iterable[Problem]:
    """What analyses are made of: outcome, visit, contrasts, variables to adjust for."""
    visits, contrasts = list(scenario.design.visits_weeks), list(contrasts_of(scenario))
    for name, analysis in scenario.analyses.items():
        path: Path = ("analyses", name)
        yield from _unknown((*path, "outcome"), "outcome", analysis.outcome, scenario.outcomes)
        yield from _unknown((*path, "visit"), "visit", analysis.visit, visits)
        stated = analysis.contrasts
        for i, contrast in enumerate(stated or ()):
            place: Path = (*path, "contrasts", i)
            yield from _unknown(place, "contrast", contrast, contrasts)
            yield from _twice(place, contrast, (stated or ())[:i])
        if stated == ():
            yield Problem((*path, "contrasts"), "is an empty list.", "Leave it out for all.")
        yield from _variable_problems(path, analysis, visits, list(scenario.cohort.covariates))
        outcome = scenario.outcomes.get(analysis.outcome)
        if outcome is not None and analysis.visit in visits:
            for text in analysis.problems(outcome, visits, baseline_of(scenario)):
                yield Problem(path, text)


def _variable_problems(
    path: Path, analysis: AnalysisMethod, visits: Sequence[str], covariates: Sequence[str]
) -> Iterable[Problem]:
    used = analysis.reads(covariates)[1:]  # the first is the analysed score
    for i, (outcome, variable) in enumerate(used):
        place, given = _where_named(path, analysis, variable)
        default = "" if given else " (which this analysis uses unless told otherwise)"
        if outcome and variable not in visits:
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
        yield from _unknown(("decision", "primary"), "analysis", primary, scenario.analyses)


def missing_problems(scenario: Scenario) -> Iterable[Problem]:
    """Reasons for missing scores that name outcomes or arms which do not exist."""
    for name, reason in scenario.observation.missing.items():
        path: Path = ("observation", "missing", name)
        for i, outcome in enumerate(reason.outcomes or ()):
            yield from _unknown((*path, "outcomes", i), "outcome", outcome, scenario.outcomes)
        if reason.outcomes == ():
            yield Problem((*path, "outcomes"), "is an empty list.", "Leave it out for all.")
        for key in type(reason).model_fields:
            value = getattr(reason, key)
            if key == "outcome":
                yield from _unknown((*path, key), "outcome", value, scenario.outcomes)
            elif key.endswith("by_arm"):
                for arm in value:
                    yield from _unknown((*path, key, arm), "arm", arm, scenario.design.arms)


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
            yield from _unknown((*place, visit), "visit", visit, visits)
    looks_at = getattr(reason, "looks_at", None)
    if looks_at is not None:
        told = {visit for _, rate in stated for visit in rate}  # of which the method itself tells
        seen = told | set(looks_at(visits, baseline))
        blind = [visit for visit in reason.visits(visits, baseline) if visit not in seen]
        if blind:
            text = f"no score decides who is missing at {listed(blind, 'and')}."
            yield Problem(path, text, "State the rates by visit, for visits that follow another.")


def estimand_problems(scenario: Scenario) -> Iterable[Problem]:
    """Estimands of outcomes, visits or arms that do not exist."""
    for name, estimand in scenario.estimands.items():
        path: Path = ("estimands", name)
        visits = scenario.design.visits_weeks
        yield from _unknown((*path, "outcome"), "outcome", estimand.outcome, scenario.outcomes)
        yield from _unknown((*path, "visit"), "visit", estimand.visit, visits)
        arms = list(scenario.design.arms)
        yield from _pair_problems((*path, "contrast"), estimand.contrast, arms)


def published_problems(scenario: Scenario) -> Iterable[Problem]:
    """Published results that belong to nothing here, or contradict themselves."""
    arms, contrasts = list(scenario.design.arms), contrasts_of(scenario)
    for name, result in scenario.published.items():
        path: Path = ("published", name)
        if result.analysis is not None:
            yield from _unknown((*path, "analysis"), "analysis", result.analysis, scenario.analyses)
        if result.contrast is not None:
            own = getattr(scenario.analyses.get(str(result.analysis)), "contrasts", None)
            known = list(contrasts) if own is None else own
            yield from _unknown((*path, "contrast"), "contrast", result.contrast, known)
        yield from _result_problems(path, result)
        for arm in result.events or ():
            yield from _unknown((*path, "events", arm), "arm", arm, arms)


def _result_problems(path: Path, result: Published) -> Iterable[Problem]:
    """What is wrong with a published result whatever the scenario."""
    if result.analysis is None and result.events is None:
        text = "says nothing that could be compared."
        hint = "Write analysis and estimate, or events: {arm: [with the event, patients]}."
        yield Problem(path, text, hint)
    if result.analysis is not None and result.events is not None:
        text = "has both an analysis and events."
        yield Problem(path, text, "Make two entries of it.")
    if result.analysis is not None and result.estimate is None:
        yield Problem((*path, "estimate"), "is required beside an analysis.")
    if result.analysis is None and result.events is not None and result.estimate is not None:
        yield Problem((*path, "estimate"), "belongs to no analysis.", "Name it: `analysis: ...`.")
    if result.interval is not None:
        lower, upper = result.interval
        if lower >= upper:
            text = f"found [{lower:g}, {upper:g}], must be [lower, upper]."
            yield Problem((*path, "interval"), text, "Write the lower limit first.")
        elif result.estimate is not None and not lower <= result.estimate <= upper:
            text = f"does not hold the estimate {result.estimate:g}."
            yield Problem((*path, "interval"), text, "Check the signs.")
    for arm, (events, n) in (result.events or {}).items():
        if not 0 <= events <= n or n == 0:
            text = (
                f"found [{shown(events)}, {shown(n)}], must be [patients with the event, patients]."
            )
            yield Problem((*path, "events", arm), text)


def evidence_problems(
    evidence: Iterable[str], data: Mapping[str, Any], excused: Collection[str] = ()
) -> Iterable[Problem]:
    """Evidence for values that the scenario does not hold, but for sections that are excused."""
    for text in evidence:
        place: Path = ("evidence", text)
        try:
            parts = split_path(text)
        except ScenarioError:
            hint = "Write the place of a value, for example outcomes.rmdq.sd."
            yield Problem(place, f"{shown(text)} is not a path.", hint, at_key=True)
            continue
        value: Any = data
        for part in () if parts[0] in excused else parts:
            if isinstance(value, dict) and str(part) in value:
                value = value[str(part)]
            elif isinstance(value, list) and isinstance(part, int) and part < len(value):
                value = value[part]
            else:
                lost = f"leads nowhere: {_nothing(value, part)}"
                yield Problem(place, lost, _way(value, part), at_key=True)
                break


def _nothing(value: Any, part: str | int) -> str:
    if isinstance(value, dict):
        return f"there is no '{clipped(str(part))}'."
    if isinstance(value, list):
        return f"there is no [{part}] in a list of {len(value)}, whose first item is [0]."
    return f"nothing is written inside {shown(value)}." if value is not None else "it is empty."


def _way(value: Any, part: str | int) -> str:
    return nearest(str(part), list(value)) if isinstance(value, dict) else ""


def _pair_problems(path: Path, pair: tuple[str, str], arms: Sequence[str]) -> Iterable[Problem]:
    for i, arm in enumerate(pair):
        yield from _unknown((*path, i), "arm", arm, arms)
    if pair[0] == pair[1]:
        text = "compares an arm with itself."
        yield Problem(path, text, f"Write two of {listed(arms)}.")


def _unknown(path: Path, what: str, found: str, known: Iterable[str]) -> Iterable[Problem]:
    names = list(known)
    if found not in names:
        text = f"no {what} is called '{clipped(found)}'."
        yield Problem(path, text, nearest(found, names), at_key=path[-1] == found)


def _twice(path: Path, found: str, before: Sequence[str]) -> Iterable[Problem]:
    if found in before:
        yield Problem(path, f"names '{clipped(found)}' a second time.", "Delete one of the two.")
