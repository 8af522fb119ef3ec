"""The paired difference plot and power against cost: what they draw and say."""

from __future__ import annotations

import pandas as pd
import pytest

from trialsim.plots.base.figure import Settings, save
from trialsim.plots.paired_difference import draw_paired_difference, paired_difference
from trialsim.plots.pareto import draw_pareto, pareto

SETTINGS = Settings(n_total=129, replicates=2_000, seed=2006, digest="abc")

DIFFERENCES = pd.DataFrame(
    {
        "other": ["n_total_200", "n_total_200", "n_total_300"],
        "assumption": ["no_effect", "large_trials", "large_trials"],
        "difference": [0.004, 0.12, 0.275],
        "paired_mcse": [0.005, 0.01, 0.01],
        "unpaired_mcse": [0.006, 0.016, 0.016],
        "is_told_apart": [False, True, True],
    }
)

DESIGNS = pd.DataFrame(
    {
        "design": ["small", "same_but_dearer", "worse", "large"],
        "cost": [60.0, 80.0, 90.0, 120.0],
        "cost_mcse": [0.0] * 4,
        "power": [0.4, 0.41, 0.2, 0.8],
        "mcse": [0.011] * 4,
        "n_used": [2_000] * 4,
        "standing": ["efficient", "no better", "dominated", "efficient"],
    }
)


def draw(frame=DIFFERENCES, **options):
    return draw_paired_difference(frame, first="as_stated", settings=SETTINGS, **options)


def test_the_takeaway_names_the_clearest_difference_and_counts_the_open_ones():
    assert draw().takeaway == (
        "With “n total 300”, 28 more of 100 trials are significant than with “as stated”, under "
        "“large trials”. In 1 of 3 comparisons they cannot be told apart."
    )


def test_one_comparison_is_told_in_a_sentence():
    assert draw(DIFFERENCES.iloc[:1]).takeaway.endswith("that cannot be told from none.")
    assert "fewer" in draw(DIFFERENCES.iloc[1:2].assign(difference=-0.12)).takeaway


def test_the_numbers_hold_both_intervals():
    numbers = draw().numbers
    assert numbers["upper"].tolist() == pytest.approx([0.0138, 0.1396, 0.2946])
    assert (numbers["unpaired_lower"] < numbers["lower"]).all()


def test_the_caption_says_what_pairing_gained_and_what_is_worth_knowing():
    small = draw(smallest=0.02).caption
    assert "1.6 times smaller (median), worth 2.6 times the trials" in small
    assert "less than the 2 of 100 worth knowing" in small


def test_names_stand_in_the_order_of_their_rows():
    ax = draw().figure.axes[0]
    texts = [text for text in ax.texts if "n total" in text.get_text()]
    heights = {t.get_text().replace("\n", " "): t.get_window_extent().y0 for t in texts}
    assert heights["n total 200, no effect"] > heights["n total 300, large trials"]


def test_no_pair_at_all_is_said():
    nothing = DIFFERENCES.assign(difference=float("nan"))
    assert draw(nothing).takeaway == "No two simulated trials could be compared."


def test_power_against_cost_says_who_buys_nothing():
    drawn = draw_pareto(
        DESIGNS, quantity="patients enrolled", assumption="effect", settings=SETTINGS
    )
    assert drawn.takeaway == (
        "Under “effect”, from 60 to 120 patients enrolled, 40 to 80 of 100 trials are significant. "
        "“worse” is beaten by a design that takes no more. “same but dearer” is not shown to be "
        "better than a cheaper one."
    )
    assert "cross" in drawn.caption and "hollow" in drawn.caption
    assert "worse: 90, 20 of 100, dominated" in drawn.alt


@pytest.mark.parametrize("own_axes", [False, True])
def test_frames_alone_can_be_drawn(own_axes):
    from matplotlib.figure import Figure

    ax = Figure().add_subplot() if own_axes else None
    for made in (
        paired_difference(DIFFERENCES, first="a", ax=ax),
        pareto(DESIGNS, quantity="weeks", ax=ax),
    ):
        assert made is ax or ax is None
        assert made.get_xlabel()


def test_files_are_the_same_again(tmp_path):
    first = [path.read_bytes() for path in save(draw(), tmp_path / "a")]
    assert first == [path.read_bytes() for path in save(draw(), tmp_path / "b")]
