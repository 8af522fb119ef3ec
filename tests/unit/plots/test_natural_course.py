import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from numpy.random import Generator, Philox

import trialsim as ts
from trialsim.plots.base.score_axis import Score
from trialsim.plots.natural_course import applies, draw, natural_course
from trialsim.plots.natural_course_text import Told, takeaway
from trialsim.plots.regression import course_of
from unit.small_trial import BASE, loaded

NORMAL = {
    **BASE,
    "outcomes": {"score": {"method": "repeated_normal", "mean": 0, "sd": 1, "correlation": 0.55}},
    "assumptions": {"effect": {"score": {"treatment": -0.5}}},
    "observation": {},
    "analyses": {"t_test": {"method": "t_test", "outcome": "score", "visit": "after"}},
    "simulation": {"replicates": 4, "seed": 3},
}
TOLD = Told("usual care", "points", "lower", "baseline", "after", False, 400, False)


def scores(n: int, r: float, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Standard normal scores before and after, with that correlation."""
    x, e = Generator(Philox(seed)).standard_normal((2, n))
    return x, r * x + np.sqrt(1 - r**2) * e


@pytest.mark.parametrize("r", [0.3, 0.55, 0.8])
def test_regression_to_the_mean_of_normal_scores(r):
    # Claim: patients above average improve by (1 - r) sqrt(2 / pi) SD. 200,000 patients, error
    # sqrt(2 (1 - r) / n), at most 0.0026; tolerance 4 of them: shows an error of 0.011 SD.
    before, after = scores(200_000, r)
    course = course_of(before, after, "lower")
    error = np.sqrt(2 * (1 - r) / 200_000)
    assert course.regression.value == pytest.approx((1 - r) * np.sqrt(2 / np.pi), abs=4 * error)
    assert course.regression.mcse == pytest.approx(error, rel=0.02)
    assert course.threshold == pytest.approx(0, abs=0.011)


def test_everybodys_change_is_kept_apart():
    before, after = scores(100_000, 0.55)
    still, moved = (course_of(before, after - shift, "lower") for shift in (0.0, 0.7))
    assert moved.of_everybody.value - still.of_everybody.value == pytest.approx(0.7)
    assert moved.improvement.value - still.improvement.value == pytest.approx(0.7)
    assert moved.regression.value == pytest.approx(still.regression.value)


def test_higher_is_better_selects_the_low_ones():
    before, after = scores(20_000, 0.55)
    low = course_of(before, after, "higher")
    high = course_of(-before, -after, "lower")
    assert low.before.value < 0 < high.before.value
    assert low.regression.value == pytest.approx(high.regression.value)
    assert low.improvement.value > 0


def test_the_worse_half_by_hand():
    # Median 4.5, so above it 6 and 8: they fall by 3 and 1, all fall by 1 on average.
    course = course_of(np.array([1.0, 3.0, 6.0, 8.0]), np.array([2.0, 2.0, 3.0, 7.0]), "lower")
    # The median of four is known to one digit less: the threshold is stated as 4 or 5.
    assert course.threshold in (4, 5) and course.n_selected == 2
    assert course.before.value == 7 and course.after.value == 5
    assert course.improvement.value == 2 and course.of_everybody.value == 1
    assert course.regression.value == 1


def test_scores_that_cannot_be_halved_have_no_course():
    events = np.array([0.0, 1.0] * 50)
    assert course_of(events, events[::-1], "lower") is None
    assert course_of(np.full(9, 3.0), np.arange(9.0), "lower") is None


def test_the_takeaway_subtracts_what_everybody_gains():
    before, after = scores(200_000, 0.5)
    course = course_of(10 + 5 * before, 8 + 5 * after, "lower")
    # Closed form: 0.5 sqrt(2 / pi) 5 = 1.99 beyond the 2 of everybody.
    assert takeaway(course, TOLD) == (
        "Patients on usual care who enter above 10 points improve by 4.0; all patients improve "
        "by 2.0. The difference, 2.0 points (0.40 SD), is regression to the mean."
    )
    worse = course_of(10 + 5 * before, 11 + 5 * after, "lower")
    assert "all patients worsen by 1.0. The difference, 2.0 points" in takeaway(worse, TOLD)


def test_no_change_of_the_mean_is_said_so():
    course = course_of(*scores(50_000, 0.55), "lower")
    assert "and all patients together do not change: that is regression" in takeaway(course, TOLD)


def test_scores_that_move_apart_do_not_regress():
    before, after = scores(50_000, 0.95)
    spread = course_of(before, 2 * after, "lower")
    assert spread.regression.value < 0
    told = takeaway(spread, TOLD)
    assert "fall behind" in told and "is regression to the mean" not in told


def test_a_regression_within_its_error_is_not_claimed():
    before, after = scores(50_000, 0.9)
    # Slope 1: the selected keep their distance from the mean.
    told = takeaway(course_of(before, after / 0.9, "lower"), TOLD)
    assert told.endswith("no regression to the mean beyond chance.")


def test_a_run_draws_its_comparator_only():
    # Claim: 0.359 SD at r 0.55, though the other arm improves by 0.5 SD. 256 trials of 20
    # patients in the arm: error 0.013, tolerance 4 of them; the other arm would add 0.5.
    drawn = draw(ts.run(loaded(NORMAL)).plot.run)
    value = drawn.numbers.set_index("what")["value"]
    assert value["regression to the mean"] == pytest.approx(0.359, abs=4 * 0.0133)
    assert value["improvement, everybody"] == pytest.approx(0, abs=4 * 0.0133)
    assert value["patients"] == 256 * 20


@pytest.mark.parametrize(
    "changes",
    [
        {"design": {**BASE["design"], "visits_weeks": {"after": 4}}},
        {"analyses": {"t": {"method": "t_test", "outcome": "score", "visit": "baseline"}}},
        {"outcomes": {"score": {"method": "binary", "mean": 0.4}}, "assumptions": {"none": {}}},
    ],
)
def test_it_needs_a_baseline_a_later_visit_and_a_score(changes):
    assert applies(ts.run(loaded(NORMAL)).plot.run)
    assert not applies(ts.run(loaded({**NORMAL, **changes})).plot.run)


def test_an_axes_of_ones_own_is_drawn_on_and_returned():
    before, after = scores(100, 0.5)
    frame = pd.DataFrame({"before": before, "after": after, "selected": before > 0})
    ax = Figure().subplots()
    place = ax.get_position().bounds
    course = course_of(before, after, "lower")
    score = Score("RMDQ", "points", "lower")
    drawn = natural_course(frame, score=score, course=course, visits=("baseline", "after"), ax=ax)
    assert drawn is ax and ax.get_position().bounds == place


LONG = "usual_care_of_a_general_practice_with_a_leaflet"
AWKWARD = {
    "as is": {},
    "whole scores": {
        "outcomes": {
            "score": {
                "method": "bounded_integer",
                "label": "A disability questionnaire with an uncommonly long and winding name",
                "max": 24,
                "mean": 9,
                "sd": 5,
                "correlation": 0.5,
            }
        }
    },
    "long names": {
        "design": {
            "arms": {LONG: {"n": 20}, "treatment": {"n": 20}},
            "visits_weeks": {"baseline": 0, "after": 4},
        },
    },
}


@pytest.mark.parametrize("case", AWKWARD)
def test_no_text_overlaps_or_is_cut(case, faults_fixture):
    drawn = draw(ts.run(loaded({**NORMAL, **AWKWARD[case]})).plot.run)
    assert faults_fixture(drawn.figure) == []
