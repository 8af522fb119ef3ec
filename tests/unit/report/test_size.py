"""The comparison of sizes on the page: what it says is what the run's table has."""

from __future__ import annotations

import re

import pytest

SIZE = "design.n_total"
VARY = {"vary": {SIZE: [16, 24, 80]}}
WEAK = {
    "no_effect": {},
    "hoped_for": {"score": {"talking": -4}},
    "weak": {"score": {"talking": -1}},
}


def rows_of(made, key: str) -> dict[str, list[str]]:
    found = [one for one in made.root.all("table") if one.attributes["id"] == f"table-{key}"]
    if not found:
        return {}
    rows = [row.all("th", "td") for body in found[0].all("tbody") for row in body.all("tr")]
    return {row[0].text: [cell.text for cell in row[1:]] for row in rows}


def rates(made, assumption: str, measure: str = "rejection_rate") -> dict[int, float]:
    table = made.results.performance()
    at = table[
        (table["measure"] == measure)
        & (table["analysis"] == "ancova")
        & (table["assumption"] == assumption)
        & (table["what_if"] == "as_stated")
    ]
    return dict(zip(at["n_total"], at["value"], strict=True))


@pytest.fixture
def sizes_fixture(make_fixture):
    return make_fixture({**VARY, "assumptions": WEAK})


def test_every_size_has_a_row_with_both_arms_and_every_truth(sizes_fixture):
    rows = rows_of(sizes_fixture, "sizes")
    assert list(rows) == ["8", "12", "20", "40"]
    assert [cells[0] for cells in rows.values()] == ["16", "24", "40*", "80"]
    for place, name in enumerate(WEAK, 1):
        shares = [float(re.match(r"[\d.]+", cells[place])[0]) for cells in rows.values()]
        exact = [100 * rates(sizes_fixture, name)[n] for n in (16, 24, 40, 80)]
        # Rounded to the Monte Carlo error, which is at most 3.2 points at 256 replicates.
        assert shares == pytest.approx(exact, abs=0.6)
        assert all(("×" in cells[place]) <= (name != "no_effect") for cells in rows.values())


def test_the_smallest_size_is_the_first_whose_exact_share_reaches_the_target(sizes_fixture):
    rows = rows_of(sizes_fixture, "reached")
    assert set(rows) == {"hoped for", "weak"}
    found = rates(sizes_fixture, "hoped_for", "theory_rejection_rate")
    for place, target in ((1, 0.8), (3, 0.9)):
        first = min(n for n, rate in found.items() if rate >= target)
        assert rows["hoped for"][place : place + 2] == [
            f"{first}", f"exactly {100 * found[first]:.1f}%",
        ]  # fmt: skip
    assert rows["weak"][1] == "more than 80"


LOSS = {"observation": {"missing": {"lost": {"method": "mcar", "rate": 0.05}}}}
"""There is no closed form where somebody is lost."""


def test_without_theory_the_smallest_size_is_that_of_the_simulated_shares(make_fixture):
    made = make_fixture({**VARY, **LOSS})
    found = rates(made, "hoped_for")
    first = min(n for n, rate in found.items() if rate >= 0.9)
    cells = rows_of(made, "reached")["hoped for"]
    assert cells[3].split(" ")[0] == f"{first}" and "(" in cells[4]


def test_sizes_that_noise_does_not_tell_from_the_target_are_named(make_fixture):
    """With 16 replicates a 95% interval near 0.8 is 0.4 wide: neighbours cannot be told apart."""
    made = make_fixture({**VARY, **LOSS, "simulation": {"replicates": 16, "seed": 4}})
    assert "(perhaps" in rows_of(made, "reached")["hoped for"][1]


def test_plain_words_compare_this_trial_with_the_size_that_is_enough(sizes_fixture):
    said = sizes_fixture.section("size").text
    assert "If the truth is “weak” (−1 points)" in said
    assert "no listed size, up to 80, brings it to 80" in said


def test_a_reader_can_pick_each_size_and_this_trial_is_open(sizes_fixture):
    found = [one for one in sizes_fixture.section("size").all("details") if one.all("li")]
    assert [one.all("summary")[0].text for one in found] == [
        "8 per arm, 16 in all",
        "12 per arm, 24 in all",
        "20 per arm, 40 in all (this trial)",
        "40 per arm, 80 in all",
    ]
    assert ["open" in one.attributes for one in found] == [False, False, True, False]
    assert all("raise a false alarm" in one.text for one in found)


def test_nothing_is_said_of_what_no_size_protects_against_unless_it_was_simulated(make_fixture):
    assert "no size protects" not in make_fixture(VARY).section("size").text
    harmless = {"what_if": {"precise": {"outcomes.score.sd": 2}}}
    assert "no size protects" not in make_fixture({**VARY, **harmless}).section("size").text


def test_therapists_that_make_false_alarms_at_every_size_are_told(make_fixture):
    teams = {"talking": {"n": 1, "icc": 0}, "waiting": {"n": 1, "icc": 0}}
    places = {f"conduct.therapists.{arm}.icc": 0.2 for arm in teams}
    made = make_fixture({**VARY, "conduct": {"therapists": teams}, "what_if": {"one_each": places}})
    said = made.section("size").text
    assert re.search(
        r"With “one each”, (about )?\d+ of 100 trials without any effect raise a false alarm at 16 "
        r"participants and (about )?\d+ at 80: no size protects against it; more participants make "
        r"it worse\.",
        said,
    )


def test_a_trial_with_one_size_has_the_curve_and_no_comparison(small_fixture):
    assert rows_of(small_fixture, "sizes") == {} and rows_of(small_fixture, "reached") == {}
    assert "Pick a size" not in small_fixture.section("size").text


def test_points_that_differ_in_more_than_size_are_designs_and_no_sizes(make_fixture):
    points = {"small": {SIZE: 16, "outcomes.score.sd": 4}, "large": {SIZE: 80}}
    made = make_fixture({"vary": {"points": points}})
    assert list(rows_of(made, "sizes")) == ["20", "40"]
    assert len(rows_of(made, "designs-1")) >= 3


def test_the_map_stands_with_the_sizes(make_fixture):
    made = make_fixture({"vary": {SIZE: [16, 80], "outcomes.score.sd": [4, 6]}})
    drawn = [one.attributes["id"] for one in made.section("size").all("figure")]
    assert "figure-power_map" in drawn and "figure-power_curve" in drawn
