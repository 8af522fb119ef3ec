"""P25, transport: one effect, divided in several ways, is not the same in another place."""

from __future__ import annotations

from pathlib import Path

import pytest

import trialsim as ts
from trialsim.plots.run import Run
from trialsim.plots.transport import (
    Division,
    Place,
    Transport,
    applies,
    divided,
    draw,
    draw_transport,
    transport_of,
)

SCENARIOS = Path(__file__).parents[3] / "scenarios"
KAOHSIUNG, SWEDEN = Place("Kaohsiung", 0.8), Place("Sweden", 0.3)

LEFT = {0.0: 1.425, 1.0: 2.05, 2.0: 2.675, 3.8: 3.8}
"""By the part that works in everybody: part + (3.8 - part) 0.3 / 0.8."""


@pytest.fixture(scope="module")
def sweden_fixture() -> Run:
    scenario = ts.load(SCENARIOS / "hsieh2006_sweden.yaml")
    return ts.run(scenario, replicates=512).plot.run


def test_every_division_gives_the_same_effect_where_the_trial_was_done():
    for line in divided(3.8, KAOHSIUNG, list(LEFT), "points"):
        assert line.effect(0.8) == pytest.approx(3.8)


def test_what_is_left_elsewhere():
    for line, expected in zip(
        divided(3.8, KAOHSIUNG, list(LEFT), "points"), LEFT.values(), strict=True
    ):
        assert line.effect(0.3) == pytest.approx(expected)


def test_a_scenario_by_belief_is_drawn_from_its_own_assumptions(sweden_fixture):
    told = transport_of(sweden_fixture)
    assert told is not None
    assert [place.believers for place in told.places] == [0.8, 0.3]
    assert [place.name for place in told.places] == ["Kaohsiung", "Sweden"]
    assert [line.effect(0.3) for line in told.divisions] == pytest.approx(list(LEFT.values()))
    assert told.important == 2.0


def test_the_truth_of_the_scenario_is_what_the_figure_says(sweden_fixture):
    """The engine's true values in Sweden with belief alone changed, exact to 0.0001 points."""
    table = sweden_fixture.table
    rows = table[
        (table["measure"] == "true_value")
        & (table["analysis"] == "t_test")
        & (table["cohort.traits.believes.share"] == 0.3)
        & (table["outcomes.rmdq.sd"] == 5.5)
        & (table["assumption"] != "no_effect")
    ]
    assert sorted(-rows["value"]) == pytest.approx(sorted(LEFT.values()), abs=1e-4)


def test_power_elsewhere_is_near_the_normal_approximation(sweden_fixture):
    """31, 56, 79 and 97 of 100 by a normal approximation with one SD. The believers' larger gain
    spreads the arm, up to an SD of 5.9 instead of 5.5, which costs up to 4 in 100; 512 trials are
    known to 0.022, so 4 standard errors and those 0.04."""
    table = sweden_fixture.table
    rows = table[
        (table["measure"] == "rejection_rate")
        & (table["analysis"] == "t_test")
        & (table["cohort.traits.believes.share"] == 0.3)
        & (table["outcomes.rmdq.sd"] == 5.5)
        & (table["assumption"] != "no_effect")
    ]
    for found, expected in zip(rows["value"], (0.31, 0.56, 0.79, 0.97), strict=True):
        error = (expected * (1 - expected) / 512) ** 0.5
        assert expected - 0.04 - 4 * error < found < expected + 4 * error


def test_the_figure_says_that_the_trial_cannot_tell(sweden_fixture):
    drawn = draw(sweden_fixture)
    assert drawn.takeaway == (
        "The same 3.8 points in Kaohsiung may be 1.4 to 3.8 points in Sweden, where 30 of 100 "
        "believe. The trial cannot tell which."
    )
    numbers = drawn.numbers.set_index(["works", "believers"])["effect"]
    assert numbers["one point in everybody", 0.3] == pytest.approx(2.05)
    assert "assumed" in drawn.caption


def test_lines_and_marks_are_where_they_should_be():
    lines = divided(3.8, KAOHSIUNG, [0.0, 3.8], "points")
    drawn = draw_transport(Transport(lines, (KAOHSIUNG, SWEDEN), "acupressure", "points", 2.0))
    ax = drawn.figure.axes[0]
    upright = sorted({line.get_xdata()[0] for line in ax.lines if len(set(line.get_xdata())) == 1})
    assert upright == [30, 80]
    level = [line for line in ax.lines if list(line.get_ydata()) == [2.0, 2.0]]
    assert len(level) == 1
    assert "acupressure" in " ".join(text.get_text() for text in ax.texts)


def test_a_line_is_not_told_by_colour_alone():
    lines = divided(3.8, KAOHSIUNG, list(LEFT), "points")
    drawn = draw_transport(Transport(lines, (KAOHSIUNG, SWEDEN), "acupressure", "points"))
    marks = {str(line.get_marker()) for line in drawn.figure.axes[0].lines} - {"None"}
    assert len(marks) == 4


def test_effects_that_differ_everywhere_are_not_called_the_same():
    lines = (Division("small", 0.0, 2.0), Division("large", 1.0, 4.0))
    drawn = draw_transport(Transport(lines, (KAOHSIUNG, SWEDEN), "acupressure", "points"))
    assert "Where 30 of 100 believe (Sweden), the effect is 0.6 to 1.9 points" in drawn.takeaway


def test_trials_without_believers_have_no_such_figure():
    run = ts.run(ts.load(SCENARIOS / "textbook.yaml"), replicates=16).plot.run
    assert not applies(run)
    with pytest.raises(ValueError, match="two kinds of patients"):
        draw(run)
