"""Trials in general: published summaries of the mixture, and simulation from it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special

from trialsim.theory import trials_in_general as general

HSIEH = 3.8 / 0.96
"""Reported estimate over its standard error."""


def test_median_power_is_13_percent():
    """van Zwet and others 2023: the median power of 23,551 trials is 13%."""
    assert general.median_power() == pytest.approx(0.13, abs=0.005)


def test_a_just_significant_result_is_two_thirds_too_large():
    """The same: 1.7 times at z 1.96; 1.67 as the posterior median."""
    assert general.exaggeration(1.96) == pytest.approx(1.67, abs=0.005)


def test_hsieh_2006_keeps_four_fifths():
    """3.8 becomes 3.0 (1.1 to 5.0), with the standard error taken as 0.97."""
    known = general.after_a_trial(3.8 / 0.97)
    assert general.shrinkage(HSIEH) == pytest.approx(0.80, abs=0.005)
    ends = [0.97 * x for x in (known.mean, known.quantile(0.025), known.quantile(0.975))]
    assert ends == pytest.approx([3.0, 1.1, 5.0], abs=0.05)


def test_an_exact_repeat_of_hsieh_2006_is_significant_in_92_or_80_of_100():
    assert general.repeat_significant_flat(HSIEH) == pytest.approx(0.92, abs=0.005)
    assert general.repeat_significant(HSIEH) == pytest.approx(0.80, abs=0.005)
    assert general.repeat_significant(-HSIEH) == general.repeat_significant(HSIEH)


def test_repeats_match_simulated_pairs_of_trials():
    """Claim: of trials of the mixture with z near 2.5, the share given by `repeat_significant` is
    significant again in the same direction.
    Exact: 0.42 by the mixture. Replicates 4 million, of which 26,000 within 0.05 of z 2.5;
    tolerance 4 errors, 0.013. Detects: the flat prior in its place (0.65), both directions.
    """
    rng = np.random.Generator(np.random.Philox(2023))
    n = 4_000_000
    part = rng.choice(len(general.SDS), n, p=general.WEIGHTS)
    ratio = rng.standard_normal(n) * np.array(general.SDS)[part]
    first, again = ratio + rng.standard_normal(n), ratio + rng.standard_normal(n)
    near = np.abs(first - 2.5) < 0.05
    share, count = float((again[near] > 1.959964).mean()), int(near.sum())
    exact = general.repeat_significant(2.5)
    assert count > 15_000
    assert share == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / count))
    assert float(ratio[near].mean()) == pytest.approx(
        2.5 * general.shrinkage(2.5), abs=4 * float(ratio[near].std()) / np.sqrt(count)
    )


def test_flat_repeat_is_a_coin_at_the_critical_value():
    critical = -float(special.ndtri(0.025))
    assert general.repeat_significant_flat(critical) == pytest.approx(0.5)


def test_nothing_can_be_shrunk():
    with pytest.raises(ValueError, match="nothing can be shrunk"):
        general.shrinkage(0)
