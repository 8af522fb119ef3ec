"""What is wrong with visits, stopping, leaving, and the day on which a trial is closed."""

from __future__ import annotations

from collections.abc import Iterable
from math import exp

import numpy as np

from trialsim.core.clock import DAYS_A_WEEK
from trialsim.core.errors import Path, Problem
from trialsim.scenario._words import listed
from trialsim.scenario.calendar import planned_days
from trialsim.scenario.diary_check import WHEN_THEY_COME
from trialsim.scenario.keys.conduct import Hazard, Visit
from trialsim.scenario.recruitment import LEAST_PATIENTS, recruitment_of
from trialsim.scenario.references import unknown_name
from trialsim.scenario.schema import Scenario
from trialsim.scenario.truth import baseline_of

LEAST_MADE = 0.05
"""Share of patients who make a visit below which its window is a mistake."""


def visit_problems(scenario: Scenario) -> Iterable[Problem]:
    """Visits that do not exist, that nobody can be late for, or that hardly anybody makes; and
    sessions that take time to work where no visit follows."""
    conduct, weeks = scenario.conduct, scenario.design.visits_weeks
    baseline = baseline_of(scenario)
    for name, stated in conduct.visits.items():
        path: Path = ("conduct", "visits", name)
        yield from unknown_name(path, "visit", name, weeks)
        if name == baseline:
            text = "patients are enrolled there, and nobody is late for that."
            yield Problem(path, text, "Leave it out.", at_key=True)
        else:
            yield from _window_problems(path, stated)
    planned, last = planned_days(scenario), max(weeks.values()) * DAYS_A_WEEK
    if conduct.sessions is not None and conduct.sessions.weeks_to_work and planned[0] >= last:
        text = (
            f"the first session is planned for day {planned[0]:.3g}, and the last visit, on day "
            f"{last:.3g}, finds no effect of it."
        )
        hint = "Plan a visit after it, or leave this out."
        yield Problem(("conduct", "sessions", "weeks_to_work"), text, hint)


def _window_problems(path: Path, stated: Visit) -> Iterable[Problem]:
    mean, window = stated.late_days, stated.window_days
    if "late_days" not in stated.model_fields_set:
        text = "nobody is late, as long as late_days is left out."
        yield Problem(path, text, "Write late_days, or leave the visit out.", at_key=True)
    if window is None or not mean:
        return
    share = 1 - exp(-window / mean)
    if share < LEAST_MADE:
        text = (
            f"{100 * share:.2g}% of patients would make this visit: they come {mean:g} days late "
            f"on average, and may be {window:g} late."
        )
        hint = "Widen it, or leave it out: then there is no limit."
        yield Problem((*path, "window_days"), text, hint)


def hazard_problems(scenario: Scenario) -> Iterable[Problem]:
    """Stopping and leaving of arms and outcomes that do not exist, by scores that are not there,
    or with no time in which it could happen."""
    conduct = scenario.conduct
    for key in ("discontinuation", "withdrawal"):
        stated: Hazard | None = getattr(conduct, key)
        if stated is not None:
            yield from _hazard_problems(("conduct", key), stated, scenario)
    if conduct.discontinuation is not None and conduct.sessions is None:
        text = "there are no sessions to stop, and nothing would follow from it."
        hint = "Write conduct.sessions; or withdrawal, for leaving the trial."
        yield Problem(("conduct", "discontinuation"), text, hint, at_key=True)


def _hazard_problems(path: Path, stated: Hazard, scenario: Scenario) -> Iterable[Problem]:
    for arm in stated.by_arm:
        yield from unknown_name((*path, "by_arm", arm), "arm", arm, scenario.design.arms)
    if not {"per_week", "by_arm"} & stated.model_fields_set:
        text = "has no rate, so that it happens to nobody."
        yield Problem(path, text, "Write per_week, or by_arm.")
    weeks = list(scenario.design.visits_weeks.values())
    if len(weeks) == 1:
        text = "happens between the first visit and the last, and there is one visit."
        yield Problem(path, text, "Add a baseline visit, in week 0.", at_key=True)
    goes_with = [key for key in ("severity", "latest") if getattr(stated, key)]
    if stated.outcome is None:
        for key in goes_with:
            text = "goes with a score, and nothing says which."
            yield Problem((*path, key), text, "Write outcome.")
        return
    place: Path = (*path, "outcome")
    yield from unknown_name(place, "outcome", stated.outcome, scenario.outcomes)
    if not {"severity", "latest"} & stated.model_fields_set:
        text = "nothing says how the rate goes with it."
        yield Problem(place, text, "Write severity, latest or both.")
    if goes_with and baseline_of(scenario) is None:
        text = "needs a baseline visit, whose score it goes with."
        yield Problem((*path, goes_with[0]), text, "Add a visit in week 0.")


def closing_problems(scenario: Scenario) -> Iterable[Problem]:
    """A trial that is closed before there is anything to analyse."""
    conduct, last = scenario.conduct, scenario.conduct.last_week
    if last is None:
        return
    path: Path = ("conduct", "last_week")
    stated = conduct.recruitment
    if stated is None:
        text = "closes the trial, and nothing says when patients come."
        yield Problem(path, text, WHEN_THEY_COME)
        return
    first = min((centre.start_week for centre in stated.centres.values()), default=0.0)
    if last <= first:
        text = f"closes in week {last:g}, when no centre has opened."
        yield Problem(path, text, "Write a later week.")
        return
    if stated.until_week is not None and stated.until_week > last:
        text = f"recruits until week {stated.until_week:g}, and the trial closes in week {last:g}."
        place: Path = ("conduct", "recruitment", "until_week")
        yield Problem(place, text, "Write an earlier week, or a later last_week.")
    recruitment = recruitment_of(scenario)
    assert recruitment is not None
    expected = float(recruitment.expected(np.array([last * DAYS_A_WEEK]))[0])
    if expected < LEAST_PATIENTS:
        text = f"only {expected:.3g} patients are expected by week {last:g}."
        yield Problem(path, text, "Write a later week, or a higher rate.")
        return
    weeks = scenario.design.visits_weeks
    unseen = [name for name, week in weeks.items() if first + week >= last]
    if unseen:
        text = f"closes in week {last:g}, before anybody can reach {listed(unseen, 'and')}."
        yield Problem(path, text, "Write a later week, or leave those visits out.")
