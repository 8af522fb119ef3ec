"""P26, flow: how many participants are randomised, seen at every visit, and analysed.

After the diagram of CONSORT 2025 (Hopewell and others 2025, doi 10.1136/bmj-2024-081123).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd

from trialsim.core.axes import REPLICATES_PER_BATCH
from trialsim.operating.flow_counts import (
    ALLOCATED,
    ANALYSED,
    CHANGED,
    EXCLUDED,
    LOST,
    MISSED,
    NONE,
    SEEN,
    STOPPED,
    WHOLE,
    Count,
    Flow,
    flow_of,
)
from trialsim.plots.base.figure import Drawn, Settings
from trialsim.plots.base.page import new_page
from trialsim.plots.base.style import INK, looks, style
from trialsim.plots.base.words import exact, plain, quoted
from trialsim.plots.flow_boxes import Box, Row, draw_boxes
from trialsim.plots.flow_text import Shown, alt_text, caption, of_trial, on_average, takeaway
from trialsim.plots.patients_of import ENOUGH, can_hold_a_batch
from trialsim.plots.run import Run

Label = Callable[[str], str]
"""What an arm is called in a figure."""


def applies(run: Run) -> bool:
    """Always."""
    return True


def draw(run: Run) -> Drawn:
    """P26: means and ranges over the trials of the first batch, under the first assumption with
    an effect."""
    assumption = run.under_an_effect
    replicates = REPLICATES_PER_BATCH
    if not can_hold_a_batch(run):
        replicates = min(replicates, max(2, ENOUGH // run.design.n_total))
    flow = flow_of(run.plan, run.cells[assumption], 0, replicates)
    kind = "" if can_hold_a_batch(run) else ", trials of the same kind as the run's"
    which = f"Under {quoted(assumption)}{kind}."
    settings = replace(run.settings(), replicates=replicates)
    return draw_averages(flow, run.arm_label, which, settings)


def draw_averages(flow: Flow, label: Label, which: str, settings: Settings | None = None) -> Drawn:
    """The flow diagram of many trials: means, with fewest and most; `which` says of which trials
    they are."""
    return _drawn(flow, on_average, flow.averages(), label, which, settings)


def draw_trial(flow: Flow, replicate: int, label: Label, which: str) -> Drawn:
    """The flow diagram of one trial, by its row in the batch; `which` says which one it is."""
    return _drawn(flow, of_trial(replicate), flow.trial(replicate), label, which, None)


def _drawn(
    flow: Flow,
    shown: Shown,
    numbers: pd.DataFrame,
    label: Label,
    which: str,
    settings: Settings | None,
) -> Drawn:
    primary = flow.design.decision.primary
    heading = takeaway(flow, shown, primary)
    small = caption(flow, shown, which, settings, flow.visits)
    with style():
        page = new_page(heading, small)
        draw_boxes(page, _rows(flow, shown, label))
    alt = alt_text(flow, shown, primary, label)
    return Drawn(page.figure, _without_nothing(numbers, flow), heading, small, alt, "flow")


def _without_nothing(numbers: pd.DataFrame, flow: Flow) -> pd.DataFrame:
    """The numbers without visits that have no box."""
    hidden = set(flow.design.visits) - set(flow.visits)
    at_visit = numbers["stage"].isin([SEEN, MISSED, LOST])
    return numbers[~(at_visit & numbers["at"].isin(hidden))].reset_index(drop=True)


def _rows(flow: Flow, shown: Shown, label: Label) -> list[Row]:
    design = flow.design
    arms = tuple(design.arms)
    colours = {name: look.colour for name, look in looks(arms, references=arms[:1]).items()}
    (allocated,) = flow.of(ALLOCATED)

    def boxes(lines: Callable[[int], tuple[str, ...]]) -> tuple[Box, ...]:
        return tuple(Box(lines(a), colour=colours[arm]) for a, arm in enumerate(arms))

    enrolled = Box((f"randomised {shown(allocated.n.sum(axis=1))}",), colour=INK)
    names = tuple(
        Box((f"allocated {shown(allocated.n[:, a])}",), label(arm), colours[arm])
        for a, arm in enumerate(arms)
    )
    rows = [Row("ENROLMENT", "", (enrolled,)), Row("ALLOCATION", "", names)]
    if flow.is_treatment_told:
        rows.append(Row("TREATMENT", "", boxes(_Treatment(flow, shown))))
    for visit in flow.visits:
        about = f"{plain(visit)}, week\u00a0{exact(design.visits[visit] / 7)}"
        rows.append(Row("FOLLOW-UP", about, boxes(_Visit(flow, visit, shown))))
    primary = design.decision.primary
    about = f"primary, {plain(design.analyses[primary].visit)}"
    rows.append(Row("ANALYSIS", about, boxes(_Analysis(flow, primary, shown))))
    return rows


_TREATMENT = {
    WHOLE: "every session",
    NONE: "no session",
    STOPPED: "stopped early",
    CHANGED: "changed over",
}
"""What became of treatment, as a box says it."""


class _Treatment:
    """The lines of the boxes of treatment, by arm."""

    def __init__(self, flow: Flow, shown: Shown) -> None:
        self._flow, self._shown = flow, shown

    def __call__(self, arm: int) -> tuple[str, ...]:
        name, lines = list(self._flow.design.arms)[arm], []
        for stage, said in _TREATMENT.items():
            for one in self._flow.of(stage):
                if name in one.arms:
                    lines.append(f"{said} {self._shown(one.n[:, one.arms.index(name)])}")
        return tuple(lines) or ("no sessions",)


class _Visit:
    """The lines of the boxes of a visit, by arm."""

    def __init__(self, flow: Flow, visit: str, shown: Shown) -> None:
        self._flow, self._visit, self._shown = flow, visit, shown

    def __call__(self, arm: int) -> tuple[str, ...]:
        lost = self._flow.of(LOST, self._visit)
        lines = [f"seen {self._of(SEEN, arm)}"]
        if self._flow.of(MISSED, self._visit)[0].n.any():
            lines.append(f"missed {self._of(MISSED, arm)}")
        whole = np.sum([one.n[:, arm] for one in lost], axis=0)
        lines.append(f"lost {self._shown(whole)}")
        if len(lost) > 1:
            there = [one for one in lost if self._shown(one.n[:, arm]) != "0"]
            lines += [self._reason(one, arm) for one in there]
        return tuple(lines)

    def _reason(self, one: Count, arm: int) -> str:
        return f"{plain(one.reason)}: {self._shown(one.n[:, arm])}"

    def _of(self, stage: str, arm: int) -> str:
        return self._shown(self._flow.of(stage, self._visit)[0].n[:, arm])


class _Analysis:
    """The lines of the boxes of an analysis, by arm."""

    def __init__(self, flow: Flow, name: str, shown: Shown) -> None:
        self._flow, self._name, self._shown = flow, name, shown

    def __call__(self, arm: int) -> tuple[str, ...]:
        (used,), (out,) = self._flow.of(ANALYSED, self._name), self._flow.of(EXCLUDED, self._name)
        name = list(self._flow.design.arms)[arm]
        if name not in used.arms:
            return ("not compared",)
        a = used.arms.index(name)
        return f"analysed {self._shown(used.n[:, a])}", f"excluded {self._shown(out.n[:, a])}"
