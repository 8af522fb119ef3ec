"""p values and intervals of the t distribution against scipy.stats."""

import numpy as np
import pytest
from scipy import stats

from trialsim.core.records import TOO_FEW
from trialsim.core.stages import Rule
from trialsim.kernels.student import t_inference
from trialsim.kernels.student_tail import upper_tail

REPLICATES = 512


def estimates(df):
    """Estimates and errors (k, r) with t values from 0 to 45, of either sign."""
    size = np.concatenate(
        [[0.0, 1e-12, 1e-3, 29.999, 30.0, 30.001, 45.0], np.linspace(0.01, 12, REPLICATES - 7)]
    )
    t = np.tile(size * np.where(np.arange(REPLICATES) % 2, -1, 1), (len(df), 1))
    se = np.full_like(t, 2.0)
    return t * se, se, t


def inference(estimate, se, df, rule, failure=None):
    none = np.zeros(estimate.shape, dtype=np.int8)
    n = np.full_like(estimate, 100.0)
    return t_inference(estimate, se, df, n, none if failure is None else failure, rule)


RULES = [
    Rule(alpha=0.05, sides=2, sign=1),
    Rule(alpha=0.01, sides=2, sign=-1),
    Rule(alpha=0.025, sides=1, sign=1),
    Rule(alpha=0.1, sides=1, sign=-1),
]


@pytest.mark.parametrize("rule", RULES, ids=str)
@pytest.mark.parametrize("df", [(1,), (2,), (3, 10), (38, 127), (1000,), (1e5,), (2.5, 17.3, 99.9)])
@pytest.mark.parametrize("is_many", [True, False])
def test_p_values_and_intervals_match_scipy(rule, df, is_many):
    """With many replicates of few df, and with df that differ from replicate to replicate."""
    estimate, se, t = estimates(df)
    full = np.array(df, dtype=float)[:, None] * np.ones(REPLICATES)
    if not is_many:
        full *= 1 + np.linspace(0, 0.5, REPLICATES)
    found = inference(estimate, se, full, rule)
    if rule.sides == 2:
        expected, level = 2 * stats.t.sf(np.abs(t), full), 1 - rule.alpha
    else:
        expected, level = stats.t.sf(rule.sign * t, full), 1 - 2 * rule.alpha
    np.testing.assert_allclose(found.p_value, expected, rtol=1e-10, atol=0)
    lower, upper = stats.t.interval(level, full, loc=estimate, scale=se)
    np.testing.assert_allclose(found.lower, lower, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(found.upper, upper, rtol=1e-9, atol=1e-9)
    for name, given in (("estimate", estimate), ("se", se), ("df", full)):
        np.testing.assert_array_equal(getattr(found, name), given)


@pytest.mark.parametrize("df", [1.0, 2.0, 2.5, 30.0, 127.0, 1023.0, 1024.0, 1e4])
def test_tail_is_accurate_between_its_knots(df):
    """At 2,000 places within its intervals and beyond its reach."""
    t = np.linspace(-32, 32, 2001) * (1 + 1e-5)
    found = upper_tail(t, np.full(t.shape, df))
    np.testing.assert_allclose(found, stats.t.sf(t, df), rtol=2e-12 if df < 1024 else 1e-10)


def test_tail_reads_each_elements_own_df():
    dfs, t = np.array([3.0, 12.5, 200.0]), np.linspace(-4, 4, 300).reshape(3, 100)
    df = dfs[(np.arange(300) % 3).reshape(3, 100)]
    np.testing.assert_allclose(upper_tail(t, df), stats.t.sf(t, df), rtol=1e-10)


def test_tail_does_not_depend_on_neighbours():
    """Bit for bit: whole, halved and large df side by side, and each alone."""
    df = np.array([5.0, 5.5, 2000.0, 1023.0, 127.0, np.nan])
    t = np.array([1.0, 1.0, 1.0, 19.99, 25.0, 1.0])
    alone = [upper_tail(t[i : i + 1], df[i : i + 1])[0] for i in range(len(t))]
    np.testing.assert_array_equal(upper_tail(t, df), alone)


@pytest.mark.parametrize("df", [(38.0,), (38.0, 77.0)])
def test_a_failure_is_nan_and_leaves_its_neighbours_alone(df):
    estimate, se, _ = estimates(df)
    full = np.array(df)[:, None] * np.ones(REPLICATES)
    failure = np.zeros(estimate.shape, dtype=np.int8)
    failure[0, 5] = TOO_FEW
    whole = inference(estimate, se, full, RULES[0])
    se[0, 5], full[0, 5] = 0.0, -1.0
    found = inference(estimate, se, full, RULES[0], failure)
    for name in ("estimate", "se", "df", "p_value", "lower", "upper"):
        values = getattr(found, name)
        assert np.isnan(values[0, 5])
        others = failure == 0
        np.testing.assert_allclose(values[others], getattr(whole, name)[others], rtol=1e-11)
    assert (found.n_analysed == 100).all()
    assert found.failure[0, 5] == TOO_FEW


@pytest.mark.parametrize("failures", [1, 2])
def test_when_all_fail_all_is_nan(failures):
    estimate, se, df = np.ones((1, failures)), np.zeros((1, failures)), np.zeros((1, failures))
    found = inference(estimate, se, df, RULES[0], np.ones((1, failures), dtype=np.int8))
    assert np.isnan([found.estimate, found.p_value, found.lower, found.upper]).all()
