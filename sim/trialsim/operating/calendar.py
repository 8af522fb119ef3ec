"""The calendar of a trial: when the last patient is in, and when the last visit is over."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trialsim.cohort.recruit import assessed, days
from trialsim.core.axes import REPLICATES_PER_BATCH, FloatArray
from trialsim.core.draws import Draws
from trialsim.core.plan import Design, Plan
from trialsim.operating.conduct import followed_trials
from trialsim.operating.courses import n_followed

DAYS_A_WEEK = 7


@dataclass(frozen=True)
class Duration:
    """One length or count over simulated trials."""

    what: str
    """What it is, in words."""
    mean: float
    mcse: float
    """Monte Carlo standard error of the mean."""
    low: float
    """2.5th percentile over trials."""
    high: float
    """97.5th percentile."""
    unit: str


def calendar(plan: Plan, replicates: int, cell: int = 0) -> list[Duration]:
    """Weeks to the last patient and the last visit, and patients assessed and enrolled, of the
    design as stated, or of another cell's; nothing where the scenario says nothing of recruitment.

    The last visit is the last one planned for anybody. With a calendar it is the last one made, or
    the closing of the trial where somebody had one to come, in as many trials as `n_followed` says,
    under the cell's assumption.
    """
    design = plan.designs[plan.cells[cell].design]
    recruitment = design.recruitment
    if recruitment is None:
        return []
    if design.clock is not None:
        n = n_followed(design, replicates)
        trials = followed_trials(plan, cell, n)
        last, over = trials.last_in[:n], trials.over_on[:n]
        enrolled = trials.n_enrolled[:n]
        if recruitment.until is not None:
            ends = min(recruitment.until, design.clock.last_day)
            last = np.where(enrolled == design.n_total, last, ends)
    else:
        n = replicates
        last, enrolled = _recruited(plan, design, n)
        over = last + max(design.visits.values())
    found = [
        _of("weeks to the last patient", last / DAYS_A_WEEK, "weeks"),
        _of("weeks to the last visit", over / DAYS_A_WEEK, "weeks"),
    ]
    if recruitment.until is not None:
        found.append(_of("patients enrolled", enrolled.astype(np.float64), "patients"))
    if recruitment.consent < 1:
        people = np.concatenate(
            [assessed(draws, recruitment.consent, design.n_total) for draws in _batches(plan, n)]
        )[:n]
        counted = np.where(np.arange(design.n_total) < enrolled[:, None], people, 0).sum(axis=1)
        found.append(_of("patients assessed", counted, "patients"))
    return found


def _batches(plan: Plan, replicates: int) -> list[Draws]:
    n = -(-replicates // REPLICATES_PER_BATCH)
    return [Draws(plan.seed, batch, REPLICATES_PER_BATCH) for batch in range(n)]


def _recruited(plan: Plan, design: Design, replicates: int) -> tuple[FloatArray, FloatArray]:
    """Day of the last patient, or of the end of recruitment where some are missing, and how many
    have come (r,)."""
    recruitment, n = design.recruitment, design.n_total
    assert recruitment is not None  # the caller has looked
    parts = [days(draws, recruitment, n) for draws in _batches(plan, replicates)]
    day = np.concatenate(parts)[:replicates]
    last, enrolled = day[:, -1], np.full(len(day), n, dtype=np.float64)
    if recruitment.until is not None:
        enrolled = np.count_nonzero(day < recruitment.until, axis=1).astype(np.float64)
        last = np.where(enrolled == n, last, recruitment.until)
    return last, enrolled


def _of(what: str, values: FloatArray, unit: str) -> Duration:
    low, high = np.quantile(values, [0.025, 0.975])
    mcse = float(values.std(ddof=1) / np.sqrt(len(values))) if len(values) > 1 else float("nan")
    return Duration(what, float(values.mean()), mcse, float(low), float(high), unit)
