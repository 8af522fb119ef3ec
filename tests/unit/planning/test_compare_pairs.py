"""Paired differences: their errors, who is told apart, and how many replicates it would take."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.random import Generator, Philox

from trialsim.planning.compare.pairs import FEWEST_DISAGREEING, paired_means, paired_shares


def shares(both: int, only_first: int, only_other: int, neither: int):
    first = np.array([True] * both + [True] * only_first + [False] * (only_other + neither))
    other = np.array([True] * both + [False] * only_first + [True] * only_other + [False] * neither)
    return first, other


def test_the_error_of_shares_is_that_of_their_differences():
    first, other = shares(500, 30, 70, 400)
    found = paired_shares(first, other)
    change = other.astype(float) - first
    assert found.difference == pytest.approx(change.mean())
    assert found.error == pytest.approx(change.std() / np.sqrt(1000))
    p, q = 0.53, 0.57
    assert found.unpaired_error == pytest.approx(np.sqrt((p * (1 - p) + q * (1 - q)) / 1000))
    assert (found.first, found.other, found.n_pairs) == (p, q, 1000)


def test_the_error_of_means_is_that_of_their_differences():
    generator = Generator(Philox(1))
    first = generator.standard_normal(500)
    other = first + 0.1 * generator.standard_normal(500)
    found = paired_means(first, other)
    assert found.difference == pytest.approx(np.mean(other - first))
    assert found.error == pytest.approx(np.std(other - first, ddof=1) / np.sqrt(500))
    assert found.unpaired_error > 5 * found.error


def test_what_is_identical_differs_by_exactly_nothing():
    first, _ = shares(500, 30, 70, 400)
    for found in (paired_shares(first, first), paired_means(first * 0.1, first * 0.1)):
        assert (found.difference, found.error) == (0.0, 0.0)
        assert found.is_equal and not found.is_told_apart
        assert np.isnan(found.replicates_for(found.difference))


def test_a_constant_difference_is_told_apart():
    found = paired_means(np.full(5, 60.0), np.full(5, 129.0))
    assert (found.difference, found.error, found.is_told_apart) == (69.0, 0.0, True)


@pytest.mark.parametrize("n", range(1, FEWEST_DISAGREEING + 1))
def test_a_few_disagreements_tell_nothing(n):
    """All n disagree the same way: by luck with chance 2/2^n, above 5 in 100 up to n = 5."""
    found = paired_shares(*shares(0, 0, n, 1000 - n))
    assert found.is_told_apart == (2 / 2**n < 0.05)


def test_infinite_widths_are_left_out_of_both():
    first = np.array([1.0, np.inf, 3.0, np.nan])
    other = np.array([2.0, 5.0, np.inf, 1.0])
    found = paired_means(first, other)
    assert (found.n_pairs, found.first, found.other) == (1, 1.0, 2.0)
    assert np.isnan(found.error) and not found.is_told_apart


def test_without_pairs_nothing_is_known():
    nothing = np.array([])
    for found in (paired_means(nothing, nothing), paired_shares(nothing > 0, nothing > 0)):
        assert found.n_pairs == 0 and np.isnan(found.difference) and not found.is_told_apart


def test_the_number_of_replicates_tells_such_a_difference_apart_in_80_of_100():
    """Claim: with `replicates_for(d)` replicates a true difference of d is told apart in 80 of 100
    comparisons. Exact 0.80 for a normal difference; 4,000 comparisons, tolerance 4 standard errors
    (0.025): the number without the 0.84 (50 of 100), or with 1.28 (90 of 100), would be found."""
    first, other = shares(500, 60, 90, 350)
    found = paired_shares(first, other)
    n = int(found.replicates_for(found.difference))
    generator = Generator(Philox(3))
    counts = generator.multinomial(n, [0.5, 0.06, 0.09, 0.35], size=4_000)
    told = [paired_shares(*shares(*row)).is_told_apart for row in counts]
    assert abs(np.mean(told) - 0.80) <= 4 * np.sqrt(0.8 * 0.2 / 4_000)
