"""What the figure of trajectories says in words: the shift of the means within the spread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from trialsim.plots.base.figure import Settings
from trialsim.plots.base.score_axis import Score
from trialsim.plots.base.visit_axis import visits_said
from trialsim.plots.base.words import decimals_of, listed, number, plain, quoted, supported
from trialsim.plots.effect import amount, short

_MOST_NAMED = 3


@dataclass(frozen=True)
class Told:
    """What the words need besides the numbers."""

    arms: Mapping[str, str]
    """Labels of the arms drawn, by name."""
    arm: str
    reference: str
    visit: str
    week: float
    unit: str
    truths: Mapping[str, float]
    """True difference of the means at that visit, by assumption shown."""
    left_out: Sequence[str]
    arms_left_out: Sequence[str]
    some_missing: bool

    @property
    def treatment(self) -> str:
        """The arm of the primary contrast, as a sentence calls it."""
        return plain(self.arms[self.arm])

    @property
    def comparator(self) -> str:
        """Its comparator."""
        return plain(self.arms[self.reference])


def takeaway(frame: pd.DataFrame, told: Told) -> str:
    """How far the middle half of the patients reaches, and how far a treatment moves the mean."""
    here = frame[(frame["visit"] == told.visit) & (frame["arm"] == told.reference)].iloc[0]
    low, high, mcse = float(here["p25"]), float(here["p75"]), float(here["mcse"])
    if np.isnan(low):
        mean = number(float(here["mean"]), supported(mcse, 2))
        spread = f"the mean of patients on {told.comparator} is {amount(mean, told.unit)}"
    else:
        # The error of a quartile is 1.4 times that of the mean, for normal scores.
        decimals = supported(1.4 * mcse, decimals_of(high - low))
        ends = f"{number(low, decimals)} to {number(high, decimals)}"
        spread = f"half of the patients on {told.comparator} have {amount(ends, told.unit)}"
    return f"At {quoted(told.visit)}, {spread}. {_moves(told)}"


def _moves(told: Told) -> str:
    nothing = [name for name, truth in told.truths.items() if truth == 0]
    moved = [(name, truth) for name, truth in told.truths.items() if truth != 0]
    who = told.treatment
    if not moved:
        where = f"under {quoted(nothing[0])} " if len(nothing) == 1 else ""
        return f"Nothing differs: {where}patients on {who} have the same mean."
    if len(moved) > _MOST_NAMED:
        least, most = (pick(moved, key=lambda one: one[1]) for pick in (min, max))
        moved = [least, most]
        parts = [f"{short(least[1])} ({quoted(least[0])}) to {short(most[1])} ({quoted(most[0])})"]
    else:
        parts = [f"{short(truth)} under {quoted(name)}" for name, truth in moved]
    return f"{who[:1].upper()}{who[1:]} moves their mean by {listed(parts)}."


def caption(
    frame: pd.DataFrame, told: Told, visits_weeks: Mapping[str, float], settings: Settings
) -> str:
    """Settings, how to read the marks, their error, and what is left out."""
    n = frame.groupby("assumption", sort=False)["n"].first()
    error = 1.96 * float(frame["mcse"].max())
    digits = f"±{error:.1g}" if np.isfinite(error) else "unknown"
    parts = [
        settings.sentence(),
        f"Visits: {visits_said(visits_weeks)}.",
        _fan(frame, told),
        f"Orange: true difference of the means at {plain(told.visit)} ({told.unit}), "
        f"{told.treatment} minus {told.comparator}.",
        f"Monte Carlo error of the means: at most {digits} {told.unit} "
        f"(at least {int(n.min()):,} patients an arm)."
        if len(n)
        else "",
        "Between visits nothing is simulated: lines only join them.",
    ]
    if told.some_missing:
        parts.append("Scores that are not recorded are included.")
    if told.left_out:
        parts.append(f"Not drawn: {listed([quoted(name) for name in told.left_out])}.")
    if told.arms_left_out:
        parts.append(f"Arms not drawn: {listed(list(told.arms_left_out))}.")
    return " ".join(part for part in parts if part)


def _fan(frame: pd.DataFrame, told: Told) -> str:
    if frame["p50"].isna().all():
        return "So few scores are possible that patients are not drawn."
    others = listed([plain(label) for name, label in told.arms.items() if name != told.reference])
    return (
        f"Grey: {told.comparator}, percentiles 5 to 95 and 25 to 75 of patients, white line the "
        f"median. Thin lines in colour: the same for {others}, dotted line the median."
    )


def alt_text(frame: pd.DataFrame, told: Told, score: Score) -> str:
    """The figure for somebody who does not see it."""
    parts = [f"Means and percentiles of patients at every visit, by arm: {score.name}."]
    for name in told.truths:
        panel = frame[(frame["assumption"] == name) & (frame["visit"] == told.visit)]
        means = [
            f"{plain(told.arms[str(row['arm'])])} {number(row['mean'], supported(row['mcse'], 2))}"
            for row in panel.to_dict("records")
        ]
        parts.append(f"{quoted(name)}, means at {plain(told.visit)}: {listed(means)}.")
    parts.append(takeaway(frame, told))
    return " ".join(parts)
