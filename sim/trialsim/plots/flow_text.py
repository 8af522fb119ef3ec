"""What P26 says in words: its takeaway, caption and alternative text, all from the counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from trialsim.operating.flow_counts import (
    ALLOCATED,
    ANALYSED,
    CHANGED,
    EXCLUDED,
    LOST,
    MISSED,
    SEEN,
    STOPPED,
    TOO_LATE,
    WHOLE,
    WITHDREW,
    Flow,
)
from trialsim.plots.base.figure import Settings
from trialsim.plots.base.visit_axis import visits_said
from trialsim.plots.base.words import listed, number, plain, supported

Shown = Callable[[NDArray[np.int64]], str]
"""How a count of every trial (r,) is written: that of one trial, or the mean and range of all."""


def of_trial(replicate: int) -> Shown:
    """The count of one trial of the batch, by its row."""
    return lambda n: f"{int(n[replicate]):,}"


def on_average(n: NDArray[np.int64]) -> str:
    """The mean over trials with the fewest and the most; one number where they are all alike."""
    low, high = int(n.min()), int(n.max())
    if low == high:
        return f"{low:,}"
    error = float(np.std(n, ddof=1) / np.sqrt(n.size))
    return f"{number(float(np.mean(n)), supported(error, 1))} ({low:,}\u00a0to\u00a0{high:,})"


def takeaway(flow: Flow, shown: Shown, primary: str) -> str:
    """How many of those randomised to the arms of the primary analysis reach it."""
    (used,) = flow.of(ANALYSED, primary)
    (allocated,) = flow.of(ALLOCATED)
    chosen = [allocated.arms.index(arm) for arm in used.arms]
    there = allocated.n[:, chosen].sum(axis=1)
    reached, out = used.n.sum(axis=1), flow.of(EXCLUDED, primary)[0].n.sum(axis=1)
    whom = "participants" if len(used.arms) == len(allocated.arms) else "participants compared"
    whole = f"{shown(there)} {whom}"
    if not (out if shown is on_average else _own(shown, out)).any():
        return f"All {whole} who were randomised are in the primary analysis."
    word = "on average " if shown is on_average else ""
    return (
        f"Of {whole} who were randomised, {word}{shown(reached)} are in the primary analysis "
        f"and {shown(out)} are not."
    )


def _own(shown: Shown, n: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.array([int(shown(n).replace(",", ""))])


def caption(
    flow: Flow, shown: Shown, which: str, settings: Settings | None, visits: Sequence[str]
) -> str:
    """Settings, which trials, and what the words in the boxes mean."""
    weeks = {visit: flow.design.visits[visit] / 7 for visit in visits}
    parts = [settings.sentence() if settings else "", which]
    parts.append(f"Visits: {visits_said(weeks)}." if weeks else "")
    if shown is on_average and any(np.ptp(one.n, axis=0).any() for one in flow.counts):
        parts.append("In brackets: fewest and most in one trial.")
    parts += _of_treatment(flow) if flow.is_treatment_told else []
    if any(one.n.any() for one in flow.counts if one.stage == LOST):
        parts.append("Lost: no score then nor later, counted where it first happens.")
    if any(one.n.any() for one in flow.counts if one.stage == MISSED):
        parts.append("Missed: no score then, but one later.")
    reasons = {one.reason for one in flow.counts if one.stage == LOST}
    if WITHDREW in reasons:
        parts.append("Withdrew: left the trial.")
    if TOO_LATE in reasons:
        parts.append("Came too late: after the window of the visit.")
    if len(reasons) > 1:
        parts.append("Whoever has several reasons is counted under the first of them.")
    if any(one.n.any() for one in flow.counts if one.stage == EXCLUDED):
        parts.append("Excluded: a score that the analysis needs is missing.")
    parts.append(_assessed(flow))
    return " ".join(part for part in parts if part)


def _of_treatment(flow: Flow) -> list[str]:
    """What the lines on treatment mean, where there are any."""
    said, clock = [], flow.design.clock
    if clock is not None and flow.of(WHOLE):
        said.append(f"Every session: all {len(clock.planned):,} planned.")
    if flow.of(STOPPED):
        said.append("Stopped early: stopped treatment before the last session planned.")
    if flow.of(CHANGED):
        said.append("Changed over: to the treatment of another arm.")
    return said


def _assessed(flow: Flow) -> str:
    """How many had to be asked for so many to be randomised, as far as the scenario says."""
    recruitment = flow.design.recruitment
    if recruitment is None or recruitment.consent == 1:
        return "How many were assessed for eligibility is not simulated."
    said = f"Of 100 assessed, {100 * recruitment.consent:.3g} are taken to be eligible and consent"
    if recruitment.until is not None:  # fewer than planned may come
        return f"{said}."
    return f"{said}: about {flow.design.n_total / recruitment.consent:,.0f} are assessed."


def alt_text(flow: Flow, shown: Shown, primary: str, label: Callable[[str], str]) -> str:
    """The figure for somebody who does not see it."""
    parts = ["Flow diagram from randomisation to analysis."]
    for a, arm in enumerate(flow.of(ALLOCATED)[0].arms):
        path = [f"allocated {shown(flow.of(ALLOCATED)[0].n[:, a])}"]
        for visit in flow.visits:
            path.append(f"seen at {plain(visit)} {shown(flow.of(SEEN, visit)[0].n[:, a])}")
        (used,) = flow.of(ANALYSED, primary)
        if arm in used.arms:
            path.append(f"analysed {shown(used.n[:, used.arms.index(arm)])}")
        parts.append(f"{label(arm)}: {listed(path)}.")
    return " ".join(parts)
