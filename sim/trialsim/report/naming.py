"""Values of a scenario by the names that a reader knows them by."""

from __future__ import annotations

from trialsim.core.errors import Path, dotted
from trialsim.plots.base.words import plain
from trialsim.report.page import Page
from trialsim.report.wording import shown
from trialsim.scenario.sources import Assumed

_OF_AN_OUTCOME = {
    "mean": "mean of the comparator",
    "sd": "SD of the comparator",
    "correlation": "correlation between visits",
    "correlated_with": "correlation with",
    "scale": "scale",
}
_IN_ITS_UNIT = ("mean", "sd")

_FIXED = {
    "allocation": "allocation",
    "design.arms": "participants in each arm",
    "design.visits_weeks": "weeks of the visits",
}


def arm_name(page: Page, part: str | int) -> str:
    """An arm by its label; any other part of a path in words."""
    known = part in page.design.arms
    return page.run.arm_label(str(part)) if known else plain(str(part))


def name_of(page: Page, path: Path) -> str:
    """What a value is, in words; its place in the scenario where there are none."""
    match path:
        case ("outcomes", str(outcome), str(key), *rest):
            what = _OF_AN_OUTCOME.get(key, plain(key))
            return f"{page.outcome_label(outcome)}: {what}{_after(page, rest)}"
        case ("assumptions", str(assumption), str(outcome), str(arm), *rest):
            who = arm_name(page, arm)
            if "sd" in rest:
                who = f"SD of {who}"
            elif arm in page.design.arms:
                who = f"{who} minus {page.run.arm_label(next(iter(page.design.arms)))}"
            more = [part for part in rest if part not in ("sd", "difference")]
            label = page.outcome_label(outcome)
            return f"“{plain(assumption)}”: {who}, {label}{_after(page, more)}"
        case ("cohort", "covariates", *rest) if rest:
            return plain(" ".join(str(part) for part in rest))
        case ("observation", "missing", *rest) if rest:
            return f"missing data: {plain(' '.join(str(part) for part in rest))}"
        case ("cohort" | "conduct" | "bias", *rest) if rest:
            first, *others = [arm_name(page, part) for part in rest]
            return f"{first}: {' '.join(others)}" if others else first
    return _FIXED.get(dotted(path), dotted(path))


def _after(page: Page, rest: list[str | int]) -> str:
    """The visit of an item, or the variable that a correlation is with."""
    visits = list(page.design.visits)
    text = ""
    for part in rest:
        if isinstance(part, int):
            text += f" at {plain(visits[part])}" if part < len(visits) else f" [{part}]"
        else:
            text += f" {page.outcome_label(part)}"
    return text


def value_of(page: Page, one: Assumed) -> str:
    """A value with its unit; one value a visit is told by visit."""
    text = shown(one.value) + (" (default)" if one.origin == "default" else "")
    visits = list(page.design.visits)
    items = one.value if isinstance(one.value, list | tuple) else ()
    if len(items) == len(visits) and not any(isinstance(item, list | tuple) for item in items):
        pairs = zip(visits, items, strict=True)
        text = ", ".join(f"{plain(visit)} {shown(item)}" for visit, item in pairs)
    match one.path:
        case ("outcomes", str(outcome), str(key), *_) if key in _IN_ITS_UNIT:
            return _with_unit(page, outcome, text)
        case ("assumptions", _, str(outcome), *_) if not isinstance(one.value, str):
            return _with_unit(page, outcome, text)
    return text


def _with_unit(page: Page, outcome: str, text: str) -> str:
    method = page.design.outcomes.get(outcome)
    return f"{text} {method.unit}" if method is not None else text
