"""What the page says of who enters, how long it takes, what is delivered, and what ifs."""

from __future__ import annotations

import re

import numpy as np
import pytest
from scipy.stats import norm

from unit.report.test_words import in_100, rows_of, table_of

BASELINE = {"ancova": {"method": "ancova", "outcome": "score", "visit": "after"}}


def ids(made) -> set[str]:
    return {one.attributes["id"] for one in made.root.all("section")}


def answer(made, what: str) -> str:
    rows = [row for one in made.section("checklists").all("tbody") for row in one.all("tr")]
    (found,) = [row.children[-1].text for row in rows if what in row.text]
    return found


def test_who_may_enter_is_told_with_what_it_does_to_the_scores(make_fixture):
    """Exact: the worse half of a normal score has mean 30 + 5 sqrt(2/pi) and SD 5 sqrt(1 - 2/pi);
    a correlation r becomes r s / sqrt(1 - r^2 + r^2 s^2), s^2 = 1 - 2/pi."""
    made = make_fixture({"cohort": {"eligibility": {"score": {"min": 30}}}})
    text = made.section("entering").text
    assert "Participants enter with Distress of 30 or more points at baseline: 50.0% of" in text
    rows = rows_of(table_of(made, "entering-score"))
    s = np.sqrt(1 - 2 / np.pi)
    assert rows["baseline: mean"] == ["30.00", f"{30 + 5 * np.sqrt(2 / np.pi):.2f}"]
    assert rows["baseline: SD"] == ["5.00", f"{5 * s:.2f}"]
    less = 0.5 * s / np.sqrt(0.75 + 0.25 * s**2)
    assert rows["after: correlation with baseline"] == ["0.50", f"{less:.2f}"]
    assert answer(made, "Eligibility of participants") == "Who may enter"


def test_the_calendar_has_a_mean_with_its_error_and_a_range(make_fixture):
    """Claim: 40 patients at 5 a week take 8 weeks, and 80 are assessed if half consent. Erlang and
    negative binomial: SDs sqrt(40)/5 weeks and sqrt(40 x 0.5)/0.5 people; 256 trials, 4 standard
    errors: 0.32 weeks and 2.2 people, which a wrong rate or share would pass."""
    made = make_fixture({"conduct": {"recruitment": {"per_week": 5, "consent": 0.5}}})
    rows = rows_of(table_of(made, "calendar"))
    for what, mean, sd in (
        ("Weeks to the last participant", 8, np.sqrt(40) / 5),
        ("Weeks to the last visit", 12, np.sqrt(40) / 5),
        ("Participants assessed", 80, np.sqrt(20) / 0.5),
    ):
        found, error = re.fullmatch(r"([\d.]+) \(([\d.]+)\)", rows[what][0]).groups()
        assert abs(float(found) - mean) <= 4 * sd / 16
        assert float(error) == pytest.approx(sd / 16, rel=0.25)
    assert "patients" not in made.section("calendar").text.lower()
    assert answer(made, "Length of recruitment") == "How long it takes"
    assert "about 80 are assessed." in made.section("trial").text


def test_sessions_that_are_missed_deliver_less_than_was_stated(make_fixture):
    """Exact: of an effect of -4 that grows by the session, 4 of 5 sessions on average deliver
    -3.2."""
    made = make_fixture({"conduct": {"sessions": {"planned": 4, "within_weeks": 3, "attend": 0.8}}})
    text = made.section("treatment").text
    for part in ("4 sessions planned within 3 weeks.", "each session is attended by 80 of 100."):
        assert part in text
    assert rows_of(table_of(made, "delivered"))["Distress, after"] == ["−4 points", "−3.2 points"]
    assert answer(made, "other care") == "Treatment as delivered"


def test_sessions_that_all_attend_and_therapists_are_named_as_assumed(make_fixture):
    made = make_fixture(
        {
            "conduct": {
                "sessions": {"planned": 6, "within_weeks": 4},
                "therapists": {"talking": {"n": 3, "icc": 0.05}, "waiting": {"n": 4}},
            }
        }
    )
    assert "everybody is taken to attend all of them" in made.section("treatment").text
    rows = rows_of(table_of(made, "therapists"))
    assert rows["talking"] == ["3", "6 or 7", "0.05"]
    assert rows["waiting"] == ["4", "5", "0: all equally good"]
    assert not [one for one in made.root.all("table") if one.attributes["id"] == "table-delivered"]


def test_a_page_without_conduct_has_no_such_sections(small_fixture):
    assert not ids(small_fixture) & {"entering", "calendar", "treatment", "what-if"}
    assert answer(small_fixture, "Eligibility of participants").startswith("Not answered")
    assert answer(small_fixture, "other care").startswith("Not answered")


def test_numbers_needed_to_treat_are_those_of_normal_tails(make_fixture):
    """Exact: below 25 are half of a normal score with mean 25, and of one 4 points lower
    Phi(4/5)."""
    well = {"method": "responder", "outcome": "score", "visit": "after", "cut": 25}
    made = make_fixture({"analyses": {**BASELINE, "well": {**well, "event": "below"}}})
    cells = rows_of(table_of(made, "needed"))["well, talking against waiting"]
    assert cells[0] == "Distress below 25 at after"
    assert cells[1] == f"NNTB {1 / (norm.cdf(0.8) - 0.5):.1f}"
    assert re.fullmatch(r"NNTB [\d.]+ to (infinity( to NNTH [\d.]+)?|NNTB [\d.]+)", cells[2])


THERAPISTS = {
    "conduct": {"therapists": {"talking": {"n": 1, "icc": 0}, "waiting": {"n": 1, "icc": 0}}},
    "what_if": {
        "therapists_differ": {
            "conduct.therapists.talking.icc": 0.3,
            "conduct.therapists.waiting.icc": 0.3,
        },
        "as_before": {"decision.alpha": 0.05},
    },
    "evidence": {"what_if.therapists_differ": {"status": "assumed", "from": "a fear"}},
}


def test_a_what_if_that_raises_false_alarms_stands_at_the_top(make_fixture):
    made = make_fixture(THERAPISTS)
    table = made.results.performance()
    rows = table[
        (table["assumption"] == "no_effect")
        & (table["analysis"] == "ancova")
        & (table["measure"] == "rejection_rate")
    ].set_index("what_if")["value"]
    before, after = in_100(rows["as_stated"]), in_100(rows["therapists_differ"])
    assert int(after) > 30 > int(before) + 15  # one therapist an arm: most of it is between them
    (lead,) = [one.text for one in made.root.all("p") if one.text.startswith("What if?")]
    assert re.sub("about ", "", lead) == (
        f"What if? With “therapists differ”, {after} false alarms of 100 instead of {before} "
        "under “no effect”."
    )
    text = re.sub("about ", "", made.section("what-if").text)
    assert f"“therapists differ” under “no effect”: {after} of 100 false alarms instead of" in text
    assert f"“as before” under “no effect”: {before} of 100 false alarms (no clear change)" in text
    assert "assumed: a fear" in text and "no source" in text


def test_small_multiples_stand_beside_the_what_ifs(make_fixture):
    made = make_fixture(THERAPISTS)
    assert "figure-small_multiples" in [
        one.attributes["id"] for one in made.section("what-if").all("figure")
    ]
    other = make_fixture({"vary": {"outcomes.score.sd": [4, 6]}})
    assert "figure-small_multiples" in [
        one.attributes["id"] for one in other.section("many-trials").all("figure")
    ]
    assert "small_multiples" not in [
        one.attributes["id"] for one in made.section("many-trials").all("figure")
    ]


def test_defaults_of_recruitment_share_a_row_with_what_has_a_source(make_fixture):
    made = make_fixture(
        {
            "conduct": {"recruitment": {"per_week": 5}},
            "evidence": {"conduct.recruitment": {"status": "derived", "from": "dates"}},
        }
    )
    (cells,) = [c for name, c in rows_of(table_of(made, "sourced")).items() if "recruit" in name]
    assert cells[0].startswith("per week 5, ramp weeks 0 (default), ")


def test_the_headline_says_the_unit_of_its_numbers(small_fixture):
    assert table_of(small_fixture, "four").all("caption")[0].text.endswith("in points")
