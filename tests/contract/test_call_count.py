"""A batch of 256 replicates takes as many calls as one of 16: no loop over replicates hides."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

import trialsim as ts
from trialsim.analysis.t_test import TTest
from trialsim.core.plan import Design
from trialsim.core.program import prepare
from trialsim.core.registry import STAGES, Method, load_methods, methods
from trialsim.pipeline import simulate_batch

FEW, MANY = 16, 256

TRIAL = """
format: 1
design:
  arms: {{control: {{n: 30}}, first: {{n: 30}}, second: {{n: 30}}}}
  visits_weeks: {{baseline: 0, after: 4, later: 26}}
cohort:
  covariates:
    age: {{distribution: truncated_normal, mean: 51.4, sd: 15.6, min: 18, max: 81}}
    severity: {{distribution: normal, mean: 0, sd: 1}}
    duration: {{distribution: log_normal, mean: 30, sd: 24}}
    sex: {{distribution: bernoulli, share: 0.6}}
    stage: {{distribution: categorical, levels: {{early: 0.5, middle: 0.3, late: 0.2}}}}
    old: {{distribution: bands, of: age, cuts: [50]}}
  traits:
    belief: {{distribution: bernoulli, share: 0.8, correlated_with: {{rmdq: 0.2}}}}
  eligibility: {{score: {{min: 6}}}}
allocation: {allocation}
conduct:
  therapists: {{first: {{n: 3, icc: 0.05, also: [control]}}, second: {{n: 2, icc: {{rmdq: 0.1}}}}}}
outcomes:
  score: {{method: repeated_normal, mean: 10, sd: 3, correlation: 0.5}}
  rmdq:
    method: bounded_integer
    max: 24
    mean: [10.45, 9.5, 6.89]
    sd: [5.3, 6, 4.6]
    correlation: 0.5
    correlated_with: {{score: 0.4}}
  event: {{method: binary, mean: 0.3}}
  category: {{method: ordinal, shares: [0.2, 0.3, 0.5]}}
  days: {{method: count, mean: 3, sd: 4}}
  cost: {{method: log_normal, mean: 100, sd: 80}}
  waiting: {{method: gamma, mean: 2.3, sd: 2.6}}
assumptions:
  no_effect: {{}}
  effect: {{rmdq: {{first: -2, second: {{difference: -3, sd: 4.5}}}}, score: {{first: -1}}}}
  for_some:
    rmdq: {{first: {{difference: -2, responders: 0.5}}}}
    score: {{second: {{modifier: belief, by_level: [0, -1]}}}}
observation:
  missing:
    lost: {{method: mcar, rate: {{after: 0.1, later: 0.2}}}}
    skipped: {{method: mcar, rate: 0.05, pattern: intermittent}}
    worse: {{method: mar, outcome: rmdq, rate: {{after: 0.05, later: 0.1}}}}
    worst: {{method: tail, outcome: rmdq, by_arm: {{first: 0.05}}}}
    unseen: {{method: mnar, outcome: score, outcomes: [score], rate: 0.05}}
analyses:
  t_test: {{method: t_test, outcome: rmdq, visit: after}}
  therapists: {{method: therapist_means, outcome: rmdq, visit: after}}
  welch: {{method: t_test, variance: welch, outcome: score, visit: later}}
  change: {{method: change_score, outcome: rmdq, visit: later}}
  ancova: {{method: ancova, outcome: rmdq, visit: after}}
  adjusted:
    {{method: ancova, outcome: score, visit: later, adjust: [baseline, age, severity, duration]}}
  robust: {{method: ancova, outcome: score, visit: after, adjust: [baseline, age], errors: hc3}}
  responder: {{method: responder, outcome: rmdq, visit: after, cut: 8, event: at_or_below}}
  fisher:
    {{method: responder, outcome: rmdq, visit: later, cut: 3, event: at_or_below, of: change,
      test: fisher, measure: log_risk_ratio}}
  ranks: {{method: mann_whitney, outcome: rmdq, visit: later}}
  event: {{method: t_test, outcome: event, visit: after}}
  category: {{method: t_test, outcome: category, visit: after}}
  days: {{method: t_test, outcome: days, visit: after}}
  cost: {{method: t_test, outcome: cost, visit: after}}
  waiting: {{method: t_test, outcome: waiting, visit: after}}
  carried: {{method: t_test, outcome: rmdq, visit: later, missing: last_observation}}
  worst: {{method: mann_whitney, outcome: rmdq, visit: later, missing: worst_case}}
decision: superiority
vary: {{design.n_total: [60, 90, 180]}}
"""

ALLOCATIONS = (
    "simple",
    "random_allocation_rule",
    "{method: permuted_blocks, block_sizes: 6}",
    "{method: permuted_blocks, block_sizes: [3, 6, 9]}",
    "{method: stratified_blocks, strata: [sex, stage], block_sizes: [3, 6]}",
    "{method: minimisation, balance: [sex, stage], measure: sd}",
    "biased_coin",
    "urn",
)
"""A method of another stage belongs into the scenario above, one of allocation here."""


MISLED = """
format: 1
design:
  arms: {control: {n: 30}, treatment: {n: 30}}
  visits_weeks: {baseline: 0, after: 4, later: 26}
cohort:
  covariates:
    sex: {distribution: bernoulli, share: 0.6}
    stage: {distribution: categorical, levels: {early: 0.5, middle: 0.3, late: 0.2}}
  traits:
    belief: {distribution: bernoulli, share: 0.8}
    prognosis: {distribution: normal, mean: 0, sd: 1, correlated_with: {score: 0.3}}
conduct: {sessions: {planned: 6, within_weeks: 4, attend: 0.8}}
allocation: {method: permuted_blocks, block_sizes: 4}
outcomes:
  score: {method: repeated_normal, mean: 10, sd: 3, correlation: 0.5}
  rmdq: {method: bounded_integer, max: 24, mean: 10, sd: 5, correlation: 0.5}
assumptions:
  no_effect: {}
  effect: {score: {treatment: -1}, rmdq: {treatment: -2}}
bias:
  in_turn: {method: alternation, outcome: score, exploited: 0.1}
  known: {method: broken_concealment, prognosis: prognosis, exploited: 0.1}
  guessed: {method: predicted_allocation, outcome: score, exploited: 0.1}
  cared_for: {method: performance, size: {score: -0.3, rmdq: -0.5}, between_trial_sd: 0.1}
  mixed_up: {method: contamination, arm: control, to: treatment, share: 0.1}
  beside: {method: co_intervention, size: {rmdq: -2}, share: 0.3}
  left_out: {method: exclusions, outcome: score, share: {treatment: 0.05}}
  lost: {method: outcome_driven_loss, outcome: rmdq, rate: {control: 0.1}}
  as_planned: {method: per_protocol, visit: after, needed: 4}
  expected: {method: expectation, size: {rmdq: -0.5}, between_trial_sd: 0.3, believers: belief}
  seen: {method: assessor, size: {score: -0.2}, unit: sd}
  judged: {method: response_shift, size: {score: 0.2}, visits: [later]}
  best: {method: best_of, analyses: [ancova, later]}
  switched: {method: switched_outcome, analyses: [later]}
  part: {method: best_subgroup, by: [sex, stage]}
  peeked: {method: peeking, looks: 3, boundary: pocock}
analyses:
  t_test: {method: t_test, outcome: score, visit: after}
  ancova: {method: ancova, outcome: rmdq, visit: after}
  later: {method: t_test, outcome: rmdq, visit: later}
  by_sex: {method: interaction, outcome: rmdq, visit: after, by: sex}
"""
"""A bias mechanism of any kind belongs here."""


def scenario(allocation: str) -> ts.LoadedScenario:
    return ts.loads(TRIAL.format(allocation=allocation))


def calls(action: Callable[[], Any]) -> int:
    """Calls of Python and of C functions that an action takes."""
    count = 0

    def profile(frame: Any, event: str, argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        action()
    finally:
        sys.setprofile(before)
    return count


def calls_of_a_batch(allocation: str) -> dict[int, int]:
    """Calls by number of replicates, once everything that is kept between batches is kept."""
    return calls_of(scenario(allocation))


def calls_of(trial: ts.LoadedScenario) -> dict[int, int]:
    program = prepare(trial.plan)
    counted = {}
    for replicates in (FEW, MANY):
        simulate_batch(program, 0, replicates)
        counted[replicates] = calls(partial(simulate_batch, program, 1, replicates))
    return counted


@pytest.mark.parametrize("allocation", ALLOCATIONS)
def test_calls_do_not_grow_with_replicates(allocation):
    counted = calls_of_a_batch(allocation)
    assert 0.5 < counted[MANY] / counted[FEW] < 2, counted
    # A call for each further replicate would be 240 more, hidden among thousands.
    assert abs(counted[MANY] - counted[FEW]) < MANY - FEW, counted


def test_calls_do_not_grow_with_replicates_that_are_misled():
    counted = calls_of(ts.loads(MISLED))
    assert 0.5 < counted[MANY] / counted[FEW] < 2, counted
    assert abs(counted[MANY] - counted[FEW]) < MANY - FEW, counted


def test_a_loop_over_replicates_is_noticed(monkeypatch):
    plain = TTest.analyse

    def looping(self, data, contrasts, rule):
        for row in data.scores[self.outcome][self.visit]:
            statistics.fmean(row.tolist())
        return plain(self, data, contrasts, rule)

    monkeypatch.setattr(TTest, "analyse", looping)
    counted = calls_of_a_batch("simple")
    assert counted[MANY] - counted[FEW] > MANY - FEW, counted


def test_every_method_is_counted():
    load_methods()
    used = {
        (method.stage, method.name)
        for trial in (*(scenario(allocation) for allocation in ALLOCATIONS), ts.loads(MISLED))
        for design in trial.plan.designs
        for method in methods_of(design)
    }
    batched = [stage for stage in STAGES if stage != "decision"]  # made after all batches
    missing = {(stage, name) for stage in batched for name in methods(stage)} - used
    assert not missing, f"add {missing} to the scenarios of tests/contract/test_call_count.py"


def methods_of(design: Design) -> list[Method]:
    named = (design.covariates, design.outcomes, design.missing, design.bias, design.analyses)
    return [
        design.allocation,
        design.decision,
        *(method for mapping in named for method in mapping.values()),
    ]
