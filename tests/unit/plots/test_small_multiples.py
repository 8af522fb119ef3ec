from dataclasses import replace

import numpy as np
import pytest
from matplotlib.figure import Figure

import trialsim as ts
from trialsim.plots.facets import facets_of
from trialsim.plots.run import Run
from trialsim.plots.small_multiples import draw_small_multiples, small_multiples
from trialsim.plots.varied import path_in_words, value_in_words
from trialsim.theory.noncentral_t import rejection_probability
from unit.small_trial import BASE, loaded

NORMAL = {
    **BASE,
    "outcomes": {"score": {"method": "repeated_normal", "mean": 0, "sd": 2, "correlation": 0.5}},
    "assumptions": {
        "no_effect": {},
        "small": {"score": {"treatment": -0.5}},
        "large": {"score": {"treatment": -2}},
    },
    "observation": {"missing": {"lost": {"method": "mcar", "rate": 0.1}}},
    "analyses": {"t_test": {"method": "t_test", "outcome": "score", "visit": "after"}},
    "simulation": {"replicates": 200, "seed": 5},
}
RATE, SD, SIZE = "observation.missing.lost.rate", "outcomes.score.sd", "design.n_total"


def run_of(replicates=100, **changes) -> Run:
    return ts.run(loaded({**NORMAL, **changes}), replicates=replicates).plot.run


@pytest.fixture
def draw_fixture(settings_fixture):
    def draw(facets):
        return draw_small_multiples(facets, settings=settings_fixture)

    return draw


def test_a_size_that_varies_is_the_axis_and_the_rest_are_panels():
    found = facets_of(run_of(vary={RATE: [0, 0.1, 0.3], SIZE: [20, 40]}))
    assert found.panels == ("lost rate 0", "lost rate 0.1", "lost rate 0.3")
    assert found.stated == "lost rate 0.1"
    assert found.x_name == "participants in all arms together" and found.x_stated == 40
    assert len(found.numbers) == 3 * 2 * 3
    assert sorted(found.numbers["x"].unique()) == [20, 40]


def test_two_paths_and_no_size_leave_the_last_path_with_numbers_for_the_axis():
    found = facets_of(run_of(vary={RATE: [0, 0.1], SD: [1, 2, 3]}))
    assert found.panels == ("lost rate 0", "lost rate 0.1")
    assert found.x_name == "score sd" and found.x_stated == 2
    swapped = facets_of(run_of(vary={RATE: [0, 0.1], "allocation": ["simple", "urn"]}))
    assert "simple" in swapped.panels and swapped.x_name == "lost rate"


def test_one_path_alone_is_a_row_of_dots_a_value():
    found = facets_of(run_of(vary={RATE: [0.3, 0]}))
    assert found.x_name == ""
    assert found.panels == ("lost rate 0", "lost rate 0.1", "lost rate 0.3")
    assert found.numbers["x"].isna().all() and len(found.numbers) == 9


def test_what_if_and_a_path_make_a_grid():
    found = facets_of(run_of(what_if={"wide": {SD: 4}}, vary={SIZE: [20, 40], RATE: [0, 0.1]}))
    assert found.panels == (
        "lost rate 0",
        "lost rate 0.1",
        "wide, lost rate 0",
        "wide, lost rate 0.1",
    )
    assert found.n_columns == 2 and found.stated == "lost rate 0.1"


def test_a_value_that_only_the_design_as_stated_has_is_no_panel_of_one_point():
    found = facets_of(run_of(vary={SIZE: [20, 60], RATE: [0, 0.3]}))
    assert found.panels == ("lost rate 0", "lost rate 0.3") and found.stated == ""


def test_listed_points_are_a_panel_each_by_name():
    points = {"small": {SIZE: 20, SD: 1}, "large": {SIZE: 60, RATE: 0.3}}
    found = facets_of(run_of(vary={"points": points}))
    assert found.panels == ("small", "large", "as stated") and found.x_name == ""
    assert found.stated == "as stated"
    run = run_of(vary={"points": points})
    for name, n in (("small", 20), ("large", 60)):
        index = next(
            i
            for i, cell in enumerate(run.plan.cells)
            if run.plan.designs[cell.design].n_total == n and cell.assumption == "large"
        )
        table = run.table[run.table["cell"] == run.plan.cell_key(index)]
        share = table[table["measure"] == "rejection_rate"]["value"].item()
        shown = found.numbers[found.numbers["panel"] == name].set_index("assumption")["value"]
        assert shown["large"] == share


def test_points_are_found_by_name_where_one_sets_a_total_and_another_an_arm():
    points = {"small": {SIZE: 20, SD: 1}, "unequal": {"design.arms.control.n": 60, RATE: 0.3}}
    assert facets_of(run_of(vary={"points": points})).panels == ("small", "unequal", "as stated")


def test_a_what_if_of_a_listed_point_is_a_panel_of_its_own():
    points = {"small": {SIZE: 20, SD: 1}, "large": {SIZE: 60, RATE: 0.3}}
    found = facets_of(run_of(what_if={"wide": {SD: 4}}, vary={"points": points}))
    assert "wide, large" in found.panels and "wide, small" in found.panels
    assert len(found.panels) == 6


def test_a_ragged_grid_of_sizes_has_curves_with_the_sizes_that_were_listed():
    points = {
        "a": {SIZE: 20, SD: 1},
        "b": {SIZE: 60, SD: 1},
        "c": {SIZE: 60, SD: 4},
        "d": {SIZE: 200, SD: 4},
        "e": {SIZE: 100, SD: 8},
    }
    found = facets_of(run_of(vary={"points": points}))
    sizes = found.numbers.groupby("panel")["x"].unique().map(sorted).to_dict()
    assert sizes == {"score sd 1": [20, 60], "score sd 4": [60, 200], "score sd 8": [100]}


def test_no_more_than_twelve_panels_and_the_rest_is_said(draw_fixture):
    rates = [round(0.02 * place, 2) for place in range(13)]
    found = facets_of(run_of(20, vary={RATE: rates, SIZE: [20, 40]}))
    assert len(found.panels) == 12 and found.left_out == ("lost rate 0.24",)
    drawn = draw_fixture(found)
    assert "Not shown: lost rate 0.24." in drawn.caption
    assert len(drawn.figure.axes) == 12


def test_a_third_dimension_is_held_as_stated(draw_fixture):
    vary = {SIZE: [20, 40], RATE: [0, 0.1], SD: [1, 2], "decision.alpha": [0.01, 0.05]}
    decision = {"method": "superiority", "alpha": 0.05}
    found = facets_of(run_of(20, vary=vary, decision=decision))
    assert found.held == ("alpha 0.05",) and set(found.numbers["alpha"]) == {0.05}
    assert "As stated: alpha 0.05." in draw_fixture(found).caption


def test_shares_stand_in_the_panel_that_they_were_simulated_for():
    """Claim: each panel holds the power of a t test at its own SD and size.

    Exact: noncentral t at 2 / (SD sqrt(4/n)), n - 2 degrees of freedom, nothing missing. 2,000
    replicates, tolerance 4 standard errors at the exact rate (at most 4.5 points), which swapped
    panels (0.34 to 1.0) would miss.
    """
    run = run_of(2000, observation={}, vary={SD: [2, 4], SIZE: [20, 60]})
    numbers = facets_of(run).numbers
    large = numbers[numbers["assumption"] == "large"]
    # The stated size and its SD are in a panel of the grid: it has one more point.
    assert sorted(large["x"]) == [20, 20, 40, 60, 60]
    sd = large["panel"].str.removeprefix("score sd ").astype(float)
    n = large["x"]
    exact = rejection_probability(2 / (sd * np.sqrt(4 / n)), n - 2, 0.05)
    error = np.sqrt(exact * (1 - exact) / 2000)
    assert (np.abs(large["value"] - exact) <= 4 * error + 1e-9).all()


def test_the_takeaway_gives_the_range_of_the_weakest_effect_and_of_false_alarms(draw_fixture):
    found = facets_of(run_of(vary={RATE: [0, 0.3], SIZE: [20, 40]}))
    numbers = found.numbers.copy()
    shares = {"no_effect": [0.04, 0.05, 0.05, 0.06], "small": [0.2, 0.3, 0.1, 0.15]}
    for name, values in {**shares, "large": [0.5, 0.6, 0.7, 0.8]}.items():
        numbers.loc[numbers["assumption"] == name, "value"] = values
    numbers = numbers.assign(
        mcse=0.01, lower=numbers["value"] - 0.02, upper=numbers["value"] + 0.02
    )
    assert draw_fixture(replace(found, numbers=numbers)).takeaway == (
        "Under “small”, the weakest effect, 10 (lost rate 0.3, 20 participants) to 30 "
        "(lost rate 0, 40 participants) of 100 trials are significant. Where nothing differs, "
        "4 to 6 of 100 trials are false alarms."
    )
    one = numbers[numbers["assumption"] == "small"].assign(value=[0.2, 0.21, 0.2, 0.19])
    assert draw_fixture(replace(found, numbers=one)).takeaway == (
        "Under “small” 19 to 21 of 100 trials are significant."
    )
    none = replace(found, numbers=numbers.assign(value=np.nan))
    assert draw_fixture(none).takeaway == "No simulated trial could be analysed."


def test_a_cell_in_which_too_many_analyses_failed_is_blank_and_said(draw_fixture):
    found = facets_of(run_of(vary={RATE: [0, 0.9], SIZE: [8, 40]}))
    blank = found.numbers[found.numbers["value"].isna()]
    assert set(blank["panel"]) == {"lost rate 0.9"} and 8 in set(blank["x"])
    assert "Left blank, more than 5 of 100 analyses failed" in draw_fixture(found).caption


def test_it_applies_where_something_besides_the_size_varies():
    def names(**changes):
        return ts.run(loaded({**NORMAL, **changes}), replicates=20).plot.names()

    assert "small_multiples" not in names()
    assert "small_multiples" not in names(vary={SIZE: [20, 40]})
    assert "small_multiples" in names(vary={RATE: [0, 0.2]})
    assert "small_multiples" in names(what_if={"wide": {SD: 4}})


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("design.n_total", "participants"),
        ("observation.missing.lost.rate", "lost rate"),
        ("outcomes.rmdq.correlation", "rmdq correlation"),
        ("allocation", "allocation"),
        ("design.arms.control.n", "control participants"),
        ("conduct.therapists.acupressure.n", "acupressure therapists"),
        ("outcomes.rmdq.sd[1]", "rmdq sd[1]"),
        ("outcomes.rmdq.sd.1", "rmdq sd[1]"),
        ("assumptions.small_one.score.treatment", "small one score treatment"),
        ("decision.alpha", "alpha"),
    ],
)
def test_paths_are_told_in_plain_words(path, words):
    assert path_in_words(path) == words


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("conduct.therapists.acupressure.icc", 0.05, "acupressure icc 0.05"),
        ("allocation", "random_allocation_rule", "random allocation rule"),
        (
            "allocation",
            {"method": "permuted_blocks", "block_sizes": (2, 4)},
            "permuted blocks with block sizes 2, 4",
        ),
        ("outcomes.x.correlation", [[1, 0.5], [0.5, 1]], "x correlation (value 3)"),
        ("outcomes.x.mean", [10, -1.5, 6], "x mean 10, \u22121.5, 6"),
        ("bias.unblinded.on", True, "unblinded on on"),
        ("outcomes.x.sd", None, "x sd as by default"),
        ("design.n_total", 1200, "1,200 participants"),
        ("what_if", "many_lost", "many lost"),
    ],
)
def test_values_are_told_in_plain_words(path, value, words):
    assert value_in_words(path, value, 3) == words


def test_axes_of_ones_own_are_drawn_on_and_returned():
    found = facets_of(run_of(20, vary={RATE: [0, 0.3], SIZE: [20, 40]}))
    axes = list(Figure().subplots(1, 2))
    places = [ax.get_position().bounds for ax in axes]
    assert small_multiples(found, axes=axes) == axes
    assert [ax.get_position().bounds for ax in axes] == places
    rows = facets_of(run_of(20, vary={RATE: [0, 0.3]}))
    ax = Figure().subplots()
    assert small_multiples(rows, axes=[ax]) == [ax]


LONG = "what_if_a_far_too_large_share_of_the_patients_never_return"
AWKWARD = {
    "curves": {"vary": {RATE: [0, 0.1, 0.3], SIZE: [20, 40, 1000]}},
    "five panels": {"vary": {RATE: [0, 0.1, 0.2, 0.3, 0.4], SIZE: [20, 40]}},
    "dots": {"vary": {"allocation": ["simple", "urn", {"method": "permuted_blocks"}]}},
    "long names": {"what_if": {LONG: {SD: 4}}, "vary": {SIZE: [20, 60], SD: [1, 2, 3]}},
    "long rows": {"what_if": {LONG: {SD: 4}}},
}


@pytest.mark.parametrize("case", AWKWARD)
def test_no_text_overlaps_or_is_cut(case, draw_fixture, faults_fixture):
    drawn = draw_fixture(facets_of(run_of(20, **AWKWARD[case])))
    assert faults_fixture(drawn.figure) == []


def test_the_takeaway_of_what_ifs_compares_them_with_the_trial_as_stated(draw_fixture):
    found = facets_of(run_of(what_if={"wide": {SD: 8}}, vary={SIZE: [20, 40]}))
    assert found.are_what_ifs and found.x_stated == 40
    numbers = found.numbers.copy()
    here = numbers["x"] == 40
    shares = {
        ("as stated", "no_effect"): 0.05,
        ("wide", "no_effect"): 0.33,
        ("as stated", "small"): 0.4,
        ("wide", "small"): 0.41,
    }
    for (panel, name), share in shares.items():
        at = here & (numbers["panel"] == panel) & (numbers["assumption"] == name)
        assert at.sum() == 1
        numbers.loc[at, ["value", "mcse", "lower", "upper"]] = share, 0.01, share, share
    assert draw_fixture(replace(found, numbers=numbers)).takeaway == (
        "As stated, 5 of 100 trials are false alarms; with “wide”, 33 are. As stated, 40 of 100 "
        "trials are significant under “small”, and no clearly different number with “wide”."
    )


def test_what_ifs_beside_another_path_are_told_as_a_range(draw_fixture):
    found = facets_of(run_of(20, what_if={"wide": {SD: 4}}, vary={SIZE: [20, 40], RATE: [0, 0.1]}))
    assert not found.are_what_ifs
    assert draw_fixture(found).takeaway.startswith("Under “small”, the weakest effect,")
