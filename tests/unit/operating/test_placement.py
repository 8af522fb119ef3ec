"""Where a published estimate falls among simulated ones: counts, ties, failures, errors."""

from __future__ import annotations

import math

import numpy as np
import pytest

from trialsim.operating.placement import Placement, place


def test_estimates_are_counted_on_both_sides_and_ties_on_each():
    placed = place(np.array([-3.0, -2.0, -2.0, -1.0, 4.0]), -2.0)
    assert placed == Placement(n=5, at_or_below=3, at_or_above=4)


def test_failed_analyses_are_left_out():
    placed = place(np.array([np.nan, -3.0, np.inf, 1.0, np.nan]), 0.0)
    assert placed == Placement(n=2, at_or_below=1, at_or_above=1)


@pytest.mark.parametrize(("side", "share"), [(-1, 0.3), (1, 0.8)])
def test_a_share_has_the_error_of_a_proportion(side, share):
    value, mcse = Placement(n=10, at_or_below=3, at_or_above=8).share(side)
    assert value == share
    assert mcse == pytest.approx(math.sqrt(share * (1 - share) / 10))


def test_a_published_value_beyond_every_trial_has_a_share_of_0_and_of_1():
    placed = place(np.array([1.0, 2.0, 3.0]), -4.0)
    assert placed.share(-1) == (0.0, 0.0)
    assert placed.share(1) == (1.0, 0.0)


@pytest.mark.parametrize("estimates", [[], [np.nan, np.nan]])
def test_without_estimates_no_share_exists(estimates):
    placed = place(np.array(estimates, dtype=float), 0.0)
    assert placed.n == 0
    assert all(math.isnan(number) for side in (-1, 1) for number in placed.share(side))


def test_turning_all_signs_round_changes_sides():
    estimates = np.array([-3.0, -2.0, 0.5, 4.0])
    there, back = place(estimates, -2.0), place(-estimates, 2.0)
    assert there.share(-1) == back.share(1)
    assert there.share(1) == back.share(-1)
