"""The calendar figure: counts by week from days worked out by hand, and words that follow."""

import numpy as np
import pytest
from matplotlib.figure import Figure

import trialsim as ts
from trialsim.core.recruitment import Recruitment
from trialsim.plots.calendar import calendar, numbers_of

TRIAL = """
format: 1
design: {arms: {control: {n: 20}, treated: {n: 20}}, visits_weeks: {baseline: 0, after: 4}}
conduct: {recruitment: {per_week: 4}}
outcomes: {score: {method: repeated_normal, mean: 0, sd: 1}}
analyses: {t_test: {method: t_test, outcome: score, visit: after}}
simulation: {replicates: 256, seed: 3}
"""


def steady(until: float | None = None) -> Recruitment:
    return Recruitment(1.0, (("a", 1.0, 0.0),), 0.0, 0.0, 0.0, until, 1.0)


def at(frame, kind, week):
    """The mean count of the last point at or before a week."""
    rows = frame[(frame["kind"] == kind) & (frame["trial"] == "mean") & (frame["week"] <= week)]
    return rows["participants"].iloc[-1]


def test_counts_are_those_of_the_days():
    came = np.tile([7.0, 14.0, 21.0], (20, 1))
    frame = numbers_of(came, steady(), follow_up=28)
    assert frame["week"].max() == pytest.approx(7)
    assert [at(frame, "randomised", week) for week in (0.9, 1.1, 2.1, 3.1)] == [0, 1, 2, 3]
    through = [at(frame, "through the last visit", week) for week in (4.9, 5.1, 6.1, 7)]
    assert through == [0, 1, 2, 3]


def test_whoever_comes_after_the_end_is_not_counted():
    came = np.tile([7.0, 14.0, 21.0], (20, 1))
    frame = numbers_of(came, steady(until=15), follow_up=28)
    assert at(frame, "randomised", 99) == 2


def test_words_follow_the_rate():
    """Claim: at 4 a week 20 of 40 are in after 5 weeks on average, at 8 a week after 2.5: the
    mean of 256 trials is known to 0.07 weeks, the grid to 0.1."""
    slow = ts.run(ts.loads(TRIAL)).plot.draw("calendar")
    fast = ts.run(ts.loads(TRIAL.replace("per_week: 4", "per_week: 8"))).plot.draw("calendar")
    assert "by week 5," in slow.takeaway
    assert "by week 3," in fast.takeaway or "by week 2," in fast.takeaway
    ended = ts.loads(TRIAL).changed({"conduct.recruitment.until_week": 5})
    assert "with 20 of the 40" in ts.run(ended).plot.draw("calendar").takeaway


def test_without_recruitment_there_is_no_calendar():
    run = ts.run(ts.loads(TRIAL).changed({"conduct": {}}))
    assert "calendar" not in run.plot.names()


def test_it_draws_on_given_axes():
    ax = Figure().add_subplot()
    frame = numbers_of(np.tile([7.0, 14.0], (20, 1)), steady(), follow_up=28)
    assert calendar(frame, n_total=2, ax=ax) is ax
    assert ax.get_xlabel() == "weeks after the trial opens"
