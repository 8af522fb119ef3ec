"""False-positive risk: the arithmetic of a thousand trials, and Colquhoun's published numbers."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from trialsim.theory.false_positive import (
    density,
    false_positive_risk,
    likelihood_ratio,
    prior_for_risk,
    risk_at_p,
)

SIXTEEN = (1 / np.sqrt(2 / 16), 30)
"""Noncentrality and df of one SD with 16 patients an arm, as Colquhoun 2014 and 2017 has it."""


def test_a_tenth_that_work_and_power_of_80_give_36_percent():
    """Of 1,000 trials 80 find an effect and 45 raise a false alarm: 45 / 125."""
    assert false_positive_risk(0.1, 0.8) == pytest.approx(0.36, abs=1e-15)
    assert false_positive_risk(0.1, 0.2) == pytest.approx(45 / 65)
    assert false_positive_risk([0.1, 0.5], 0.8).tolist() == pytest.approx([45 / 125, 25 / 425])


@pytest.mark.parametrize(("prior", "risk"), [(0.5, 0.27), (0.1, 0.76)])
def test_exactly_five_percent_matches_colquhoun_2017(prior, risk):
    """He gives 27% (prior 0.5) and 76% (0.1) for p of 0.05 and 16 an arm."""
    assert risk_at_p(0.05, prior, *SIXTEEN) == pytest.approx(risk, abs=0.01)


@pytest.mark.parametrize(("ncp", "df"), [(0.0, 5), (2.8, 30), (-1.5, 127), (4.0, 2)])
def test_density_matches_scipy(ncp, df):
    for t in (-3.0, -0.5, 0.0, 2.0, 5.0):
        assert density(t, ncp, df) == pytest.approx(stats.nct.pdf(t, df, ncp), rel=1e-8, abs=1e-14)


def test_many_degrees_of_freedom_are_a_z_test():
    assert likelihood_ratio(0.01, 2.5, 1e6) == pytest.approx(likelihood_ratio(0.01, 2.5), rel=1e-4)
    z = stats.norm.isf(0.005)
    ratio = (stats.norm.pdf(z - 2.5) + stats.norm.pdf(z + 2.5)) / (2 * stats.norm.pdf(z))
    assert likelihood_ratio(0.01, 2.5) == pytest.approx(ratio, rel=1e-12)


def test_risk_at_p_is_the_share_of_false_alarms_among_simulated_trials_near_that_p():
    """Claim: of trials with p near 0.03, where 3 of 10 treatments work at noncentrality 2.5 and 40
    df, the share given by `risk_at_p` are false alarms.
    Exact: 0.342 at p 0.03 (t 2.25). Replicates 4 million, of which 29,000 have t within 0.05 of
    that; tolerance 4 errors, 0.011. Detects: the risk of p below 0.03 in its place (0.13).
    """
    rng = np.random.Generator(np.random.Philox(2017))
    n, df, ncp, prior = 4_000_000, 40, 2.5, 0.3
    works = rng.random(n) < prior
    t = (rng.standard_normal(n) + ncp * works) / np.sqrt(rng.chisquare(df, n) / df)
    near = np.abs(np.abs(t) - stats.t.isf(0.015, df)) < 0.05
    share, count = float((~works[near]).mean()), int(near.sum())
    exact = risk_at_p(0.03, prior, ncp, df)
    assert count > 20_000
    assert share == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / count))


def test_prior_for_a_risk_gives_that_risk():
    prior = prior_for_risk(0.05, 0.01, *SIXTEEN)
    assert risk_at_p(0.01, prior, *SIXTEEN) == pytest.approx(0.05)


@pytest.mark.parametrize("wrong", [0.0, 1.0, -0.1])
def test_beliefs_that_are_no_shares_are_refused(wrong):
    with pytest.raises(ValueError, match="must lie between 0 and 1"):
        false_positive_risk(wrong, 0.8)
