"""The calendar figure: counts by week from days worked out by hand, and words that follow."""

import numpy as np
import pytest
from matplotlib.figure import Figure

import trialsim as ts
from trialsim.core.recruitment import Recruitment
from trialsim.plots.calendar import calendar, numbers_of
from trialsim.plots.calendar_stages import stages

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


def with_calendar() -> ts.LoadedScenario:
    """Sessions, lateness, stopping, leaving and a last day."""
    return ts.loads(TRIAL).changed(
        {
            "conduct": {
                "recruitment": {"per_week": 4, "until_week": 30},
                "sessions": {"planned": 3, "within_weeks": 3},
                "therapists": {"treated": {"n": 1, "session_minutes": 60, "caseload": 2}},
                "visits": {"after": {"late_days": 4, "window_days": 9}},
                "discontinuation": {"per_week": 0.1},
                "withdrawal": {"per_week": 0.05},
                "last_week": 33,
            }
        }
    )


def test_stages_are_drawn_where_a_calendar_is_simulated(faults_fixture, visible_texts_fixture):
    drawn = ts.run(with_calendar()).plot.draw("calendar")
    assert faults_fixture(drawn.figure) == []
    words = [text.get_text() for text in visible_texts_fixture(drawn.figure)]
    for part in ("recruited", "complete", "lost", "in treatment", "in follow-up", "planned: 40"):
        assert part in words
    assert "waiting for a place" in words, "one therapist holds two places"
    assert any(text.startswith("closes in week") for text in words) == (
        drawn.numbers["week"].max() * 1.25 * 1.02 >= 33
    )
    assert "The trial closes in week 33" in drawn.caption
    assert "“express”" in drawn.caption
    mean = drawn.numbers[drawn.numbers["trial"] == "mean"]
    last = mean.groupby("kind")["participants"].last()
    assert last["recruited"] == pytest.approx(last.drop("recruited").sum()), (
        "whoever was recruited is somewhere"
    )
    assert "are lost" in drawn.takeaway
    assert set(drawn.numbers["trial"]) == {"mean", *map(str, range(1, 7))}


def test_one_cannot_close_a_trial_that_has_long_ended():
    long = with_calendar().changed({"conduct.last_week": 500})
    drawn = ts.run(long).plot.draw("calendar")
    assert drawn.figure.axes[0].get_xlim()[1] < 60
    assert "closes in week 500" in drawn.caption


def test_stages_without_recruitment_all_begin_at_once():
    at_once = ts.loads(TRIAL).changed({"conduct": {"withdrawal": {"per_week": 0.1}}})
    drawn = ts.run(at_once).plot.draw("calendar")
    # 40 exp(-0.4) = 26.8 stay for four weeks.
    assert drawn.takeaway == "Of 40 participants, on average 27 complete the trial and 13 are lost."


def test_stages_on_given_axes():
    drawn = ts.run(with_calendar()).plot.draw("calendar")
    ax = Figure().add_subplot()
    assert stages(drawn.numbers, n_total=40, ax=ax) is ax
    assert len(ax.lines) > 20
