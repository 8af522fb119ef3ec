"""Who is still there at every visit and in every analysis: the counts of a CONSORT flow diagram.

Hopewell and others 2025, CONSORT 2025, doi 10.1136/bmj-2024-081123. Counted over a whole batch of
trials at once; a diagram shows one of them, or the mean and range of all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from trialsim.core.axes import REPLICATES_PER_BATCH, Mask
from trialsim.core.plan import Design, Plan
from trialsim.core.records import TrialData
from trialsim.core.stages import LossBias
from trialsim.operating.patients import batch_of_trials
from trialsim.operating.whereabouts import (
    arms_with_sessions,
    has_changed_over,
    has_left,
    has_stopped,
    held_of,
    is_closed_before,
    is_too_late,
)

Counts = NDArray[np.int64]
"""Patients (r, a): replicate, arm."""

ALLOCATED, SEEN, MISSED, LOST = "allocated", "seen", "missed", "lost"
WHOLE, NONE, STOPPED, CHANGED = "attended all", "attended none", "stopped", "changed over"
ANALYSED, EXCLUDED = "analysed", "excluded"

WITHDREW, TOO_LATE, CLOSED = "withdrew", "came too late", "trial closed"
"""Why somebody is lost, where a calendar is simulated."""


@dataclass(frozen=True)
class Count:
    """One number of the diagram, in every arm of every trial."""

    stage: str
    """allocated; of treatment attended all (sessions planned), attended none, stopped (before the
    last session planned), changed over (to the treatment of another arm); at a visit seen, missed
    (seen again later) or lost (never again, and for the first time here); in an analysis analysed
    or excluded."""
    at: str
    """The visit, or the analysis; empty for allocation and treatment."""
    reason: str
    """Why lost, where there may be several reasons; else empty."""
    n: Counts
    arms: tuple[str, ...]
    """The arms (a) that it is about: an analysis may leave some out."""


@dataclass(frozen=True)
class Flow:
    """The counts of some trials of one design."""

    design: Design
    counts: tuple[Count, ...]

    @property
    def visits(self) -> list[str]:
        """Visits at which somebody could be missing: all but a baseline at which all were seen."""
        absent = {one.at for one in self.counts if one.stage in (MISSED, LOST) and one.n.any()}
        return [v for v in self.design.visits if v != self.design.baseline or v in absent]

    @property
    def is_treatment_told(self) -> bool:
        """Whether anybody, in any of the trials, had other treatment than planned."""
        (allocated,) = self.of(ALLOCATED)
        for one in self.of(WHOLE):
            chosen = [allocated.arms.index(arm) for arm in one.arms]
            if (one.n != allocated.n[:, chosen]).any():
                return True
        return any(one.n.any() for stage in (STOPPED, CHANGED) for one in self.of(stage))

    def of(self, stage: str, at: str = "") -> list[Count]:
        """The counts of a stage at a visit or in an analysis."""
        return [one for one in self.counts if (one.stage, one.at) == (stage, at)]

    def trial(self, replicate: int) -> pd.DataFrame:
        """One trial: a row a number; columns stage, at, arm, reason, n. `randomised` comes first,
        without an arm."""
        (allocated,) = self.of(ALLOCATED)
        rows = [("randomised", "", "", "", int(allocated.n[replicate].sum()))]
        for one in self.counts:
            for arm, n in zip(one.arms, one.n[replicate], strict=True):
                rows.append((one.stage, one.at, arm, one.reason, int(n)))
        return pd.DataFrame(rows, columns=["stage", "at", "arm", "reason", "n"])

    def averages(self) -> pd.DataFrame:
        """All trials: columns stage, at, arm, reason, mean, mcse, lowest, highest."""
        (allocated,) = self.of(ALLOCATED)
        rows = [("randomised", "", "", "", *_spread(allocated.n.sum(axis=1)))]
        for one in self.counts:
            for a, arm in enumerate(one.arms):
                rows.append((one.stage, one.at, arm, one.reason, *_spread(one.n[:, a])))
        columns = ["stage", "at", "arm", "reason", "mean", "mcse", "lowest", "highest"]
        return pd.DataFrame(rows, columns=columns)


def flow_of(
    plan: Plan,
    cell: int,
    batch: int,
    replicates: int = REPLICATES_PER_BATCH,
    data: TrialData | None = None,
) -> Flow:
    """The flow of the trials of one batch of a cell; `data` spares simulating them again."""
    design = plan.designs[plan.cells[cell].design]
    data = batch_of_trials(plan, cell, batch, replicates) if data is None else data
    hidden: dict[str, Mapping[str, Mask]] = {}
    if len(design.missing) > 1:
        # A reason draws from tables of its own, so alone it hides what it hides among others.
        honest = {name: b for name, b in design.bias.items() if not isinstance(b, LossBias)}
        for name, reason in design.missing.items():
            alone = replace(design, missing={name: reason}, bias=honest)
            only = replace(plan, designs=(alone,), cells=(replace(plan.cells[cell], design=0),))
            hidden[name] = {
                visit: ~mask
                for visit, mask in seen_at(batch_of_trials(only, 0, batch, replicates)).items()
            }
    return flow_from(design, data, hidden)


def flow_from(
    design: Design, data: TrialData, hidden: Mapping[str, Mapping[str, Mask]] | None = None
) -> Flow:
    """The flow of the trials in `data`; `hidden` has by reason, then by visit, who would not have
    been seen for that reason alone."""
    arms = tuple(design.arms)
    members = [data.enrolled & (data.arm == a) for a in range(len(arms))]

    def count(mask: Mask, chosen: tuple[str, ...] = arms) -> Counts:
        return np.stack([(members[arms.index(arm)] & mask).sum(axis=1) for arm in chosen], axis=1)

    counts = [Count(ALLOCATED, "", "", count(data.enrolled), arms)]
    for stage, mask, treated in _treatment(design, data):
        counts.append(Count(stage, "", "", count(mask, treated), treated))
    hidden = {**_by_conduct(design, data), **_by_author(design, data, hidden or {})}
    seen = seen_at(data)
    lost_before = ~data.enrolled
    for visit, here, lost in _visits(data, seen):
        counts.append(Count(SEEN, visit, "", count(here), arms))
        counts.append(Count(MISSED, visit, "", count(~here & ~lost), arms))
        new = lost & ~lost_before
        for reason, mask in _by_reason(new, visit, hidden):
            counts.append(Count(LOST, visit, reason, count(mask), arms))
        lost_before = lost
    for name in design.analyses:
        chosen = arms_of(design, name)
        used = analysed_in(design, name, data)
        counts.append(Count(ANALYSED, name, "", count(used, chosen), chosen))
        counts.append(Count(EXCLUDED, name, "", count(~used, chosen), chosen))
    return Flow(design, tuple(counts))


def seen_at(data: TrialData) -> dict[str, Mask]:
    """By visit: who came, which is whoever has the score of any outcome (r, p)."""
    return {
        visit: data.enrolled
        & np.logical_or.reduce([by_visit[visit] for by_visit in data.observed.values()])
        for visit in data.visits
    }


def arms_of(design: Design, analysis: str) -> tuple[str, ...]:
    """The arms that an analysis compares, in the order of the design."""
    compared = {arm for name in design.contrasts_of(analysis) for arm in design.contrasts[name]}
    return tuple(arm for arm in design.arms if arm in compared)


def analysed_in(design: Design, analysis: str, data: TrialData) -> Mask:
    """Who has every variable of an analysis, or what stands in for it (r, p)."""
    method = design.analyses[analysis]
    used = data.enrolled
    for outcome, visit in method.reads(design.measured):
        if not outcome:
            continue
        there = data.observed[outcome][visit]
        if (outcome, visit) == (method.outcome, method.visit):
            for earlier in method.stand_ins(tuple(design.visits), design.baseline):
                there = there | data.observed[outcome][earlier]
            if method.missing == "worst_case":
                there = data.enrolled
        used = used & there
    return used


def _treatment(design: Design, data: TrialData) -> Iterator[tuple[str, Mask, tuple[str, ...]]]:
    """What became of treatment: a stage, for whom it is so, and the arms that it is about."""
    course, clock = data.course, design.clock
    treated = arms_with_sessions(design)
    if course is not None and clock is not None and treated:
        held = held_of(course)
        yield WHOLE, np.asarray(held == len(clock.planned)), treated
        yield NONE, np.asarray(held == 0), treated
        if clock.stopping is not None:
            yield STOPPED, has_stopped(clock, course), treated
    if design.switches:
        beside = data.beside.get(data.visits[-1])
        mask = has_changed_over(design, data.arm, beside, course)
        yield CHANGED, mask, tuple(arm for arm in design.arms if arm in design.switches)


def _by_conduct(design: Design, data: TrialData) -> dict[str, dict[str, Mask]]:
    """By reason, then by visit: whom a calendar keeps from it."""
    course, clock = data.course, design.clock
    if course is None or clock is None:
        return {}
    left = has_left(clock, course)
    reasons = {
        WITHDREW: {
            visit: left & (course.left_on <= course.visit_on[visit]) for visit in data.visits
        },
        TOO_LATE: {visit: is_too_late(clock, course, visit) for visit in data.visits},
        CLOSED: {visit: is_closed_before(clock, course, visit) for visit in data.visits},
    }
    return {
        reason: masks
        for reason, masks in reasons.items()
        if any((mask & data.enrolled).any() for mask in masks.values())
    }


def _by_author(
    design: Design, data: TrialData, hidden: Mapping[str, Mapping[str, Mask]]
) -> Mapping[str, Mapping[str, Mask]]:
    """The reasons that the scenario states for missing scores. The last of them needs no masks:
    all whom nothing else lost were lost for it."""
    misled = [name for name, one in design.bias.items() if isinstance(one, LossBias)]
    if hidden or data.course is not None:
        last = misled if hidden else [*design.missing, *misled]
        return {**hidden, **{name: dict.fromkeys(data.visits, data.enrolled) for name in last}}
    return hidden


def _visits(data: TrialData, seen: Mapping[str, Mask]) -> Iterator[tuple[str, Mask, Mask]]:
    """Visits in order, with who was seen, and who was seen neither there nor later."""
    again = np.zeros_like(data.enrolled)
    gone: dict[str, Mask] = {}
    for visit in reversed(data.visits):
        again = again | seen[visit]
        gone[visit] = ~again
    for visit in data.visits:
        yield visit, seen[visit], gone[visit]


def _by_reason(
    new: Mask, visit: str, hidden: Mapping[str, Mapping[str, Mask]]
) -> Iterator[tuple[str, Mask]]:
    """Those lost at a visit, by the first of the reasons that would do alone; whoever is hidden
    only by several together comes under the last."""
    if not hidden:
        yield "", new
        return
    left = new
    *others, last = hidden
    for reason in others:
        theirs = left & hidden[reason][visit]
        yield reason, theirs
        left = left & ~theirs
    yield last, left


def _spread(n: NDArray[np.int64]) -> tuple[float, float, int, int]:
    error = float(np.std(n, ddof=1) / np.sqrt(n.size)) if n.size > 1 else float("nan")
    return float(np.mean(n)), error, int(n.min()), int(n.max())
