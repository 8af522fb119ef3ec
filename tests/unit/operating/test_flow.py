"""Patients planned and analysed: means over replicates, extremes, contrasts of several arms."""

from __future__ import annotations

import math

import numpy as np
import pytest

import trialsim as ts
from trialsim.core.records import COLUMNS
from trialsim.operating.flow import flow

THREE_ARMS = """
format: 1
design:
  arms: {none: {n: 10}, first: {n: 20}, second: {n: 40}}
  visits_weeks: {baseline: 0, after: 4}
outcomes:
  score: {method: repeated_normal, mean: 0, sd: 1, correlation: 0.5}
assumptions: {no_effect: {}, effect: {score: {second: 1}}}
analyses:
  ancova: {method: ancova, outcome: score, visit: after}
  second_only: {method: t_test, outcome: score, visit: after, contrasts: [second - none]}
"""

FLOW_COLUMNS = [
    "assumption",
    "what_if",
    "n_total",
    "cell",
    "analysis",
    "contrast",
    "planned",
    "analysed_mean",
    "mcse",
    "analysed_lowest",
    "analysed_highest",
]


def counted(*analysed: list[int]) -> np.ndarray:
    """Results (series, column, replicate) in which nothing but `n_analysed` is known."""
    results = np.full((len(analysed), len(COLUMNS), len(analysed[0])), np.nan)
    results[:, COLUMNS.index("n_analysed")] = analysed
    return results


def test_a_row_a_cell_analysis_and_contrast_in_the_order_of_the_results():
    plan = ts.loads(THREE_ARMS).plan
    table = flow(plan, counted(*[[30 + row] for row in range(6)]))
    assert list(table) == FLOW_COLUMNS
    found = table[["assumption", "analysis", "contrast"]].to_numpy().tolist()
    each = [["ancova", "first - none"], ["ancova", "second - none"], ["second_only", found[2][2]]]
    assert found == [[name, *row] for name in ("no_effect", "effect") for row in each]
    assert list(table["analysed_mean"]) == [30, 31, 32, 33, 34, 35]
    assert set(table["what_if"]) == {"as_stated"}
    assert set(table["n_total"]) == {70}
    assert table["cell"].nunique() == 2


def test_planned_counts_the_two_arms_of_the_contrast():
    table = flow(ts.loads(THREE_ARMS).plan, counted(*[[30]] * 6))
    assert list(table["planned"][:3]) == [30, 50, 50]


def test_mean_error_and_extremes_are_those_over_replicates():
    plan = ts.loads(THREE_ARMS).plan
    table = flow(plan, counted([20, 30, 28, 30], *[[30, 30, 30, 30]] * 5))
    first = table.iloc[0]
    assert first["analysed_mean"] == 27
    assert first["mcse"] == pytest.approx(math.sqrt((49 + 9 + 1 + 9) / 3 / 4))
    assert (first["analysed_lowest"], first["analysed_highest"]) == (20, 30)
    assert (table["mcse"][1:] == 0).all()


def test_one_replicate_has_a_mean_without_an_error():
    table = flow(ts.loads(THREE_ARMS).plan, counted(*[[30]] * 6))
    assert (table["analysed_mean"] == 30).all()
    assert table["mcse"].isna().all()


def test_patients_lost_are_not_analysed():
    lost = {"observation": {"missing": {"lost": {"method": "mcar", "rate": 0.2}}}}
    results = ts.run(ts.loads(THREE_ARMS).changed(lost), replicates=256)
    table = flow(results.plan, results.values)
    assert (table["analysed_highest"] <= table["planned"]).all()
    # 50 planned, 0.2 lost: the SD of a count is 2.8, of the mean of 256 trials 0.18.
    assert table["analysed_mean"][1] == pytest.approx(40, abs=4 * 0.18)
    assert table["mcse"][1] == pytest.approx(math.sqrt(50 * 0.16 / 256), rel=0.2)


def test_every_varied_size_has_rows_of_its_own():
    results = ts.run(
        ts.loads(THREE_ARMS).changed({"vary": {"design.n_total": [140]}}), replicates=2
    )
    table = flow(results.plan, results.values)
    assert dict(zip(table["n_total"], table["planned"], strict=True)) == {70: 50, 140: 100}
    assert (table["analysed_mean"] == table["planned"]).all()
