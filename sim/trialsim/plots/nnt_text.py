"""What P13 says in words: its takeaway, caption and alternative text, all from the numbers."""

from __future__ import annotations

from math import inf, isfinite

import pandas as pd

from trialsim.plots.base.figure import Settings
from trialsim.plots.base.words import exact, listed, plain, quoted
from trialsim.plots.nnt_numbers import MOST_NEEDED, Responders
from trialsim.theory.nnt import NumberNeeded


def needed(nnt: float) -> str:
    """A number needed to treat with its direction: "NNTB 5.3", "NNTH 12", "infinity"."""
    if not isfinite(nnt):
        return "infinity"
    benefit = 1 / nnt
    return str(NumberNeeded(benefit, benefit, benefit)).split(" (")[0]


def takeaway(curves: pd.DataFrame, estimates: pd.Series, found: Responders) -> str:
    """The range of numbers over cuts of one effect, and the range over trials at one cut."""
    return " ".join(
        part for part in (_over_cuts(curves, found), _over_trials(estimates, found)) if part
    )


def _over_cuts(curves: pd.DataFrame, found: Responders) -> str:
    own = curves[(curves["assumption"] == found.assumption) & curves["is_inner"]]
    own = own[own["nnt"].abs() <= MOST_NEEDED]
    if own.empty:
        return ""
    what = "shift" if found.is_same_for_all else "true difference"
    size = exact(round(found.difference, 4))
    unit = found.outcome.unit
    for_all = " for everyone" if found.is_same_for_all else ""
    start = f"The same {what} of {size} {unit}{for_all}"
    best, worst = own.loc[own["nnt"].abs().idxmin()], own.loc[own["nnt"].abs().idxmax()]
    said = [f"{_one_in(row['nnt'])} (cut at {exact(row['cut'])})" for row in (best, worst)]
    if _one_in(best["nnt"]) == _one_in(worst["nnt"]):
        return f"{start} reads as {_one_in(best['nnt'])} wherever it is cut."
    return f"{start} reads as {said[0]} or {said[1]}."


def _one_in(nnt: float) -> str:
    harmed = "" if nnt > 0 else " harmed"
    return f"1 in {abs(nnt):.0f}{harmed}"


def _over_trials(estimates: pd.Series, found: Responders) -> str:
    """Middle 95 of 100 simulated trials, read as Altman reads an interval."""
    benefit = found.sign * estimates
    if len(benefit) < 40:
        return ""
    low, high = (float(benefit.quantile(q)) for q in (0.025, 0.975))
    where = f"At {exact(found.method.cut)}, 95 of 100 simulated trials"
    return f"{where} lie between {_between(low, high)}."


def _between(low: float, high: float) -> str:
    """From the best to the worst benefit, with the way through infinity said."""
    best, worst = (needed(1 / benefit if benefit else inf) for benefit in (high, low))
    return f"{best} and{', through infinity,' if low < 0 < high else ''} {worst}"


def caption(
    curves: pd.DataFrame, estimates: pd.Series, n_failed: int, found: Responders, settings: Settings
) -> str:
    """Settings, what the two panels show, and how the signs are written."""
    truths = []
    for name, its in curves[curves["is_own"]].groupby("assumption", sort=False):
        truths.append(f"{plain(str(name))} {needed(float(its['nnt'].iloc[0]))}")
    own = curves[(curves["assumption"] == found.assumption) & curves["is_own"]].iloc[0]
    shares = f"{100 * own['share']:.3g} and {100 * own['comparator_share']:.3g} of 100 patients"
    parts = [
        settings.sentence(),
        "NNTB: number needed to treat for one more to benefit, NNTH: for one more to be harmed "
        "(Altman 1998).",
        f"Above: exact, from the true shares; at most {MOST_NEEDED} is drawn. "
        f"True numbers {found.event}: {listed(truths)}.",
        f"Below: {len(estimates):,} trials under {quoted(found.assumption)}, where truly {shares} "
        f"are {found.event} ({found.contrast.treatment}, {found.contrast.comparator}).",
    ]
    if n_failed:
        parts.append(f"Left out because the analysis failed: {n_failed:,} trials.")
    return " ".join(parts)


def alt_text(curves: pd.DataFrame, estimates: pd.Series, found: Responders) -> str:
    """The figure for somebody who does not see it."""
    parts = ["Above: number needed to treat against the cut that makes a responder, by assumption."]
    parts.append(_over_cuts(curves, found))
    parts.append(
        f"Below: histogram of simulated risk differences, {found.contrast.name}; those to the left "
        f"of zero favour {found.contrast.favours('left')}."
    )
    parts.append(_over_trials(estimates, found))
    return " ".join(part for part in parts if part)
