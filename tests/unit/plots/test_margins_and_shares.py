"""Figures of other questions: a margin instead of no difference, shares instead of points."""

from __future__ import annotations

import numpy as np
import pytest

import trialsim as ts
from trialsim.plots.gallery import GALLERY
from unit.small_trial import BASE, loaded

NORMAL = {
    **BASE,
    "observation": {},
    "outcomes": {"score": {"method": "repeated_normal", "mean": 10, "sd": 5, "better": "lower"}},
    "design": {**BASE["design"], "visits_weeks": {"after": 4}},
    "analyses": {"t_test": {"method": "t_test", "outcome": "score", "visit": "after"}},
    "cohort": {},
    "simulation": {"replicates": 600, "seed": 5},
}


@pytest.fixture(scope="module")
def margin_fixture():
    changes = {
        "assumptions": {
            "equal": {},
            "one_better": {"score": {"treatment": -1}},
            "worse_by_it": {"score": {"treatment": 4}},
        },
        "decision": {"method": "noninferiority", "margin": 4, "alpha": 0.025, "primary": "t_test"},
        "vary": {"design.n_total": [40, 80]},
    }
    return ts.run(loaded({**NORMAL, **changes})).plot


@pytest.fixture(scope="module")
def shares_fixture():
    changes = {
        "outcomes": {"well": {"method": "binary", "mean": 0.3, "better": "higher"}},
        "assumptions": {"no_effect": {}, "more": {"well": {"treatment": 0.3}}},
        "analyses": {
            "chi": {
                "method": "responder",
                "outcome": "well",
                "visit": "after",
                "cut": 0.5,
                "event": "above",
                "test": "chi_square",
            }
        },
    }
    return ts.run(loaded({**NORMAL, **changes})).plot


def test_against_a_margin_trials_show_non_inferiority_and_exaggerate_nothing(margin_fixture):
    drawn = margin_fixture.draw("many_trials")
    assert "show non-inferiority under “equal”" in drawn.takeaway
    assert "false alarms under “worse by it”" in drawn.takeaway
    assert "significant trials report" not in drawn.takeaway
    assert "of 100 show non-inferiority (power)" in drawn.alt
    assert not GALLERY["exaggeration"].applies(margin_fixture.run)


def test_against_a_margin_no_half_width_is_a_smallest_significant_difference(margin_fixture):
    drawn = margin_fixture.draw("precision")
    assert "significant" not in drawn.takeaway + drawn.caption


def test_against_a_margin_the_dotted_line_is_of_a_truth_at_the_margin(margin_fixture):
    drawn = margin_fixture.draw("power")
    assert "the 2.5 of 100 that p < 0.025 allows when the truth is at the margin, 4" in (
        drawn.caption
    )
    assert "no effect" not in drawn.caption and "under an effect" not in drawn.takeaway


def test_a_share_of_patients_stands_in_brackets(shares_fixture):
    drawn = shares_fixture.draw("many_trials")
    said = f"{drawn.takeaway} {drawn.caption} {drawn.alt}"
    assert "truth 0.3 (share of patients)" in said
    assert said.count("share of patients") == said.count("(share of patients)")


def test_patients_with_and_without_an_event_are_all_on_the_axes(shares_fixture):
    drawn = shares_fixture.draw("one_trial")
    for ax in [one for one in drawn.figure.axes if one.lines]:
        low, high = ax.get_ylim()
        dots = [line for line in ax.lines if line.get_marker() == "."]
        (at,) = [line.get_xydata() for line in dots]
        assert low < at[:, 1].min() and at[:, 1].max() < high
        # In no order: on a slope, where they correlate 1, they would look like a course.
        without = at[at[:, 1] < 0.5]
        assert abs(np.corrcoef(without.T)[0, 1]) < 0.9
