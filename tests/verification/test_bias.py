"""What moves scores, treatments and who is seen: against closed forms for normal scores.

Two arms of 65 and 64, SD 1, correlation 0.55 with baseline, higher is better.
"""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from scipy import integrate, special, stats

import trialsim as ts
from verification.simulated import SCENARIOS, Runs, assert_matches, share_error, textbook
from verification.test_loss_mechanisms import MEAN, VARIANCE, rejection_rate

N0, N1, R = 65, 64, 0.55
ERROR = sqrt(1 / N0 + 1 / N1)
REPLICATES = 12_800
T_TEST = {"analyses": {"t_test": {"method": "t_test", "outcome": "score", "visit": "after"}}}
ALONE = {**T_TEST, "decision.primary": "t_test"}
NULL = {"assumptions": {"no_effect": {}}}
EXPECTED = {"method": "expectation", "size": {"score": 0.2}, "unit": "sd"}


def misled(mechanism: dict, changes: dict | None = None) -> ts.LoadedScenario:
    return textbook({**ALONE, **NULL, **(changes or {}), "bias": {"it": mechanism}})


def t_power(shift: float, n0: int = N0, n1: int = N1) -> float:
    """Two-sided power of the t test by the noncentral t of SciPy."""
    df, ncp = n0 + n1 - 2, shift / sqrt(1 / n0 + 1 / n1)
    critical = stats.t.ppf(0.975, df)
    return float(stats.nct.sf(critical, df, ncp) + stats.nct.cdf(-critical, df, ncp))


def ancova_power(shift: float) -> float:
    """That of ANCOVA, averaged over the share of the arms that chance imbalance explains, which
    is Beta(1/2, (n - 2)/2)."""
    n, df = N0 + N1, N0 + N1 - 3
    critical, share = stats.t.ppf(0.975, df), stats.beta(0.5, (n - 2) / 2)

    def given(u: float) -> float:  # u uniform in the rank of the share
        ncp = shift / ERROR / sqrt(1 - R**2) * sqrt(1 - share.ppf(u))
        return float(stats.nct.sf(critical, df, ncp) + stats.nct.cdf(-critical, df, ncp))

    return float(integrate.quad(given, 0, 1, limit=200)[0])


CURVE = {0.1: 8.7, 0.2: 20.3, 0.3: 39.4, 0.5: 80.5, 0.56: 88.4, 0.63: 94.4}


@pytest.fixture(scope="module")
def curve_fixture() -> dict[float, tuple[float, float, float]]:
    """By size: share significant by t test and by ANCOVA, and coverage of ANCOVA's intervals."""
    analyses = {
        **T_TEST["analyses"],
        "ancova": {"method": "ancova", "outcome": "score", "visit": "after"},
    }
    sizes = {"bias.it.size.score": list(CURVE)}
    scenario = misled(EXPECTED, {"analyses": analyses, "vary": sizes})
    table = ts.run(scenario, replicates=REPLICATES, seed=31).performance()
    found = {}
    for size in CURVE:
        rows = table[table["bias.it.size.score"] == size].drop_duplicates(["analysis", "measure"])
        rows = rows.set_index(["analysis", "measure"])["value"]
        found[size] = tuple(
            rows[place]
            for place in (
                ("t_test", "rejection_rate"),
                ("ancova", "rejection_rate"),
                ("ancova", "coverage"),
            )
        )
    return found


@pytest.mark.evidence(
    "bias.expectation",
    kind="closed form",
    claim=(
        "Expectations of 0.1, 0.2, 0.3, 0.5, 0.56 and 0.63 SD without any effect make 8.7, "
        "20.3, 39.4, 80.5, 88.4 and 94.4 of 100 t tests of 64 and 65 patients significant, "
        "12,800 trials, to 4 errors (0.010 to 0.018)."
    ),
    source="noncentral t; sizes from Hrobjartsson 2014, doi 10.1093/ije/dyu115",
)
@pytest.mark.parametrize("size", list(CURVE))
def test_expectation_without_effect_matches_noncentral_t(curve_fixture, size):
    """Detects: a size off by 0.02 SD, an expectation in both arms or in points."""
    exact = t_power(size)
    assert 100 * exact == pytest.approx(CURVE[size], abs=0.06)
    assert_matches(curve_fixture[size][0], exact, share_error(exact, REPLICATES), f"{size} SD")


@pytest.mark.evidence(
    "bias.expectation",
    kind="closed form",
    claim=(
        "An expectation of 0.56 SD makes 96.4 of 100 ANCOVAs at r 0.55 significant, and 3.6 "
        "of 100 intervals hold zero, 12,800 trials, to 4 errors (0.007)."
    ),
    source="noncentral t, averaged over chance imbalance",
)
def test_expectation_of_056_sd_by_ancova(curve_fixture):
    exact = ancova_power(0.56)
    assert 100 * exact == pytest.approx(96.4, abs=0.05)
    _, significant, coverage = curve_fixture[0.56]
    assert_matches(significant, exact, share_error(exact, REPLICATES), "significant")
    assert_matches(coverage, 1 - exact, share_error(exact, REPLICATES), "coverage of zero")


def test_with_all_switches_off_nothing_is_biased():
    """Claim: every mechanism of scenarios/bias.yaml written and off: mean estimates equal the
    truth under both assumptions, t test, change score and ANCOVA. Exact: the truth. Replicates
    12,800; tolerance 4 errors (0.034 points, 0.006 SD). Detects a mechanism that acts while off
    by 0.006 SD."""
    scenario = ts.load(SCENARIOS / "bias.yaml").changed({"what_if": {}, "evidence": {}})
    table = ts.run(scenario, replicates=REPLICATES, seed=32).performance()
    bias = table[table["measure"] == "bias"]
    assert len(bias) == 8
    assert (bias["value"].abs() <= 4 * bias["mcse"]).all(), bias[["analysis", "value", "mcse"]]


SHIFTS = [
    pytest.param({"method": name, "size": {"score": 0.3}}, 0.3, id=name)
    for name in ("expectation", "assessor", "performance", "response_shift")
]


@pytest.mark.evidence(
    "bias.assessor",
    kind="closed form",
    claim="The estimate moves by the size stated in every trial, normal scores, to 1e-9.",
    source="mean of a shifted sample",
)
@pytest.mark.evidence(
    "bias.performance",
    kind="closed form",
    claim="The estimate moves by the size stated in every trial, normal scores, to 1e-9.",
    source="mean of a shifted sample",
)
@pytest.mark.evidence(
    "bias.response_shift",
    kind="closed form",
    claim=(
        "The estimate moves by the size stated in every trial, normal scores, to 1e-9; by "
        "nothing where both arms shift."
    ),
    source="mean of a shifted sample",
)
@pytest.mark.parametrize(("mechanism", "shift"), SHIFTS)
def test_a_size_moves_every_estimate_by_itself(mechanism, shift):
    """An identity trial by trial: 256 of them, on and off, on the same random numbers."""
    on = Runs(misled(mechanism), 256, 33).columns("no_effect", "t_test")
    off = Runs(misled({**mechanism, "on": False}), 256, 33).columns("no_effect", "t_test")
    np.testing.assert_allclose(on["estimate"] - off["estimate"], shift, atol=1e-9)
    both = {**mechanism, "arm": ["control", "treatment"]}
    same = Runs(misled(both), 256, 33).columns("no_effect", "t_test")
    np.testing.assert_allclose(same["estimate"], off["estimate"], atol=1e-9)


@pytest.mark.evidence(
    "bias.co_intervention",
    kind="closed form",
    claim=(
        "The mean estimate moves by the share times the size, 12,800 trials, to 4 errors (0.006)."
    ),
    source="mean of a mixture",
)
def test_a_co_intervention_moves_the_mean_by_its_share():
    """Share 0.3, size 0.5: 0.15. The variance of a score in that arm is 1 + 0.3 x 0.7 x 0.25.
    Detects a share of 0.29."""
    mechanism = {"method": "co_intervention", "size": {"score": 0.5}, "share": 0.3}
    runs = Runs(misled(mechanism), REPLICATES, 34)
    error = sqrt((1 / N0 + (1 + 0.3 * 0.7 * 0.25) / N1) / REPLICATES)
    assert_matches(runs.measure("no_effect", "t_test", "bias"), 0.15, error)


def test_believers_are_those_at_the_higher_level():
    """Claim: with a trait that 0.8 have, an expectation of 0.5 moves the mean by 0.4. Replicates
    12,800; tolerance 4 errors (0.006). Detects the lower level instead, or a share of 0.79."""
    mechanism = {"method": "expectation", "size": {"score": 0.5}, "believers": "belief"}
    trait = {"distribution": "bernoulli", "share": 0.8}
    scenario = misled(mechanism, {"cohort": {"traits": {"belief": trait}}})
    error = sqrt((1 / N0 + (1 + 0.8 * 0.2 * 0.25) / N1) / REPLICATES)
    found = Runs(scenario, REPLICATES, 35).measure("no_effect", "t_test", "bias")
    assert_matches(found, 0.4, error)


@pytest.mark.evidence(
    "bias.contamination",
    kind="closed form",
    claim=(
        "A share of 0.3 of one arm with the other's treatment leaves 0.7 of the difference, "
        "12,800 trials, to 4 errors (0.006)."
    ),
    source="mean of a mixture",
)
@pytest.mark.parametrize(("arm", "to"), [("control", "treatment"), ("treatment", "control")])
def test_contamination_dilutes_a_difference(arm, to):
    """Effect 0.6. The variance of a score in the mixed arm is 1 + 0.3 x 0.7 x 0.36. Detects a
    share of 0.29, and patients who get both effects."""
    mechanism = {"method": "contamination", "arm": arm, "to": to, "share": 0.3}
    truth = {"assumptions": {"large": {"score": {"treatment": 0.6}}}}
    runs = Runs(misled(mechanism, truth), REPLICATES, 36)
    error = sqrt((1 / 64 + (1 + 0.21 * 0.36) / 64) / REPLICATES)
    assert_matches(runs.measure("large", "t_test", "mean_estimate"), 0.42, error)
    assert runs.measure("large", "t_test", "true_value") == pytest.approx(0.6)


@pytest.mark.parametrize("outcome", ["normal", "bounded"])
def test_between_trial_spread_adds_to_the_error(outcome):
    """Claim: with a between-trial SD s the variance of the estimate is that of sampling plus s^2,
    and the mean is that of the size; of two mechanisms both add. Normal scores: exact but for
    levels of 0.25 SD that keep the variance. Bounded scores: at one mean the sampling variance
    changes by less than 1%. Replicates 12,800; tolerance 4 errors (2.5% of the SE, 0.01 SD of the
    mean). Detects a spread off by 4%, and a draw for each patient instead of each trial."""
    mechanism = {**EXPECTED, "between_trial_sd": 0.3}
    other = {"method": "assessor", "size": {"score": 0.1}, "unit": "sd", "between_trial_sd": 0.2}
    changes = {}
    sd = 1.0
    if outcome == "bounded":
        changes["outcomes.score"] = {
            "method": "bounded_integer", "max": 24, "mean": 12, "sd": 5.5, "correlation": 0.55,
        }  # fmt: skip
        sd = 5.5
    for bias, mean, spread in (
        ({"one": mechanism}, 0.2, 0.3),
        ({"one": mechanism, "two": other}, 0.3, sqrt(0.3**2 + 0.2**2)),
    ):
        scenario = textbook({**ALONE, **NULL, **changes, "bias": bias})
        runs = Runs(scenario, REPLICATES, 37)
        exact = sd * sqrt(ERROR**2 + spread**2)
        slack = 0.0 if outcome == "normal" else 0.02
        found = runs.measure("no_effect", "t_test", "empirical_se")
        assert abs(found - exact) <= (4 / sqrt(2 * REPLICATES) + slack) * exact
        # On a bounded scale two large moves together do a little less than the sum.
        together = 0.03 if outcome == "bounded" and len(bias) == 2 else 0.0
        bias_found = runs.measure("no_effect", "t_test", "bias")
        assert abs(bias_found - sd * mean) <= 4 * exact / sqrt(REPLICATES) + sd * together


@pytest.mark.evidence(
    "bias.exclusions",
    kind="closed form",
    claim=(
        "Leaving out the worst twentieth of an arm moves its mean by that of a truncated "
        "normal, 0.109 SD, 12,800 trials, to 4 errors (0.006)."
    ),
    source="mean of a truncated normal",
)
@pytest.mark.parametrize("side", ["worst", "best"])
def test_exclusions_match_the_truncated_normal(side):
    """Detects a share of 0.045, exclusion of both arms, or of the wrong end. With an expectation
    beside it the same patients leave: the two add up exactly."""
    mechanism = {
        "method": "exclusions", "outcome": "score", "share": {"treatment": 0.05}, "side": side,
    }  # fmt: skip
    limit = stats.norm.ppf(0.95)
    mean = stats.norm.pdf(limit) / 0.95
    variance = 1 - limit * mean - mean**2
    runs = Runs(misled(mechanism), REPLICATES, 38)
    error = sqrt((1 / N0 + variance / (0.95 * N1)) / REPLICATES) * 1.01
    exact = mean if side == "worst" else -mean
    assert_matches(runs.measure("no_effect", "t_test", "bias"), exact, error)
    expected = {**EXPECTED, "size": {"score": 0.56}}
    both = textbook({**ALONE, **NULL, "bias": {"it": mechanism, "expected": expected}})
    found = Runs(both, 512, 38).columns("no_effect", "t_test")
    alone = Runs(misled(mechanism), 512, 38).columns("no_effect", "t_test")
    np.testing.assert_allclose(found["estimate"] - alone["estimate"], 0.56, atol=1e-9)
    np.testing.assert_array_equal(found["n_analysed"], alone["n_analysed"])


@pytest.mark.evidence(
    "bias.outcome_driven_loss",
    kind="closed form",
    claim=(
        "A fifth lost in each arm, the worst in one and the best in the other (log odds 1.5 a"
        " SD): bias 0.45 SD and 71 of 100 false alarms, 12,800 trials, to 4 errors (0.007 SD,"
        " 0.016)."
    ),
    source="moments of those who stay by quadrature; Bell 2013, doi 10.1136/bmj.e8668",
)
def test_equal_loss_of_opposite_patients_misleads():
    """T17. Detects a strength of 1.45, and loss by the score before."""
    mechanism = {
        "method": "outcome_driven_loss", "outcome": "score",
        "rate": {"control": 0.2, "treatment": 0.2},
        "strength": {"control": -1.5, "treatment": 1.5},
    }  # fmt: skip
    sizes = {"design.arms": {"control": {"n": 64}, "treatment": {"n": 64}}}
    runs = Runs(misled(mechanism, sizes), REPLICATES, 39)
    # The worst leave the treatment arm, which then looks better.
    exact, error = -2 * MEAN, sqrt(2 * VARIANCE / (64 * 0.8) / REPLICATES) * 1.01
    assert exact == pytest.approx(0.45, abs=0.005)
    assert_matches(runs.measure("no_effect", "t_test", "bias"), exact, error, "bias")
    rate = rejection_rate(exact, ((0.8, VARIANCE), (0.8, VARIANCE)))
    assert rate == pytest.approx(0.71, abs=0.006)
    found = runs.measure("no_effect", "t_test", "rejection_rate")
    assert abs(found - rate) <= 4 * share_error(rate, REPLICATES) + 0.003


@pytest.mark.evidence(
    "bias.per_protocol",
    kind="closed form",
    claim=(
        "Where worse patients miss sessions, those who attend 5 of 6 are better by 0.156 SD "
        "after treatment; where attendance goes with nothing, by nothing, 12,800 trials, to 4"
        " errors (0.008)."
    ),
    source="binomial attendance with logistic odds, by quadrature",
)
@pytest.mark.parametrize("strength", [0.0, -0.5])
def test_those_who_attend_are_not_those_who_were_randomised(strength):
    """Attend each session with chance 0.8, log odds moved by `strength` a SD worse at baseline;
    analysed with 5 or 6 of 6. Detects 4 of 6, application to both arms, and a strength of the
    wrong sign."""

    def stays(z: float) -> float:  # z: badness, the negative of the score
        chance = special.expit(special.logit(0.8) + strength * z)
        return float(stats.binom.sf(4, 6, chance))

    share, first, second = (
        integrate.quad(lambda z, k=k: z**k * stays(z) * stats.norm.pdf(z), -9, 9)[0]
        for k in (0, 1, 2)
    )
    mean, square = -R * first / share, 1 - R**2 + R**2 * second / share
    sessions = {"planned": 6, "within_weeks": 3, "attend": 0.8}
    if strength:
        sessions["severity"] = {"outcome": "score", "strength": strength}
    mechanism = {"method": "per_protocol", "visit": "after", "needed": 5}
    runs = Runs(misled(mechanism, {"conduct": {"sessions": sessions}}), REPLICATES, 40)
    error = sqrt((1 / N0 + (square - mean**2) / (share * N1)) / REPLICATES) * 1.02
    assert_matches(runs.measure("no_effect", "t_test", "bias"), mean, error, "bias")
    analysed = runs.columns("no_effect", "t_test")["n_analysed"]
    spread = sqrt(N1 * share * (1 - share) / REPLICATES)
    assert_matches(float(analysed.mean()), N0 + N1 * share, spread, "analysed")
    if strength:
        assert mean == pytest.approx(0.156, abs=0.001)
