"""Numbers do not depend on where the scale has its zero."""

from typing import Any

import numpy as np
import pytest

from verification.simulated import Runs, textbook

OFFSET = 1e6


def shifted(offset: float, missing: dict[str, Any], sizes: list[int]) -> Runs:
    common = {"outcome": "score", "visit": "after"}
    changes = {
        "outcomes.score.mean": offset,
        "cohort.covariates": {"age": {"distribution": "normal", "mean": offset, "sd": 1}},
        "observation.missing": missing,
        "analyses": {
            "t_test": {"method": "t_test", **common},
            "welch": {"method": "t_test", "variance": "welch", **common},
            "change": {"method": "change_score", **common},
            "ancova": {"method": "ancova", **common},
            "with_age": {"method": "ancova", "adjust": ["baseline", "age"], **common},
        },
        "allocation": "simple",
        "vary": {"design.n_total": sizes},
    }
    return Runs(textbook(changes), replicates=512, seed=10**6)


@pytest.mark.evidence(
    "analysis.t_test",
    kind="identity",
    claim=(
        "Adding a million to every score moves no estimate, error, p value or limit by more "
        "than 1e-8 in 512 trials."
    ),
    source="invariance to the origin of the scale",
)
@pytest.mark.evidence(
    "analysis.change_score",
    kind="identity",
    claim=(
        "Adding a million to every score moves no estimate, error, p value or limit by more "
        "than 1e-8 in 512 trials."
    ),
    source="invariance to the origin of the scale",
)
@pytest.mark.evidence(
    "analysis.ancova",
    kind="identity",
    claim=(
        "Adding a million to every score moves no estimate, error, p value or limit by more "
        "than 1e-8 in 512 trials."
    ),
    source="invariance to the origin of the scale",
)
@pytest.mark.parametrize(
    "missing", [{}, {"lost": {"method": "mcar", "rate": 0.1}}], ids=["complete", "mcar"]
)
def test_scores_of_a_million_with_sd_1_lose_no_digits(missing):
    """Claim: scores and a covariate with mean 1e6 and SD 1 give the estimates, errors, p values
    and intervals of those with mean 0, at two trial sizes.
    Exact: shifting all scores by a constant changes no contrast. 512 replicates, no Monte Carlo
    error; tolerance 1e-8, a hundred times the rounding of a score of a million (1.2e-10).
    Detects: sums of products of raw scores, which are off by 5e-4 and more.
    """
    far = shifted(OFFSET, missing, [40, 129]).results.values
    near = shifted(0.0, missing, [40, 129]).results.values
    assert np.isfinite(near).all()
    np.testing.assert_allclose(far, near, rtol=0, atol=1e-8)


def test_the_tolerance_is_one_that_raw_sums_of_products_miss():
    """Claim: the check above has teeth: the textbook formula sum(x^2) - n mean^2 misses it.
    One sample of 129 with mean 1e6; an error above 1e-6 in its variance is certain.
    """
    z = np.random.default_rng(6).standard_normal(129)
    x = z + OFFSET
    raw = (np.sum(x * x) - x.size * x.mean() ** 2) / (x.size - 1)
    assert abs(raw - z.var(ddof=1)) > 1e-6
