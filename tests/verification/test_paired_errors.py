"""Designs on common random numbers: paired errors are smaller, right, and hold their level."""

from __future__ import annotations

from functools import lru_cache
from math import sqrt
from typing import Any

import numpy as np
import pytest
from scipy import stats

import trialsim as ts
from trialsim.core.axes import REPLICATES_PER_BATCH
from trialsim.core.program import prepare
from trialsim.core.records import COLUMNS
from trialsim.pipeline import simulate_batch
from trialsim.planning.compare.designs import candidates
from trialsim.planning.compare.joint import joined
from trialsim.planning.compare.pairs import paired_shares
from verification.simulated import textbook

D, SMALL, LARGE = 0.3, 100, 130
"""Effect in SDs; participants an arm."""

ALPHA = 0.05

METHODS = ("permuted_blocks", "random_allocation_rule")

EXPECTED = {"permuted_blocks": 1.68, "random_allocation_rule": 1.63}
"""Unpaired over paired error, measured with a simulation of its own before this one was written."""


def arms(n: int) -> dict[str, Any]:
    return {"control": {"n": n}, "treatment": {"n": n}}


def sizes(method: str) -> list[ts.LoadedScenario]:
    return [
        textbook(
            {
                "design.arms": arms(n),
                "allocation": method,
                "assumptions": {"effect": {"score": {"treatment": D}}},
                "analyses": {"t_test": {"method": "t_test", "outcome": "score", "visit": "after"}},
                "decision.primary": "t_test",
            }
        )
        for n in (SMALL, LARGE)
    ]


@lru_cache(maxsize=2)
def compared(method: str) -> ts.Comparison:
    return ts.compare(*sizes(method), replicates=80_000, seed=11)


def rate(found: ts.Comparison) -> Any:
    table = found.differences
    return table[table["measure"] == "rejection_rate"].iloc[0]


def bivariate_normal_ratio(correlation: float) -> float:
    """Unpaired over paired error when the two test statistics are normal with this correlation."""
    means = np.array([D * sqrt(n / 2) for n in (SMALL, LARGE)])
    critical = stats.norm.isf(ALPHA / 2)
    p = stats.norm.sf(critical - means)  # the other tail is below 1e-4
    both = stats.multivariate_normal([0, 0], [[1, correlation], [correlation, 1]]).cdf(
        means - critical
    )
    variances = p * (1 - p)
    covariance = both - p[0] * p[1]
    return float(sqrt(variances.sum() / (variances.sum() - 2 * covariance)))


@pytest.mark.parametrize("method", METHODS)
def test_pairing_makes_the_error_of_a_difference_in_power_smaller(method):
    """Claim: d 0.3, 100 against 130 an arm: the paired error is at least 1.5 times smaller.

    Expected 1.68 for permuted blocks and 1.63 for the random allocation rule, to the digits given.
    80,000 replicates: about 9,000 trials disagree, so the paired error has a relative standard
    error of 1/sqrt(2 x 9,000) = 0.7% and the ratio one of 0.013; tolerance 4 of them and the
    rounding. A ratio of 1.5, or patients who are not shared (1.0), would be found.
    """
    row = rate(compared(method))
    ratio = row["unpaired_mcse"] / row["paired_mcse"]
    assert ratio >= 1.5
    assert abs(ratio - EXPECTED[method]) <= 4 * 0.013 + 0.005


def test_the_gain_of_nested_trials_is_that_of_two_correlated_normals():
    """With permuted blocks the smaller trial is the beginning of the larger, allocations included,
    so the statistics have correlation sqrt(100/130) and the ratio follows from a bivariate normal.
    Tolerance as above; a correlation of 0.8 in the place of 0.877 (ratio 1.48) would be found."""
    row = rate(compared("permuted_blocks"))
    exact = bivariate_normal_ratio(sqrt(SMALL / LARGE))
    assert abs(row["unpaired_mcse"] / row["paired_mcse"] - exact) <= 4 * 0.013


@pytest.mark.parametrize("method", METHODS)
def test_both_powers_are_the_exact_ones(method):
    """Noncentral t; 80,000 replicates, 4 standard errors (0.007)."""
    row = rate(compared(method))
    for n, end in ((SMALL, "first"), (LARGE, "other")):
        df, shift = 2 * n - 2, D * sqrt(n / 2)
        exact = stats.nct.sf(stats.t.isf(ALPHA / 2, df), df, shift)
        error = sqrt(exact * (1 - exact) / row["n_pairs"])
        assert abs(row[f"value_{end}"] - exact) <= 4 * error


@pytest.mark.slow
@pytest.mark.parametrize("method", METHODS)
def test_the_paired_error_is_the_spread_over_seeds(method):
    """Claim: the paired error equals the SD of the difference over seeds within 10%.

    800 seeds of 256 replicates: an SD has a relative standard error of 1/sqrt(2 x 799) = 2.5%, so
    10% is 4 of them. The unpaired error (1.6 times as large) would be found.
    """
    plan, _ = joined([one.plan for one in candidates(sizes(method))])
    rows = rejections(plan, seeds=range(1, 801), batches=1)  # (seed, series, r)
    pairs = [paired_shares(first, other) for first, other in rows]
    spread = np.std([pair.difference for pair in pairs], ddof=1)
    claimed = sqrt(np.mean([pair.error**2 for pair in pairs]))
    assert abs(claimed / spread - 1) <= 0.10


@pytest.mark.slow
def test_a_true_zero_is_told_apart_5_times_in_100():
    """Claim: the t test and the change score, both exactly 0.05 under no effect, are told apart in
    5 of 100 comparisons.

    2,000 comparisons of 1,024 replicates, in batches that share nothing; tolerance 4 standard
    errors (0.0195). Judged by the unpaired error, 2 or 3 in 100 would be told apart.
    """
    scenario = textbook(
        {
            "design.arms": arms(20),
            "assumptions": {"no_effect": {}},
            "outcomes.score.correlation": 0.1,  # the two then agree more often, and pairing pays
        }
    )
    plan = candidates([scenario], analyses=["t_test", "change"])[0].plan
    assert [one.analysis for one in plan.series()] == ["t_test", "change"]
    rows = rejections(plan, seeds=range(1, 2_001), batches=4)
    told = [paired_shares(first, second).is_told_apart for first, second in rows]
    assert abs(np.mean(told) - 0.05) <= 4 * sqrt(0.05 * 0.95 / len(told))


def rejections(plan: Any, seeds: range, batches: int) -> np.ndarray:
    """Whether p < 0.05 (seed, series, replicate)."""
    program = prepare(plan)
    p_value = COLUMNS.index("p_value")
    found = np.empty((len(seeds), program.n_series, batches * REPLICATES_PER_BATCH), dtype=bool)
    for place, seed in enumerate(seeds):
        for batch in range(batches):
            part = slice(batch * REPLICATES_PER_BATCH, (batch + 1) * REPLICATES_PER_BATCH)
            seeded = type(program)(seed, program.groups, program.n_series)
            found[place, :, part] = simulate_batch(seeded, batch)[:, p_value] < ALPHA
    return found
