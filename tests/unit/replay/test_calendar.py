"""A replayed trial with a calendar: its data, figures and abstract have what its records would
have, and its numbers are still those of the run."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

import trialsim as ts
from trialsim.operating.courses import courses
from unit.small_trial import BASE, Written, loaded

TRIAL: Written = {
    **BASE,
    "design": {
        "arms": {
            "resting": {"n": 20},
            "walking": {"n": 20, "label": "walking in company"},
        },
        "visits_weeks": {"baseline": 0, "after": 4, "later": 26},
    },
    "conduct": {
        "recruitment": {"per_week": 4, "until_week": 14},
        "sessions": {"planned": 5, "within_weeks": 4, "attend": 0.8, "closes_weeks": 8},
        "therapists": {"walking": {"n": 2, "icc": 0.05, "session_minutes": 60, "caseload": 6}},
        "visits": {"later": {"late_days": 7, "window_days": 10}},
        "discontinuation": {"per_week": 0.1},
        "withdrawal": {"per_week": 0.01},
        "switching": {"resting": {"to": "walking", "share": 0.3, "week": 5}},
        "last_week": 42,
    },
    "assumptions": {"zorbing": {"rmdq": {"walking": [0, -2, -2]}}},
    "observation": {"missing": {"lost": {"method": "mcar", "rate": 0.1}}},
    "simulation": {"replicates": 300, "seed": 11},
}

CALENDAR = [
    "enrolled_day",
    "sessions_attended",
    "stopped_day",
    "changed_to",
    "left_day",
    "day_baseline",
    "day_after",
    "day_later",
]


@cache
def scenario() -> ts.LoadedScenario:
    return loaded(TRIAL)


@pytest.fixture(scope="module")
def trial_fixture() -> ts.ReplayedTrial:
    return ts.replay(scenario(), 17)


def test_the_numbers_are_those_of_the_run_to_the_last_digit():
    results = ts.run(scenario())
    for replicate in (1, 17, 300):
        trial = ts.replay(scenario(), replicate)
        expected = results.values[:, :6, replicate - 1]
        found = [
            [one.estimate, one.se, one.df, one.p_value, one.lower, one.upper]
            for one in trial.results
        ]
        assert np.array_equal(found, expected, equal_nan=True)


def test_the_data_hold_the_course_in_whole_days(trial_fixture):
    frame = trial_fixture.data.to_frame()
    assert [name for name in frame.columns if name in CALENDAR] == CALENDAR
    (batch,) = courses(scenario().plan, 0)
    course, row, who = batch.course, 16, frame["patient"].to_numpy() - 1
    assert (frame["enrolled_day"] == np.floor(course.enrolled_on[row, who])).all()
    walking = (frame["arm"] == "walking").to_numpy()
    held = np.sum([np.isfinite(session[row, who]) for session in course.held_on], axis=0)
    assert (frame["sessions_attended"][walking] == held[walking]).all()
    assert frame["sessions_attended"][~walking].isna().all(), "nobody treats those who rest"
    for visit in ("baseline", "after", "later"):
        made = course.made[visit][row, who]
        day = frame[f"day_{visit}"]
        assert (day.notna() == made).all()
        assert (day[made] == np.floor(course.visit_on[visit][row, who][made])).all()
        assert frame.loc[~made, [f"rmdq_{visit}", f"pain_{visit}"]].isna().all(axis=None)
    left = frame["left_day"]
    assert (left.dropna() >= frame.loc[left.notna(), "enrolled_day"]).all()
    assert frame.loc[left.notna(), "day_later"].isna().all(), "nobody comes back"


def test_what_happened_late_or_never_is_not_on_record():
    """Claim: in 40 trials there are stops, withdrawals and changes, all of them before the closing,
    stops only before the end of treatment, and nobody stops after leaving."""
    stops, leaves, changes = 0, 0, 0
    for replicate in range(1, 41):
        frame = ts.replay(scenario(), replicate).data.to_frame()
        both = frame.dropna(subset=["stopped_day", "left_day"])
        assert (both["stopped_day"] <= both["left_day"]).all()
        days = frame[["stopped_day", "left_day", *CALENDAR[5:]]]
        assert (days.max() <= 42 * 7).all()
        assert frame.loc[frame["arm"] == "resting", "stopped_day"].isna().all()
        assert frame.loc[frame["arm"] == "walking", "changed_to"].isna().all()
        stops += int(frame["stopped_day"].notna().sum())
        leaves += int(frame["left_day"].notna().sum())
        changes += int((frame["changed_to"] == "walking").sum())
    assert min(stops, leaves, changes) > 50


def test_the_dictionary_has_every_column(trial_fixture):
    dictionary = trial_fixture.dictionary()
    assert list(dictionary["name"]) == list(trial_fixture.data.to_frame().columns)
    rows = dictionary.set_index("name")
    assert rows.loc["day_after", "label"] == "day of after (planned in week 4)"
    assert rows.loc["sessions_attended", "values"] == "0 to 5"
    assert rows.loc["left_day", "unit"] == "days since the trial opened"


def test_covariates_keep_their_names():
    covariates = {"left_day": {"distribution": "normal", "mean": 0, "sd": 1}}
    written = {**TRIAL, "cohort": {"covariates": covariates}, "analyses": ONLY}
    frame = ts.replay(loaded(written), 1).data.to_frame()
    assert {"left_day", "left_day_"} <= set(frame.columns)
    assert (frame["left_day"] < 0).any(), "the covariate"
    assert "withdrew" in ts.replay(loaded(written), 1).abstract().text()


ONLY = {"t": {"method": "t_test", "outcome": "rmdq", "visit": "after"}}


def test_the_abstract_says_weeks_sessions_and_withdrawals(trial_fixture):
    frame = trial_fixture.data.to_frame()
    said = dict(trial_fixture.abstract().sections)["Results"]
    first, last = frame["enrolled_day"].min() // 7 + 1, frame["enrolled_day"].max() // 7 + 1
    assert f"Participants were recruited from week {first} to week {last} of the trial." in said
    walking = frame[frame["arm"] == "walking"]
    mean = walking["sessions_attended"].mean()
    assert f"walking in company: attended {mean:.1f} of 5 sessions on average" in said
    assert f"{walking['stopped_day'].notna().sum()} stopped treatment early" in said
    changed = int(frame["changed_to"].notna().sum())
    assert f"resting: {changed} changed over to walking in company" in said
    left = frame["left_day"].notna().sum()
    assert f"{left} withdrew from the trial" in said


def test_nothing_that_readers_see_tells_the_truth(trial_fixture):
    parts = [trial_fixture.abstract().text(), trial_fixture.flow.to_csv()]
    parts += [trial_fixture.dictionary().to_csv()]
    for drawn in trial_fixture.figures():
        parts += [drawn.takeaway, drawn.caption, drawn.alt]
    shown = " ".join(parts).lower()
    for secret in ("zorbing", "assumption", "no_effect", "express", "0.8 "):
        assert secret not in shown, secret


def test_figures_are_of_the_course(trial_fixture, tmp_path):
    frame = trial_fixture.data.to_frame()
    swimmer = trial_fixture.swimmer()
    events = swimmer.numbers.groupby("event")["patient"].count()
    assert events["left the trial"] == frame["left_day"].notna().sum()
    assert events["session"] == frame["sessions_attended"].sum()
    caseloads = trial_fixture.caseloads()
    assert caseloads.numbers["held"].sum() == frame["sessions_attended"].sum()
    assert (caseloads.numbers["appointments"] >= caseloads.numbers["held"]).all()
    flow = trial_fixture.flow.set_index("stage")
    assert flow.loc["stopped", "n"].sum() == frame["stopped_day"].notna().sum()
    trial_fixture.save(tmp_path)
    csv = pd.read_csv(tmp_path / "patients.csv")
    parquet = pd.read_parquet(tmp_path / "patients.parquet")
    pd.testing.assert_frame_equal(csv, parquet, check_dtype=False)


def test_days_of_randomisation_are_on_record_without_a_calendar():
    written = {**TRIAL, "conduct": {"recruitment": {"per_week": 4}}}
    trial = ts.replay(loaded(written), 3)
    frame = trial.data.to_frame()
    assert [name for name in frame.columns if name in CALENDAR] == ["enrolled_day"]
    assert frame["enrolled_day"].is_monotonic_increasing
    # 40 at 4 a week: mean 70 days, SD sqrt(40)/4 weeks = 11 days; 5 of them are 55.
    assert abs(frame["enrolled_day"].iloc[-1] - 70) < 55
    said = dict(trial.abstract().sections)["Results"]
    assert "Participants were recruited from week 1 to week" in said
    assert "withdrew" not in said
