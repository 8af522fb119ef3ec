"""Counting patients beyond a cut: what it costs, and that its tests have their exact sizes.

Exact rates are sums over binomial tables, checked against R in tests/reference. 40,000 replicates
know a rate of 0.6 to 0.0025 and one of 0.05 to 0.0011: errors of 0.010 and 0.0044 are found.
"""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest
from scipy import special

from trialsim.core.stages import Effect, Rule
from trialsim.kernels.two_by_two import chi_square_p_value, fisher_p_value
from trialsim.operating.truth import TrueContrast
from trialsim.outcomes.bounded_integer import BoundedInteger
from trialsim.outcomes.repeated_normal import RepeatedNormal
from trialsim.theory.proportions import wilson_interval
from trialsim.theory.two_means import t_test_power
from trialsim.theory.two_proportions import binomial, exact_power, p_values
from verification.simulated import Runs, assert_matches, assert_share_matches, textbook

REPLICATES = 40_000
N = 64
D = 0.5
MIDWAY = {"outcome": "score", "visit": "after", "cut": D / 2, "event": "above"}


@pytest.fixture(scope="module")
def runs() -> Runs:
    """64 patients an arm, no effect and d 0.5, the cut midway between the two true means."""
    changes = {
        "design.arms": {"control": {"n": N}, "treatment": {"n": N}},
        "assumptions": {"no_effect": {}, "medium": {"score": {"treatment": D}}},
        "evidence": {},
        "decision.primary": "t_test",
        "analyses": {
            "t_test": {"method": "t_test", "outcome": "score", "visit": "after"},
            "chi_square": {"method": "responder", **MIDWAY},
            "yates": {"method": "responder", **MIDWAY, "correction": True},
            "fisher": {"method": "responder", **MIDWAY, "test": "fisher"},
            "improved": {"method": "responder", **MIDWAY, "of": "change", "event": "at_or_above"},
            "log_odds_ratio": {"method": "responder", **MIDWAY, "measure": "log_odds_ratio"},
        },
    }
    return Runs(textbook(changes), REPLICATES, seed=1230)


def shares(assumption: str) -> tuple[float, float]:
    d = D if assumption == "medium" else 0.0
    return float(special.ndtr(d - D / 2)), float(special.ndtr(-D / 2))


def test_dichotomising_midway_costs_a_fifth_of_the_power(runs):
    """The t test 0.8015, chi-square 0.5935."""
    t, counted = t_test_power(N, N, D), exact_power(*shares("medium"), N, N)
    assert float(t) == pytest.approx(0.8015, abs=5e-5)
    assert counted == pytest.approx(0.5935, abs=5e-5)
    for name, exact in (("t_test", float(t)), ("chi_square", counted)):
        p_value = runs.columns("medium", name)["p_value"]
        assert_share_matches(p_value < 0.05, exact, name)


@pytest.mark.evidence(
    "analysis.responder",
    kind="exact law",
    claim=(
        "Chi-square, Yates's and Fisher's test reject at their exact rates, without an effect"
        " and at d 0.5, 64 an arm, 40,000 trials, to 4 errors (0.0044 and 0.010)."
    ),
    source="sums over binomial tables; theory checked against R 4.2.2",
)
@pytest.mark.parametrize("assumption", ["no_effect", "medium"])
@pytest.mark.parametrize("test", ["chi_square", "yates", "fisher"])
def test_tests_of_counts_reject_at_their_exact_rates(runs, assumption, test):
    exact = exact_power(*shares(assumption), N, N, test=test)
    p_value = runs.columns(assumption, test)["p_value"]
    assert_share_matches(p_value < 0.05, exact, f"{test}, {assumption}")
    told = runs.measure(assumption, test, "theory_rejection_rate")
    assert told == pytest.approx(exact, abs=1e-9)


def test_fisher_is_conservative_and_yates_nearly_the_same(runs):
    """Sizes at 64 an arm: chi-square 0.0537, Fisher 0.0354."""
    sizes = {t: exact_power(*shares("no_effect"), N, N, test=t) for t in ("chi_square", "fisher")}
    assert sizes["chi_square"] == pytest.approx(0.0537, abs=5e-5)
    assert sizes["fisher"] == pytest.approx(0.0354, abs=5e-5)
    fisher, yates = (runs.columns("no_effect", name)["p_value"] for name in ("fisher", "yates"))
    assert float(np.mean((fisher < 0.05) == (yates < 0.05))) > 0.98


@pytest.mark.evidence(
    "analysis.responder",
    kind="exact law",
    claim=(
        "The risk difference is unbiased and Newcombe's interval covers as the sum over "
        "tables says, 40,000 trials, to 4 errors."
    ),
    source="doi 10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I",
)
@pytest.mark.parametrize("assumption", ["no_effect", "medium"])
def test_risk_difference_is_unbiased_and_newcombe_covers(runs, assumption):
    """The mean has error 0.0004; coverage is added up over tables by the engine's own limits."""
    p1, p0 = shares(assumption)
    found = runs.columns(assumption, "chi_square")
    error = sqrt((p1 * (1 - p1) + p0 * (1 - p0)) / N / REPLICATES)
    assert_matches(float(found["estimate"].mean()), p1 - p0, error)
    covered = (found["lower"] <= p1 - p0) & (p1 - p0 <= found["upper"])
    assert_share_matches(covered, newcombe_coverage(p1, p0))


def newcombe_coverage(p1: float, p0: float) -> float:
    """By binomial sums and Wilson limits from theory."""

    k = np.arange(N + 1)
    low, high = wilson_interval(k, N)
    share = k / N
    below, above = share - low, high - share
    difference = share[:, None] - share
    lower = difference - np.hypot(below[:, None], above)
    upper = difference + np.hypot(above[:, None], below)
    chance = binomial(N, p1)[:, None] * binomial(N, p0)
    return float(np.sum(chance, where=(lower <= p1 - p0) & (p1 - p0 <= upper)))


def test_change_beyond_a_cut_has_the_share_of_a_normal_difference(runs):
    """Change has SD sqrt(2 (1 - 0.55)): the risk difference has error 0.0004."""
    sd = sqrt(2 * (1 - 0.55))
    p1, p0 = (float(special.ndtr((d - D / 2) / sd)) for d in (D, 0.0))
    found = runs.columns("medium", "improved")["estimate"]
    error = sqrt((p1 * (1 - p1) + p0 * (1 - p0)) / N / REPLICATES)
    assert_matches(float(found.mean()), p1 - p0, error)
    assert runs.measure("medium", "improved", "true_value") == pytest.approx(p1 - p0, abs=1e-9)


@pytest.mark.evidence(
    "analysis.responder",
    kind="exact law",
    claim="The mean log odds ratio is its binomial mean, 40,000 trials, to 4 errors.",
    source="sums over binomial tables",
)
def test_log_odds_ratio_is_nearly_unbiased(runs):
    """Exactly the binomial mean of its estimate, which lies 1.7% above the truth of 0.800."""
    p1, p0 = shares("medium")
    k = np.arange(N + 1)
    half = np.where((k == 0) | (k == N), 0.5, 0.0)  # of no weight here: chance below 1e-11
    logit = np.log((k + half) / (N - k + half))
    first, second = binomial(N, p1), binomial(N, p0)
    mean = float(first @ logit - second @ logit)
    spread = float(first @ logit**2 - (first @ logit) ** 2)
    spread += float(second @ logit**2 - (second @ logit) ** 2)
    found = runs.columns("medium", "log_odds_ratio")["estimate"]
    assert_matches(float(found.mean()), mean, sqrt(spread / REPLICATES))
    truth = runs.measure("medium", "log_odds_ratio", "true_value")
    assert truth == pytest.approx(np.log(p1 / (1 - p1) * (1 - p0) / p0), abs=1e-9)
    assert 1 < mean / truth < 1.03


@pytest.mark.parametrize(
    ("outcome", "needed"),
    [
        (RepeatedNormal(mean=(9.2,), sd=(5.5,)), 5.26),
        (BoundedInteger(max=24, mean=(9.2,), sd=(5.5,)), 6.59),
    ],
)
def test_nnt_of_the_same_shift_for_everybody(outcome, needed):
    """From 9.2 to 5.4 with SD 5.5, the event a score above 12."""
    effect = Effect(difference=((0.0,), (-3.8,)), sd=((None,), (5.5,)))
    truth = TrueContrast(outcome, ("after",), effect, (1, 0), lambda first, second: 1.0)
    treated, control = truth.shares_above("after", 12, inclusive=False)
    assert 1 / (control - treated) == pytest.approx(needed, abs=0.005)


@pytest.mark.evidence(
    "analysis.responder",
    kind="double programming",
    claim=(
        "p values of every table of 13 and 8, one- and two-sided, equal a second program's to"
        " 1e-12."
    ),
    source="theory/two_proportions.py, checked against R 4.2.2",
)
def test_p_values_of_theory_and_engine_agree_on_every_table():

    n1, n0 = 13, 8
    a, b = np.meshgrid(np.arange(n1 + 1.0), np.arange(n0 + 1.0), indexing="ij")
    cells = (a, np.full_like(a, n1), b, np.full_like(a, n0))
    varies = (a + b > 0) & (a + b < n1 + n0)
    for sides in (1, 2):
        rule = Rule(alpha=0.05, sides=sides, sign=1)
        for test, found in (
            ("fisher", fisher_p_value(*cells, rule)),
            ("chi_square", chi_square_p_value(*cells, rule)),
            ("yates", chi_square_p_value(*cells, rule, continuity=True)),
        ):
            expected = p_values(n1, n0, sides, test)
            assert found[varies] == pytest.approx(expected[varies], abs=1e-12), (test, sides)
