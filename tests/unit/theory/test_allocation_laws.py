"""Allocation laws against enumeration of every sequence and published formulas."""

from itertools import permutations, product
from math import comb

import numpy as np
import pytest

from trialsim.theory import allocation


def orders_of(block):
    """Every distinct order of a block, each equally likely."""
    arms = [arm for arm, count in enumerate(block) for _ in range(count)]
    return sorted(set(permutations(arms)))


@pytest.mark.parametrize("p", [0.5, 0.3])
def test_simple_law_matches_all_sequences(p):
    sums = np.array([sum(sequence) for sequence in product((0, 1), repeat=9)])
    chance = p**sums * (1 - p) ** (9 - sums)
    law = [chance[sums == k].sum() for k in range(10)]
    np.testing.assert_allclose(allocation.simple_arm_size_law(9, p), law, rtol=1e-12)
    imbalance = np.abs(2 * sums - 9)
    assert allocation.simple_mean_imbalance(9, p) == pytest.approx(chance @ imbalance)
    expected = chance[imbalance >= 5].sum()
    assert allocation.simple_imbalance_probability(9, 5, p) == pytest.approx(expected)


def test_simple_law_of_a_large_trial_adds_up():
    assert allocation.simple_arm_size_law(20_000, 0.4).sum() == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize("block", [(2, 2), (1, 2), (3, 1), (2, 1, 1)])
@pytest.mark.parametrize("left_over", [0, 1, 2, 3])
def test_last_block_law_matches_all_orders(block, left_over):
    n = 3 * sum(block) + left_over % sum(block)
    drawn = n % sum(block)
    firsts = [order[:drawn].count(0) for order in orders_of(block)]
    sizes, chances = allocation.permuted_block_arm_size_law(n, block)
    assert set(sizes) == {3 * block[0] + k for k in firsts}
    for size, chance in zip(sizes, chances, strict=True):
        expected = firsts.count(size - 3 * block[0]) / len(firsts)
        assert chance == pytest.approx(expected, abs=1e-15)


@pytest.mark.parametrize("block", [(2, 2), (3, 3), (1, 2), (4, 2), (2, 2, 2)])
def test_number_of_blocks_matches_all_orders(block):
    assert allocation.n_distinct_blocks(block) == len(orders_of(block))


@pytest.mark.parametrize("block", [(1, 1), (2, 2), (3, 3)])
def test_largest_imbalance_matches_all_orders(block):
    steps = [np.cumsum([1 - 2 * arm for arm in order]) for order in orders_of(block)]
    assert allocation.largest_imbalance(block) == np.abs(steps).max()


@pytest.mark.parametrize("block", [(2, 2), (3, 3), (1, 2), (4, 2), (2, 2, 2), (1, 1, 2)])
def test_guess_fraction_matches_all_orders(block):
    """A guesser who names the first of the arms with most places left, scored on every order."""
    right = []
    for order in orders_of(block):
        left = list(block)
        score = []
        for arm in order:
            score.append(left.index(max(left)) == arm)
            left[arm] -= 1
        right.append(score)
    by_place = np.mean(right, axis=0)
    assert allocation.correct_guess_fraction(block) == pytest.approx(by_place.mean())
    n = 2 * by_place.size + 1
    expected = (2 * by_place.sum() + by_place[0]) / n
    assert allocation.correct_guess_fraction(block, n) == pytest.approx(expected)


@pytest.mark.parametrize("half", [1, 2, 5, 20])
def test_guess_fraction_matches_blackwell_and_hodges(half):
    """Their closed form: half + (4^half / C(2 half, half) - 1) / 2 right guesses a block."""
    expected = (half + (4**half / comb(2 * half, half) - 1) / 2) / (2 * half)
    assert allocation.correct_guess_fraction((half, half)) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("bias", [0.5, 2 / 3, 0.9, 1.0])
def test_biased_coin_law_matches_all_sequences(bias):
    n = 8
    law = np.zeros(n + 1)
    for sequence in product((1, -1), repeat=n):
        chance, position = 1.0, 0
        for step in sequence:
            towards = bias if position * step < 0 else 1 - bias
            chance *= 0.5 if position == 0 else towards
            position += step
        law[abs(position)] += chance
    np.testing.assert_allclose(allocation.biased_coin_imbalance_law(n, bias), law, atol=1e-14)


def test_a_fair_coin_is_simple_randomisation():
    law = allocation.biased_coin_imbalance_law(30, 0.5)
    mean = allocation.simple_mean_imbalance(30)
    assert law @ np.arange(31) == pytest.approx(mean, rel=1e-12)


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: allocation.simple_arm_size_law(0), "n is"),
        (lambda: allocation.simple_arm_size_law(10, 1.0), "p is"),
        (lambda: allocation.biased_coin_imbalance_law(10, 0.4), "bias_probability"),
        (lambda: allocation.permuted_block_arm_size_law(10, (2,)), "block"),
        (lambda: allocation.permuted_block_arm_size_law(10, (2, 0)), "block"),
        (lambda: allocation.permuted_block_arm_size_law(-1, (2, 2)), "n is"),
        (lambda: allocation.largest_imbalance((1, 2)), "block"),
        (lambda: allocation.correct_guess_fraction((2, 2), 0), "n is"),
    ],
)
def test_impossible_designs_are_refused_by_name(call, name):
    with pytest.raises(ValueError, match=name):
        call()
