import numpy as np
import pytest
from matplotlib.figure import Figure
from scipy.special import ndtr

import trialsim as ts
from trialsim.plots.nnt import numbers_needed, risk_differences
from trialsim.plots.nnt_numbers import by_cut, responders_of

TRIAL = """
format: 1
design:
  arms: {{physiotherapy: {{n: 65}}, acupressure: {{n: 64}}}}
  visits_weeks: {{after: 4}}
outcomes:
  rmdq: {{label: RMDQ, {method}, better: {better}, mean: 9.2, sd: 5.5}}
assumptions:
  no_effect: {{}}
  shift: {{rmdq: {{acupressure: {shift}}}}}
analyses:
  above: {{method: responder, outcome: rmdq, visit: after, cut: 12, event: above{more}}}
"""


def figures(shift=-3.8, better="lower", method="method: repeated_normal", more="", replicates=1024):
    text = TRIAL.format(shift=shift, better=better, method=method, more=more)
    return ts.run(ts.loads(text), replicates=replicates, seed=12).plot


@pytest.fixture(scope="module")
def shift_fixture():
    return figures()


@pytest.mark.parametrize(("cut", "quoted"), [(8, 3.7), (12, 5.26), (16, 12), (18, 23)])
def test_numbers_needed_are_the_inverse_of_normal_tails(shift_fixture, cut, quoted):
    """Means 9.2 and 5.4, SD 5.5: by the normal law, and as lessons quote them."""
    numbers = shift_fixture.draw("nnt").numbers
    nnt = numbers.loc[(numbers["panel"] == "cut") & (numbers["cut"] == cut), "nnt"].item()
    assert nnt == pytest.approx(1 / (ndtr((9.2 - cut) / 5.5) - ndtr((5.4 - cut) / 5.5)), abs=1e-6)
    assert nnt == pytest.approx(quoted, abs=0.5 if quoted >= 10 else 0.05)


def test_the_takeaway_says_how_the_cut_decides(shift_fixture):
    heading = shift_fixture.draw("nnt").takeaway
    assert heading.startswith(
        "The same shift of \u22123.8 points for everyone reads as 1 in 4 (cut at "
    )
    assert "or 1 in 23 (cut at 18)." in heading
    # A bounded score is not merely shifted.
    bounded = figures(method="method: bounded_integer, min: 0, max: 24").draw("nnt").takeaway
    assert bounded.startswith("The same true difference of \u22123.8 points reads as 1 in ")


def test_harm_is_called_harm():
    drawn = figures(shift=3.8).draw("nnt")
    numbers = drawn.numbers[drawn.numbers["panel"] == "cut"]
    assert (numbers["nnt"] < 0).all()
    assert "reads as 1 in 4 harmed" in drawn.takeaway
    assert "NNTH" in drawn.takeaway
    # The same scores where more is better: benefit.
    better = figures(shift=3.8, better="higher").draw("nnt")
    assert "harmed" not in better.takeaway
    assert (better.numbers.loc[better.numbers["panel"] == "cut", "nnt"] > 0).all()


def test_the_range_over_trials_goes_through_infinity_where_it_must():
    weak = figures(shift=-0.5).draw("nnt").takeaway
    assert "and, through infinity, NNTH" in weak
    assert "infinity" not in figures(shift=-6).draw("nnt").takeaway


def test_every_trial_is_in_a_bin_and_zero_in_the_middle_of_one(shift_fixture):
    numbers = shift_fixture.draw("nnt").numbers
    bins = numbers[numbers["panel"] == "trials"]
    assert bins["trials"].sum() == 1024
    assert np.allclose(bins["left"].to_numpy()[1:], bins["right"].to_numpy()[:-1])
    around = bins[(bins["left"] < 0) & (bins["right"] > 0)]
    assert (around["left"] + around["right"]).item() == pytest.approx(0)


def test_the_axis_of_numbers_needed_says_infinity_where_nothing_differs(shift_fixture):
    bottom = shift_fixture.draw("nnt").figure.axes[1]
    (infinity,) = [text for text in bottom.texts if text.get_text() == "\u221e"]
    assert infinity.xy[0] == 0
    fives = [text.xy[0] for text in bottom.texts if text.get_text() == "5"]
    assert fives
    assert all(abs(x) == pytest.approx(20) for x in fives)


def test_it_applies_to_risk_differences_under_an_effect():
    assert "nnt" not in figures(shift=0, replicates=256).names()
    ratio = figures(more=", measure: log_risk_ratio", replicates=256)
    assert "nnt" not in ratio.names()


def test_an_outcome_with_two_values_has_no_cut_to_choose():
    event = TRIAL.format(method="method: binary", better="lower", shift=-0.1, more="")
    event = event.replace("mean: 9.2, sd: 5.5", "mean: 0.3").replace("cut: 12", "cut: 0.5")
    names = ts.run(ts.loads(event), replicates=64, seed=1).plot.names()
    assert not {"nnt", "dichotomising"} & set(names)


def test_it_draws_on_axes_of_your_own(shift_fixture):
    run = shift_fixture.run
    found = responders_of(run)
    assert found is not None
    top, bottom = Figure(figsize=(10, 7)).subplots(2)
    assert numbers_needed(by_cut(run, found), responders=found, ax=top) is top
    assert top.get_yscale() == "log"
    frame = run.estimates("shift", "above")
    truth = run.measure("shift", "true_value", "above")
    drawn = risk_differences(frame, true_value=truth, responders=found, ax=bottom)
    assert drawn is bottom
    assert bottom.get_xscale() == "linear"


def test_no_text_stands_on_another(shift_fixture, faults_fixture):
    assert faults_fixture(shift_fixture.draw("nnt").figure) == []
    assert faults_fixture(figures(shift=-0.5, replicates=256).draw("nnt").figure) == []
    assert faults_fixture(figures(shift=6, replicates=256).draw("nnt").figure) == []
