"""Assurance against closed forms and integrals that share no code with it."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from scipy import integrate, stats

import trialsim as ts
from trialsim.planning.assurance.pilot import plan_from_pilots
from verification.simulated import (
    SCENARIOS,
    assert_matches,
    assert_share_matches,
    share_error,
    textbook,
)

Z = stats.norm.ppf(0.975)
ERROR = 0.960
N = 2_000
"""Patients, so many that the t test is a normal one: 1.9612 against 1.9600."""
EFFECT = "assumptions.hope.score.treatment"


def trial(prior: dict[str, object], worthwhile: float | None = None) -> ts.LoadedScenario:
    """A difference of 2.5 whose standard error is 0.960, and what is believed of it."""
    return textbook(
        {
            "design.n_total": N,
            "outcomes.score.sd": ERROR * sqrt(N / 4),
            "assumptions": {"hope": {"score": {"treatment": 2.5}}},
            "analyses": {"t": {"method": "t_test", "outcome": "score", "visit": "after"}},
            "decision.primary": "t",
            "uncertain": {
                "effect": {"path": EFFECT, "prior": prior}
                | ({} if worthwhile is None else {"worthwhile": worthwhile})
            },
        }
    )


def power(truth: np.ndarray | float) -> np.ndarray:
    """Both tails of the normal test."""
    return stats.norm.sf(Z - truth / ERROR) + stats.norm.cdf(-Z - truth / ERROR)


REPLICATES = 5_000


@pytest.fixture(scope="module")
def normal() -> ts.Assurance:
    prior = {"distribution": "normal", "mean": 2.5, "sd": 1.0}
    return ts.assurance(trial(prior, worthwhile=2.0), replicates=REPLICATES, seed=61)


def test_assurance_and_power_of_a_normal_prior_match_the_closed_form(normal):
    """Claim: difference 2.5, SE 0.960, prior SD 1: power 0.740, assurance 0.673, both tails.

    Exact, normal test: Phi((2.5 - z SE) / sqrt(SE^2 + SD^2)) and its other tail. 5,000 replicates.
    The error is at most that of one Bernoulli draw a replicate, 0.0066; it is half of that, because
    each replicate is judged under all truths. Detects an assurance wrong by 0.015, the power for
    the assurance (0.067) with certainty.
    """
    wide = sqrt(ERROR**2 + 1)
    upper = stats.norm.cdf((2.5 - Z * ERROR) / wide)
    lower = stats.norm.cdf((-2.5 - Z * ERROR) / wide)
    assert upper + lower == pytest.approx(0.673, abs=5e-4)
    assert power(2.5) == pytest.approx(0.740, abs=5e-4)
    assert_matches(normal.power, 0.740, share_error(0.740, REPLICATES), "power")
    assert_matches(normal.assurance, 0.673, normal.mcse, "assurance")
    assert_matches(normal.favourable.value, upper, normal.favourable.mcse, "good direction")
    assert 0.5 < normal.mcse / share_error(0.673, REPLICATES) < 0.65
    other = normal.assurance - normal.favourable.value
    assert other == pytest.approx(lower, abs=4e-4)
    # Beside the simulation: exact powers of the nodes, so the error is that of the nodes alone.
    assert normal.exact_assurance == pytest.approx(upper + lower, abs=1e-3)
    assert normal.exact_power == pytest.approx(0.740, abs=1e-3)


def test_the_distribution_of_power_matches_that_of_the_prior(normal):
    """Claim: power is monotone here, so its quantiles are the powers at the prior's quantiles.

    5,000 replicates, 4 errors of a share; detects a quantile at the wrong tail by 0.5.
    """
    for level, found in normal.quantiles.items():
        exact = float(power(2.5 + stats.norm.ppf(level)))
        assert_matches(found.value, exact, share_error(exact, REPLICATES), f"quantile {level}")
    # Power 0.5 is reached at 1.96 standard errors.
    exact = stats.norm.cdf(Z * ERROR - 2.5)
    assert_matches(normal.below_half.value, exact, normal.below_half.mcse, "below a half")
    assert normal.below_half.mcse < 0.01


def test_success_given_a_worthwhile_effect_matches_its_integral(normal):
    """Claim: E[favourable power | effect >= 2], integrated; 5,000 replicates, 4 errors (0.016)."""
    (given,) = normal.worthwhile

    def part(theta: float) -> float:
        return stats.norm.sf(Z - theta / ERROR) * stats.norm.pdf(theta, 2.5, 1)

    chance = stats.norm.sf(2.0, 2.5, 1)
    exact = integrate.quad(part, 2.0, 12)[0] / chance
    assert given.chance == pytest.approx(chance, abs=1e-9)
    assert_matches(given.success.value, exact, max(given.success.mcse, 1e-3), "given worthwhile")


@pytest.mark.parametrize(
    ("prior", "density", "ends"),
    [
        (
            {"distribution": "uniform", "min": -1.0, "max": 4.0},
            lambda theta: stats.uniform.pdf(theta, -1, 5),
            (-1, 4),
        ),
        (
            {"distribution": "beta", "a": 2.0, "b": 5.0, "min": 0.0, "max": 8.0},
            lambda theta: stats.beta.pdf(theta, 2, 5, 0, 8),
            (0, 8),
        ),
        (
            {"distribution": "cochrane", "se": ERROR},
            lambda theta: sum(
                w * stats.norm.pdf(theta, 0, ERROR * s)
                for w, s in ((0.32, 0.61), (0.31, 1.42), (0.30, 2.16), (0.07, 5.64))
            ),
            (-40, 40),
        ),
        (
            {"distribution": "from_pilot", "estimate": 4.3, "se": 1.6},
            lambda theta: (
                stats.norm.pdf(4.3, theta, 1.6)
                / (stats.norm.sf(Z - theta / 1.6) + stats.norm.cdf(-Z - theta / 1.6))
            ),
            (-8, 14),
        ),
    ],
)
def test_assurance_of_other_priors_matches_the_integral(prior, density, ends):
    """Claim: assurance is the mean of power over the prior; the integral is scipy's, of densities
    written here. 2,000 replicates, 4 errors (0.02 to 0.03); exact powers of the nodes to 0.0015,
    which detects a wrong weight or node that the simulation cannot."""
    options = {"points": [0.0], "limit": 400}
    total = integrate.quad(density, *ends, **options)[0]
    exact = integrate.quad(lambda t: float(power(t)) * density(t), *ends, **options)[0] / total
    found = ts.assurance(trial(prior), replicates=2_000, seed=62)
    assert_matches(found.assurance, exact, found.mcse, str(prior))
    assert found.exact_assurance == pytest.approx(exact, abs=1.5e-3)
    assert found.error_of_nodes < 1e-3


def test_the_stated_error_of_assurance_is_its_spread_over_seeds():
    """Claim: the error printed with an assurance is the SD over 40 seeds, to 45%.

    40 seeds give an SD to 11% (1 / sqrt(78)); 4 errors are 45%. An unpaired error, as if every
    node had patients of its own, would be 0.4 of it here, and that of a Bernoulli draw 1.8 times.
    """
    scenario = trial({"distribution": "normal", "mean": 2.5, "sd": 1.0}).changed(
        {"design.n_total": 60, "outcomes.score.sd": ERROR * sqrt(60 / 4)}
    )
    runs = [ts.assurance(scenario, replicates=100, seed=seed) for seed in range(40)]
    spread = np.std([one.assurance for one in runs], ddof=1)
    stated = np.sqrt(np.mean([one.mcse**2 for one in runs]))
    assert stated / spread == pytest.approx(1, abs=0.45)
    paired = np.std([one.difference for one in runs], ddof=1)
    assert np.sqrt(np.mean([one.difference_mcse**2 for one in runs])) / paired == pytest.approx(
        1, abs=0.45
    )


def test_pilots_of_22_an_arm_are_significant_and_optimistic_as_often_as_they_are():
    """Claim: true 0.3 SD, 22 per arm: 16.3% significant, those average 0.78 observed SD (exact);
    planned on that, 27 per arm by the t test where 176 are needed, with a power of 0.19.

    10,000 pilots; 4 errors are 0.015 of the share and 0.014 SD. Detects planning by the true SD
    instead of the observed one (0.757 instead of 0.781).
    """
    scenario = ts.load(SCENARIOS / "pilot.yaml")
    replicates = 10_000
    found = plan_from_pilots(scenario, replicates=replicates, seed=63)
    critical = stats.t.ppf(0.975, 42)
    ncp = 0.3 * sqrt(11)
    tails = [stats.nct.sf(critical, 42, ncp), stats.nct.sf(critical, 42, -ncp)]
    assert sum(tails) == pytest.approx(0.163, abs=5e-4)
    assert_share_matches(found.is_significant, sum(tails), "significant")
    reported = [
        stats.nct.expect(lambda t: t, args=(42, shift), lb=critical) for shift in (ncp, -ncp)
    ]
    mean = sum(reported) / sum(tails) / sqrt(11)
    assert mean == pytest.approx(0.78, abs=5e-3)
    assert_matches(found.mean_observed.value, mean, found.mean_observed.mcse, "mean observed")
    assert (found.needed_per_arm, found.planned_per_arm) == (176, 27)
    main = stats.nct.sf(stats.t.ppf(0.975, 52), 52, 0.3 * sqrt(27 / 2))
    main += stats.nct.cdf(-stats.t.ppf(0.975, 52), 52, 0.3 * sqrt(27 / 2))
    assert_matches(found.main_power.value, main, share_error(main, replicates), "main trial")
    assert main == pytest.approx(0.19, abs=5e-3)
