"""Missing data: the rates asked for are the rates delivered, and their bias is the known one."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

import trialsim as ts
from trialsim.core.draws import Draws
from trialsim.core.plan import Series
from trialsim.core.program import Batch, prepare
from trialsim.pipeline import trial_data

TRIAL = """
format: 1
design:
  arms: {{control: {{n: 500}}, treatment: {{n: 500}}}}
  visits_weeks: {{baseline: 0, middle: 4, end: 8}}
outcomes:
  score: {{method: {method}, correlation: [[1, 0.5, 0.4], [0.5, 1, 0.6], [0.4, 0.6, 1]]}}
assumptions:
  no_effect: {{}}
  early: {{score: {{treatment: [0, {early}, {late}]}}}}
observation: {{missing: {{lost: {lost}}}}}
analyses:
  t_test: {{method: t_test, outcome: score, visit: end}}
  ancova: {{method: ancova, outcome: score, visit: end}}
  middle: {{method: t_test, outcome: score, visit: middle}}
"""
NORMAL = "repeated_normal, mean: 0, sd: 1"
BOUNDED = "bounded_integer, max: 24, mean: [10.45, 9.5, 6.89], sd: [5.3, 6, 4.6]"


def trial(lost: str, method: str = NORMAL, early: float = -0.5, late: float = 0.0):
    return ts.loads(TRIAL.format(lost=lost, method=method, early=early, late=late))


def series_of(results, assumption: str, analysis: str):
    index = [cell.assumption for cell in results.plan.cells].index(assumption)
    return results.series(Series(index, analysis, "treatment - control"))


@pytest.mark.evidence(
    "observation.mcar",
    kind="exact law",
    claim=(
        "Loss of 20% over two visits is 10.56% at each of them, 1,024 trials of 1,000, to 4 "
        "errors (0.0013)."
    ),
    source="1 - sqrt(0.8)",
)
def test_twenty_per_cent_in_two_equal_steps_is_10_56_per_cent_a_step():
    """Claim: 1 - sqrt(0.8) = 0.10557 of those still there are lost at each visit.

    1,024 replicates of 1,000: at the middle visit the share is known to 0.0003; an error of
    0.0013 is found.
    """
    scenario = trial("{method: mcar, overall: 0.2}")
    results = ts.run(scenario, replicates=1024)
    step = 1 - np.sqrt(0.8)
    for analysis, share in (("middle", step), ("t_test", 0.2)):
        n = series_of(results, "no_effect", analysis)["n_analysed"]
        mcse = np.sqrt(share * (1 - share) / (1024 * 1000))
        assert abs(1 - n.mean() / 1000 - share) < 4 * mcse


@pytest.mark.evidence(
    "observation.mar",
    kind="exact law",
    claim=(
        "The shares asked for, 0.1 and 0.3, are lost whatever the score, its strength and the"
        " effect, 1,024 trials of 1,000 with normal and bounded scores, to 4 errors (0.002)."
    ),
    source="binomial counts of the stated shares",
)
@pytest.mark.evidence(
    "observation.mnar",
    kind="exact law",
    claim=(
        "The shares asked for, 0.1 and 0.3, are lost whatever the score, its strength and the"
        " effect, 1,024 trials of 1,000 with normal and bounded scores, to 4 errors (0.002)."
    ),
    source="binomial counts of the stated shares",
)
@pytest.mark.parametrize("method", [NORMAL, BOUNDED], ids=["normal", "bounded"])
@pytest.mark.parametrize("rule", ["mar", "mnar"])
@pytest.mark.parametrize("strength", [-1.5, 2.5])
def test_rates_asked_are_rates_delivered(method, rule, strength):
    """Claim: 0.1 and 0.3 are missing over both arms, whatever the score and the effect do.

    1,024 replicates of 1,000 under each assumption; an error of 0.002 is found.
    """
    lost = (
        f"{{method: {rule}, outcome: score, rate: {{middle: 0.1, end: 0.3}}, strength: {strength}}}"
    )
    results = ts.run(trial(lost, method), replicates=1024)
    for assumption in ("no_effect", "early"):
        for analysis, share in (("middle", 0.1), ("t_test", 0.3)):
            n = series_of(results, assumption, analysis)["n_analysed"]
            mcse = np.sqrt(share * (1 - share) / (1024 * 1000))
            assert abs(1 - n.mean() / 1000 - share) < 4 * mcse


@pytest.mark.evidence(
    "observation.mnar",
    kind="exact law",
    claim="An arm's own rate of 0.4 is delivered beside 0.1, 256 trials of 1,000, to 4 errors.",
    source="binomial counts of the stated shares",
)
def test_an_arm_can_have_a_rate_of_its_own():
    """Claim: 0.4 of the treated are missing at the end, and 0.1 of the controls."""
    lost = "{method: mnar, outcome: score, rate: 0.1, by_arm: {treatment: 0.4}}"
    scenario = trial(lost)
    program = prepare(scenario.plan)
    data = trial_data(program.groups[0], Batch(Draws(1, 0)))
    seen = data.observed["score"]["end"]
    for arm, share in ((0, 0.1), (1, 0.4)):
        mine = seen[data.arm == arm]
        assert abs(1 - mine.mean() - share) < 4 * np.sqrt(share * (1 - share) / mine.size)


@pytest.mark.evidence(
    "observation.mar",
    kind="closed form",
    claim=(
        "The log odds of loss rise by the stated 1.2 an SD of the score before: slope over "
        "256,000 patients, within 0.05."
    ),
    source="the logistic rule",
)
def test_monotone_loss_is_for_good_and_follows_the_score_before():
    """Claim: the odds of loss at the end rise by exp(strength) an SD of the middle score.

    Checked by the slope of the log odds over bins of the middle score, among those still there:
    256,000 patients; a slope off by 0.1 is found.
    """
    scenario = trial("{method: mar, outcome: score, rate: {middle: 0.1, end: 0.3}, strength: 1.2}")
    program = prepare(scenario.plan)
    data = trial_data(program.groups[0], Batch(Draws(3, 0)))
    middle, end = (data.observed["score"][visit] for visit in ("middle", "end"))
    assert not (end & ~middle).any()
    score, lost = data.score("score", "middle")[middle], ~end[middle]
    edges = np.linspace(-1.5, 1.5, 13)
    logits, places = [], []
    for low, high in pairwise(edges):
        inside = (score >= low) & (score < high)
        share = lost[inside].mean()
        logits.append(np.log(share / (1 - share)))
        places.append(score[inside].mean())
    slope = np.polyfit(places, logits, 1)[0]
    assert abs(slope - 1.2) < 0.05


def test_mcar_biases_no_complete_case_analysis():
    """Claim: 30% missing completely at random biases neither t test nor ANCOVA.

    2,048 replicates of 1,000 patients: a bias of 0.006 SD is found.
    """
    results = ts.run(trial("{method: mcar, rate: 0.3}", late=-0.3), replicates=2048)
    for analysis in ("t_test", "ancova"):
        estimate = series_of(results, "early", analysis)["estimate"]
        assert abs(estimate.mean() + 0.3) < 4 * estimate.std() / np.sqrt(2048)


@pytest.mark.evidence(
    "observation.mar",
    kind="identity",
    claim=(
        "One rule for both arms leaves complete-case ANCOVA unbiased without an effect, an "
        "earlier effect or a rule of each arm does not: 2,048 trials of 1,000."
    ),
    source="doi 10.1093/biomet/63.3.581",
)
def test_mar_biases_ancova_only_with_an_earlier_effect_or_a_rule_that_differs_by_arm():
    """Claim: loss that depends on the middle score leaves complete-case ANCOVA on baseline
    unbiased when no arm differs, and biased when the treatment works at the middle visit, or
    when the score matters in one arm only.

    2,048 replicates of 1,000 patients, errors of about 0.0018; the biases found are above 0.03.
    """
    same = "{method: mar, outcome: score, rate: {end: 0.4}, strength: 2}"
    results = ts.run(trial(same, early=-0.8), replicates=2048)
    null = series_of(results, "no_effect", "ancova")["estimate"]
    early = series_of(results, "early", "ancova")["estimate"]
    assert abs(null.mean()) < 4 * null.std() / np.sqrt(2048)
    assert abs(early.mean()) > 10 * early.std() / np.sqrt(2048)
    differs = (
        "{method: mar, outcome: score, rate: {end: 0.4}, by_arm: {treatment: {end: 0.4}}, "
        "strength: 2, strength_by_arm: {treatment: -2}}"
    )
    results = ts.run(trial(differs), replicates=2048)
    null = series_of(results, "no_effect", "ancova")["estimate"]
    assert abs(null.mean()) > 10 * null.std() / np.sqrt(2048)


@pytest.mark.evidence(
    "observation.mar",
    kind="double programming",
    claim=(
        "The bias that loss by the middle score gives complete-case ANCOVA is that of an "
        "independent simulation of 1,000,000 patients, to 4 errors (0.009 SD)."
    ),
    source="least squares on 1,000,000 patients, written without the engine",
)
@pytest.mark.parametrize(
    ("early", "slopes"), [(-0.8, (2.0, 2.0)), (0.0, (2.0, -2.0))], ids=["early_effect", "by_arm"]
)
def test_mar_biases_ancova_by_what_a_million_patients_say(early, slopes):
    """Claim: with 40% lost at the end by the middle score, complete-case ANCOVA is biased by what
    an independent simulation of 1,000,000 patients finds: by an effect at the middle visit, or by
    a rule that is turned round in one arm.

    2,048 trials of 1,000 patients (error 0.0018) against the million (error about 0.002):
    tolerance 4 errors of the difference, 0.011; the biases are above 0.03.
    """
    rng = np.random.default_rng(1976)
    n = 1_000_000
    correlation = np.array([[1, 0.5, 0.4], [0.5, 1, 0.6], [0.4, 0.6, 1]])
    z = rng.standard_normal((n, 3)) @ np.linalg.cholesky(correlation).T
    arm = np.arange(n) % 2
    middle = z[:, 1] + early * arm
    slope = np.array(slopes)[arm]
    chance = rng.random(n)
    # One intercept for both arms where the rule is one, else one for each: 40% are lost.
    groups = [np.full(n, True)] if slopes[0] == slopes[1] else [arm == 0, arm == 1]
    seen = np.empty(n, bool)
    for group in groups:
        low, high = -20.0, 20.0
        for _ in range(60):
            intercept = (low + high) / 2
            lost = 1 / (1 + np.exp(-(intercept + slope[group] * middle[group])))
            low, high = (intercept, high) if lost.mean() < 0.4 else (low, intercept)
        seen[group] = chance[group] >= lost
    x = np.column_stack([np.ones(n), arm, z[:, 0]])[seen]
    solution, residual, *_ = np.linalg.lstsq(x, z[seen, 2], rcond=None)
    spread = np.linalg.inv(x.T @ x)[1, 1] * residual[0] / seen.sum()
    assert abs(solution[1]) > 0.03

    lost = f"{{method: mar, outcome: score, rate: {{end: 0.4}}, strength: {slopes[0]}}}"
    if slopes[0] != slopes[1]:
        own = f"by_arm: {{treatment: {{end: 0.4}}}}, strength_by_arm: {{treatment: {slopes[1]}}}"
        lost = f"{lost[:-1]}, {own}}}"
    results = ts.run(trial(lost, early=early), replicates=2048)
    estimate = series_of(results, "early", "ancova")["estimate"]
    error = np.sqrt(estimate.var() / estimate.size + spread)
    assert abs(estimate.mean() - solution[1]) < 4 * error
