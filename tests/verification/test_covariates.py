"""Covariates with levels and skewed ones: shares, quantiles and moments of the values."""

from __future__ import annotations

from math import exp, log, sqrt

import numpy as np
import pytest
from scipy import special

from trialsim.cohort.bernoulli import Bernoulli
from trialsim.cohort.categorical import Categorical
from trialsim.cohort.log_normal import LogNormal
from trialsim.core.draws import Draws
from verification.simulated import assert_frequencies_match, assert_matches, assert_share_matches

REPLICATES, N = 400, 500


def normals(seed: int) -> np.ndarray:
    return Draws(seed, 0, REPLICATES).normal("test.z", N)


@pytest.mark.evidence(
    "cohort.bernoulli",
    kind="exact law",
    claim=(
        "The share asked for has the characteristic, three shares, 200,000 patients, to 4 "
        "errors (0.0045)."
    ),
    source="binomial counts of the stated share",
)
@pytest.mark.parametrize("share", [0.5, 0.03, 0.9])
def test_bernoulli_has_its_share(share):
    """Claim: the share asked for has it. 200,000 patients; tolerance 4 errors, at most 0.0045.
    Detects: the share of those who have it not, a normal's quantile on the wrong side.
    """
    method = Bernoulli(share=share)
    assert_share_matches(method.values(normals(1)), share)
    limit = special.ndtri(1 - share)
    around = np.array([[limit - 1e-9, limit + 1e-9]])
    assert method.values(around).tolist() == [[0.0, 1.0]]


@pytest.mark.evidence(
    "cohort.categorical",
    kind="exact law",
    claim=(
        "Every level has its share in the order written, four sets, 200,000 patients, "
        "chi-square at level 1e-5."
    ),
    source="multinomial counts of the stated shares",
)
@pytest.mark.parametrize(
    "levels",
    [{"mild": 0.5, "moderate": 0.3, "severe": 0.2}, (0.25, 0.75), (0.01, 0.01, 0.98), (0.1,) * 10],
)
def test_categorical_levels_have_their_shares(levels):
    """Claim: each level has its share, in the order written. 200,000 patients; chi-square at the
    fixed level 1e-5. Detects: a share off by 0.005, two levels exchanged.
    """
    method = Categorical(levels=levels)
    values = method.values(normals(2)).astype(int)
    counts = np.bincount(values.ravel(), minlength=method.n_levels)
    assert_frequencies_match(counts, np.array(method.shares))


@pytest.mark.evidence(
    "cohort.categorical",
    kind="identity",
    claim="With two levels the values are those of bernoulli, bit for bit, 200,000 patients.",
    source="the two definitions",
)
def test_a_bernoulli_is_the_categorical_with_two_levels():
    z = normals(3)
    two = Categorical(levels={"no": 0.7, "yes": 0.3}).values(z)
    assert np.array_equal(two, Bernoulli(share=0.3).values(z))


@pytest.mark.evidence(
    "cohort.log_normal",
    kind="exact law",
    claim=(
        "Mean, SD, median and a quantile of the values, three laws, 200,000 patients, to 4 errors."
    ),
    source="moments and quantiles of the log-normal law",
)
@pytest.mark.parametrize(("mean", "sd"), [(30.0, 24.0), (12.0, 1.0), (0.5, 0.4)])
def test_log_normal_has_the_moments_asked_for(mean, sd):
    """Claim: mean and SD are those of the values, and the median is mean / sqrt(1 + (sd/mean)^2).
    Exact: moments exp(k mu + k^2 s^2 / 2), here by the fourth for the errors. 200,000 patients;
    tolerance 4 errors. Detects: mean and SD taken for those of the logarithm.
    """
    values = LogNormal(mean=mean, sd=sd).values(normals(4)).ravel()
    s2 = log(1 + (sd / mean) ** 2)
    n = values.size
    assert_matches(float(values.mean()), mean, sd / sqrt(n), "mean")
    kurtosis = exp(4 * s2) + 2 * exp(3 * s2) + 3 * exp(2 * s2) - 3
    error = sd * sqrt((kurtosis - 1) / (4 * n))
    assert_matches(float(values.std()), sd, error, "sd")
    assert_share_matches(values < mean / sqrt(1 + (sd / mean) ** 2), 0.5, "median")
    assert_share_matches(
        values < mean * exp(-s2 / 2 - sqrt(s2)), float(special.ndtr(-1.0)), "-1 SD"
    )
