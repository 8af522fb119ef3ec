"""What P3 says in words: what of an improvement is nothing but having been chosen when bad."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from trialsim.plots.base.figure import Settings
from trialsim.plots.base.score_axis import Score
from trialsim.plots.base.words import exact, number, per_100, plain, quoted, supported
from trialsim.plots.effect import amount
from trialsim.plots.regression import Amount, Course

_CLEAR = 3.0
"""Monte Carlo errors beyond which a difference is more than chance."""


@dataclass(frozen=True)
class Told:
    """What the words need besides the numbers."""

    comparator: str
    unit: str
    better: Literal["lower", "higher"]
    baseline: str
    visit: str
    some_missing: bool
    n_drawn: int
    is_apart: bool
    """Whether dots of one score are drawn apart."""


def threshold_said(course: Course, better: Literal["lower", "higher"]) -> str:
    """The rule of selection, at its line."""
    side = "above" if better == "lower" else "below"
    return f"selected: {side} {exact(course.threshold)}"


def _digits(one: Amount) -> int:
    return supported(one.mcse, 2)


def _shown(one: Amount, decimals: int | None = None) -> str:
    return number(abs(one.value), _digits(one) if decimals is None else decimals)


def _verb(one: Amount) -> str:
    return "improve" if one.value >= 0 else "worsen"


def in_sds(course: Course, told: Told) -> str:
    """Regression to the mean in SDs of the baseline, in brackets; empty where SD is the unit."""
    share = Amount(course.regression.value / course.sd, course.regression.mcse / course.sd)
    return "" if told.unit == "SD" else f" ({_shown(share)} SD)"


def _is_clear(one: Amount) -> bool:
    return abs(one.value) > _CLEAR * one.mcse


def takeaway(course: Course, told: Told) -> str:
    """What the selected gain, what everybody gains, and the difference, which is no treatment."""
    side = "above" if told.better == "lower" else "below"
    threshold = amount(exact(course.threshold), told.unit)
    who = f"Patients on {told.comparator} who enter {side} {threshold}"
    gain, everybody, rest = course.improvement, course.of_everybody, course.regression
    decimals = min(_digits(one) for one in (gain, everybody, rest))
    shown = f"{_shown(rest, decimals)} {told.unit}{in_sds(course, told)}"
    if not _is_clear(rest):
        return f"{who} change as all patients do: no regression to the mean beyond chance."
    if rest.value > 0 and not _is_clear(everybody):
        return (
            f"{who} improve by {shown} and all patients together do not change: "
            "that is regression to the mean."
        )
    path = f"{who} {_verb(gain)} by {_shown(gain, decimals)}"
    if _is_clear(everybody):
        path += f"; all patients {_verb(everybody)} by {_shown(everybody, decimals)}"
    else:
        path += "; all patients together do not change"
    if rest.value > 0:
        return f"{path}. The difference, {shown}, is regression to the mean."
    return f"{path}. They fall behind by {shown}: scores move apart with time."


def steps_said(course: Course, unit: str) -> list[str]:
    """The steps of the figure, from the first mean to the second, in the order of its gutter."""
    share = per_100(course.n_selected / course.n)
    steps = []
    for one in (course.of_everybody, course.regression):
        word = "better" if one.value >= 0 else "worse"
        steps.append(f"{_shown(one)} {unit} {word}" if _is_clear(one) else "no clear change")
    return [
        f"selected: {share} of 100 patients",
        f"\u25cb mean before {number(course.before.value, _digits(course.before))}",
        f"all patients: {steps[0]}",
        f"regression to the mean: {steps[1]}",
        f"\u25c6 mean after {number(course.after.value, _digits(course.after))}",
    ]


def caption(course: Course, told: Told, settings: Settings) -> str:
    """Settings, who is drawn, how the steps are made, and their Monte Carlo error."""
    parts = [
        settings.sentence(),
        f"{plain(told.comparator)} only: {course.n:,} patients, of whom {told.n_drawn:,} are drawn"
        + (", dots of one score apart." if told.is_apart else "."),
        f"Correlation of {quoted(told.baseline)} and {quoted(told.visit)} "
        f"{number(course.correlation, 2)}; SD at baseline {exact(round(course.sd, 2))}.",
        "Selected: on the worse side of the median at baseline. Regression to the mean: their mean "
        "improvement less that of all patients, so the treatment of the arm is not in it.",
        f"Monte Carlo error of it: \u00b1{1.96 * course.regression.mcse:.1g} {told.unit}.",
    ]
    if told.some_missing:
        parts.append("Scores that are not recorded are included.")
    return " ".join(parts)


def alt_text(course: Course, told: Told, score: Score) -> str:
    """The figure for somebody who does not see it."""
    return (
        f"Scatter of {score.name}: baseline across, {plain(told.visit)} upwards, with the line of "
        f"no change and the regression line, whose slope is {number(course.slope, 2)}. "
        f"{takeaway(course, told)}"
    )
