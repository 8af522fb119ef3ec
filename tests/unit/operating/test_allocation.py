"""Balance and guesses of an allocation: by hand on short sequences, and against closed forms."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest

import trialsim as ts
from trialsim.operating.allocation import (
    AllocationCharacteristics,
    allocation_characteristics,
    convergence_guesses,
    imbalance_over_time,
    imbalance_within,
    informed_guesses,
)
from trialsim.theory.allocation import (
    biased_coin_imbalance_law,
    correct_guess_fraction,
    simple_mean_imbalance,
)

TRIAL = """
format: 1
design:
  arms: {{control: {{n: {n}}}, treatment: {{n: {n}}}}}
  visits_weeks: {{after: 4}}
cohort:
  covariates:
    sex: {{distribution: bernoulli, share: 0.5}}
allocation: {allocation}
outcomes:
  score: {{method: repeated_normal, mean: 0, sd: 1}}
analyses:
  t_test: {{method: t_test, outcome: score, visit: after}}
vary: {{design.n_total: [40, 200]}}
"""


def found(allocation: str, n: int = 64) -> tuple[AllocationCharacteristics, dict]:
    plan = ts.loads(TRIAL.format(allocation=allocation, n=n)).plan
    result = allocation_characteristics(plan)
    assert result.replicates == 4096
    return result, {row.measure: row for row in result.rows}


def arm_of(text: str) -> np.ndarray:
    return np.array([[int(sign) for sign in text]], dtype=np.int8)


def test_guesses_by_hand():
    # Tie, behind (wrong), behind, behind, tie: coins count one half.
    assert convergence_guesses(arm_of("00110"), (1, 1)).tolist() == [[0.5, 0, 1, 1, 0.5]]
    # 2:1: the larger arm first, then whichever is further behind its share.
    assert convergence_guesses(arm_of("0010"), (2, 1)).tolist() == [[1, 0, 1, 1]]
    stratum = np.array([[0, 1, 0, 0, 0, 0]])
    right = informed_guesses(arm_of("000110"), (1, 1), 4, stratum)
    assert right.tolist() == [[0.5, 0.5, 0, 1, 1, 0.5]]


def test_imbalance_by_hand():
    assert imbalance_over_time(arm_of("0011"), (1, 1)).tolist() == [[1, 2, 1, 0]]
    assert imbalance_over_time(arm_of("001"), (2, 1))[0, 2] == 0
    level = np.array([[0, 1, 0, 1]], dtype=np.int8)
    assert imbalance_within(arm_of("0101"), (1, 1), level).tolist() == [2]


def assert_near(row, exact: float) -> None:
    assert abs(row.value - exact) <= 4 * row.mcse, (row, exact)


@pytest.mark.parametrize("block", [2, 4, 6])
def test_guesses_of_blocks_match_enumeration(block):
    _, rows = found(f"{{method: permuted_blocks, block_sizes: {block}}}")
    exact = correct_guess_fraction((block // 2,) * 2, 128)
    assert_near(rows["guessed_right"], exact)
    assert_near(rows["guessed_right_knowing_blocks"], exact)
    assert rows["imbalance_during"].largest == block // 2


def test_simple_and_biased_coin_match_their_laws():
    result, rows = found("simple")
    assert result.method == "simple"
    assert_near(rows["guessed_right"], 0.5)
    assert_near(rows["imbalance_end"], simple_mean_imbalance(128))
    _, rows = found("biased_coin")
    law = biased_coin_imbalance_law(128, 2 / 3)
    assert_near(rows["imbalance_end"], float(law @ np.arange(law.size)))
    # Right with 2/3 unless the arms are equal, and then with 1/2.
    equal = [biased_coin_imbalance_law(max(k, 1), 2 / 3)[0] if k else 1.0 for k in range(128)]
    assert_near(rows["guessed_right"], float(np.mean([e / 2 + (1 - e) * 2 / 3 for e in equal])))
    assert rows["guessed_right"].mcse < 0.01 / sqrt(10)


def test_strata_hide_the_next_arm_from_who_ignores_them():
    _, rows = found("{method: stratified_blocks, strata: [sex]}")
    assert rows["guessed_right"].value < rows["guessed_right_knowing_blocks"].value - 0.05
    assert rows["imbalance_within.sex"].largest <= 2
    assert [row.is_share for row in rows.values()] == [True, True, False, False, False]


def test_block_sizes_taken_at_random_are_not_known():
    _, rows = found("{method: permuted_blocks, block_sizes: [4, 6]}")
    assert "guessed_right_knowing_blocks" not in rows


def test_the_stated_size_is_told_not_a_larger_one():
    """Sizes share their patients, so the largest is what is simulated."""
    _, rows = found("{method: permuted_blocks, block_sizes: 12}", n=3)
    assert rows["imbalance_end"].value > 0
    assert rows["imbalance_end"].largest <= 6
