"""What a repeat will find: published numbers, and pairs of trials drawn outright."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from scipy import stats

from trialsim.theory.replication import interval_catches_repeat, repeat_p_value


def test_cumming_s_numbers_for_p_of_5_percent():
    """80% of repeats have a one-sided p between 0.00008 and 0.44 (Cumming 2008); half below 0.025,
    that is, half are significant again."""
    assert repeat_p_value(0.05, [0.1, 0.9]) == pytest.approx([0.00008, 0.44], rel=0.05)
    assert repeat_p_value(0.05, 0.5) == pytest.approx(0.025)


def test_quantiles_match_repeats_drawn_at_random():
    """Claim: the share of repeats below the quantile q is q. 400,000 truths that were as likely
    before a first z of 2.5, each with a repeat; tolerance 4 errors (0.003). Detects a variance of
    1 in place of 2 (by 0.06) and a two-sided p."""
    rng = np.random.default_rng(11)
    truth = 2.5 + rng.standard_normal(400_000)
    p = stats.norm.sf(truth + rng.standard_normal(truth.size))
    first = 2 * stats.norm.sf(2.5)
    for quantile in (0.1, 0.5, 0.9):
        share = np.mean(p <= repeat_p_value(first, quantile))
        assert abs(share - quantile) <= 4 * sqrt(quantile * (1 - quantile) / p.size)


@pytest.mark.parametrize(("df", "share"), [(np.inf, 0.8342), (127, 0.8358)])
def test_interval_catches_the_estimate_of_a_repeat(df, share):
    """0.834 by Cumming and Maillardet 2006; with t intervals by SciPy's t law."""
    reach = stats.t.ppf(0.975, df) / sqrt(2)
    assert interval_catches_repeat(df) == pytest.approx(2 * stats.t.cdf(reach, df) - 1, rel=1e-12)
    assert interval_catches_repeat(df) == pytest.approx(share, abs=5e-5)


@pytest.mark.parametrize("call", [
    lambda: repeat_p_value(0.0, 0.5), lambda: repeat_p_value(0.05, 1.0),
    lambda: interval_catches_repeat(0.5), lambda: interval_catches_repeat(10, 95),
])  # fmt: skip
def test_impossible_arguments_are_refused(call):
    with pytest.raises(ValueError, match="must"):
        call()
