from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

import trialsim as ts
from trialsim.plots.base.effect_axis import Contrast
from trialsim.plots.base.score_axis import Score
from trialsim.plots.one_trial import applies, draw, one_trial
from trialsim.plots.one_trial_marks import ends_early, marks_of
from trialsim.plots.one_trial_text import Found, takeaway
from unit.small_trial import BASE, loaded

VISITS = {"baseline": 0.0, "after": 4.0}
FOUND = Found(
    effect=Contrast("acupressure", "physiotherapy", "RMDQ", "lower"),
    estimate=-1.234,
    se=0.85,
    lower=-2.92,
    upper=0.45,
    p_value=0.149,
    alpha=0.05,
    sides=2,
    level="95%",
    assumption="large_trials",
    truth=-1.4,
    is_null=False,
    visit="after",
    null=0.0,
    replicates=2_000,
)
RUN = {
    **BASE,
    "outcomes": {
        "score": {
            "method": "repeated_normal",
            "mean": [50, 45, 40],
            "sd": 20,
            "correlation": 0.5,
        }
    },
    "assumptions": {"no_effect": {}, "effect": {"score": {"treatment": [0, -9, -4]}}},
    "analyses": {
        "t_test": {"method": "t_test", "outcome": "score", "visit": "after"},
        "well": {
            "method": "responder",
            "outcome": "score",
            "visit": "later",
            "cut": 30,
            "event": "at_or_below",
        },
    },
    "simulation": {"replicates": 3, "seed": 3},
}


def patients(*scores: tuple[int, str, str, float, bool]) -> pd.DataFrame:
    return pd.DataFrame(scores, columns=["patient", "arm", "visit", "score", "observed"])


def test_means_have_t_intervals_of_those_seen():
    frame = patients(
        *[(k, "a", "baseline", float(k), True) for k in (1, 2, 3, 4)],
        (5, "a", "baseline", 99.0, False),
        (6, "b", "baseline", 7.0, True),
    )
    marks = marks_of(frame, ["a", "b"], VISITS)
    means = marks[marks["kind"] == "mean"].set_index(["arm", "visit"])
    row = means.loc["a", "baseline"]
    # Mean 2.5, SD 1.2910, t(3) 3.1824: half width 3.1824 x 1.2910 / 2.
    assert (row["value"], row["n"], row["enrolled"]) == (2.5, 4, 5)
    assert row["upper"] - 2.5 == pytest.approx(2.0542, abs=1e-4)
    assert np.isnan(means.loc[("b", "baseline"), "upper"]), "one patient has no interval"
    assert ("a", "after") not in means.index


def test_lines_are_of_the_first_sixty_and_end_where_scores_do():
    frame = patients(
        *[(k, "ab"[k % 2], visit, 3.0, True) for k in range(1, 81) for visit in VISITS],
    )
    frame.loc[(frame["patient"] == 2) & (frame["visit"] == "after"), "observed"] = False
    marks = marks_of(frame, ["a", "b"], VISITS)
    lines = marks[marks["kind"] == "patient"]
    assert sorted(lines["patient"].unique()) == list(range(1, 61))
    assert lines[lines["patient"] == 2]["visit"].tolist() == ["baseline"]
    early = ends_early(marks)
    assert lines.loc[early[early].index, "patient"].tolist() == [2]
    assert marks.loc[marks["kind"] == "mean", "n"].sum() == 2 * 80 - 1


def test_the_takeaway_says_what_was_found_and_that_there_are_others():
    said = takeaway(FOUND).replace("\u00a0", " ")
    assert said == (
        "At “after”, this one simulated trial found acupressure minus physiotherapy −1.2 points, "
        "95% interval −2.9 to 0.5, p = 0.15: not significant. It is one of 2,000; the truth is "
        "−1.4."
    )
    assert "It is the only one of this run" in takeaway(replace(FOUND, replicates=1))


def test_a_significant_trial_is_a_false_alarm_when_nothing_differs():
    significant = replace(FOUND, p_value=0.03)
    assert ": significant." in takeaway(significant)
    null = replace(significant, truth=0.0, is_null=True)
    assert ": significant, a false alarm." in takeaway(null)
    assert "false alarm" not in takeaway(replace(null, p_value=0.3))


def test_other_questions_have_other_words():
    assert "one-sided\u00a0p" in takeaway(replace(FOUND, sides=1))
    margin = replace(FOUND, null=2.0, p_value=0.001)
    assert ": non-inferior (margin 2)." in takeaway(margin)
    assert "non-inferiority not shown (margin 2)" in takeaway(replace(margin, p_value=0.2))
    shares = replace(FOUND, effect=replace(FOUND.effect, unit="share of patients"))
    assert "−1.2 (share of patients), 95%" in takeaway(shares)


def test_a_failed_analysis_found_nothing():
    assert "could not be analysed" in takeaway(replace(FOUND, estimate=np.nan, p_value=np.nan))


def test_the_means_differ_by_what_the_trial_reports():
    results = ts.run(loaded(RUN))
    drawn = draw(results.plot.run)
    means = drawn.numbers[drawn.numbers["kind"] == "mean"].set_index(["arm", "visit"])["value"]
    # Series: assumption no_effect with two analyses, then effect; its t test is the third.
    reported = results.values[2, 0, 0]
    assert means["treatment", "after"] - means["control", "after"] == pytest.approx(reported)
    assert "Trial 1 under “effect”" in drawn.caption
    assert "all patients" in drawn.caption, "40 are fewer than 60"


def test_a_cut_of_the_score_is_drawn_and_named(visible_texts_fixture):
    drawn = draw(ts.run(loaded(RUN)).plot.run)
    texts = [text.get_text() for text in visible_texts_fixture(drawn.figure)]
    assert "cut at 30" in texts
    assert "patients at or below 30 are counted by analysis well" in drawn.caption
    alone = {**RUN, "analyses": {"t_test": RUN["analyses"]["t_test"]}}
    assert "Dotted" not in draw(ts.run(loaded(alone)).plot.run).caption


def test_a_trial_too_large_for_memory_is_not_drawn():
    run = ts.run(loaded(RUN)).plot.run
    assert applies(run)
    arms = {"control": 100_000, "treatment": 100_000}
    huge = replace(run.plan, designs=(replace(run.design, arms=arms),))
    assert not applies(replace(run, plan=huge))


def test_an_axes_of_ones_own_is_drawn_on_and_returned():
    frame = patients(*[(k, "ab"[k % 2], v, float(k), True) for k in range(9) for v in VISITS])
    ax = Figure().subplots()
    place = ax.get_position().bounds
    score = Score("RMDQ", "points", "lower", (0, 24))
    arms = {"a": "physiotherapy", "b": "acupressure"}
    assert one_trial(frame, arms=arms, visits_weeks=VISITS, score=score, ax=ax) is ax
    assert ax.get_position().bounds == place
    assert ax.get_yticks().tolist() == [0, 6, 12, 18, 24], "the scale, whatever was scored"


LONG = "the_treatment_that_everybody_waits_for_since_the_pilot"
AWKWARD = {
    "two arms": {},
    "four arms, long names": {
        "design": {
            "arms": {name: {"n": 5} for name in ("control", "treatment", LONG, "d" * 40, "e")},
            "visits_weeks": {"baseline": 0, "end_of_the_first_course": 1, "after": 52},
        },
        "analyses": {"t": {"method": "t_test", "outcome": "score", "visit": "after"}},
    },
    "one visit": {
        "design": {**BASE["design"], "visits_weeks": {"after": 4}},
        "outcomes": {"score": {"method": "repeated_normal", "mean": 140, "sd": 9}},
        "assumptions": {"no_effect": {}},
        "observation": {},
        "analyses": {"t": {"method": "t_test", "outcome": "score", "visit": "after"}},
    },
    "events": {
        "outcomes": {"score": {"method": "binary", "mean": 0.4, "correlation": 0.5}},
        "assumptions": {"effect": {"score": {"treatment": -0.1}}},
        "analyses": {"t": {"method": "t_test", "outcome": "score", "visit": "after"}},
    },
}


@pytest.mark.parametrize("case", AWKWARD)
def test_no_text_overlaps_or_is_cut(case, faults_fixture):
    drawn = draw(ts.run(loaded({**RUN, **AWKWARD[case]})).plot.run)
    assert faults_fixture(drawn.figure) == []
