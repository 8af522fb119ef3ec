"""What P1 says in words: what this one trial found, and that it is one of many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from trialsim.operating.rounding import p_text
from trialsim.plots.base.effect_axis import Contrast
from trialsim.plots.base.figure import Settings
from trialsim.plots.base.score_axis import Score
from trialsim.plots.base.visit_axis import visits_said
from trialsim.plots.base.words import decimals_of, exact, listed, number, plain, quoted
from trialsim.plots.effect import amount, short


@dataclass(frozen=True)
class Threshold:
    """Where an analysis cuts the score in two."""

    cut: float
    event: str
    analysis: str


@dataclass(frozen=True)
class Found:
    """The result of the primary analysis of one trial, and the truth that it is about."""

    effect: Contrast
    estimate: float
    se: float
    lower: float
    upper: float
    p_value: float
    alpha: float
    sides: int
    level: str
    assumption: str
    truth: float
    is_null: bool
    """Whether what the analysis tests is true: a significant result is then a false alarm."""
    visit: str
    null: float
    """The difference that is tested: none, or one as bad as a margin allows."""
    replicates: int

    @property
    def result(self) -> str:
        """Estimate, interval and p value; empty where the analysis failed."""
        if not np.isfinite(self.estimate):
            return ""
        decimals = decimals_of((self.upper - self.lower) / 2)
        estimate, lower, upper = (
            number(value, decimals) for value in (self.estimate, self.lower, self.upper)
        )
        side = "one-sided\u00a0" if self.sides == 1 else ""
        p = p_text(self.p_value, self.alpha).replace(" ", "\u00a0")
        shown = amount(estimate, self.effect.unit)
        return f"{shown}, {self.level} interval {lower} to {upper}, {side}{p}"

    @property
    def verdict(self) -> str:
        """What the test says, and whether it is mistaken."""
        is_rejected = self.p_value < self.alpha
        if self.null:
            said = "non-inferior" if is_rejected else "non-inferiority not shown"
            said += f" (margin {short(abs(self.null))})"
        else:
            said = "significant" if is_rejected else "not significant"
        return f"{said}, a false alarm" if is_rejected and self.is_null else said


def takeaway(found: Found) -> str:
    """What this trial found, what is true, and that there are others."""
    arms = f"{plain(found.effect.treatment)} minus {plain(found.effect.comparator)}"
    this = f"At {quoted(found.visit)}, this one simulated trial"
    if found.result:
        first = f"{this} found {arms} {found.result}: {found.verdict}."
    else:
        first = f"{this} could not be analysed for {arms}."
    n = found.replicates
    others = f"It is one of {n:,}" if n > 1 else "It is the only one of this run"
    truth = f"the truth is {short(found.truth)}" if np.isfinite(found.truth) else ""
    return f"{'; '.join(part for part in (f'{first} {others}', truth) if part)}."


def caption(
    found: Found,
    marks: pd.DataFrame,
    arms: Mapping[str, str],
    visits_weeks: Mapping[str, float],
    threshold: Threshold | None,
    left_out: Sequence[str],
    settings: Settings,
) -> str:
    """Settings, which trial, who is drawn, what is not seen."""
    parts = [
        settings.sentence(),
        f"Trial 1 under {quoted(found.assumption)}, drawn as it was seen.",
        f"Visits at their true distance: {visits_said(visits_weeks)}.",
        _drawn(marks),
    ]
    if threshold is not None:
        side = threshold.event.replace("_", " ")
        parts.append(
            f"Dotted: patients {side} {exact(threshold.cut)} are counted by analysis "
            f"{plain(threshold.analysis)}."
        )
    parts.append(_missing(marks, arms, visits_weeks))
    if left_out:
        parts.append(f"Not drawn: {listed(left_out)}.")
    return " ".join(part for part in parts if part)


def _drawn(marks: pd.DataFrame) -> str:
    means = marks[marks["kind"] == "mean"]
    enrolled = int(means.groupby("arm")["enrolled"].first().sum()) if len(means) else 0
    lines = marks.loc[marks["kind"] == "patient", "patient"].nunique()
    who = "all patients" if lines >= enrolled else f"the first {lines:,} of {enrolled:,} patients"
    return f"Thin lines: {who}. Bold: means of everybody seen, 95% interval of the mean."


def _missing(
    marks: pd.DataFrame, arms: Mapping[str, str], visits_weeks: Mapping[str, float]
) -> str:
    """Arms and visits at which somebody was not seen."""
    means = marks[marks["kind"] == "mean"]
    by_visit = []
    for visit in visits_weeks:
        here = means[means["visit"] == visit]
        if (here["n"] < here["enrolled"]).any():
            seen = [f"{int(row['n'])} of {int(row['enrolled'])}" for _, row in here.iterrows()]
            by_visit.append(f"{plain(visit)} {listed(seen)}")
    if not by_visit:
        return "Nobody is missing."
    order = listed(list(arms.values()))
    return f"Scores seen ({order}): {'; '.join(by_visit)}. Lines end with the last score seen."


def alt_text(found: Found, marks: pd.DataFrame, arms: Mapping[str, str], score: Score) -> str:
    """The figure for somebody who does not see it."""
    parts = [f"Scores of the patients of one simulated trial at every visit: {score.name}."]
    means = marks[marks["kind"] == "mean"]
    for name, label in arms.items():
        here = means[means["arm"] == name]
        path = [
            f"{number(row['value'], decimals_of(row['value']))} at {plain(str(row['visit']))}"
            for _, row in here.iterrows()
        ]
        parts.append(f"Means of {label}: {listed(path)}.")
    parts.append(takeaway(found))
    return " ".join(parts)
