"""What a calendar costs: express against its own random tables, simpy by the trial."""

from __future__ import annotations

import time
from dataclasses import replace

from trialsim.allocation.allocate import allocate
from trialsim.cohort.enrol import enrol
from trialsim.core.axes import REPLICATES_PER_BATCH
from trialsim.core.draws import Draws, redrawn
from trialsim.core.program import Batch, Group, prepare
from trialsim.pipeline import lives
from trialsim.scenario.loaded import loads

ONCE = """
format: 1
design:
  arms: {physiotherapy: {n: 65}, acupressure: {n: 64}}
  visits_weeks: {baseline: 0, after: 4, six_months: 26}
conduct:
  recruitment: {per_week: 7.2}
  sessions: {planned: 6, within_weeks: 4}
  therapists:
    acupressure: {n: 1, session_minutes: 30, days_a_week: 6}
    physiotherapy: {n: 4, session_minutes: 30, days_a_week: 6}
outcomes: {rmdq: {method: repeated_normal, mean: 10, sd: 5, correlation: 0.5}}
analyses: {after: {method: t_test, outcome: rmdq, visit: six_months}}
"""
"""A diary that holds everybody."""

NO_LEAVE: dict[str, object] = {
    "conduct.sessions.attend": 0.9,
    "conduct.sessions.rebook": 0.5,
    "conduct.sessions.closes_weeks": 6,
    "conduct.visits": {"after": {"late_days": 3, "window_days": 14}},
    "conduct.discontinuation": {"per_week": 0.01},
    "conduct.withdrawal": {"per_week": 0.005},
}
"""Missed and rebooked sessions, late visits, stopping and leaving."""

EVERYTHING: dict[str, object] = {
    **NO_LEAVE,
    "conduct.therapists.acupressure.leave_weeks": 4,
    "conduct.therapists.physiotherapy.leave_weeks": 4,
}
"""Leave, too, after which patients wait for one another."""


def express_seconds(changes: dict[str, object]) -> tuple[float, float]:
    """Seconds that a batch's course of events takes with its own tables, and to draw these alone;
    who comes when, and who gets what, is known before."""
    group = _group(changes)
    draws = Draws(1, 0, REPLICATES_PER_BATCH)
    batch = Batch(draws)
    allocate(group, batch, enrol(group, batch))
    before = set(draws.tables)
    started = time.perf_counter()
    lives(group, batch)
    seconds = time.perf_counter() - started
    return seconds, redrawn({name: t for name, t in draws.tables.items() if name not in before})


def clinic_seconds(replicates: int) -> float:
    """Seconds a trial, event by event, with everything on."""
    group = _group({**EVERYTHING, "conduct.method": "clinic"})
    batch = Batch(Draws(1, 0, replicates))
    started = time.perf_counter()
    lives(group, batch)
    return (time.perf_counter() - started) / replicates


def _group(changes: dict[str, object]) -> Group:
    (group,) = prepare(loads(ONCE).changed(changes).plan).groups
    # No score is read, so that nothing but the course of events is simulated.
    return replace(group, reads=())
