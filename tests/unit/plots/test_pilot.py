import numpy as np
import pandas as pd
import pytest

from trialsim.plots.pilot import MOST_DOTS, Optimism, draw_pilot, pilot, thinned


def optimism(**changes: object) -> Optimism:
    numbers = {
        "assumption": "modest",
        "per_arm": 22.0,
        "true_d": 0.3,
        "wanted": 0.8,
        "needed_per_arm": 176,
        "share_significant": 0.163,
        "share_mcse": 0.004,
        "mean_observed": 0.781,
        "planned_per_arm": 27,
        "main_power": 0.191,
        "main_mcse": 0.004,
        "mean_main_power": 0.203,
        "mean_main_mcse": 0.003,
    }
    return Optimism(**{**numbers, **changes})


def pilots(n: int = 2_000, true_d: float = 0.3) -> pd.DataFrame:
    observed = np.random.Generator(np.random.Philox(5)).normal(true_d, 0.3, n)
    significant = np.abs(observed) > 0.61
    planned = np.ceil(16 / observed**2)
    power = np.where(significant, 0.2, np.nan)
    return pd.DataFrame(
        {
            "observed": observed,
            "significant": significant,
            "planned_per_arm": planned,
            "main_power": power,
        }
    )


@pytest.fixture
def draw_fixture(settings_fixture):
    return lambda frame, **words: draw_pilot(frame, optimism(**words), settings_fixture)


def test_the_pilots_drawn_stand_for_all():
    frame = pilots()
    few = thinned(frame)
    assert len(few) == MOST_DOTS
    assert few["observed"].is_monotonic_increasing
    for level in (0.1, 0.5, 0.9):
        assert few["observed"].quantile(level) == pytest.approx(
            frame["observed"].quantile(level), abs=0.02
        )
    assert few["significant"].mean() == pytest.approx(frame["significant"].mean(), abs=0.01)
    assert len(thinned(frame.head(7))) == 7


def test_failed_pilots_are_left_out():
    frame = pilots(10)
    frame.loc[3, "observed"] = np.nan
    assert len(thinned(frame)) == 9


def test_the_takeaway_says_what_was_found_and_what_was_needed(draw_fixture):
    drawn = draw_fixture(pilots())
    assert drawn.takeaway == (
        "16 of 100 pilots are significant, and those report 0.78 SD where the truth is 0.30. "
        "Planned for that, the next trial has 27 per arm instead of 176, and a power of 19 in 100."
    )
    beyond = (drawn.numbers["planned_per_arm"] > 2_000).sum()
    assert f"Not shown: {beyond} that found too little" in drawn.caption


def test_significant_pilots_are_filled_and_the_others_hollow(draw_fixture):
    drawn = draw_fixture(pilots())
    upper, lower = drawn.figure.axes
    shown = drawn.numbers[drawn.numbers["planned_per_arm"] <= 2_000]

    def dots(ax, fill: str) -> int:
        return sum(
            len(line.get_xdata())
            for line in ax.lines
            if line.get_marker() == "o" and line.get_markerfacecolor() == fill
        )

    assert dots(upper, "#0072B2") == dots(lower, "#0072B2") == shown["significant"].sum()
    assert dots(upper, "white") == (~shown["significant"]).sum()


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (pilots(), {}),
        (pilots(true_d=-0.3), {"true_d": -0.3}),
        (pilots(60), {"needed_per_arm": 30, "planned_per_arm": 29}),
        (
            pilots(50, 0.0).assign(significant=False, main_power=np.nan),
            {"planned_per_arm": None, "main_power": np.nan, "mean_main_power": np.nan},
        ),
    ],
)
def test_no_text_touches_another_or_leaves_the_sheet(draw_fixture, faults_fixture, frame, words):
    assert faults_fixture(draw_fixture(frame, **words).figure) == []


def test_it_draws_on_axes_of_a_callers_own():
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 8))
    axes = [figure.add_axes((0.1, 0.5, 0.6, 0.2)), figure.add_axes((0.1, 0.1, 0.6, 0.3))]
    assert pilot(pilots(), optimism(), axes=axes) == axes
