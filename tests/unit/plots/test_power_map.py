"""A map of power: which cells it has, what it says, and that it can be read."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import rgb_to_hsv, to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

import trialsim as ts
from trialsim.plots.gallery import GALLERY
from trialsim.plots.power_map import draw_power_map, power_map
from trialsim.plots.power_map_numbers import PowerMap, power_map_of, thinned
from trialsim.plots.power_map_text import number_in_cell, reaches
from trialsim.plots.run import Run
from trialsim.theory.noncentral_t import rejection_probability
from unit.small_trial import BASE, loaded

SIZE, SD = "design.n_total", "outcomes.score.sd"
NORMAL = {
    **BASE,
    "outcomes": {"score": {"method": "repeated_normal", "mean": 0, "sd": 2, "correlation": 0.5}},
    "assumptions": {
        "no_effect": {},
        "small": {"score": {"treatment": -0.5}},
        "medium": {"score": {"treatment": -1}},
        "large": {"score": {"treatment": -2}},
    },
    "observation": {},
    "analyses": {"t_test": {"method": "t_test", "outcome": "score", "visit": "after"}},
    "simulation": {"replicates": 200, "seed": 5},
}


def run_of(replicates=64, **changes) -> Run:
    return ts.run(loaded({**NORMAL, **changes}), replicates=replicates).plot.run


def map_of(**changes) -> PowerMap:
    found = power_map_of(run_of(**changes))
    assert found is not None
    return found


@pytest.fixture
def draw_fixture(settings_fixture):
    return lambda found: draw_power_map(found, settings=settings_fixture)


def test_size_and_another_number_span_a_map_of_one_assumption():
    found = map_of(vary={SD: [1, 2, 3], SIZE: [20, 40, 80]})
    assert found.x.is_size and found.columns == (20, 40, 80)
    assert found.rows == ((1, "1"), (2, "2"), (3, "3")) and found.y_name == "score sd"
    assert found.assumption == "small" and len(found.numbers) == 9
    assert found.stated() == (1, 1)


def test_sizes_and_several_effects_span_a_map():
    found = map_of(vary={SIZE: [20, 40, 80]})
    assert found.assumption == "" and found.stated_column() == 1
    labels = [label for _, label in found.rows]
    assert labels == ["−0.5: small", "−1: medium", "−2: large"]
    assert found.y_name == "true difference (points)"


def test_a_run_of_few_sizes_or_effects_has_none():
    assert power_map_of(run_of()) is None
    assert power_map_of(run_of(vary={SIZE: [20, 40]})) is None
    few = {name: NORMAL["assumptions"][name] for name in ("no_effect", "small", "large")}
    assert power_map_of(run_of(vary={SIZE: [20, 40, 80]}, assumptions=few)) is None
    assert not GALLERY["power_map"].applies(run_of(vary={SD: [1, 2]}))


def test_the_trial_as_stated_makes_no_row_or_column_of_its_own():
    found = map_of(vary={SD: [1, 3], SIZE: [20, 80]})
    assert found.columns == (20, 80) and [y for y, _ in found.rows] == [1, 3]
    assert found.stated() is None and not np.isnan(found.shares()).any()


def test_points_that_were_not_listed_are_gaps(draw_fixture):
    points = {
        f"p{n}_{sd}": {SIZE: n, SD: sd} for n, sd in ((20, 1), (80, 1), (20, 3), (80, 3), (160, 3))
    }
    found = map_of(vary={"points": points})
    assert np.isnan(found.shares()).tolist() == [[False, False, True], [False] * 3]
    drawn = draw_fixture(found)
    assert "Hatched: not simulated" in drawn.caption
    assert sum(bool(one.get_hatch()) for one in drawn.figure.findobj(Rectangle)) == 1


def test_a_cell_holds_the_share_of_its_own_design():
    """Claim: each cell is the power at its own SD and size, none is swapped.

    Exact: noncentral t at 0.5 / (SD sqrt(4/n)), n - 2 degrees of freedom. 200 replicates,
    tolerance 4 standard errors at the exact rate (at most 14 points); a cell swapped with its
    neighbour differs by 21 to 56 points.
    """
    found = map_of(replicates=200, vary={SD: [0.7, 1.4], SIZE: [20, 80]})
    for row in found.numbers.to_dict("records"):
        n = row["x"]
        exact = rejection_probability(0.5 / (row["y"] * np.sqrt(4 / n)), n - 2, 0.05)
        assert abs(row["value"] - exact) < 4 * np.sqrt(exact * (1 - exact) / 200)


def shares(rows: list[list[float]]) -> PowerMap:
    """A made-up map under one assumption: sizes 50, 100, ... and SDs 1, 2, ..."""
    found = map_of(vary={SD: [1, 2], SIZE: [20, 40]})
    cells = [
        ("small", 50.0 * (j + 1), float(i + 1), value, 0.005, 1000, False)
        for i, row in enumerate(rows)
        for j, value in enumerate(row)
    ]
    columns = list(found.numbers.columns)
    return PowerMap(
        pd.DataFrame(cells, columns=columns),
        found.x,
        "score sd",
        tuple((float(i + 1), f"{i + 1}") for i in range(len(rows))),
        tuple(50.0 * (j + 1) for j in range(len(rows[0]))),
        "small",
    )


def test_the_takeaway_says_what_is_enough_at_both_ends(draw_fixture):
    assert draw_fixture(shares([[0.7, 0.9, 1.0], [0.3, 0.5, 0.85]])).takeaway == (
        "Under “small”, for 80 of 100 trials to be significant it takes 150 participants with "
        "score sd 2 and 100 participants with score sd 1."
    )


def test_what_was_not_reached_is_not_extrapolated(draw_fixture):
    found = shares([[0.7, 0.9, 1.0], [0.3, 0.5, np.nan]])
    assert "more than 100 participants with score sd 2" in draw_fixture(found).takeaway
    nothing = draw_fixture(shares([[0.3, 0.4], [0.1, 0.2]]))
    assert nothing.takeaway == (
        "In this map at most 40 of 100 trials are significant under “small”: 100 participants, "
        "with score sd 1."
    )
    assert "Heavy line" not in nothing.caption


def test_numbers_and_line_agree():
    assert [number_in_cell(one) for one in (0.0, 0.004, 0.796, 0.7949, 0.999, 1.0)] == [
        "0", "<1", "80", "79", ">99", "100",
    ]  # fmt: skip
    assert reaches(np.array([0.796, 0.7949, np.nan])).tolist() == [True, False, False]


def test_every_cell_has_its_number_and_a_shade_that_darkens_in_grey(draw_fixture):
    values = [[0.02, 0.2, 0.4], [0.6, 0.8, 0.99]]
    ax = draw_fixture(shares(values)).figure.axes[0]
    texts = {
        tuple(t.get_position()): (t.get_text(), t.get_color())
        for t in ax.texts
        if t.get_text().isdigit()
    }
    assert [texts[j, i][0] for i in (0, 1) for j in (0, 1, 2)] == [
        "2",
        "20",
        "40",
        "60",
        "80",
        "99",
    ]
    cells = [one for one in ax.patches if one.get_width() == 1]
    grey = [np.dot(to_rgb(one.get_facecolor()), [0.299, 0.587, 0.114]) for one in cells]
    assert np.all(np.diff(grey) < -0.02)
    for (text, ink), shade in zip(
        (texts[j, i] for i in (0, 1) for j in (0, 1, 2)), grey, strict=True
    ):
        # Ink on light, white on dark.
        assert (rgb_to_hsv(to_rgb(ink))[2] > 0.5) == (shade < 0.5), text


def test_many_columns_are_thinned_and_said(draw_fixture):
    assert thinned(range(100), 3) == [0, 50, 99]
    found = map_of(replicates=8, vary={SIZE: list(range(20, 60, 2)), SD: [1, 2]})
    assert len(found.columns) == 14 and (found.columns[0], found.columns[-1]) == (20, 58)
    assert "Not shown: 6 columns." in draw_fixture(found).caption


def test_an_axes_of_ones_own_is_drawn_on_and_returned():
    ax = Figure().subplots()
    place = ax.get_position().bounds
    assert power_map(shares([[0.1, 0.9], [0.2, 0.8]]), ax=ax) is ax
    assert ax.get_position().bounds == place


AWKWARD = {
    "grid": {"vary": {SD: [1, 2, 3], SIZE: [20, 40, 1000]}},
    "no size": {"vary": {SD: [1, 2, 3], "outcomes.score.correlation": [0.2, 0.5]}},
    "effects": {"vary": {SIZE: [20, 40, 60, 80, 100, 1200]}},
    "long names": {
        "vary": {SIZE: [20, 40, 60]},
        "assumptions": {
            **NORMAL["assumptions"],
            "what_the_large_and_blinded_trials_of_another_country_suggest": {
                "score": {"treatment": -0.123}
            },
        },
    },
    "many": {"vary": {SIZE: list(range(20, 300, 20)), SD: [0.5 * i for i in range(1, 15)]}},
}


@pytest.mark.parametrize("case", AWKWARD)
def test_no_text_overlaps_or_is_cut(case, draw_fixture, faults_fixture):
    replicates = 8 if case == "many" else 40
    drawn = draw_fixture(map_of(replicates=replicates, **AWKWARD[case]))
    assert faults_fixture(drawn.figure) == []
