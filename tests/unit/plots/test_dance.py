import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

import trialsim as ts
from trialsim.plots.base.effect_axis import Contrast
from trialsim.plots.dance import applies, dance, draw, rows_of
from trialsim.plots.dance_text import Danced, caption, takeaway
from unit.small_trial import BASE, loaded

POINTS = Contrast("acupressure", "physiotherapy", "RMDQ", "lower")
WRITTEN = {
    **BASE,
    "outcomes": {"score": {"method": "repeated_normal", "mean": 9, "sd": 5, "correlation": 0.5}},
    "assumptions": {"no_effect": {}, "effect": {"score": {"treatment": -2}}},
    "observation": {},
    "analyses": {"t_test": {"method": "t_test", "outcome": "score", "visit": "after"}},
    "simulation": {"replicates": 40, "seed": 3},
}


def trials(*p_values: float, estimate: float = -2.0, half: float = 1.5) -> pd.DataFrame:
    """Trials with one estimate and interval, and these p values; NaN is a failure."""
    frame = pd.DataFrame({"p_value": p_values})
    frame["converged"] = frame["p_value"].notna()
    return frame.assign(estimate=estimate, lower=estimate - half, upper=estimate + half)


def danced(**changes) -> Danced:
    told = {
        "effect": POINTS,
        "assumption": "large_trials",
        "truth": -1.4,
        "alpha": 0.05,
        "level": "95%",
        "sides": 2,
        "share": 0.36,
        "mcse": 0.001,
        "is_null": False,
    }
    return Danced(**{**told, **changes})


def said(*p_values: float, estimate: float = -2.0, **changes) -> str:
    told = danced(**changes)
    rows = rows_of(trials(*p_values, estimate=estimate), told.truth, 0.05)
    return takeaway(rows, told).replace("\u00a0", " ")


def test_rows_say_which_trials_are_significant_and_which_intervals_miss():
    frame = pd.DataFrame(
        {
            "estimate": [-2.0, 1.0, -4.0, 0.0],
            "lower": [-3.4, -0.5, -5.5, -1.4],
            "upper": [-0.6, 2.5, -2.5, 1.4],
            "p_value": [0.006, 0.2, 0.0001, 0.05],
            "converged": [True, True, True, True],
        }
    )
    rows = rows_of(frame, true_value=-1.4, alpha=0.05)
    assert rows["trial"].tolist() == [1, 2, 3, 4]
    assert rows["significant"].tolist() == [True, False, True, False], "p = alpha is not below it"
    assert rows["misses"].tolist() == [False, True, True, False], "a limit on the truth holds it"


def test_only_the_first_twenty_five_are_rows():
    assert len(rows_of(trials(*[0.5] * 40), 0.0, 0.05)) == 25


def test_the_takeaway_counts_what_is_drawn():
    assert said(0.003, 0.2, 0.6, 0.04) == (
        "The same trial 4 times, true difference −1.4 points: 2 of these 4 are significant, "
        "p runs from 0.003 to 0.6, and all 4 intervals hold the truth."
    )
    assert "1 of these 2 is significant" in said(0.01, 0.2)
    assert "all 2 are significant, p < 0.0001 every time" in said(1e-6, 1e-7)
    assert "none of these 2 are significant" in said(0.3, 0.2)


def test_intervals_that_miss_are_counted():
    assert "and none of the intervals hold the truth" in said(0.3, 0.2, truth=3.0)


def test_significant_trials_are_false_alarms_when_nothing_differs():
    told = said(0.03, 0.2, truth=0.0, is_null=True)
    assert "and nothing differs: 1 of these 2 is a false alarm" in told
    assert "significant" not in told
    small = caption(rows_of(trials(0.1), 0.0, 0.05), danced(is_null=True), settings())
    assert "(false alarms)" in small and "power" not in small


def settings():
    return ts.run(loaded(WRITTEN), replicates=2).plot.run.settings()


def test_a_margin_is_what_non_inferiority_is_shown_against():
    assert "1 of these 2 shows non-inferiority" in said(0.01, 0.2, truth=0.5, null=2.0)


def test_failed_trials_are_said_and_not_counted():
    told = said(np.nan, 0.2)
    assert "The same trial 2 times" in told and "none of these 1 are" in told
    assert said(np.nan) == "None of the first 1 trials could be analysed."
    small = caption(rows_of(trials(np.nan, 0.2), -1.4, 0.05), danced(), settings())
    assert "The analysis failed in 1 of these 2." in small


def test_the_rows_are_the_first_trials_of_the_run():
    results = ts.run(loaded(WRITTEN))
    rows = draw(results.plot.run).numbers
    # One analysis and contrast: series follow the assumptions, columns begin with the estimate.
    np.testing.assert_array_equal(rows["estimate"], results.values[1, 0, :25])
    np.testing.assert_array_equal(rows["p_value"], results.values[1, 3, :25])


def test_a_single_trial_does_not_dance():
    results = ts.run(loaded(WRITTEN), replicates=1)
    assert not applies(results.plot.run)
    assert applies(ts.run(loaded(WRITTEN), replicates=2).plot.run)


def test_an_axes_of_ones_own_is_drawn_on_with_a_chip_a_trial(visible_texts_fixture):
    figure = Figure()
    ax = figure.subplots()
    place = ax.get_position().bounds
    drawn = dance(trials(0.03, np.nan, 0.4), true_value=-1.4, alpha=0.05, effect=POINTS, ax=ax)
    assert drawn is ax and ax.get_position().bounds == place
    texts = [text.get_text() for text in visible_texts_fixture(figure)]
    assert {"p = 0.03", "failed", "p = 0.4", "truth −1.4", "no difference"} <= set(texts)
    assert ax.get_ylim()[0] > ax.get_ylim()[1], "trial 1 is at the top"


LONG = "the_treatment_that_everybody_waits_for_since_the_pilot"
AWKWARD = {
    "two trials": {"simulation": {"replicates": 2, "seed": 3}},
    "huge effect": {"assumptions": {"effect": {"score": {"treatment": -40}}}},
    "truth near zero": {"assumptions": {"effect": {"score": {"treatment": 0.01}}}},
    "long names": {
        "design": {"arms": {"c" * 40: {"n": 20}, LONG: {"n": 20}}, "visits_weeks": {"after": 4}},
        "assumptions": {LONG: {"score": {LONG: -2}}},
    },
    "ranks": {"analyses": {"m": {"method": "mann_whitney", "outcome": "score", "visit": "after"}}},
}


@pytest.mark.parametrize("case", AWKWARD)
def test_no_text_overlaps_or_is_cut(case, faults_fixture):
    drawn = draw(ts.run(loaded({**WRITTEN, **AWKWARD[case]})).plot.run)
    assert faults_fixture(drawn.figure) == []
