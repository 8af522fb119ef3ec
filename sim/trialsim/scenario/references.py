"""Keys that speak about the trial without changing it: what they refer to must exist."""

from __future__ import annotations

from typing import Any

from trialsim.core.errors import Path, Problem, ScenarioError
from trialsim.scenario.overrides import split_path
from trialsim.scenario.schema import Scenario
from trialsim.scenario.validate import nearest


def reference_problems(scenario: Scenario, data: dict[str, Any]) -> list[Problem]:
    """Published results, estimands and evidence that refer to nothing."""
    return [*_published(scenario), *_estimands(scenario), *_evidence(scenario, data)]


def _published(scenario: Scenario) -> list[Problem]:
    problems = []
    arms, analyses = list(scenario.design.arms), list(scenario.analyses)
    for name, result in scenario.published.items():
        path: Path = ("published", name)
        if (result.analysis is None) == (result.events is None):
            problems.append(
                Problem(path, "needs either analysis and estimate, or events.", "See the guide.")
            )
        if result.analysis is not None:
            if result.analysis not in analyses:
                text = f"no analysis is called '{result.analysis}'."
                hint = nearest(result.analysis, analyses)
                problems.append(Problem((*path, "analysis"), text, hint))
            if result.estimate is None:
                problems.append(Problem((*path, "estimate"), "is required with an analysis."))
        if result.interval is not None and result.interval[0] >= result.interval[1]:
            problems.append(Problem((*path, "interval"), "must be [lower, upper], lower first."))
        elif result.interval is not None and result.estimate is not None:
            lower, upper = result.interval
            if not lower <= result.estimate <= upper:
                text = f"does not hold the estimate {result.estimate:g}."
                problems.append(Problem((*path, "interval"), text, "Check the signs."))
        for arm, (events, n) in (result.events or {}).items():
            if arm not in arms:
                problems.append(
                    Problem((*path, "events", arm), "no arm has this name.", nearest(arm, arms))
                )
            if not 0 <= events <= n:
                text = f"found [{events}, {n}], must be [patients with the event, patients]."
                problems.append(Problem((*path, "events", arm), text))
    return problems


def _estimands(scenario: Scenario) -> list[Problem]:
    problems = []
    known = {
        "outcome": list(scenario.outcomes),
        "visit": list(scenario.design.visits_weeks),
        "contrast": list(scenario.design.arms),
    }
    for name, estimand in scenario.estimands.items():
        named = [("outcome", estimand.outcome), ("visit", estimand.visit)]
        named += [("contrast", arm) for arm in estimand.contrast]
        for key, value in named:
            if value not in known[key]:
                what = "arm" if key == "contrast" else key
                problems.append(
                    Problem(
                        ("estimands", name, key),
                        f"no {what} is called '{value}'.",
                        nearest(value, known[key]),
                    )
                )
    return problems


def _evidence(scenario: Scenario, data: dict[str, Any]) -> list[Problem]:
    problems = []
    for text in scenario.evidence:
        place: Path = ("evidence", text)
        try:
            parts = split_path(text)
        except ScenarioError:
            problems.append(Problem(place, "is not a path of this scenario."))
            continue
        value: Any = data
        for part in parts:
            if (isinstance(value, dict) and part in value) or (
                isinstance(value, list) and isinstance(part, int) and part < len(value)
            ):
                value = value[part]
            else:
                known = list(value) if isinstance(value, dict) else []
                hint = nearest(str(part), [str(key) for key in known])
                problems.append(Problem(place, f"leads nowhere: there is no '{part}'.", hint))
                break
    return problems
