"""Means and sums of squares within arms against NumPy, one trial at a time."""

from dataclasses import replace

import numpy as np
import pytest

from trialsim.kernels.arm_sums import analysed
from trialsim.kernels.within_arms import compare, sum_of_squares
from unit.kernels.trial_data import VARIABLES, rows_of, trial_data


@pytest.mark.parametrize("n_arms", [2, 3])
@pytest.mark.parametrize("sizes", [(40,), (15, 16, 40)])
@pytest.mark.parametrize("is_full", [True, False])
def test_comparison_matches_each_trial_alone(n_arms, sizes, is_full):
    data = trial_data(n_arms, sizes, is_full=is_full)
    who = analysed(data, VARIABLES)
    pairs = [(a, b) for a in range(n_arms) for b in range(n_arms) if a != b]
    for pair in pairs:
        both = compare(data, who, pair, VARIABLES)
        for k, size in enumerate(sizes):
            for r in range(data.arm.shape[0]):
                arm, other = (rows_of(data, VARIABLES, r, size, a) for a in pair)
                assert (both.n[0][k, r], both.n[1][k, r]) == (len(arm), len(other))
                difference = arm.mean(axis=0) - other.mean(axis=0)
                within = sum(len(x) * np.cov(x.T, bias=True) for x in (arm, other))
                found = np.array([[cell[k, r] for cell in row] for row in both.within])
                np.testing.assert_allclose(
                    [d[k, r] for d in both.difference], difference, atol=1e-9
                )
                np.testing.assert_allclose(found, within, rtol=1e-9, atol=1e-8)
                n, squares = sum_of_squares(data, who, pair[0], VARIABLES[1])
                assert n[k, r] == len(arm)
                assert squares[k, r] == pytest.approx(within_one(arm[:, 1]), rel=1e-9)


def within_one(values):
    return np.sum((values - values.mean()) ** 2)


def test_shifts_count_as_part_of_the_scores():
    data = trial_data(3, (40,))
    shifted = replace(data, shifts={("score", "after"): (0.0, 1.5, -2.0)}, memo={})
    for pair, shift in (((1, 0), 1.5), ((2, 0), -2.0), ((2, 1), -3.5)):
        plain, moved = (
            compare(d, analysed(d, VARIABLES), pair, VARIABLES) for d in (data, shifted)
        )
        np.testing.assert_allclose(moved.difference[1] - plain.difference[1], shift, atol=1e-9)
        np.testing.assert_array_equal(moved.difference[0], plain.difference[0])
        np.testing.assert_array_equal(moved.within, plain.within)


def test_an_empty_arm_has_no_mean():
    data = trial_data(2, (40,))
    empty = replace(data, arm=np.zeros_like(data.arm), memo={})
    both = compare(empty, analysed(empty, VARIABLES), (1, 0), VARIABLES)
    assert not both.n[0].any()
    assert np.isnan(both.difference).all()
