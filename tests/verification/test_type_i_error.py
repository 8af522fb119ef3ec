"""Tests keep their level, p values are uniform and intervals cover, in the designs that exist."""

from functools import cache
from math import sqrt

import pytest
import yaml

import trialsim as ts
from trialsim.theory.two_means import welch_power
from verification.simulated import Runs, assert_matches, assert_share_matches, assert_uniform

REPLICATES = 40_000
R, EFFECT = 0.55, 0.4
ANALYSES = ("t_test", "welch", "change", "ancova")

TWO_ARMS = {"control": 64, "low": 65}
THREE_ARMS = {"control": 42, "low": 42, "high": 42}
LOST = {"lost": {"method": "mcar", "rate": 0.1}}

DESIGNS = {
    "simple": (TWO_ARMS, "simple", {}),
    "random_allocation_rule": (TWO_ARMS, "random_allocation_rule", {}),
    "permuted_blocks": (TWO_ARMS, {"method": "permuted_blocks", "block_sizes": [4, 6]}, {}),
    "three_arms": (THREE_ARMS, {"method": "permuted_blocks", "block_sizes": 6}, {}),
    "three_arms_simple": (THREE_ARMS, "simple", {}),
    "mcar": (TWO_ARMS, "random_allocation_rule", LOST),
    "mcar_three_arms": (THREE_ARMS, "permuted_blocks", LOST),
}


def scenario(design: str) -> ts.LoadedScenario:
    sizes, allocation, missing = DESIGNS[design]
    if allocation == "permuted_blocks":
        allocation = {"method": "permuted_blocks", "block_sizes": 3}
    common = {"outcome": "score", "visit": "after"}
    return ts.loads(
        yaml.safe_dump(
            {
                "format": 1,
                "design": {
                    "arms": {name: {"n": n} for name, n in sizes.items()},
                    "visits_weeks": {"baseline": 0, "after": 4},
                },
                "allocation": allocation,
                "outcomes": {
                    "score": {"method": "repeated_normal", "mean": 0, "sd": 1, "correlation": R}
                },
                "assumptions": {
                    "none": {},
                    "some": {"score": {name: EFFECT for name in sizes if name != "control"}},
                },
                "observation": {"missing": missing},
                "analyses": {
                    "t_test": {"method": "t_test", **common},
                    "welch": {"method": "t_test", "variance": "welch", **common},
                    "change": {"method": "change_score", **common},
                    "ancova": {"method": "ancova", "adjust": ["baseline"], **common},
                },
            },
            sort_keys=False,
        )
    )


@cache
def runs(design: str) -> Runs:
    return Runs(scenario(design), REPLICATES, seed=5)


def contrasts(design: str) -> list[str]:
    return [f"{arm} - control" for arm in DESIGNS[design][0] if arm != "control"]


def expected_sizes(design: str) -> tuple[float, float]:
    """Patients analysed in an arm and in the comparator, on average."""
    sizes, _, missing = DESIGNS[design]
    seen = 1 - LOST["lost"]["rate"] if missing else 1.0
    return sizes["low"] * seen, sizes["control"] * seen


def standard_error(design: str, analysis: str) -> float:
    """SD of the estimates at the expected sizes; random sizes add less than 2% to it."""
    n1, n0 = expected_sizes(design)
    variance = {
        "t_test": 1.0,
        "welch": 1.0,
        "change": 2 * (1 - R),
        "ancova": (1 - R**2) * (1 + 1 / (n1 + n0 - 4)),  # the last for chance imbalance
    }[analysis]
    return sqrt(variance * (1 / n1 + 1 / n0))


@pytest.mark.evidence(
    "allocation.simple",
    kind="exact law",
    claim=(
        "With simple randomisation, t test, change score and ANCOVA reject 5% of 40,000 "
        "trials without an effect, to 4 errors (0.0044)."
    ),
    source="Student's t distribution",
)
@pytest.mark.evidence(
    "allocation.random_allocation_rule",
    kind="exact law",
    claim=(
        "With the random allocation rule, t test, change score and ANCOVA reject 5% of 40,000"
        " trials without an effect, to 4 errors (0.0044)."
    ),
    source="Student's t distribution",
)
@pytest.mark.evidence(
    "allocation.permuted_blocks",
    kind="exact law",
    claim=(
        "With permuted blocks, t test, change score and ANCOVA reject 5% of 40,000 trials "
        "without an effect, to 4 errors (0.0044)."
    ),
    source="Student's t distribution",
)
@pytest.mark.evidence(
    "observation.mcar",
    kind="exact law",
    claim=(
        "With 10% lost completely at random, t test, change score and ANCOVA reject 5% of "
        "40,000 trials without an effect, to 4 errors (0.0044)."
    ),
    source="Student's t distribution",
)
@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("analysis", ANALYSES)
def test_no_effect_rejects_at_alpha(design, analysis):
    """Claim: without an effect t, change score and ANCOVA reject in 5% of trials, whatever the
    allocation and with 10% lost completely at random; Welch's test nearly so.
    Exact: 0.05; for Welch `welch_power` at effect 0 and the expected sizes, 0.0500 to four
    digits. Replicates 40,000; tolerance 4 errors, 0.0044.
    Detects: a level of 0.057, as with standard errors 3% too small, almost always.
    """
    n1, n0 = (round(n) for n in expected_sizes(design))
    exact = welch_power(n1, n0, 0.0) if analysis == "welch" else 0.05
    for contrast in contrasts(design):
        p_value = runs(design).columns("none", analysis, contrast)["p_value"]
        assert_share_matches(p_value < 0.05, exact, contrast)


@pytest.mark.evidence(
    "analysis.t_test",
    kind="exact law",
    claim=(
        "p values of Student's and Welch's test are uniform in 40,000 trials of each of seven"
        " designs without an effect: Kolmogorov-Smirnov at level 1e-5."
    ),
    source="Student's t distribution",
)
@pytest.mark.evidence(
    "analysis.change_score",
    kind="exact law",
    claim=(
        "p values are uniform in 40,000 trials of each of seven designs without an effect: "
        "Kolmogorov-Smirnov at level 1e-5."
    ),
    source="Student's t distribution",
)
@pytest.mark.evidence(
    "analysis.ancova",
    kind="exact law",
    claim=(
        "p values are uniform in 40,000 trials of each of seven designs without an effect: "
        "Kolmogorov-Smirnov at level 1e-5."
    ),
    source="Student's t distribution",
)
@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("analysis", ANALYSES)
def test_p_values_without_effect_are_uniform(design, analysis):
    """Claim: without an effect p values are uniform on (0, 1), not only below 0.05.
    Exact: the uniform law (Welch's test misses it by less than 1e-4 at these sizes), by
    Kolmogorov-Smirnov at the fixed level 1e-5: sqrt(n) D <= 2.470.
    Replicates 40,000, so that D may reach 0.0124.
    Detects: a p value that is off by 0.02 anywhere, standard errors 4% wrong.
    """
    for contrast in contrasts(design):
        p_value = runs(design).columns("none", analysis, contrast)["p_value"]
        assert_uniform(p_value, contrast)


@pytest.mark.evidence(
    "analysis.t_test",
    kind="exact law",
    claim=(
        "95% intervals hold a true effect of 0.4 in 95% of 40,000 trials of each of seven "
        "designs, to 4 errors (0.0044)."
    ),
    source="Student's t distribution",
)
@pytest.mark.evidence(
    "analysis.change_score",
    kind="exact law",
    claim=(
        "95% intervals hold a true effect of 0.4 in 95% of 40,000 trials of each of seven "
        "designs, to 4 errors (0.0044)."
    ),
    source="Student's t distribution",
)
@pytest.mark.evidence(
    "analysis.ancova",
    kind="exact law",
    claim=(
        "95% intervals hold a true effect of 0.4 in 95% of 40,000 trials of each of seven "
        "designs, to 4 errors (0.0044)."
    ),
    source="Student's t distribution",
)
@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("analysis", ANALYSES)
def test_intervals_cover_the_true_effect(design, analysis):
    """Claim: 95% intervals hold the true effect of 0.4 in 95% of trials.
    Exact: 0.95 (Welch: 1 minus its level). Under an effect, because without one coverage is only
    the level again. Replicates 40,000; tolerance 4 errors, 0.0044.
    Detects: an interval built with another quantile (0.90 for 0.95), a truth read from the
    wrong arm, an interval that is not centred on the estimate.
    """
    for contrast in contrasts(design):
        columns = runs(design).columns("some", analysis, contrast)
        holds = (columns["lower"] <= EFFECT) & (columns["upper"] >= EFFECT)
        assert_share_matches(holds, 0.95, contrast)


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("analysis", ANALYSES)
def test_estimates_are_unbiased(design, analysis):
    """Claim: the mean estimate is the true effect, also with 10% lost completely at random.
    Exact: 0.4. Replicates 40,000; tolerance 4 errors from the estimator's own variance (ANCOVA:
    Borm, Fransen and Lemmens 2007, with chance imbalance), about 0.0036.
    Detects: a bias of 2% of the effect; lost patients that enter as zeros make one of 10%.
    """
    error = standard_error(design, analysis) / sqrt(REPLICATES)
    for contrast in contrasts(design):
        estimate = runs(design).columns("some", analysis, contrast)["estimate"]
        assert_matches(float(estimate.mean()), EFFECT, error, contrast)
