from math import pi
from pathlib import Path

import pytest
from matplotlib.figure import Figure

import trialsim as ts
from trialsim.plots.dichotomising import cuts_of, dichotomising, efficiency

SCENARIOS = Path(__file__).parents[3] / "scenarios"


def figures(name: str = "dichotomising", replicates: int = 1024, **changes):
    paths = {path.replace("__", "."): value for path, value in changes.items()}
    scenario = ts.load(SCENARIOS / f"{name}.yaml").changed({"vary": {}, "evidence": {}} | paths)
    return ts.run(scenario, replicates=replicates, seed=1).plot


@pytest.fixture(scope="module")
def figures_fixture():
    return figures()


@pytest.mark.parametrize(
    ("percentile", "value", "multiplier"),
    [(50, 2 / pi, 1.57), (25, 0.5386, 1.86), (75, 0.5386, 1.86), (10, 0.3422, 2.92)],
)
def test_efficiencies_are_those_of_the_textbook(percentile, value, multiplier):
    assert efficiency(percentile) == pytest.approx(value, abs=5e-4)
    assert 1 / efficiency(percentile) == pytest.approx(multiplier, abs=5e-3)


def test_the_cut_lies_at_its_exact_percentile(figures_fixture):
    (cut,) = cuts_of(figures_fixture.run)
    assert cut.percentile == pytest.approx(59.871, abs=1e-3)  # Phi(0.25)
    assert [name for name, _, _ in cut.responders] == ["chi_square", "fisher"]
    assert cut.full is not None
    assert cut.full[0] == "t_test"


def test_the_numbers_are_those_of_the_table(figures_fixture):
    drawn = figures_fixture.draw("dichotomising")
    table = figures_fixture.run.table
    rows = drawn.numbers[drawn.numbers["kind"] == "cut"].set_index("analysis")
    for name in ("chi_square", "fisher", "t_test"):
        wanted = table[
            (table["analysis"] == name)
            & (table["assumption"] == "medium")
            & (table["measure"] == "rejection_rate")
        ]
        assert rows.loc[name, "significant"] == wanted["value"].item()


def test_the_takeaway_says_what_the_cut_costs(figures_fixture):
    heading = figures_fixture.draw("dichotomising").takeaway
    assert heading.startswith(
        "Cut at its 60th percentile, a normal score tells as much as 62 of 100"
    )
    assert "Under “medium” " in heading
    far = figures(analyses__chi_square__cut=1.2815515655).draw("dichotomising").takeaway
    assert far.startswith("Cut at its 90th percentile, a normal score tells as much as 34 of 100")


def test_without_an_effect_it_speaks_of_false_alarms():
    drawn = figures(assumptions={"no_effect": {}}).draw("dichotomising")
    assert "of 100 trials are false alarms when responders are counted" in drawn.takeaway
    assert "significant" not in drawn.takeaway
    assert "power" not in f"{drawn.takeaway} {drawn.caption} {drawn.alt}"


def test_without_an_analysis_of_the_score_nothing_is_compared():
    only = {
        "above": {
            "method": "responder",
            "outcome": "score",
            "visit": "after",
            "cut": 0,
            "event": "above",
        }
    }
    drawn = figures(analyses=only, decision="superiority").draw("dichotomising")
    assert drawn.takeaway.endswith("of 100 trials are significant when responders are counted.")


def test_it_applies_where_a_score_is_cut():
    assert "dichotomising" not in figures("textbook", 256).names()
    change = {
        "fall": {
            "method": "responder",
            "outcome": "score",
            "visit": "after",
            "of": "change",
            "cut": 0.5,
            "event": "at_or_below",
        }
    }
    assert (
        "dichotomising"
        not in figures("textbook", 256, analyses=change, decision="superiority").names()
    )


def test_it_draws_on_axes_of_your_own(figures_fixture):
    ax = Figure(figsize=(10, 5)).subplots()
    assert dichotomising(figures_fixture.draw("dichotomising").numbers, ax=ax) is ax
    assert ax.get_ylim()[0] == 0


def test_no_text_stands_on_another(figures_fixture, faults_fixture):
    assert faults_fixture(figures_fixture.draw("dichotomising").figure) == []
    middle = figures(analyses__chi_square__cut=0.0, analyses__fisher__cut=-0.1)
    assert faults_fixture(middle.draw("dichotomising").figure) == []
