"""What a scenario says about its trial without changing it: results, estimands, evidence."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from trialsim.core.errors import Path, Problem, ScenarioError
from trialsim.scenario._words import clipped, nearest, shown
from trialsim.scenario.appraisal_check import risk_of_bias_problems
from trialsim.scenario.keys.published import Published
from trialsim.scenario.literature import literature_problems
from trialsim.scenario.overrides import split_path
from trialsim.scenario.references import contrasts_of, pair_problems, unknown_name
from trialsim.scenario.schema import Scenario
from trialsim.scenario.uncertain import uncertain_problems
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
    if {"bias", "risk_of_bias"} <= set(readable):
        problems += risk_of_bias_problems(scenario)
    if "uncertain" in readable:
        problems += uncertain_problems(scenario.uncertain, data)
    problems += literature_problems(scenario, readable)
    return problems


def estimand_problems(scenario: Scenario) -> Iterable[Problem]:
    """Estimands of outcomes, visits or arms that do not exist."""
    for name, estimand in scenario.estimands.items():
        path: Path = ("estimands", name)
        visits = scenario.design.visits_weeks
        yield from unknown_name((*path, "outcome"), "outcome", estimand.outcome, scenario.outcomes)
        yield from unknown_name((*path, "visit"), "visit", estimand.visit, visits)
        arms = list(scenario.design.arms)
        yield from pair_problems((*path, "contrast"), estimand.contrast, arms)


def published_problems(scenario: Scenario) -> Iterable[Problem]:
    """Published results that belong to nothing here, or contradict themselves."""
    arms, contrasts = list(scenario.design.arms), contrasts_of(scenario)
    for name, result in scenario.published.items():
        path: Path = ("published", name)
        if result.analysis is not None:
            yield from unknown_name(
                (*path, "analysis"), "analysis", result.analysis, scenario.analyses
            )
        if result.contrast is not None:
            own = getattr(scenario.analyses.get(str(result.analysis)), "contrasts", None)
            names = list(contrasts) if own is None else own
            yield from unknown_name((*path, "contrast"), "contrast", result.contrast, names)
        yield from _result_problems(path, result)
        for arm in result.events or ():
            yield from unknown_name((*path, "events", arm), "arm", arm, arms)


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
