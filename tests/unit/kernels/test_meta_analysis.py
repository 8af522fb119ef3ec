"""Pooling of many literatures at once against slow twins, one literature at a time."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize, stats

from trialsim.kernels.meta_analysis import dersimonian_laird, heterogeneity, pool, up_to_each
from trialsim.kernels.meta_analysis_asymmetry import egger, filled, trim_and_fill
from trialsim.kernels.meta_analysis_reml import reml

N_LITERATURES, N_TRIALS = 60, 14


@pytest.fixture(scope="module")
def literatures():
    """Estimates, variances, and a mask that leaves 0 to 14 trials of each literature."""
    rng = np.random.Generator(np.random.Philox(7))
    v = rng.uniform(0.01, 0.2, (N_LITERATURES, N_TRIALS))
    tau = rng.choice([0.0, 0.1, 0.4], (N_LITERATURES, 1))
    y = 0.3 + np.sqrt(v + tau**2) * rng.standard_normal(v.shape)
    counted = rng.random(v.shape) < rng.uniform(0.2, 1, (N_LITERATURES, 1))
    counted[:4] = False
    counted[1, 3], counted[2, :2], counted[3, :3] = True, True, True
    return y, v, counted


def each(literatures, fewest):
    """Rows with at least so many trials: index, their estimates and variances."""
    y, v, counted = literatures
    for row in np.flatnonzero(counted.sum(axis=1) >= fewest):
        yield row, y[row, counted[row]], v[row, counted[row]]


def slow_dl(y, v):
    w = 1 / v
    mean = np.average(y, weights=w)
    q = (w * (y - mean) ** 2).sum()
    return max(0.0, (q - (len(y) - 1)) / (w.sum() - (w**2).sum() / w.sum()))


def slow_pool(y, v, tau2):
    w = 1 / (v + tau2)
    return np.average(y, weights=w), 1 / np.sqrt(w.sum())


def test_dersimonian_laird_and_pooling_match_the_slow_twin(literatures):
    tau2 = dersimonian_laird(*literatures)
    pooled = pool(*literatures, tau2)
    q = heterogeneity(*literatures).q
    for row, y, v in each(literatures, 2):
        assert tau2[row] == pytest.approx(slow_dl(y, v), abs=1e-12)
        assert (pooled.estimate[row], pooled.se[row]) == pytest.approx(slow_pool(y, v, tau2[row]))
        mean = np.average(y, weights=1 / v)
        assert q[row] == pytest.approx(((y - mean) ** 2 / v).sum())


def test_reml_is_where_the_restricted_likelihood_is_highest(literatures):
    """Claim: no tau2 on a fine grid, nor the optimum that scipy finds, is more likely."""
    found = reml(*literatures)
    assert found.converged.all()

    def minus_log_likelihood(tau2, y, v):
        w = 1 / (v + tau2)
        mean = np.average(y, weights=w)
        return 0.5 * (np.log(v + tau2).sum() + np.log(w.sum()) + (w * (y - mean) ** 2).sum())

    n_inside = 0
    for row, y, v in each(literatures, 2):
        bounds = {"bounds": (0, 5), "method": "bounded", "options": {"xatol": 1e-10}}
        best = optimize.minimize_scalar(minus_log_likelihood, args=(y, v), **bounds)
        own = minus_log_likelihood(found.tau2[row], y, v)
        assert own <= best.fun + 1e-9
        assert own <= min(minus_log_likelihood(t, y, v) for t in np.linspace(0, 1, 400)) + 1e-9
        n_inside += found.tau2[row] > 0
    assert n_inside > 15  # not all at the boundary


def test_a_search_that_does_not_end_is_counted_as_failed(literatures, monkeypatch):
    monkeypatch.setattr("trialsim.kernels.meta_analysis_reml.MOST_STEPS", 2)
    found = reml(*literatures)
    assert not found.converged.all()
    assert np.isnan(found.tau2[~found.converged]).all()
    assert np.isfinite(found.tau2[found.converged]).all()


def test_egger_is_least_squares_of_z_on_precision(literatures):
    found = egger(*literatures)
    for row, y, v in each(literatures, 3):
        line = stats.linregress(1 / np.sqrt(v), y / np.sqrt(v))
        assert found.intercept[row] == pytest.approx(line.intercept)
        assert found.se[row] == pytest.approx(line.intercept_stderr)
        p_value = 2 * stats.t.sf(abs(line.intercept / line.intercept_stderr), len(y) - 2)
        assert found.p_value[row] == pytest.approx(p_value)
    few = literatures[2].sum(axis=1) < 3
    assert np.isnan(found.p_value[few]).all()


def test_egger_has_no_answer_where_all_trials_are_alike_in_precision():
    y, v = np.array([[0.1, 0.5, 0.2, 0.4]]), np.full((1, 4), 0.04)
    assert np.isnan(egger(y, v, np.ones((1, 4), dtype=bool)).p_value).all()


def slow_trim_and_fill(y, v, *, missing_left):
    """Duval and Tweedie's algorithm as their paper tells it, one literature: k0 and estimate."""
    sign = 1 if missing_left else -1
    order = np.argsort(sign * y)
    y_up, v_up, n = (sign * y)[order], v[order], len(y)
    k0 = 0
    for _ in range(100):
        kept = n - k0
        centre = slow_pool(y_up[:kept], v_up[:kept], slow_dl(y_up[:kept], v_up[:kept]))[0]
        off = y_up - centre
        ranks = stats.rankdata(np.abs(off), method="ordinal")
        new = max(0, round((4 * ranks[off > 0].sum() - n * (n + 1)) / (2 * n - 1)))
        if new == k0:
            break
        k0 = new
    else:
        return np.nan, np.nan
    y_all = np.append(y_up, 2 * centre - y_up[n - k0 :])
    v_all = np.append(v_up, v_up[n - k0 :])
    return k0, sign * slow_pool(y_all, v_all, slow_dl(y_all, v_all))[0]


def test_trim_and_fill_matches_the_slow_twin(literatures):
    side = np.arange(N_LITERATURES) % 2 == 0
    found = trim_and_fill(*literatures, side)
    more = filled(*literatures, found)
    estimate = pool(*more, dersimonian_laird(*more)).estimate
    n_filled = []
    for row, y, v in each(literatures, 3):
        expected = slow_trim_and_fill(y, v, missing_left=side[row])
        np.testing.assert_allclose((found.n_filled[row], estimate[row]), expected, rtol=1e-10)
        assert found.added[row].sum() == expected[0]
        n_filled.append(expected[0])
    assert sum(k > 0 for k in n_filled) > 10
    assert np.isnan(found.n_filled[literatures[2].sum(axis=1) < 3]).all()


def test_what_is_not_counted_has_no_part(literatures):
    """Claim: other numbers behind the mask change no estimate, whatever they are."""
    y, v, counted = literatures
    other = np.where(counted, y, 1e300), np.where(counted, v, 1e-300), counted
    side = np.ones(N_LITERATURES, dtype=bool)
    for before, after in zip(
        (*pool(*literatures), reml(*literatures).tau2, *egger(*literatures)),
        (*pool(*other), reml(*other).tau2, *egger(*other)),
        strict=True,
    ):
        np.testing.assert_array_equal(before, after)
    found = trim_and_fill(*other, side)
    np.testing.assert_array_equal(found.n_filled, trim_and_fill(*literatures, side).n_filled)


def test_a_literature_alone_is_pooled_as_among_others(literatures):
    tau2 = reml(*literatures).tau2
    for row in (10, 30):
        own = [part[row : row + 2] for part in literatures]
        np.testing.assert_allclose(reml(*own).tau2, tau2[row : row + 2], rtol=1e-9, atol=1e-14)


def test_cumulative_masks_hold_the_trials_up_to_each():
    seen = np.array([[True, False, True]])
    assert up_to_each(seen)[0].tolist() == [
        [True, False, False],
        [True, False, False],
        [True, False, True],
    ]


def test_nothing_published_is_no_estimate(literatures):
    pooled = pool(*literatures, dersimonian_laird(*literatures))
    assert np.isnan(pooled.estimate[0]) and np.isnan(pooled.se[0])
    assert pooled.estimate[1] == literatures[0][1, 3] and np.isnan(pooled.ratio[1])
