import numpy as np
import pandas as pd
import pytest

from trialsim.plots.trials import Trials, bin_edges, bin_width, counts, dot_width, x_limits


def test_failed_trials_are_counted_and_never_taken_for_not_significant():
    frame = pd.DataFrame(
        {
            "estimate": [-3.0, -1.0, np.nan, -9.0, -2.0],
            "p_value": [0.001, 0.3, 0.01, 0.01, np.nan],
            "converged": [True, True, True, False, None],
        }
    )
    found = Trials.of(frame, alpha=0.05)
    assert (found.n, found.n_significant, found.n_failed) == (2, 1, 3)
    assert found.rejection_rate[0] == 0.5


def test_significant_is_below_alpha_and_not_at_it():
    frame = pd.DataFrame({"estimate": [1.0, 1.0], "p_value": [0.05, 0.0499], "converged": True})
    assert Trials.of(frame, alpha=0.05).significant.tolist() == [False, True]


def test_bins_sum_to_all_trials_those_beyond_the_axis_included(trials_fixture):
    frame = trials_fixture(-1.4, 3_000)
    frame.loc[0, "estimate"] = -3e5
    frame.loc[1, "estimate"] = 40.0
    found = Trials.of(frame, 0.05)
    limits = x_limits([found], [0.0])
    edges = bin_edges(limits, bin_width(limits))
    table = counts(found, edges)
    assert table[["significant", "not_significant"]].to_numpy().sum() == 3_000
    assert table["significant"].sum() == found.n_significant
    assert np.isinf(table["left"].iloc[0]) and np.isinf(table["right"].iloc[-1])
    assert limits[0] > -10, "one broken fit must not stretch the axis"


def test_a_trial_on_an_edge_is_counted_once():
    found = Trials(np.array([-1.0, 0.0, 1.0, 2.0]), np.zeros(4, bool), 0)
    table = counts(found, np.array([-1.0, 0.0, 1.0, 2.0]))
    assert table["not_significant"].tolist() == [1, 1, 1, 1]
    assert table["left"].tolist() == [-1, 0, 1, 2]


@pytest.mark.parametrize("span", [0.013, 0.9, 11.0, 450.0, 30_000.0])
def test_bins_are_round_and_about_fifty(span):
    width = bin_width((-span / 3, 2 * span / 3))
    assert 30 <= span / width <= 75
    mantissa = width / 10 ** np.floor(np.log10(width))
    assert np.isclose(mantissa, [1, 2, 2.5, 5]).any()
    assert 0.0 in bin_edges((-span / 3, 2 * span / 3), width)


def test_the_tallest_stack_of_dots_fits(trials_fixture):
    found = Trials.of(trials_fixture(-1.4, 200), 0.05)
    limits = x_limits([found], [0.0])
    width = dot_width([found], limits, across=600, tall=90)
    stack = np.histogram(found.estimate, bin_edges(limits, width))[0].max()
    assert stack * width / (limits[1] - limits[0]) * 600 <= 90


def test_no_trial_and_no_mark_still_give_an_axis():
    low, high = x_limits([Trials(np.empty(0), np.empty(0, bool), 5)], [])
    assert low < high
