"""The table of operating characteristics, and its comparison with exact theory."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy import special, stats

import trialsim as ts
from trialsim.core.plan import Series
from trialsim.core.program import rule_of
from trialsim.operating.characteristics import (
    FAMILY_WISE_ALARM,
    check_against_theory,
    true_value,
)
from trialsim.operating.exact_power import exact_rejection_rate
from trialsim.operating.performance import performance

TRIAL = """
format: 1
design:
  arms: {none: {n: 12}, first: {n: 12}, second: {n: 12}}
  visits_weeks: {baseline: 0, middle: 2, after: 4}
outcomes:
  score: {method: repeated_normal, mean: 0, sd: 1, correlation: 0.5}
  other: {method: bounded_integer, max: 24, mean: 10, sd: 5, correlation: 0.5}
assumptions:
  no_effect: {}
  effect: {score: {first: [0, -0.5, -0.8], second: [0, 0, -1.2]}, other: {second: -3}}
analyses:
  ancova: {method: ancova, outcome: score, visit: after}
  later_change: {method: change_score, outcome: score, visit: after, from_visit: middle,
                 contrasts: [first - none]}
  other: {method: t_test, outcome: other, visit: after, contrasts: [second - none]}
what_if: {noisy: {outcomes.score.sd: 2}}
vary: {design.n_total: [36, 60], outcomes.score.correlation: [0.5, 0.7]}
"""

KEYS = ["assumption", "what_if", "n_total", "cell", "analysis", "outcome", "visit", "contrast"]
MEASURES = [
    "rejection_rate",
    "favourable_rejection_rate",
    "mean_estimate",
    "true_value",
    "bias",
    "empirical_se",
    "model_se",
    "mse",
    "coverage",
    "bias_eliminated_coverage",
    "mean_ci_width",
    "type_s",
    "type_m",
    "critical_estimate",
    "failed",
]


@pytest.fixture(scope="module")
def results_fixture() -> ts.Results:
    return ts.run(ts.loads(TRIAL), replicates=200)


@pytest.fixture(scope="module")
def table_fixture(results_fixture: ts.Results) -> pd.DataFrame:
    return results_fixture.performance()


# The table


def test_columns_stand_in_the_fixed_order_and_varied_paths_come_last(table_fixture):
    varied = ["design.n_total", "outcomes.score.correlation"]
    assert list(table_fixture) == [*KEYS, "measure", "value", "mcse", "n_used", *varied]


def test_without_varied_values_there_are_no_further_columns():
    scenario = ts.loads(TRIAL).changed({"vary": {}, "what_if": {}})
    table = ts.run(scenario, replicates=2).performance()
    assert list(table) == [*KEYS, "measure", "value", "mcse", "n_used"]


def test_rows_are_a_measure_each_in_the_order_of_the_results(results_fixture, table_fixture):
    plan = results_fixture.plan
    expected = []
    for series in plan.series():
        cell = plan.cells[series.cell]
        design = plan.designs[cell.design]
        names = list(MEASURES)
        if exact_rejection_rate(design, cell, series.analysis, series.contrast) is not None:
            names.append("theory_rejection_rate")
        expected += [(plan.cell_key(series.cell), *series[1:], name) for name in names]
    found = table_fixture[["cell", "analysis", "contrast", "measure"]]
    assert list(found.itertuples(index=False, name=None)) == expected


def test_every_row_says_which_cell_it_belongs_to(results_fixture, table_fixture):
    plan = results_fixture.plan
    for index, cell in enumerate(plan.cells):
        own = table_fixture[table_fixture["cell"] == plan.cell_key(index)]
        assert set(own["assumption"]) == {cell.assumption}
        assert set(own["what_if"]) == {cell.what_if}
        assert set(own["n_total"]) == {plan.designs[cell.design].n_total}
        for path, value in cell.varied:
            assert set(own[path]) == {value}
    places = table_fixture[["analysis", "outcome", "visit"]].drop_duplicates()
    assert set(places.itertuples(index=False, name=None)) == {
        ("ancova", "score", "after"),
        ("later_change", "score", "after"),
        ("other", "other", "after"),
    }


def test_values_are_the_performance_measures_of_the_series(results_fixture, table_fixture):
    plan = results_fixture.plan
    series = Series(1, "ancova", "second - none")
    cell = plan.cells[1]
    design = plan.designs[cell.design]
    column = results_fixture.series(series)
    rule = rule_of(design, "ancova")
    measures = performance(
        *(column[name] for name in ("estimate", "se", "p_value", "lower", "upper")),
        column["failure"] == 0,
        critical=(column["upper"] - column["lower"]) / 2,
        decisions=design.decision.decide(column["estimate"], column["p_value"], rule),
        true_value=-1.2,
    )
    own = table_fixture[
        (table_fixture["cell"] == plan.cell_key(1))
        & (table_fixture["analysis"] == "ancova")
        & (table_fixture["contrast"] == "second - none")
    ].set_index("measure")
    for measure in measures:
        np.testing.assert_equal(
            tuple(own.loc[measure.name, ["value", "mcse", "n_used"]]),
            (measure.value, measure.mcse, measure.n_used),
        )


@pytest.mark.parametrize(
    ("series", "truth"),
    [
        (Series(0, "ancova", "first - none"), 0.0),
        (Series(1, "ancova", "first - none"), -0.8),
        (Series(1, "ancova", "second - none"), -1.2),
        (Series(1, "later_change", "first - none"), -0.3),
        (Series(1, "other", "second - none"), -3.0),
    ],
)
def test_the_truth_is_that_of_the_contrast_and_of_the_analysis(results_fixture, series, truth):
    plan = results_fixture.plan
    cell = plan.cells[series.cell]
    assert true_value(plan.designs[cell.design], cell, series) == pytest.approx(truth)


def test_contrasts_between_treatments_have_the_difference_of_their_effects():
    scenario = ts.loads(
        """
format: 1
design:
  arms: {none: {n: 12}, first: {n: 12}, second: {n: 12}}
  visits_weeks: {baseline: 0, after: 4}
  contrasts: {treatments: [second, first], turned: [none, first]}
outcomes: {score: {method: repeated_normal, mean: 0, sd: 1, correlation: 0.5}}
assumptions: {effect: {score: {first: -0.5, second: -1.2}}}
analyses: {t_test: {method: t_test, outcome: score, visit: after}}
"""
    )
    table = ts.run(scenario, replicates=2).performance()
    truths = table[table["measure"] == "true_value"].set_index("contrast")["value"]
    assert truths.to_dict() == pytest.approx({"treatments": -0.7, "turned": 0.5})


def test_theory_stands_only_where_it_is_exact_and_has_no_error(table_fixture):
    theory = table_fixture[table_fixture["measure"] == "theory_rejection_rate"]
    assert set(theory["outcome"]) == {"score"}
    assert (theory["mcse"] == 0).all()
    assert (theory["n_used"] == 0).all()
    null = theory[(theory["assumption"] == "no_effect") & (theory["analysis"] == "ancova")]
    assert null["value"].tolist() == pytest.approx([0.05] * len(null))
    assert len(null) > 0


# Simulation beside theory


def rates(simulated: list[float], theory: list[float | None], n: int = 10_000) -> pd.DataFrame:
    """A table of operating characteristics of one analysis under several assumptions."""
    rows = []
    for i, (rate, exact) in enumerate(zip(simulated, theory, strict=True)):
        place = (f"a{i}", "as_stated", 129, f"cell{i}", "t_test", "score", "after", "b - a")
        rows.append((*place, "rejection_rate", rate, 0.005, n))
        rows.append((*place, "bias", 0.1, 0.005, n))
        if exact is not None:
            rows.append((*place, "theory_rejection_rate", exact, 0.0, 0))
    return pd.DataFrame(rows, columns=[*KEYS, "measure", "value", "mcse", "n_used"])


@pytest.mark.parametrize("rows", [1, 2, 90, 1_000])
def test_the_limit_makes_a_false_alarm_in_one_of_a_thousand_runs(rows):
    limit = check_against_theory(rates([0.05] * rows, [0.05] * rows)).limit
    assert rows * limit == pytest.approx(FAMILY_WISE_ALARM)
    assert FAMILY_WISE_ALARM == 0.001


def test_distance_is_in_standard_errors_at_the_theoretical_rate():
    check = check_against_theory(rates([0.52], [0.5], n=2_500))
    assert check.table["distance"].item() == pytest.approx(2.0)
    check = check_against_theory(rates([0.0], [0.05], n=1_900))
    assert check.table["distance"].item() == pytest.approx(-10.0)


@pytest.mark.parametrize("exact", [0.05, 0.5, 0.8])
@pytest.mark.parametrize("upper", [False, True])
def test_a_count_beyond_the_limit_raises_the_alarm_and_the_next_one_within_does_not(exact, upper):
    n, limit = 10_000, 0.001 / 3
    law = stats.binom(n, exact)
    counts = np.arange(n + 1)
    tail = 2 * (law.sf(counts - 1) if upper else law.cdf(counts))
    far = np.flatnonzero(tail < limit)
    beyond = int(far[0] if upper else far[-1])
    within = beyond - 1 if upper else beyond + 1
    check = check_against_theory(rates([within / n, beyond / n, exact], [exact] * 3))
    assert check.table["alarm"].tolist() == [False, True, False]
    assert check.alarms["assumption"].tolist() == ["a1"]
    assert check.alarms["simulated"].item() == beyond / n
    assert check.alarms["theory"].item() == exact


def test_rows_without_theory_neither_count_nor_raise_the_alarm():
    check = check_against_theory(rates([0.9, 0.05], [None, 0.05]))
    assert check.table["assumption"].tolist() == ["a1"]
    assert check.limit == pytest.approx(0.001)
    assert check.alarms.empty


def test_without_any_theory_there_is_nothing_to_compare():
    check = check_against_theory(rates([0.9, 0.05], [None, None]))
    assert check.table.empty
    assert check.alarms.empty


def test_a_rate_that_theory_calls_certain_agrees_when_it_is():
    assert check_against_theory(rates([1.0], [1.0])).alarms.empty


def test_a_certain_rate_that_is_not_reached_raises_the_alarm():
    assert len(check_against_theory(rates([0.9999], [1.0])).alarms) == 1


def test_a_right_simulation_agrees_and_a_wrong_one_does_not():
    scenario = ts.loads(TRIAL).changed(
        {
            "vary": {},
            "what_if": {},
            "analyses": {
                "ancova": {"method": "ancova", "outcome": "score", "visit": "after"},
            },
        }
    )
    table = ts.run(scenario, replicates=5_120).performance()
    check = check_against_theory(table)
    assert len(check.table) == 4
    assert check.alarms.empty
    wrong = table.copy()
    wrong.loc[wrong["measure"] == "theory_rejection_rate", "value"] += 0.05
    assert len(check_against_theory(wrong).alarms) == 4


def chance_of_an_alarm(exact: float, n: int) -> float:
    """Probability that a run of one row, whose law is binomial at the exact rate, is alarming."""
    counts = np.arange(n + 1)
    log_chance = (
        special.gammaln(n + 1)
        - special.gammaln(counts + 1)
        - special.gammaln(n - counts + 1)
        + special.xlogy(counts, exact)
        + special.xlog1py(n - counts, -exact)
    )
    chance = np.exp(log_chance)
    alarming = 0.0
    for count in counts[chance > 1e-9]:
        if len(check_against_theory(rates([count / n], [exact], n)).alarms):
            alarming += float(chance[count])
    return alarming


@pytest.mark.parametrize("exact", [0.3, 0.8])
def test_the_chance_of_a_false_alarm_is_the_stated_one(exact):
    assert chance_of_an_alarm(exact, 400) <= 1.5 * FAMILY_WISE_ALARM


@pytest.mark.parametrize("expected_count", [0.04, 0.1, 1.0])
def test_the_chance_of_a_false_alarm_is_the_stated_one_near_certainty(expected_count):
    """Symptom: a large trial with a large effect raises the alarm though nothing is wrong.

    With 0.04 non-rejections expected among 10,000 trials, one alone (chance 4%) is 4.8 standard
    errors away.
    """
    n = 400
    assert chance_of_an_alarm(1 - expected_count / n, n) <= 1.5 * FAMILY_WISE_ALARM


def test_a_run_in_which_every_trial_failed_has_nothing_to_compare():
    """Symptom: the command ends in a traceback when no trial could be analysed."""
    assert check_against_theory(rates([math.nan], [None])).table.empty
