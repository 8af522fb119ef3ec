"""What P9 says in words: its takeaway, caption and alternative text, all from the numbers."""

from __future__ import annotations

import pandas as pd

from trialsim.plots.base.figure import Settings
from trialsim.plots.base.words import decimals_of, exact, listed, number, per_100, quoted
from trialsim.plots.three_analyses_numbers import CALLED, Baseline, Trio

_SURE = 0.01


def direction(trio: Trio) -> str:
    """Title of the lower panel: what a bias to either side does."""
    right, left = trio.contrast.favours("right"), trio.contrast.favours("left")
    return f"Bias ({trio.contrast.unit}): above 0 favours {right}, below favours {left}"


def takeaway(numbers: pd.DataFrame, baseline: Baseline, trio: Trio) -> str:
    """How many participants each analysis needs, and which of them an unequal start misleads."""
    return f"{_needs(numbers, baseline, trio)} {_misled(baseline, trio)}"


def caption(numbers: pd.DataFrame, baseline: Baseline, trio: Trio, settings: Settings) -> str:
    """Settings, what is theory and what simulation, and how usual the imbalance is."""
    unit = trio.contrast.unit
    lines = "Lines: large-sample theory."
    points = numbers[(numbers["kind"] == "simulated")]
    if len(points):
        lines += f" Points: simulated under {quoted(trio.assumption)}, bars 95% Monte Carlo error"
        bins = points[points["panel"] == "bias"]
        own = bins.loc[bins["analysis"] == next(iter(trio.names)), "n_used"]
        below = f"; below, means over {len(own)} groups of about {own.mean():.0f} trials alike"
        lines += f"{below if len(own) else ''}."
    usual = (
        f"By chance the arms differ by {baseline.sized(abs(baseline.shown))} {unit} or more at "
        f"baseline in {per_100(baseline.chance)} of 100 trials."
    )
    if baseline.implied is not None:
        usual += " Diamonds: the published estimates; follow-up less change is the imbalance."
    spread = f"SD {exact(baseline.sd_before)} and {exact(baseline.sd_after)}."
    return " ".join(
        [
            settings.sentence(),
            f"{trio.contrast.outcome_label} at {baseline.visits}: {spread}",
            lines,
            usual,
        ]
    )


def alt_text(numbers: pd.DataFrame, baseline: Baseline, trio: Trio) -> str:
    """The figure for somebody who does not see it."""
    return " ".join(
        [
            "Above: variance of the estimate of each analysis, relative to follow-up scores, "
            "against the correlation of baseline and follow-up scores.",
            _needs(numbers, baseline, trio),
            "Below: bias of each analysis against the difference between the arms at baseline, in "
            f"{trio.contrast.unit}.",
            _misled(baseline, trio),
        ]
    )


def ratio_of(numbers: pd.DataFrame, baseline: Baseline, kind: str) -> tuple[float, float]:
    """Variance relative to follow-up scores and its error: simulated, or theory's without one."""
    rows = numbers[
        (numbers["panel"] == "variance")
        & (numbers["kind"] == "simulated")
        & (numbers["analysis"] == kind)
    ]
    if rows.empty:
        return float(baseline.variance(kind, baseline.correlation)), 0.0
    return float(rows["value"].iloc[0]), float(rows["mcse"].iloc[0])


def _needs(numbers: pd.DataFrame, baseline: Baseline, trio: Trio) -> str:
    """First "ANCOVA needs 70 participants", then only "change scores 90"."""
    said: list[str] = []
    for kind, verb in (("ancova", "needs"), ("change", "need")):
        if kind in trio.names:
            ratio, error = ratio_of(numbers, baseline, kind)
            digits = -1 if error > 0.05 else 0
            count = f"{'about ' if error > _SURE else ''}{round(100 * ratio, digits):.0f}"
            said.append(
                f"{CALLED[kind]} {count}" if said else f"{CALLED[kind]} {verb} {count} participants"
            )
    return (
        f"Baseline and follow-up scores correlate {exact(baseline.correlation)}: {listed(said)} "
        "where follow-up scores need 100."
    )


def _misled(baseline: Baseline, trio: Trio) -> str:
    unit, shown = trio.contrast.unit, baseline.shown
    biases = {kind: baseline.slope(kind) * shown for kind in trio.names}
    decimals = decimals_of(max(map(abs, biases.values()), default=0.0) or 1.0)
    said = []
    for kind, bias in biases.items():
        text = number(bias, decimals)
        sign = "+" if float(text.replace("\u2212", "-")) > 0 else ""
        is_none = float(text.replace("\u2212", "-")) == 0
        said.append(f"{CALLED[kind]} by {'nothing' if is_none else sign + text}")
    higher = "higher" if shown >= 0 else "lower"
    why = " by chance," if baseline.implied is None else ", as the published results imply,"
    start = f"If {trio.contrast.treatment} starts {baseline.sized(abs(shown))} {unit} {higher}{why}"
    return f"{start} that biases {listed(said)}."
