"""The table of design points in the terminal: every point, its name, and no number cut off."""

import re

import pytest
from rich.console import Console

import trialsim as ts
from trialsim.cli.points_table import MOST_ROWS, WIDTH, print_points
from unit.small_trial import BASE, loaded

SIZE, SD = "design.n_total", "outcomes.rmdq.sd"
MANY = {
    f"an_effect_of_which_much_is_said_{i}": {"rmdq": {"treatment": -0.5 * i}} for i in range(1, 6)
}


@pytest.fixture
def printed_fixture(capsys):
    def printed(**changes) -> list[str]:
        results = ts.run(loaded({**BASE, **changes}), replicates=64)
        console = Console(width=112, highlight=False, markup=False)
        print_points(console, results)
        return capsys.readouterr().out.splitlines()

    return printed


def test_points_have_names_and_lists_have_values(printed_fixture):
    points = {"small": {SIZE: 20, SD: [5, 6, 4]}, "large": {SIZE: 60, "allocation": "simple"}}
    lines = printed_fixture(vary={"points": points, "outcomes.pain.correlation": [0.2, 0.4]})
    rows = [line for line in lines if re.match(r" +\d", line)]
    assert len(rows) == 5 and sum("*" in row for row in rows) == 1
    assert sum("small, pain correlation 0.2" in row for row in rows) == 1
    assert sum("large, pain correlation 0.4" in row for row in rows) == 1


def test_a_run_of_one_design_has_no_table(printed_fixture):
    assert printed_fixture() == []


def test_assumptions_that_do_not_fit_stand_in_another_table(printed_fixture):
    lines = printed_fixture(vary={SIZE: [20, 60]}, assumptions={"no_effect": {}, **MANY})
    assert max(map(len, lines)) <= WIDTH
    heads = [line for line in lines if line.startswith("Participants")]
    assert len(heads) >= 2
    assert "…" not in "".join(lines)
    rates = re.findall(r"\d%? \((?:\d|from|to)[^)]*\)(?: x| |$)", "\n".join(lines), re.M)
    # Six assumptions at three sizes, and a half-width in each row of each table.
    assert len(rates) == 6 * 3 + 3 * len(heads)


def test_more_points_than_a_screen_holds_are_counted(printed_fixture):
    lines = printed_fixture(vary={SIZE: list(range(20, 20 + 2 * (MOST_ROWS + 5), 2))})
    rows = [line for line in lines if re.match(r" +\d+\*? ", line)]
    assert len(rows) == MOST_ROWS
    assert "5 more points are in operating_characteristics.csv." in " ".join(lines)
