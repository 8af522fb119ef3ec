import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from scipy.special import gammaln, stdtrit

import trialsim as ts
from trialsim.plots.precision import draw_precision, half_widths, merged, precision
from trialsim.plots.precision_text import Interval
from trialsim.plots.run import Run
from unit.small_trial import BASE, loaded

SIZES = [100, 200, 400]
POINTS = Interval(level="95%", unit="points", inverts_its_test=True)


def widths(mcse: float = 0.002, **values: list[float]) -> pd.DataFrame:
    """One half width a size of 100, 200, 400; the truth of `no_effect` is 0, of others -1."""
    rows = [
        (name, n, value, mcse, value, 0.0 if name == "no_effect" else -1.0)
        for name, each in values.items()
        for n, value in zip(SIZES, each, strict=False)
    ]
    columns = ["assumption", "n_total", "value", "mcse", "critical", "truth"]
    return pd.DataFrame(rows, columns=columns)


NORMAL = {
    **BASE,
    "outcomes": {"score": {"method": "repeated_normal", "mean": 0, "sd": 2, "correlation": 0.5}},
    "assumptions": {"no_effect": {}, "effect": {"score": {"treatment": -1}}},
    "observation": {},
    "analyses": {"t_test": {"method": "t_test", "outcome": "score", "visit": "after"}},
    "vary": {"design.n_total": [20, 40, 120]},
    "simulation": {"replicates": 2000, "seed": 11},
}


def run_of(written) -> Run:
    return ts.run(loaded(written)).plot.run


@pytest.fixture(scope="module")
def run_fixture() -> Run:
    return run_of(NORMAL)


@pytest.fixture
def draw_fixture(settings_fixture):
    def draw(frame, marked_n_total=200, interval=POINTS):
        return draw_precision(
            frame, marked_n_total=marked_n_total, interval=interval, settings=settings_fixture
        )

    return draw


def test_half_widths_match_the_law_of_the_pooled_sd(run_fixture):
    """Claim: half the mean width of a t interval is t x SD x sqrt(4/n) x E[s]/SD.

    Exact: E[s]/SD = sqrt(2/df) gamma((df + 1)/2) / gamma(df/2). 2,000 replicates, tolerance 4
    standard errors; the relative error of a half width is about 0.7/sqrt(df x 2,000), so at 120
    participants a critical value of 1.96 instead of 1.98 (1%) would be found.
    """
    found = half_widths(run_fixture)
    df = found["n_total"] - 2
    c4 = np.sqrt(2 / df) * np.exp(gammaln((df + 1) / 2) - gammaln(df / 2))
    exact = stdtrit(df, 0.975) * 2 * np.sqrt(4 / found["n_total"]) * c4
    assert len(found) == 6
    assert (np.abs(found["value"] - exact) <= 4 * found["mcse"]).all()
    assert found["mcse"].max() < 0.01 * found["value"].max()


def test_the_takeaway_is_read_at_the_marked_size(draw_fixture):
    frame = widths(no_effect=[2.6, 1.8, 0.9], effect=[2.4, 1.6, 0.8])
    assert draw_fixture(frame).takeaway == (
        "With 200 participants the 95% confidence interval reaches 1.6 to 1.8 points to either "
        "side of the estimate on average, which is also the smallest significant difference. "
        "With 400, the largest simulated size, it reaches 0.80 to 0.90."
    )
    assert draw_fixture(frame, 400).takeaway.endswith(
        "With 100, the smallest simulated size, it reaches 2.4 to 2.6."
    )
    assert draw_fixture(frame, 190).takeaway.startswith(
        "With 200 participants, the simulated size nearest to this trial’s 190, the 95%"
    )


def test_an_interval_that_does_not_invert_its_test_promises_nothing(draw_fixture):
    other = Interval(level="90%", unit="share of patients", inverts_its_test=False)
    said = draw_fixture(widths(effect=[0.3, 0.2, 0.1]), interval=other)
    assert "significant" not in said.takeaway + said.caption
    assert "90% confidence interval reaches 0.20 (share of patients)" in said.takeaway


def test_an_asymmetric_interval_names_its_smallest_significant_difference(draw_fixture):
    frame = widths(effect=[2.6, 1.8, 0.9]).assign(critical=[3.0, 2.0, 1.0])
    assert "; the smallest significant difference is 2.0." in draw_fixture(frame).takeaway


def test_only_curves_that_cannot_be_told_apart_are_merged(draw_fixture):
    frame = widths(no_effect=[2.6, 1.8, 0.9], alike=[2.61, 1.8, 0.9], other=[2.6, 1.8, 1.0])
    drawn_as = merged(frame).groupby("assumption")["drawn_as"].first().to_dict()
    assert drawn_as == {"no_effect": "no_effect", "alike": "no_effect", "other": "other"}
    said = draw_fixture(frame).caption
    assert "Drawn as one curve" in said and "no effect and alike." in said
    # With an error this large the third is not another curve either.
    assert merged(frame.assign(mcse=0.05))["drawn_as"].unique().tolist() == ["no_effect"]
    assert "Drawn as one" not in draw_fixture(widths(some=[2.0, 1.0, 0.5])).caption


def test_sizes_of_assumed_differences_are_marked_where_the_axis_reaches(visible_texts_fixture):
    def said(top):
        frame = widths(effect=[top, top / 2, top / 4])
        ax = precision(frame, marked_n_total=200, interval=POINTS)
        return [one.get_text() for one in visible_texts_fixture(ax.figure)]

    assert "truth −1: effect" in said(2.0)
    assert "truth −1: effect" not in said(0.5)


def test_it_applies_where_an_interval_has_a_width_at_two_sizes(run_fixture):
    assert "precision" in ts.run(loaded(NORMAL), replicates=50).plot.names()
    one_size = {name: value for name, value in NORMAL.items() if name != "vary"}
    assert "precision" not in ts.run(loaded(one_size), replicates=50).plot.names()


def test_a_width_that_is_not_known_is_left_out(draw_fixture):
    frame = widths(effect=[np.nan, 1.6, 0.8])
    assert draw_fixture(frame).numbers["n_total"].tolist() == [200, 400]
    empty = draw_fixture(frame.assign(value=np.nan))
    assert empty.takeaway == "No simulated trial could be analysed."


def test_an_axes_of_ones_own_is_drawn_on_and_returned():
    ax = Figure().subplots()
    place = ax.get_position().bounds
    frame = widths(effect=[2.0, 1.0, 0.5])
    assert precision(frame, marked_n_total=100, interval=POINTS, ax=ax) is ax
    assert ax.get_position().bounds == place


AWKWARD = {
    "three": {"no_effect": [2.6, 1.8, 0.9], "large": [2.5, 1.7, 0.8], "other": [1.5, 1.0, 0.6]},
    "one": {"effect": [2.0, 1.0, 0.5]},
    "merged": {name * 30: [2.0, 1.5, 1.01] for name in "abcde"},
    "all about the truth": {
        name: [1.0, 0.98 + place / 20, 1.0] for place, name in enumerate("abcd")
    },
}


@pytest.mark.parametrize("case", AWKWARD)
def test_no_text_overlaps_or_is_cut(case, draw_fixture, faults_fixture):
    assert faults_fixture(draw_fixture(widths(**AWKWARD[case])).figure) == []
