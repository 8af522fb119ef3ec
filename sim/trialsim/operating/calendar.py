"""The calendar of a trial: when the last patient is in, and when the last visit is over."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trialsim.cohort.recruit import assessed, days
from trialsim.core.axes import REPLICATES_PER_BATCH, FloatArray
from trialsim.core.draws import Draws
from trialsim.core.plan import Plan

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


def calendar(plan: Plan, replicates: int) -> list[Duration]:
    """Weeks to the last patient and the last visit, and patients assessed and enrolled, of the
    design as stated; nothing where the scenario says nothing of recruitment."""
    design = plan.designs[0]
    recruitment = design.recruitment
    if recruitment is None:
        return []
    n, parts, asked = design.n_total, [], []
    for batch in range(-(-replicates // REPLICATES_PER_BATCH)):
        draws = Draws(plan.seed, batch, REPLICATES_PER_BATCH)
        parts.append(days(draws, recruitment, n))
        asked.append(assessed(draws, recruitment.consent, n))
    day = np.concatenate(parts)[:replicates]
    enrolled = np.full(len(day), n)
    last = day[:, -1]
    if recruitment.until is not None:
        enrolled = np.count_nonzero(day < recruitment.until, axis=1)
        last = np.where(enrolled == n, last, recruitment.until)
    follow_up = max(design.visits.values())
    found = [
        _of("weeks to the last patient", last / DAYS_A_WEEK, "weeks"),
        _of("weeks to the last visit", (last + follow_up) / DAYS_A_WEEK, "weeks"),
    ]
    if recruitment.until is not None:
        found.append(_of("patients enrolled", enrolled.astype(np.float64), "patients"))
    if recruitment.consent < 1:
        people = np.concatenate(asked)[:replicates]
        counted = np.where(np.arange(n) < enrolled[:, None], people, 0).sum(axis=1)
        found.append(_of("patients assessed", counted, "patients"))
    return found


def _of(what: str, values: FloatArray, unit: str) -> Duration:
    low, high = np.quantile(values, [0.025, 0.975])
    mcse = float(values.std(ddof=1) / np.sqrt(len(values))) if len(values) > 1 else float("nan")
    return Duration(what, float(values.mean()), mcse, float(low), float(high), unit)
