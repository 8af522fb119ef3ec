import numpy as np
import pandas as pd
import pytest
from scipy import stats

from trialsim.plots.power_distribution import (
    N_DOTS,
    Averaged,
    dots_of,
    draw_power_distribution,
    power_distribution,
)


def spread(mean: float = 2.5, sd: float = 1.0, se: float = 0.96) -> pd.DataFrame:
    """The distribution of power of a normal test under a normal prior."""
    chance = (np.arange(1001) + 0.5) / 1001
    truth = mean + sd * stats.norm.ppf(chance)
    power = stats.norm.sf(1.96 - truth / se) + stats.norm.cdf(-1.96 - truth / se)
    return pd.DataFrame({"power": np.sort(power), "chance": chance})


def averaged(**changes: object) -> Averaged:
    numbers = {
        "power": 0.74,
        "power_mcse": 0.004,
        "assurance": 0.673,
        "mcse": 0.003,
        "below_half": 0.268,
        "below_half_mcse": 0.004,
        "favourable": 0.672,
        "favourable_mcse": 0.003,
        "n_total": 129,
        "assumption": "large_trials",
        "believed": ["effect normal, mean -2.5, sd 1"],
    }
    return Averaged(**{**numbers, **changes})


@pytest.fixture
def draw_fixture(settings_fixture):
    return lambda frame, **words: draw_power_distribution(
        frame, averaged(**words), settings_fixture
    )


def test_every_dot_stands_for_the_same_probability_and_for_the_power_in_its_middle():
    dots = dots_of(spread())
    assert len(dots) == N_DOTS
    truth = 2.5 + stats.norm.ppf(dots["chance"])
    # The share of dots below 0.5 is the chance of a power below 0.5, to half a dot.
    below = stats.norm.cdf(1.96 * 0.96 - 2.5)
    assert (dots["power"] < 0.5).mean() == pytest.approx(below, abs=0.5 / N_DOTS)
    exact = stats.norm.sf(1.96 - truth / 0.96)
    assert np.abs(dots["power"] - exact)[10:].max() < 0.01
    assert not dots.duplicated(["column", "height"]).any()
    assert (
        dots.groupby("column")["height"].max().add(1).tolist()
        == dots.groupby("column").size().tolist()
    )


def test_filled_dots_have_at_least_half_the_trials_significant(draw_fixture):
    drawn = draw_fixture(spread())
    (ax,) = drawn.figure.axes
    hollow, filled = (
        sum(
            len(line.get_xdata())
            for line in ax.lines
            if line.get_markerfacecolor() == colour and line.get_marker() == "o"
        )
        for colour in ("white", "#0072B2")
    )
    below = int((drawn.numbers["power"] < 0.5).sum())
    assert (hollow, filled) == (below, N_DOTS - below)


def test_the_takeaway_says_all_three_numbers(draw_fixture):
    drawn = draw_fixture(spread())
    assert drawn.takeaway == (
        "If the stated values are true, 74 of 100 trials are significant; averaged over what is "
        "believed, 67. In 27 of 100 truths, fewer than 50 are."
    )
    assert "effect normal, mean \u22122.5, sd 1" in drawn.caption
    assert "in the good direction" in drawn.caption


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (spread(), {}),
        (spread(sd=0.01), {"assurance": 0.74}),
        (spread(mean=0.0), {"power": 0.05, "assurance": 0.3, "below_half": 0.8}),
        (spread(mean=9.0), {"power": 1.0, "power_mcse": 0.0, "assurance": 0.999}),
        (pd.DataFrame({"power": [0.7], "chance": [0.5]}), {"below_half": 0.0}),
    ],
)
def test_no_text_touches_another_or_leaves_the_sheet(draw_fixture, faults_fixture, frame, words):
    drawn = draw_fixture(frame, **words)
    assert faults_fixture(drawn.figure) == []
    (ax,) = drawn.figure.axes
    top = drawn.numbers["height"].max() + 1
    assert top <= ax.get_ylim()[1]


def test_it_draws_on_axes_of_a_callers_own():
    from matplotlib.figure import Figure

    ax = Figure(figsize=(10, 5)).add_axes((0.1, 0.1, 0.8, 0.6))
    assert power_distribution(spread(), averaged(), ax=ax) is ax
