"""The answers of the steps: textbook values, published elsewhere or worked out independently.

The expected values are those of the field's papers, or were worked out with other programs; none
comes from the code under test. Simulated answers are compared within 4 Monte Carlo standard errors.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import trialsim as ts
from trialsim.teaching.bench import Bench
from trialsim.teaching.step import Step
from trialsim.teaching.steps import STEPS
from trialsim.teaching.trial import Trial

SCENARIOS = Path(__file__).parents[3] / "scenarios"


@pytest.fixture(scope="module")
def normal_fixture() -> dict[str, Step]:
    """Every step of the trial with normal scores: 64 and 65 patients, SD 5.5, correlation 0.55."""
    bench = Bench(Trial(ts.load(SCENARIOS / "hsieh2006_normal.yaml")))
    return {name: module.make(bench) for name, module in STEPS.items()}


EXACT = [
    # A clinic of mean 8, SD 5, retest 0.6, entry from 10: a bivariate normal integral.
    ("W1", "responders", 0.32, 0.005),
    ("W1", "before", 13.3, 0.05),
    ("W1", "after", 11.2, 0.05),
    # Above average at baseline: sqrt(2 / pi) (1 - 0.55).
    ("W1", "own_improvement_sd", 0.359, 0.0005),
    ("W2", "worth", 4.8, 1e-9),
    # 4.64 - 3.80, in standard errors of 5.5 sqrt(1/64 + 1/65).
    ("W3", "imbalance", 0.84, 1e-9),
    ("W3", "chance", 0.386, 0.0005),
    ("W3", "post", -0.46, 0.005),
    ("W3", "change", 0.38, 0.005),
    ("W3", "ten_rows", 0.401, 0.0005),
    # Noncentral t: the power of the same differences.
    ("W5", "at_010", 0.087, 0.0005),
    ("W5", "at_020", 0.203, 0.0005),
    ("W5", "at_030", 0.394, 0.0005),
    ("W5", "at_050", 0.805, 0.0005),
    ("W5", "post", 0.884, 0.0005),
    ("W5", "at_063", 0.944, 0.0005),
    ("W5", "ancova", 0.964, 0.0005),
    ("W5", "covers", 0.036, 0.0005),
    # Normal shares beyond 12 and 16, means 9.2 and 5.4, SD 5.5.
    ("W6", "first", 5.3, 0.05),
    ("W6", "second", 12, 0.5),
    ("W6", "low", 3.6, 0.05),
    ("W6", "high", 16, 0.5),
    ("W9", "effect_0", 1.425, 1e-9),
    ("W9", "effect_1", 2.05, 1e-9),
    ("W9", "effect_2", 2.675, 1e-9),
    ("W9", "effect_3", 3.8, 1e-9),
    # Normal approximations 31, 56, 79 and 97: the t test lies within 1 of each.
    ("W9", "power_0", 0.31, 0.01),
    ("W9", "power_1", 0.56, 0.01),
    ("W9", "power_2", 0.79, 0.01),
    ("W9", "power_3", 0.97, 0.01),
    ("W10", "share", 0.163, 0.0005),
    ("W10", "reported", 0.78, 0.005),
    ("W10", "planned", 27, 0),
    ("W10", "needed", 176, 0),
    ("W10", "least", 0.61, 0.005),
    ("W11", "power", 0.34, 0.005),
    ("W11", "reported", 2.5, 0.05),
    ("W11", "reach", 0.009, 0.0005),
    ("W11", "z", 3.9, 0.05),
    ("W12", "hit_specific_and_expectation", 0.78, 0.01),
    ("W12", "reach_specific_and_expectation", 0.12, 0.005),
    ("W12", "hit_expectation", 0.884, 0.0005),
    ("W12", "hit_half_specific", 0.54, 0.005),
    ("W12", "reach_half_specific", 0.03, 0.005),
    ("W12", "hit_all_specific", 0.97, 0.005),
    ("W12", "reach_all_specific", 0.5, 1e-9),
    # One therapist in each arm, ICC 0.05, 64 each: 0.3455.
    ("W12", "hit_therapist", 0.3455, 0.003),
    ("W13", "margin", 0.46, 0.005),
]


@pytest.mark.parametrize(("step", "name", "expected", "tolerance"), EXACT)
def test_exact_answers_are_those_of_the_textbooks(normal_fixture, step, name, expected, tolerance):
    assert normal_fixture[step].numbers[name].value == pytest.approx(expected, abs=tolerance)


SIMULATED = [
    # Nine outcomes that correlate 0.6, two visits, three analyses, no effect; the values are
    # simulated elsewhere with the correlation of visits not stated, hence the added 0.01.
    ("W4", "planned", 0.05, 0.0),
    ("W4", "three_analyses", 0.096, 0.01),
    ("W4", "two_visits", 0.168, 0.01),
    ("W4", "all", 0.61, 0.02),
    ("W4", "all_scores", 0.38, 0.01),
    # A fifth lost: by lot, the worst of one arm, or the worst of one and the best of the other.
    ("W7", "share_lost_by_lot", 0.05, 0.0),
    ("W7", "share_worst_leave_one_arm", 0.23, 0.005),
    ("W7", "share_opposite_losses", 0.71, 0.005),
]


@pytest.mark.parametrize(("step", "name", "expected", "rounding"), SIMULATED)
def test_simulated_shares_agree_with_published_ones(normal_fixture, step, name, expected, rounding):
    """4,096 trials and 4 standard errors: a share of 0.5 that is off by 0.03 is found, one of 0.05
    by 0.014; `rounding` is how far the published value is known."""
    found = normal_fixture[step].numbers[name].value
    error = np.sqrt(expected * (1 - expected) / 4096)
    assert found == pytest.approx(expected, abs=4 * error + rounding)


def test_opposite_losses_bias_by_0_45_sd(normal_fixture):
    """The mean of 4,096 estimates with an SD of about 1.1 points is known to 0.017 points; 4 of
    that, and half of the last digit of 0.45 SD."""
    found = normal_fixture["W7"].numbers["bias_opposite_losses"].value
    assert found == pytest.approx(0.45 * 5.5, abs=4 * 0.017 + 0.005 * 5.5)


def test_pooling_what_was_published_overstates_and_all_trials_do_not(normal_fixture):
    """512 literatures with an SD of about 0.04 between them: errors below 0.002 SD."""
    numbers = normal_fixture["W8"].numbers
    assert numbers["everything"].value == pytest.approx(0.20, abs=0.01)
    assert 0.27 < numbers["pooled"].value < 0.35  # 0.31 where sizes are other ones
    assert numbers["noticed"].value < 0.3


def test_bounded_scores_are_simulated_and_say_so():
    bench = Bench(Trial(ts.load(SCENARIOS / "hsieh2006.yaml")))
    found = STEPS["W5"].make(bench).numbers["post"]
    assert "simulated trials" in found.error
    # The RMDQ's comparator has an SD of 6.0 and the arm, near the floor, a smaller one.
    assert 0.85 < found.value < 0.95


def test_no_step_calls_false_alarms_power(normal_fixture):
    """Where nothing works there is no power."""
    for name in ("W4", "W5", "W7"):
        revealed = normal_fixture[name].revealed
        told = " ".join([*revealed.explain, *(answer.text for answer in revealed.answers)])
        assert "power" not in told


def test_every_number_says_how_well_it_is_known(normal_fixture):
    for step in normal_fixture.values():
        for name, found in step.numbers.items():
            assert found.text and found.error, (step.id, name)
