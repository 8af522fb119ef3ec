"""Recruitment as written, in days."""

from __future__ import annotations

from collections.abc import Iterable
from math import fsum

import numpy as np

from trialsim.core.errors import Path, Problem
from trialsim.core.recruitment import Recruitment
from trialsim.scenario.schema import Scenario

DAYS_A_WEEK = 7

LEAST_PATIENTS = 1.0
"""With fewer expected, most trials would be without patients."""

MOST_WEEKS = 5200
"""A hundred years, as for every other week of a scenario."""


def recruitment_of(scenario: Scenario) -> Recruitment | None:
    """The recruitment with every value explicit."""
    written = scenario.conduct.recruitment
    if written is None:
        return None
    centres = [(name, c.share, c.start_week * DAYS_A_WEEK) for name, c in written.centres.items()]
    weeks = [week for week in (written.until_week, scenario.conduct.last_week) if week is not None]
    until = min(weeks, default=None)
    return Recruitment(
        per_day=written.per_week / DAYS_A_WEEK,
        centres=tuple(centres) or (("the centre", 1.0, 0.0),),
        ramp=written.ramp_weeks * DAYS_A_WEEK,
        seasonal=written.seasonal,
        peak=written.peak_week * DAYS_A_WEEK,
        until=None if until is None else until * DAYS_A_WEEK,
        consent=written.consent,
    )


def recruitment_problems(scenario: Scenario) -> Iterable[Problem]:
    """Shares of centres that are not the whole, and an end before anybody came."""
    written = scenario.conduct.recruitment
    if written is None:
        return
    path: Path = ("conduct", "recruitment")
    total = fsum(centre.share for centre in written.centres.values())
    if written.centres and abs(total - 1) > 1e-6:
        text = f"the shares of the centres sum to {total:g}, they must sum to 1."
        yield Problem((*path, "centres"), text)
    first = min((centre.start_week for centre in written.centres.values()), default=0.0)
    if written.until_week is not None and written.until_week <= first:
        text = f"ends in week {written.until_week:g}, when no centre has opened."
        yield Problem((*path, "until_week"), text, "Write a later week.")
    elif written.until_week is not None and (course := recruitment_of(scenario)) is not None:
        expected = float(course.expected(np.array([written.until_week * DAYS_A_WEEK]))[0])
        if expected < LEAST_PATIENTS:
            text = f"only {expected:.3g} patients are expected by week {written.until_week:g}."
            yield Problem((*path, "until_week"), text, "Write a later week, or a higher rate.")


def duration_problems(scenario: Scenario) -> Iterable[Problem]:
    """Recruitment that nobody would live to see the end of."""
    written = scenario.conduct.recruitment
    if written is None or written.until_week is not None:
        return
    n_total = sum(arm.n for arm in scenario.design.arms.values())
    weeks = n_total / written.per_week
    if weeks > MOST_WEEKS:
        text = f"{n_total:,} patients would take {weeks:,.0f} weeks at {written.per_week:g} a week."
        hint = f"At most {MOST_WEEKS:,} weeks can be simulated; or write until_week."
        yield Problem(("conduct", "recruitment", "per_week"), text, hint)
