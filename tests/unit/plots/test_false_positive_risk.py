"""P19: a thousand squares."""

from __future__ import annotations

import pytest

from trialsim.plots.false_positive_risk import (
    COLUMNS,
    ROWS,
    N,
    draw_false_positive_risk,
    frame_of,
    squares,
)


@pytest.mark.parametrize(
    ("prior", "power", "counts"),
    [(0.1, 0.8, [80, 20, 45, 855]), (0.5, 0.2, [100, 400, 25, 475]), (0.01, 0.5, [5, 5, 50, 940])],
)
def test_squares_are_a_thousand_trials(prior, power, counts):
    found = squares(prior, power)
    assert COLUMNS * ROWS == N == sum(found) == 1000
    assert found == pytest.approx(counts, abs=0.5)


def test_takeaway_counts_squares_and_caption_has_the_published_p_value():
    drawn = draw_false_positive_risk([0.1, 0.5], 0.8, at_p=[0.02, 0.002], p_text="p = 0.00013")
    assert (
        "45 of 125 significant trials are false alarms if 10 of 100 treatments work"
        in drawn.takeaway
    )
    assert "exactly p = 0.00013 the risk is 2% if 10 of 100" in drawn.caption
    assert "free of bias" in drawn.caption
    assert drawn.numbers["trials"].sum() == 2 * N


@pytest.mark.parametrize("priors", [[0.1], [0.1, 0.5], [0.05, 0.25, 0.5]])
def test_no_text_is_cut_or_covered(priors, faults_fixture):
    drawn = draw_false_positive_risk(priors, 0.8)
    assert faults_fixture(drawn.figure) == []
    assert len(frame_of(priors, 0.8, 0.05)) == 4 * len(priors)
