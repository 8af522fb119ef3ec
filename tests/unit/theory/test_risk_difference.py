"""Shares against a margin: published sizes, the likelihood, and widths."""

import math

import numpy as np
import pytest
from scipy.optimize import brentq, minimize_scalar

from trialsim.theory.risk_difference import (
    exact_margin_power,
    likely_exact_power,
    margin_power,
    newcombe_interval,
    newcombe_width,
    restricted_proportions,
    score_statistic,
)
from trialsim.theory.two_proportions import exact_power


@pytest.mark.parametrize(
    ("rate", "ratio", "total"),
    [(0.3, 1, 658), (0.5, 1, 780), (0.4, 2, 857), (0.7, 2, 707), (0.5, 3, 1035), (0.6, 3, 966)],
)
def test_sizes_match_published_values(rate, ratio, total):
    """Friede, Mitchell and Mueller-Velten 2007, Biometrical Journal 49:903: margin 0.1, one-sided
    0.025, power 0.8, equal rates; each arm rounded up by itself (also in R's blindrecalc)."""

    def short(n_control):
        return margin_power(rate, rate, ratio * n_control, n_control, -0.1) - 0.8

    n_control = brentq(short, 10, 10_000)
    assert math.ceil(n_control) + math.ceil(ratio * n_control) == total


@pytest.mark.parametrize("difference", [-0.9, -0.3, -0.1, 0.0, 0.1, 0.35, 0.9])
@pytest.mark.parametrize(("p1", "p0", "n1", "n0"), [(0.3, 0.5, 40, 60), (0.9, 0.1, 10, 30)])
def test_restricted_proportions_are_the_most_likely_ones(p1, p0, n1, n0, difference):
    def minus_log_likelihood(x):
        y = x - difference
        first = n1 * (p1 * math.log(x) + (1 - p1) * math.log(1 - x))
        return -(first + n0 * (p0 * math.log(y) + (1 - p0) * math.log(1 - y)))

    bounds = max(0, difference) + 1e-12, min(1, 1 + difference) - 1e-12
    best = minimize_scalar(minus_log_likelihood, bounds=bounds, method="bounded",
                           options={"xatol": 1e-12})  # fmt: skip
    found, other = restricted_proportions(p1, p0, n1, n0, difference)
    assert found - other == pytest.approx(difference, abs=1e-12)
    assert found == pytest.approx(best.x, abs=1e-6)


def test_no_margin_is_the_pooled_statistic():
    """30 of 65 against 40 of 64: the chi-square z, without continuity correction."""
    pooled = 70 / 129
    expected = (30 / 65 - 40 / 64) / math.sqrt(pooled * (1 - pooled) * (1 / 65 + 1 / 64))
    assert score_statistic(30 / 65, 40 / 64, 65, 64, 0.0) == pytest.approx(expected, rel=1e-9)


def test_at_the_margin_power_is_alpha():
    assert margin_power(0.4, 0.5, 100, 200, -0.1) == pytest.approx(0.025, abs=1e-9)
    assert exact_margin_power(0.4, 0.5, 150, 150, -0.1) == pytest.approx(0.025, abs=0.003)


def test_the_sign_of_the_margin_mirrors_events_and_their_absence():
    assert margin_power(0.3, 0.35, 80, 90, 0.1) == pytest.approx(
        margin_power(0.7, 0.65, 80, 90, -0.1), abs=1e-12
    )
    assert exact_margin_power(0.3, 0.35, 80, 90, 0.1) == pytest.approx(
        exact_margin_power(0.7, 0.65, 80, 90, -0.1), abs=1e-12
    )


def test_formula_and_tables_agree_in_large_trials():
    formula = margin_power(0.3, 0.3, 1_000, 1_000, 0.06)
    assert exact_margin_power(0.3, 0.3, 1_000, 1_000, 0.06) == pytest.approx(formula, abs=0.005)


@pytest.mark.parametrize("sides", [1, 2])
@pytest.mark.parametrize("design", [(0.3, 0.5, 50, 50), (0.02, 0.01, 40, 90), (0.5, 0.5, 7, 9)])
def test_likely_tables_are_all_that_matter(design, sides):
    expected = exact_power(*design, 0.05, sides)
    assert likely_exact_power(*design, 0.05, sides) == pytest.approx(expected, abs=1e-10)


def test_mean_width_is_the_sum_over_tables():
    """12 and 9 patients, every table by itself."""
    chance1 = [math.comb(12, k) * 0.3**k * 0.7 ** (12 - k) for k in range(13)]
    chance0 = [math.comb(9, k) * 0.6**k * 0.4 ** (9 - k) for k in range(10)]
    total = 0.0
    for k, a in enumerate(chance1):
        for m, b in enumerate(chance0):
            lower, upper = newcombe_interval(k, 12, m, 9)
            total += a * b * (upper - lower)
    assert newcombe_width(0.3, 0.6, 12, 9) == pytest.approx(total, rel=1e-10)


def test_mean_width_approaches_walds_formula():
    wald = 2 * 1.959963984540054 * math.sqrt(0.3 * 0.7 / 20_000 + 0.5 * 0.5 / 20_000)
    assert newcombe_width(0.3, 0.5, 20_000, 20_000) == pytest.approx(wald, rel=1e-3)


def test_powers_broadcast_and_a_margin_of_none_is_refused():
    n = np.array([50, 100, 200])
    powers = margin_power(0.3, 0.3, n, n, 0.1)
    assert powers.shape == (3,)
    assert np.all(np.diff(powers) > 0)
    for power in (margin_power, exact_margin_power):
        with pytest.raises(ValueError, match="margin"):
            power(0.3, 0.3, 50, 50, 0.0)
