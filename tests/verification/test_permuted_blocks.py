"""Permuted blocks: balance, equally likely orders, and how well the next arm can be guessed."""

import json
from itertools import permutations
from math import comb, sqrt
from pathlib import Path

import numpy as np
import pytest

from trialsim.theory import allocation
from verification.simulated import (
    arms,
    assert_frequencies_match,
    assert_matches,
    assert_share_matches,
)

REFERENCE = Path(__file__).parents[1] / "reference" / "l_dgp_performance.json"
ROWS = [
    row
    for row in json.loads(REFERENCE.read_text(encoding="utf-8"))
    if row["id"].startswith("permuted_block_")
]
REPLICATES = 5_000


def blocks_of(size: int | list[int]) -> dict[str, object]:
    return {"method": "permuted_blocks", "block_sizes": size}


def imbalance(arm: np.ndarray) -> np.ndarray:
    """Second arm less first after each patient (r, p)."""
    return np.cumsum(2 * arm.astype(int) - 1, axis=1)


def right_guesses(blocks: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Right guesses in each block (b, place) of two arms, naming the arm with more places left."""
    n, size = blocks.shape
    left = np.full((n, 2), size // 2)
    right = np.zeros(n)
    for place in range(size):
        coin = rng.integers(0, 2, n)
        more = np.where(left[:, 1] > left[:, 0], 1, np.where(left[:, 1] < left[:, 0], 0, coin))
        right += more == blocks[:, place]
        left[np.arange(n), blocks[:, place]] -= 1
    assert not left.any()
    return right


def guess_variance(size: int) -> float:
    """Variance of the right guesses in a block, over all its orders and the guesser's coins."""
    certain, ties = [], []
    for order in sorted(set(permutations([0, 1] * (size // 2)))):
        left, right, tied = [size // 2, size // 2], 0, 0
        for arm in order:
            tied += left[0] == left[1]
            right += left[arm] > left[1 - arm]
            left[arm] -= 1
        certain.append(right + tied / 2)
        ties.append(tied)
    return float(np.var(certain) + np.mean(ties) / 4)


@pytest.mark.evidence(
    "allocation.permuted_blocks",
    kind="published",
    claim=(
        "The next allocation is guessed 17/24 of the time with blocks of 4 and 41/60 with "
        "blocks of 6, over 100,000 blocks, to 4 errors (0.002)."
    ),
    source="Blackwell and Hodges 1957, doi 10.1214/aoms/1177706973",
)
@pytest.mark.parametrize(("size", "exact"), [(4, 17 / 24), (6, 41 / 60)])
def test_next_allocation_is_guessed_as_often_as_enumeration_says(size, exact):
    """Claim: who knows the block size and names the arm with more places left in the block (a
    coin when equal) is right 70.8% of the time with blocks of 4 and 68.3% with blocks of 6.
    Exact: 17/24 and 41/60 by enumeration (Blackwell and Hodges 1957). 160,000 and 105,000 blocks;
    tolerance 4 errors by enumeration, 0.002.
    Detects: orders that are not equally likely, blocks that start elsewhere.
    """
    assert allocation.correct_guess_fraction((size // 2,) * 2) == pytest.approx(exact)
    n = 128 if size == 4 else 126
    arm = arms(blocks_of(size), (n // 2, n // 2), REPLICATES, seed=1957)
    blocks = arm.reshape(-1, size)
    found = right_guesses(blocks, np.random.default_rng(28)).mean() / size
    assert_matches(found, exact, sqrt(guess_variance(size) / len(blocks)) / size)


@pytest.mark.evidence(
    "allocation.permuted_blocks",
    kind="exact law",
    claim=(
        "Every block holds the ratio and every order of it is equally likely, seven designs "
        "of two and three arms, 100,000 blocks, chi-square at level 1e-5."
    ),
    source="enumeration of the orders",
)
@pytest.mark.parametrize(
    ("size", "arm_sizes", "per_block"),
    [
        (4, (64, 64), (2, 2)),
        (6, (63, 63), (3, 3)),
        (3, (40, 20), (2, 1)),
        (6, (80, 40), (4, 2)),
        (3, (40, 40, 40), (1, 1, 1)),
        (6, (42, 42, 42), (2, 2, 2)),
        (4, (30, 60, 30), (1, 2, 1)),
    ],
)
def test_orders_of_a_block_are_equally_likely(size, arm_sizes, per_block):
    """Claim: every block holds the ratio exactly and every order of it is equally likely, with
    two and three arms and ratios 1:1, 2:1 and 1:2:1; neighbouring blocks are independent.
    Exact: 6, 20, 3, 15, 6, 90 and 12 orders, uniform; pairs of orders of the first two blocks
    uniform too (where at most 36). 100,000 blocks or more; chi-square at the fixed level 1e-5.
    Detects: an order 4% (of 6) to 25% (of 90) more likely than it should be.
    """
    arm = arms(blocks_of(size), arm_sizes, REPLICATES, seed=4)
    blocks = arm.reshape(REPLICATES, -1, size).astype(int)
    for which, count in enumerate(per_block):
        assert np.all((blocks == which).sum(axis=2) == count)
    code = blocks @ len(per_block) ** np.arange(size)  # (r, block)
    orders, place = np.unique(code, return_inverse=True)
    n_orders = allocation.n_distinct_blocks(per_block)
    assert len(orders) == n_orders
    counts = np.bincount(place.ravel())
    assert counts.sum() >= 100_000
    assert_frequencies_match(counts, np.full(n_orders, 1 / n_orders))
    if n_orders <= 6:
        place = place.reshape(code.shape)
        pairs = np.bincount(place[:, 0] * n_orders + place[:, 1], minlength=n_orders**2)
        assert_frequencies_match(pairs, np.full(n_orders**2, n_orders**-2.0), "pairs")


@pytest.mark.parametrize(("size", "most"), [(2, 1), (4, 2), (6, 3), (8, 4), ([4, 6], 3)])
def test_imbalance_never_exceeds_half_a_block(size, most):
    """Claim: at no time do two arms of 1:1 blocks differ by more than half a (the longest) block.
    Exact: always; the limit itself is reached. 5,000 trials of 129, 645,000 places.
    Detects: any block that is not balanced.
    """
    found = np.abs(imbalance(arms(blocks_of(size), (64, 65), REPLICATES, seed=2)))
    assert found.max() == most


@pytest.mark.evidence(
    "allocation.permuted_blocks",
    kind="R",
    claim="Arm sizes after a last, cut block, 20,000 trials, chi-square at level 1e-5.",
    source="R 4.2.2, hypergeometric law",
)
@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
def test_final_arm_sizes_match_r(row):
    """Claim: sizes after the last, cut block, and the limit of imbalance, as in
    l_dgp_performance.json (R 4.2.2, hypergeometric law).
    Exact: 0.5 and 0.5, or 0.2, 0.6 and 0.2. 20,000 trials; chi-square at the fixed level 1e-5
    (a share off by 0.02 fails); impossible sizes never occur.
    Detects: a last block that is balanced by force.
    """
    n, size = row["inputs"]["n"], row["inputs"]["block_size"]
    # The first n of a larger trial: what follows them has no part in it.
    arm = arms(blocks_of(size), (n, n), 20_000, seed=129)[:, :n]
    expected = row["expected"]
    counts = np.bincount(arm.sum(axis=1, dtype=int), minlength=n + 1)
    listed = expected["final_arm1_count_values"]
    assert counts[listed].sum() == 20_000
    assert_frequencies_match(counts[listed], np.array(expected["final_arm1_count_probs"]))
    assert np.abs(imbalance(arm)).max() == expected["max_abs_imbalance"]
    full = arm[:, : n - n % size].reshape(-1, size)
    guessed = right_guesses(full, np.random.default_rng(n)).mean() / size
    exact = expected["expected_correct_guess_fraction_full_blocks"]
    assert_matches(guessed, exact, sqrt(guess_variance(size) / len(full)) / size)


def balance_law(n: int, sizes: tuple[int, ...]) -> np.ndarray:
    """P(arms equal after k patients), k = 0 to n, when each block takes a size at random."""
    starts = np.zeros(n + 1)
    starts[0] = 1.0
    balanced = np.zeros(n + 1)
    for s in range(n + 1):
        balanced[s] += starts[s]
        for size in sizes:
            chance = starts[s] / len(sizes)
            half = size // 2
            for drawn in range(2, size, 2):
                if s + drawn <= n:
                    ways = comb(half, drawn // 2) ** 2 / comb(size, drawn)
                    balanced[s + drawn] += chance * ways
            if s + size <= n:
                starts[s + size] += chance
    return balanced


@pytest.mark.evidence(
    "allocation.permuted_blocks",
    kind="exact law",
    claim=(
        "Random blocks of 4 and 6 leave the arms equal after k patients as often as renewal "
        "theory says, 20,000 trials, to 4 errors (0.011)."
    ),
    source="renewal over the blocks",
)
def test_random_block_sizes_match_renewal_law():
    """Claim: blocks of 4 and 6 at random, each as likely: every sequence can be cut into balanced
    blocks of 4 or 6 with a rest of at most 5, and the arms are equal after k patients as often
    as that makes them.
    Exact: renewal over the blocks; 0.8 after 4 patients, 0.817 after 6. 20,000 trials of 60;
    tolerance 4 errors, 0.011.
    Detects: sizes taken 55:45 instead of 50:50, one size for a whole trial, sizes in turns.
    """
    n = 60
    balance = imbalance(arms(blocks_of([4, 6]), (30, 30), 20_000, seed=46))
    reached = np.zeros((20_000, n + 1), dtype=bool)
    reached[:, 0] = True
    for k in range(4, n + 1):
        before = reached[:, k - 4] | (reached[:, k - 6] if k >= 6 else False)
        reached[:, k] = before & (balance[:, k - 1] == 0)
    assert np.all(reached[:, n - 5 :].any(axis=1))
    exact = balance_law(n, (4, 6))
    assert exact[4] == pytest.approx(0.8)
    assert exact[6] == pytest.approx(0.5 + 0.25 * (2 / 3 + 3 / 5))
    for k in range(2, n + 1, 2):
        assert_share_matches(balance[:, k - 1] == 0, exact[k], f"after {k}")
