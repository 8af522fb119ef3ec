"""Biased coin, urn, stratified blocks and minimisation: their laws, balance and use in tests."""

from __future__ import annotations

import json
from fractions import Fraction
from itertools import product
from math import lcm, sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import trialsim as ts
from trialsim.analysis.ancova import Ancova
from trialsim.analysis.t_test import TTest
from trialsim.core.draws import Draws
from trialsim.core.records import TrialData
from trialsim.core.registry import build, load_methods
from trialsim.core.stages import AllocationMethod, Rule
from trialsim.theory.allocation import biased_coin_imbalance_law, simple_mean_imbalance
from verification.simulated import (
    SCENARIOS,
    Runs,
    arms,
    assert_frequencies_match,
    assert_matches,
    assert_share_matches,
    share_error,
)

REFERENCE = Path(__file__).parents[1] / "reference" / "l_dgp_performance.json"
EFRON = [
    row
    for row in json.loads(REFERENCE.read_text(encoding="utf-8"))
    if row["id"].startswith("efron_")
]


def method_of(name: str, **spec: Any) -> AllocationMethod:
    load_methods()
    method = build("allocation", {"method": name, **spec})
    assert isinstance(method, AllocationMethod)
    return method


def levels_of(shares: dict[str, list[float]], n: int, replicates: int, seed: int) -> dict[str, Any]:
    """Levels (r, p) of independent factors with these shares."""
    draws = Draws(seed, 0, replicates)
    return {
        name: np.searchsorted(np.cumsum(share)[:-1], draws.uniform(f"test.{name}", n)).astype(
            np.int8
        )
        for name, share in shares.items()
    }


FACTORS = {"sex": [0.5, 0.5], "stage": [0.2, 0.5, 0.3]}


def differences(arm: np.ndarray, where: np.ndarray | bool = True) -> np.ndarray:
    """Second arm less first after each patient (r, p), of those in the mask."""
    return np.cumsum((2 * arm.astype(int) - 1) * where, axis=1)


# Biased coin


@pytest.mark.evidence(
    "allocation.biased_coin",
    kind="R",
    claim=(
        "Mean imbalance, the chance of the least and the whole law of the imbalance, two "
        "coins, 40,000 trials, to 4 errors."
    ),
    source="R 4.2.2, Markov recursion",
)
@pytest.mark.parametrize("row", EFRON, ids=[row["id"] for row in EFRON])
def test_biased_coin_matches_r(row):
    """Claim: mean absolute imbalance, and how often it is the least possible, as in
    l_dgp_performance.json (R 4.2.2, Markov recursion).
    Exact: 1.3232 and 0.5012 (n 40, 2/3), 1.25 and 0.8889 (n 65, 3/4). 40,000 trials; tolerance 4
    errors: 0.03 patients and 0.01.
    Detects: a coin of 0.65 for 2/3, a coin tossed for a tie that is not fair.
    """
    n, chance = row["inputs"]["n"], row["inputs"]["bias_probability"]
    spec = {"method": "biased_coin", "probability": chance}
    planned = (n // 2, n - n // 2)
    imbalance = np.abs(differences(arms(spec, planned, 40_000, seed=1971))[:, -1])
    law = biased_coin_imbalance_law(n, chance)
    exact, places = row["expected"]["mean_abs_imbalance"], np.arange(law.size)
    spread = sqrt(law @ places**2 - (law @ places) ** 2)
    assert_matches(float(imbalance.mean()), exact, spread / sqrt(40_000), "mean")
    assert_share_matches(imbalance == n % 2, row["expected"]["prob_best_balance"], "best")
    assert_frequencies_match(np.bincount(imbalance, minlength=law.size), law)
    stated = dict(method_of("biased_coin", probability=chance).size_law(planned) or [])
    assert sum(abs(2 * k[0] - n) * p for k, p in stated.items()) == pytest.approx(exact, abs=1e-9)


@pytest.mark.evidence(
    "allocation.biased_coin",
    kind="exact law",
    claim=(
        "With three arms each of the smallest is twice as likely as each other arm, 40,000 "
        "trials, to 4 errors (0.011)."
    ),
    source="the definition",
)
def test_biased_coin_of_three_arms_favours_those_behind():
    """Claim: each smallest arm is 2 times as likely as each other arm, at probability 2/3.
    Exact: after one patient the arm of the second is the same with chance 1/5; after two patients
    in different arms the third completes the set with 1/2. 40,000 trials; tolerance 0.008, 0.011.
    Detects: the chance 2/3 shared by all arms behind (1/3 and 2/3).
    """
    arm = arms({"method": "biased_coin"}, (20, 20, 20), 40_000, seed=3)
    assert_share_matches(arm[:, 1] == arm[:, 0], 1 / 5)
    apart = arm[arm[:, 1] != arm[:, 0]]
    third = (apart[:, 2] != apart[:, 0]) & (apart[:, 2] != apart[:, 1])
    assert_share_matches(third, 1 / 2)


# Urn


def urn_law(n: int, alpha: int, beta: int, ratio: tuple[int, ...]) -> dict[tuple[int, ...], float]:
    """Law of the arm sizes by drawing from an urn, ball by ball, as a tree of exact fractions.

    An arm of ratio 2 is two kinds of balls; each ball drawn adds `beta` of all other kinds.
    """
    kinds = [a for a, part in enumerate(ratio) for _ in range(part)]
    states = {((alpha,) * len(kinds), (0,) * len(ratio)): Fraction(1)}
    for _ in range(n):
        following: dict[Any, Fraction] = {}
        for (balls, sizes), chance in states.items():
            drawn_from = balls if sum(balls) else (1,) * len(kinds)
            for kind, count in enumerate(drawn_from):
                if not count:
                    continue
                added = tuple(b + beta * (k != kind) for k, b in enumerate(balls))
                grown = tuple(s + (a == kinds[kind]) for a, s in enumerate(sizes))
                now = chance * Fraction(count, sum(drawn_from))
                following[added, grown] = following.get((added, grown), Fraction(0)) + now
        states = following
    law: dict[tuple[int, ...], float] = {}
    for (_, sizes), chance in states.items():
        law[sizes] = law.get(sizes, 0.0) + float(chance)
    return law


@pytest.mark.evidence(
    "allocation.urn",
    kind="exact law",
    claim=(
        "Arm sizes follow the urn ball by ball, five designs of two and three arms and 2:1, "
        "40,000 trials, chi-square at level 1e-5."
    ),
    source="tree of exact fractions; doi 10.1016/0197-2456(88)90048-7",
)
@pytest.mark.parametrize(
    ("alpha", "beta", "planned"),
    [(0, 1, (8, 8)), (0, 1, (20, 20)), (3, 1, (10, 10)), (1, 2, (12, 6)), (0, 1, (6, 6, 6))],
)
def test_urn_sizes_match_exact_law(alpha, beta, planned):
    """Claim: arm sizes of UD(alpha, beta) follow the urn, ball by ball, with two and three arms
    and 2:1; `size_law` is that law.
    Exact: a tree of fractions over all urns. 40,000 trials; chi-square at the fixed level 1e-5.
    Detects: UD(1, 1) for UD(0, 1); a second ball of the own kind.
    """
    ratio = (2, 1) if planned == (12, 6) else (1,) * len(planned)
    law = urn_law(sum(planned), alpha, beta, ratio)
    spec = {"method": "urn", "alpha": alpha, "beta": beta}
    arm = arms(spec, planned, 40_000, seed=1988)
    sizes = np.stack([(arm == a).sum(axis=1) for a in range(len(planned))], axis=1)
    found = {outcome: 0 for outcome in law}
    for outcome, times in zip(*np.unique(sizes, axis=0, return_counts=True), strict=True):
        found[tuple(outcome.tolist())] += int(times)
    order = sorted(law)
    assert_frequencies_match(np.array([found[k] for k in order]), np.array([law[k] for k in order]))
    stated = method_of("urn", alpha=alpha, beta=beta).size_law(planned)
    if len(planned) == 2:
        assert dict(stated or []) == pytest.approx({k: p for k, p in law.items() if p > 1e-12})
    else:
        assert stated is None


# Stratified blocks


@pytest.mark.evidence(
    "allocation.stratified_blocks",
    kind="identity",
    claim=(
        "No stratum of six is ever off by more than half a block, and strata are independent,"
        " 2,000 trials of 129."
    ),
    source="the definition",
)
@pytest.mark.parametrize(("blocks", "most"), [(2, 1), (4, 2), ([4, 6], 3)])
def test_strata_are_never_off_by_more_than_half_a_block(blocks, most):
    """Claim: at no time do the arms differ by more than half a block within any of six strata.
    Exact: always; the limit is reached. 2,000 trials of 129.
    Detects: blocks shared by strata, strata that share a place in a block.
    """
    factors = levels_of(FACTORS, 129, 2_000, seed=5)
    method = method_of("stratified_blocks", strata=["sex", "stage"], block_sizes=blocks)
    arm = method.allocate(Draws(6, 0, 2_000), (65, 64), factors)
    largest = []
    for sex, stage in product(range(2), range(3)):
        within = (factors["sex"] == sex) & (factors["stage"] == stage)
        largest.append(int(np.abs(differences(arm, within)).max()))
    assert largest == [most] * 6
    # Strata are independent: the whole trial is off by more than a stratum can be.
    assert np.abs(differences(arm)[:, -1]).max() > most


@pytest.mark.evidence(
    "allocation.stratified_blocks",
    kind="exact law",
    claim=(
        "The first block of a stratum holds the ratio, every order equally likely, three "
        "designs, 40,000 blocks, chi-square at level 1e-5."
    ),
    source="enumeration of the orders",
)
@pytest.mark.parametrize(
    ("planned", "block", "per_block"),
    [((64, 64), 4, (2, 2)), ((80, 40), 3, (2, 1)), ((40, 40, 40), 6, (2, 2, 2))],
)
def test_full_blocks_of_a_stratum_hold_the_ratio_in_any_order(planned, block, per_block):
    """Claim: the first block of a stratum holds the ratio exactly, every order equally likely.
    Exact: 6, 3 and 90 orders, uniform. Two strata in 20,000 trials; chi-square at level 1e-5.
    Detects: an order 5% (of 6) to 25% (of 90) more likely than it should be.
    """
    factors = levels_of({"sex": [0.5, 0.5]}, sum(planned), 20_000, seed=8)
    method = method_of("stratified_blocks", strata=["sex"], block_sizes=block)
    arm = method.allocate(Draws(9, 0, 20_000), planned, factors)
    first = []
    for sex in range(2):
        # Patients of the stratum come first, in their order of enrolment.
        order = np.argsort(factors["sex"] != sex, axis=1, kind="stable")
        first.append(np.take_along_axis(arm, order[:, :block], axis=1))
    blocks = np.concatenate(first).astype(int)
    for a, count in enumerate(per_block):
        assert np.all((blocks == a).sum(axis=1) == count)
    _, counts = np.unique(blocks @ len(planned) ** np.arange(block), return_counts=True)
    orders = {(4, 2): 6, (3, 2): 3, (6, 3): 90}[block, len(planned)]
    assert len(counts) == orders
    assert_frequencies_match(counts, np.full(orders, 1 / orders))


# Minimisation


def spread_of(counts: list[Fraction], measure: str) -> float | Fraction:
    """Imbalance of the arms' counts, as Pocock and Simon define it."""
    if measure == "range":
        return max(counts) - min(counts)
    mean = sum(counts) / len(counts)
    variance = sum((count - mean) ** 2 for count in counts) / (len(counts) - 1)
    return variance if measure == "variance" else sqrt(variance)


def minimised(
    u: np.ndarray,
    levels: list[np.ndarray],
    weights: list[float],
    ratio: tuple[int, ...],
    measure: str,
    probability: float,
) -> list[int]:
    """Arms of one trial, patient by patient, from the definitions."""
    n_arms, arms_so_far = len(ratio), list[int]()
    for p, uniform in enumerate(u):
        left = []
        for candidate in range(n_arms):
            total: float | Fraction = Fraction(0)
            for level, weight in zip(levels, weights, strict=True):
                counts = [Fraction(0)] * n_arms
                for before, arm in enumerate(arms_so_far):
                    if level[before] == level[p]:
                        counts[arm] += Fraction(lcm(*ratio), ratio[arm])
                counts[candidate] += Fraction(lcm(*ratio), ratio[candidate])
                total += (Fraction(weight) if measure != "sd" else weight) * spread_of(
                    counts, measure
                )
            left.append(total)
        best = [a for a in range(n_arms) if left[a] <= min(left) + (1e-9 if measure == "sd" else 0)]
        chance = [0.0] * n_arms
        for preferred in best:
            # Han and others: the arms that are not preferred share what remains by their ratio,
            # and get the same whichever arm is preferred.
            weight = ratio[preferred] / sum(ratio[a] for a in best)
            others = (1 - probability) / (sum(ratio) - min(ratio))
            for a in range(n_arms):
                if a != preferred:
                    chance[a] += weight * others * ratio[a]
            chance[preferred] += weight * (1 - others * (sum(ratio) - ratio[preferred]))
        arm, limit = 0, chance[0]
        while uniform >= limit and arm < n_arms - 1:
            arm += 1
            limit += chance[arm]
        arms_so_far.append(arm)
    return arms_so_far


@pytest.mark.evidence(
    "allocation.minimisation",
    kind="double programming",
    claim=(
        "Arms equal those of a plain program after the paper, patient by patient and bit for "
        "bit, seven designs, 200 trials each."
    ),
    source="doi 10.2307/2529712; doi 10.1002/sim.3710",
)
@pytest.mark.parametrize(
    ("planned", "measure", "probability", "weights"),
    [
        ((20, 20), "range", 0.8, {}),
        ((20, 20), "range", 1, {"stage": 2.5}),
        ((20, 20), "sd", 0.8, {}),
        ((14, 14, 14), "variance", 0.7, {"sex": 0.5}),
        ((14, 14, 14), "sd", 0.9, {}),
        ((28, 14), "range", 0.8, {}),
        ((21, 14, 7), "variance", 0.8, {}),
    ],
)
def test_minimisation_matches_a_loop_over_patients(planned, measure, probability, weights):
    """Claim: arms are those of a plain program that follows the paper patient by patient.
    Exact: bit for bit, 200 trials of 40 to 42 patients, factors of two and three levels.
    Detects: a wrong tie, a count of the wrong level, an arm's own patient left out.
    """
    n, replicates = sum(planned), 200
    factors = levels_of(FACTORS, n, replicates, seed=1975)
    method = method_of(
        "minimisation",
        balance=list(FACTORS),
        measure=measure,
        probability=probability,
        weights=weights,
    )
    draws = Draws(1975, 0, replicates)
    arm = method.allocate(draws, planned, factors)
    u = draws.uniform("allocation", n)
    ratio = tuple(size // np.gcd.reduce(planned).item() for size in planned)
    by_factor = [weights.get(name, 1.0) for name in FACTORS]
    for r in range(replicates):
        levels = [factors[name][r] for name in FACTORS]
        wanted = minimised(u[r], levels, by_factor, ratio, measure, probability)
        assert arm[r].tolist() == wanted, r


def test_minimisation_without_chance_keeps_every_margin():
    """Claim: with probability 1 no margin (of two and three levels) is off by more than 4 at any
    time, and the mean margin by less than 1; with 0.8 margins are off by less than half as much as
    under simple randomisation.
    Exact: a bound found by trying, 5,000 trials of 128; simple: sqrt(2 n_level / pi) or so, here
    by its law for the level of sex, about 6.4. Detects: factors that are not balanced.
    """
    factors = levels_of(FACTORS, 128, 5_000, seed=20)
    off: dict[float, dict[tuple[str, int], np.ndarray]] = {}
    for probability in (0.8, 1.0):
        method = method_of("minimisation", balance=list(FACTORS), probability=probability)
        arm = method.allocate(Draws(21, 0, 5_000), (64, 64), factors)
        off[probability] = {
            (name, level): np.abs(differences(arm, factors[name] == level))
            for name, shares in FACTORS.items()
            for level in range(len(shares))
        }
    assert max(values.max() for values in off[1.0].values()) <= 4
    assert all(values[:, -1].mean() < 1 for values in off[1.0].values())
    for values in off[0.8].values():
        assert values[:, -1].mean() < 0.5 * simple_mean_imbalance(26)  # the smallest level's size
    coin = differences(arms({"method": "simple"}, (64, 64), 5_000, seed=21), factors["sex"] == 0)
    assert_matches(float(np.abs(coin[:, -1]).mean()), simple_mean_imbalance(64), 0.068)


@pytest.mark.parametrize("planned", [(80, 40), (40, 80), (40, 40, 40), (60, 40, 20)])
@pytest.mark.parametrize("name", ["minimisation", "stratified_blocks", "urn"])
def test_arms_have_the_planned_ratio(name, planned):
    """Claim: mean arm sizes are as planned. Exact: 4,000 trials of 120; within 0.6 patients for
    minimisation, whose arms keep the ratio closely, and 4 errors, 0.4, for the others.
    Detects: ratios 2:1 turned round, arms taken as equal.
    """
    factors = levels_of(FACTORS, 120, 4_000, seed=30)
    spec: dict[str, dict[str, Any]] = {
        "minimisation": {"balance": ["sex", "stage"]},
        "stratified_blocks": {"strata": ["sex"], "block_sizes": 6},
        "urn": {},
    }
    method = method_of(name, **spec[name])
    assert not method.problems(planned)
    arm = method.allocate(Draws(31, 0, 4_000), planned, factors)
    sizes = np.stack([(arm == a).sum(axis=1) for a in range(len(planned))], axis=1)
    limit = 0.6 if name == "minimisation" else 0.4
    assert np.abs(sizes.mean(axis=0) - planned).max() < limit, sizes.mean(axis=0)


# Analyses after restricted allocation

RULE = Rule(alpha=0.05, sides=2, sign=1)


def stratified_data(seed: int, replicates: int) -> TrialData:
    """128 patients in two strata that explain 20% of the variance, blocks of 4, no effect."""
    draws, n = Draws(seed, 0, replicates), 128
    sex = (draws.uniform("test.sex", n) < 0.5).astype(np.int8)
    method = method_of("stratified_blocks", strata=["sex"], block_sizes=4)
    arm = np.asfortranarray(method.allocate(draws, (64, 64), {"sex": sex}))
    score = 2 * sqrt(0.2) * (sex - 0.5) + sqrt(0.8) * draws.normal("test.noise", n)
    everybody = np.ones(arm.shape, dtype=bool, order="F")
    return TrialData(
        arms=("control", "treatment"),
        visits=("after",),
        sizes=(n,),
        enrolled=everybody,
        arm=arm,
        covariates={"sex": np.asfortranarray(sex.astype(float))},
        scores={"score": {"after": np.asfortranarray(score)}},
        observed={"score": {"after": everybody}},
        centres={("score", "after"): 0.0, ("", "sex"): 0.5},
    )


@pytest.mark.evidence(
    "allocation.stratified_blocks",
    kind="closed form",
    claim=(
        "A stratum that explains 20% of the variance: the t test rejects 2.85% and ANCOVA "
        "with the stratum 5% of 60,000 trials without an effect, to 4 errors."
    ),
    source="Kahan and Morris 2012, doi 10.1002/sim.4431",
)
def test_a_stratum_left_out_of_the_analysis_makes_it_conservative():
    """Claim: a stratum explaining 20% of the variance, blocks of 4 within strata, 128 patients, no
    effect: the t test rejects 2.85% and ANCOVA with the stratum 5%.
    Exact: 0.05; 0.0285 as stated in the design, to 0.0004 (2 Phi(-1.96 / sqrt(0.8)) is 0.0284, as
    the difference of means varies by four fifths of what the test thinks). 60,000 trials; tolerance
    4 errors, 0.0032 and 0.0036.
    Detects: strata that are not balanced (0.05 twice).
    """
    plain = TTest(outcome="score", visit="after")
    adjusted = Ancova(outcome="score", visit="after", adjust=("sex",))
    p_values = {"t": list[np.ndarray](), "ancova": list[np.ndarray]()}
    for chunk in range(12):
        data = stratified_data(128 + chunk, 5_000)
        p_values["t"].append(plain.analyse(data, [(1, 0)], RULE).p_value.ravel())
        p_values["ancova"].append(adjusted.analyse(data, [(1, 0)], RULE).p_value.ravel())
    rejected = {name: np.concatenate(p) < 0.05 for name, p in p_values.items()}
    n = rejected["t"].size
    error = sqrt(share_error(0.0285, n) ** 2 + 0.0004**2)
    assert_matches(float(rejected["t"].mean()), 0.0285, error, "t test")
    assert_share_matches(rejected["ancova"], 0.05, "ancova")


def test_a_scenario_delivers_the_same():
    """Claim: the same through a scenario, its stratum correlated with the score: scenarios/
    allocation.yaml, 40,000 trials; tolerance 4 errors, 0.0033 and 0.0044.
    Detects: strata that are allocated but not those that act on the score.
    """
    scenario = ts.load(SCENARIOS / "allocation.yaml").changed({"vary": {}})
    runs = Runs(scenario, replicates=40_000, seed=128)
    p_values = {name: runs.columns("no_effect", name)["p_value"] for name in ("t_test", "ancova")}
    assert_share_matches(p_values["t_test"] < 0.05, 0.0285, "t test")
    assert_share_matches(p_values["ancova"] < 0.05, 0.05, "ancova")


@pytest.mark.evidence(
    "allocation.minimisation",
    kind="exact law",
    claim=(
        "A test that allocates the same patients again holds its level of 10/200 in 8,000 "
        "trials of 32, to 4 errors (0.010)."
    ),
    source="the law of ranks under re-randomisation",
)
def test_re_randomisation_holds_its_level_after_minimisation():
    """Claim: a test that allocates the same patients again by minimisation, with their outcomes
    fixed, holds its level though a factor and a trend over time act on the outcome; the t test,
    which knows of neither, is conservative.
    Exact: 10/200 with 199 new allocations; t test below 0.05 by more than 4 errors. 8,000 trials of
    32; tolerance 4 errors, 0.010. Detects: the level of the t test, 0.016 here.
    """
    trials, again, n = 8_000, 199, 32
    method = method_of("minimisation", balance=["sex", "stage"], probability=0.8)
    factors = levels_of(FACTORS, n, trials, seed=40)
    draws = Draws(41, 0, trials)
    outcome = 1.2 * factors["sex"] + 0.8 * factors["stage"] + np.linspace(0, 1, n)
    outcome = outcome + draws.normal("test.noise", n)
    own = method.allocate(draws, (16, 16), factors)
    observed = np.abs(mean_difference(own, outcome))
    as_extreme = np.zeros(trials, dtype=int)
    step = 250
    for start in range(0, trials, step):
        rows = slice(start, start + step)
        repeated = {name: np.repeat(level[rows], again, axis=0) for name, level in factors.items()}
        arm = method.allocate(Draws(42, start, step * again), (16, 16), repeated)
        fixed = np.repeat(outcome[rows], again, axis=0)
        replayed = np.abs(mean_difference(arm, fixed)).reshape(step, again)
        as_extreme[rows] = (replayed >= observed[rows, None] - 1e-12).sum(axis=1)
    assert_share_matches((1 + as_extreme) / (again + 1) <= 0.05, 10 / 200)
    data = stratified_data(1, 2)  # a frame for these outcomes
    everybody = np.ones(own.shape, dtype=bool, order="F")
    data = TrialData(
        data.arms,
        data.visits,
        (n,),
        everybody,
        own,
        {},
        {"score": {"after": np.asfortranarray(outcome)}},
        {"score": {"after": everybody}},
        {("score", "after"): 1.5},
    )
    p = TTest(outcome="score", visit="after").analyse(data, [(1, 0)], RULE).p_value
    assert float((p < 0.05).mean()) < 0.05 - 4 * share_error(0.05, trials)


def mean_difference(arm: np.ndarray, outcome: np.ndarray) -> np.ndarray:
    """Mean of the second arm less that of the first (r,)."""
    treated = arm == 1
    n = treated.sum(axis=1)
    total = outcome.sum(axis=1)
    of_treated = np.where(treated, outcome, 0).sum(axis=1)
    return of_treated / n - (total - of_treated) / (arm.shape[1] - n)
