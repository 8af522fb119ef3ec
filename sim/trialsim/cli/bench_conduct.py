"""What a calendar costs: express against its own random tables, simpy by the trial."""

from __future__ import annotations

import time
from dataclasses import replace

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

EVERYTHING = {
    "conduct.sessions.attend": 0.9,
    "conduct.sessions.rebook": 0.5,
    "conduct.sessions.closes_weeks": 6,
    "conduct.therapists.acupressure.leave_weeks": 4,
    "conduct.therapists.physiotherapy.leave_weeks": 4,
    "conduct.visits": {"after": {"late_days": 3, "window_days": 14}},
    "conduct.discontinuation": {"per_week": 0.01},
    "conduct.withdrawal": {"per_week": 0.005},
}
"""Leave, missed and rebooked sessions, late visits, stopping and leaving."""


def express_seconds(changes: dict[str, object]) -> tuple[float, float]:
    """Seconds that a batch's course of events takes with its tables, and to draw these alone."""
    group = _group(changes)
    draws = Draws(1, 0, REPLICATES_PER_BATCH)
    batch = Batch(draws)
    started = time.perf_counter()
    lives(group, batch)
    seconds = time.perf_counter() - started
    return seconds, redrawn(draws)


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
