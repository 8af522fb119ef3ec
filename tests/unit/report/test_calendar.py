"""What the page says of a simulated calendar: room, sessions, loss, and how it was simulated."""

from __future__ import annotations

import re

import numpy as np
import pytest

from unit.report.test_words import rows_of, table_of

CONDUCT = {
    "recruitment": {"per_week": 5, "until_week": 20},
    "sessions": {
        "planned": 4,
        "within_weeks": 3,
        "attend": 0.8,
        "rebook": 0.5,
        "closes_weeks": 5,
        "weeks_to_work": 1,
    },
    "therapists": {
        "talking": {
            "n": 2, "session_minutes": 60, "hours_a_day": 2, "leave_weeks": 4, "caseload": 5
        }
    },
    "visits": {"after": {"late_days": 3, "window_days": 6}},
    "discontinuation": {"per_week": 0.05, "outcome": "score", "severity": 0.5},
    "withdrawal": {"per_week": 0.02, "by_arm": {"waiting": 0.04}},
    "switching": {"waiting": {"to": "talking", "share": 0.1, "week": 2}},
    "cointerventions": {
        "pills": {"shares": {"waiting": 0.3}, "size": {"score": -2}, "from_week": 1}
    },
    "last_week": 26,
}  # fmt: skip


@pytest.fixture(scope="module")
def page_fixture(tmp_path_factory):
    from unit.report.conftest import make

    return make({"conduct": CONDUCT}, tmp_path_factory.mktemp("page"))


def test_results_stand_by_arm_with_errors_and_ranges(page_fixture):
    rows = rows_of(table_of(page_fixture, "conduct"))
    attended = rows["Sessions attended, of those planned"]
    share, error = re.fullmatch(r"([\d.]+)% \(([\d.]+)\)", attended[0]).groups()
    # Everybody attends 0.8 of what is booked, and half of what is missed is booked again; a few
    # stop or leave before: between 0.7 and 0.8 + 0.2 x 0.5 x 0.8 = 0.88.
    assert 70 < float(share) < 88
    # 256 trials of 20 patients with 4 sessions each: at least the binomial error.
    assert float(error) > 100 * np.sqrt(0.2 * 0.8 / (256 * 80)) / 2
    assert re.fullmatch(r"[\d.]+% to [\d.]+%", attended[1])
    assert "Days from randomisation to the first session" in rows
    text = table_of(page_fixture, "conduct").text
    assert "over the first 256 simulated trials under “no effect”" in text
    assert "patients" not in page_fixture.section("calendar").text


def test_the_rules_and_the_simulation_are_named(page_fixture):
    text = page_fixture.section("calendar").text
    for part in (
        "“express”, for all simulated trials at once",
        "Talking: 2 therapists with sessions of 60 minutes, 2 hours a day, 5 days a week, 4 weeks "
        "of leave a year; each has at most 5 participants in treatment.",
        "Of 100 sessions missed, 50 are given another appointment after the last one booked.",
        "No session is held later than 5 weeks after the start of treatment.",
        "After: 3 days late on average, not made after 6 days.",
        "The trial closes in week 26, whoever is still in it.",
    ):
        assert part in text


def test_stopping_leaving_and_other_treatment_are_told(page_fixture):
    text = page_fixture.section("treatment").text
    for part in (
        "a session takes a week to work in full",
        "Of 100 participants who have not yet, 5 a week stop treatment and stay in the trial; with "
        "a score at baseline (Distress) one SD worse, 1.65 times as many.",
        "4 with waiting and 2 with talking a week leave the trial",
        "10 of 100 participants allocated to waiting change over to talking in week 2",
        "“pills” is taken from week 1 on by, of 100, 30 with waiting; alone it changes −2 points",
    ):
        assert part in text, part


def test_limits_say_what_the_calendar_leaves_out(page_fixture, make_fixture):
    assert "slots that become free and are given to others" in page_fixture.section("limits").text
    bare = make_fixture({"conduct": {"withdrawal": {"per_week": 0.02}}})
    limits = bare.section("limits").text
    assert "late visits" in limits
    assert "withdrawal" not in limits
    section = bare.section("calendar").text
    assert "nobody has to wait for another" in section
    assert "randomised a week" not in section, "nothing is said of recruitment"
    assert "Left the trial" in rows_of(table_of(bare, "conduct"))


def test_other_designs_have_their_calendar(make_fixture):
    conduct = {**CONDUCT, "discontinuation": {"per_week": 0.05}}
    made = make_fixture({"conduct": conduct, "vary": {"conduct.therapists.talking.n": [1, 2]}})
    rows = rows_of(table_of(made, "conduct-points"))
    by_n = {name[-1]: cells for name, cells in rows.items()}

    def first_session(n):
        return float(by_n[n][2].split(" ")[0])

    assert first_session("1") > first_session("2"), "one therapist has five places, two have ten"
