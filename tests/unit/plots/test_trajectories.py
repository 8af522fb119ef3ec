from dataclasses import replace

import numpy as np
import pytest
from matplotlib.figure import Figure

import trialsim as ts
from trialsim.plots.base.score_axis import Score
from trialsim.plots.trajectories import applies, draw, percentiles, trajectories
from trialsim.plots.trajectories_text import Told, caption, takeaway
from unit.small_trial import BASE, loaded

WRITTEN = {
    **BASE,
    "outcomes": {
        "score": {
            "label": "Pain",
            "method": "repeated_normal",
            "mean": [50, 45, 40],
            "sd": [20, 20, 16],
            "correlation": 0.5,
        }
    },
    "assumptions": {"no_effect": {}, "effect": {"score": {"treatment": [0, -9, -4]}}},
    "analyses": {"t_test": {"method": "t_test", "outcome": "score", "visit": "after"}},
    "simulation": {"replicates": 4, "seed": 3},
}


@pytest.fixture(scope="module")
def drawn_fixture():
    return draw(ts.run(loaded(WRITTEN)).plot.run)


def test_means_and_percentiles_are_those_of_the_stated_scores(drawn_fixture):
    # Claim: mean and SD as written. 256 trials of 20 patients an arm: error of a mean SD / 71.6,
    # of a 95th percentile 2.11 times as much; tolerance 4 of them, 2.4 points for a percentile.
    rows = drawn_fixture.numbers.set_index(["assumption", "arm", "visit"])
    assert rows["n"].unique().tolist() == [256 * 20]
    means = {"baseline": 50, "after": 45, "later": 40}
    sds = {"baseline": 20, "after": 20, "later": 16}
    moved = {"baseline": 0, "after": -9, "later": -4}
    for (assumption, arm, visit), row in rows.iterrows():
        by = moved[visit] if (assumption, arm) == ("effect", "treatment") else 0
        error = sds[visit] / np.sqrt(256 * 20)
        assert row["mcse"] == pytest.approx(error, rel=0.05)
        assert row["mean"] == pytest.approx(means[visit] + by, abs=4 * error)
        for column, z in (("p5", -1.6449), ("p25", -0.6745), ("p75", 0.6745), ("p95", 1.6449)):
            expected = means[visit] + by + z * sds[visit]
            assert row[column] == pytest.approx(expected, abs=4 * 2.11 * error)


def test_percentiles_of_tied_scores_lie_between_them():
    # Middles of the four steps of the distribution: 1/8, 3/8, 5/8, 7/8.
    found = percentiles(np.array([0.0, 0, 1, 1, 2, 2, 3, 3]))
    assert found.tolist() == pytest.approx([0, 0.5, 1.5, 2.5, 3])


def test_three_possible_scores_have_no_percentiles():
    assert np.isnan(percentiles(np.array([0.0, 1, 2] * 9))).all()


def told(**truths: float) -> Told:
    return Told(
        arms={"a": "usual care", "b": "exercise"},
        arm="b",
        reference="a",
        visit="after",
        week=4,
        unit="points",
        truths=truths,
        left_out=[],
        arms_left_out=[],
        some_missing=False,
    )


def frame_of(drawn):
    names = {"control": "a", "treatment": "b"}
    return drawn.numbers.assign(arm=drawn.numbers["arm"].map(names))


def test_the_takeaway_sets_the_shift_against_the_spread(drawn_fixture):
    frame = frame_of(drawn_fixture)
    # Quartiles of 45 and 20: 31.5 and 58.5; the error of a quartile is 0.4, so whole points.
    said = takeaway(frame, told(large=-9.0, small=-2.0))
    assert said.endswith("Exercise moves their mean by −9 under “large” and −2 under “small”.")
    assert said.startswith("At “after”, half of the patients on usual care have 3")
    assert "points" in said and "." not in said.split(". ")[0]


def test_nothing_is_moved_when_nothing_differs(drawn_fixture):
    said = takeaway(frame_of(drawn_fixture), told(no_effect=0.0))
    assert said.endswith(
        "Nothing differs: under “no effect” patients on exercise have the same mean."
    )
    assert "moves" not in said


def test_many_effects_are_told_as_a_range(drawn_fixture):
    said = takeaway(frame_of(drawn_fixture), told(a=-1.0, b=-2.0, c=-3.0, d=4.0))
    assert said.endswith("by −3 (“c”) to 4 (“d”).")


def test_what_is_left_out_is_said(drawn_fixture):
    run = ts.run(loaded(WRITTEN)).plot.run
    many = replace(told(a=1.0), left_out=["fifth"], arms_left_out=["sham"], some_missing=True)
    small = caption(frame_of(drawn_fixture), many, {"after": 4.0}, run.settings())
    assert "Not drawn: “fifth”." in small and "Arms not drawn: sham." in small
    assert "not recorded are included" in small


def test_one_visit_is_no_course():
    assert applies(ts.run(loaded(WRITTEN)).plot.run)
    one = {
        **WRITTEN,
        "design": {**BASE["design"], "visits_weeks": {"after": 4}},
        "outcomes": {"score": {"method": "repeated_normal", "mean": 0, "sd": 1}},
        "assumptions": {"no_effect": {}},
    }
    assert not applies(ts.run(loaded(one)).plot.run)


def test_an_axes_of_ones_own_is_drawn_on_and_returned(drawn_fixture):
    ax = Figure().subplots()
    place = ax.get_position().bounds
    arms = {"control": "usual care", "treatment": "exercise"}
    score = Score("Pain", "mm", "lower", (0, 100))
    assert trajectories(drawn_fixture.numbers, arms=arms, score=score, ax=ax) is ax
    assert ax.get_position().bounds == place
    assert ax.get_yticks().tolist() == [0, 20, 40, 60, 80, 100]


LONG = "what_the_sceptical_reviewers_expect_after_reading_it_all"
AWKWARD = {
    "two": {},
    "six assumptions, three arms": {
        "design": {
            "arms": {"control": {"n": 9}, "treatment": {"n": 9}, "a_third_and_long_one": {"n": 9}},
            "visits_weeks": {"baseline": 0, "after": 1, "later": 52},
        },
        "assumptions": {
            name: {"score": {"treatment": place}}
            for place, name in enumerate([LONG, "b", "c_" + LONG[:40], "d", "e", "f"])
        },
    },
    "events at many visits": {
        "design": {
            **BASE["design"],
            "visits_weeks": {name: 2.0**k for k, name in enumerate("abcdefghijkl")},
        },
        "outcomes": {"score": {"method": "binary", "mean": 0.4, "correlation": 0.5}},
        "assumptions": {"effect": {"score": {"treatment": -0.1}}},
        "analyses": {"t": {"method": "t_test", "outcome": "score", "visit": "l"}},
    },
}


@pytest.mark.parametrize("case", AWKWARD)
def test_no_text_overlaps_or_is_cut(case, faults_fixture):
    drawn = draw(ts.run(loaded({**WRITTEN, **AWKWARD[case]})).plot.run)
    assert faults_fixture(drawn.figure) == []
