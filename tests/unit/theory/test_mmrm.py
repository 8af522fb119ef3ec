"""Sizes with loss over time: limits that have a simpler formula."""

import numpy as np
import pytest

from trialsim.theory.mmrm import information_loss, mmrm_size_per_arm

CORRELATION = np.array([[1, 0.5, 0.5], [0.5, 1, 0.5], [0.5, 0.5, 1]])


def test_without_loss_it_is_the_textbook_formula():
    """2 (1.959964 + 0.841621)^2 / d^2 an arm."""
    expected = 2 * (1.959963984540054 + 0.8416212335729143) ** 2 / 0.5**2
    assert mmrm_size_per_arm(0.5, 1.0, CORRELATION, [1, 1, 1]) == pytest.approx(expected)
    assert mmrm_size_per_arm(-5, 10, CORRELATION, [1, 1, 1]) == pytest.approx(expected)


def test_uncorrelated_visits_tell_nothing_about_the_last():
    assert information_loss(np.eye(3), [1, 0.9, 0.8]) == pytest.approx(1 / 0.8, rel=1e-12)


def test_correlated_visits_win_back_some_of_the_loss():
    """Two visits, r 0.5, a fifth lost: 1 / (1 - r^2) by the missing share, (1 - 0.2 r^2) / 0.8."""
    pair = [[1, 0.5], [0.5, 1]]
    assert information_loss(pair, [1, 0.8]) == pytest.approx((1 - 0.2 * 0.25) / 0.8, rel=1e-12)
    assert 1 < information_loss(CORRELATION, [1, 0.9, 0.8]) < 1.25


@pytest.mark.parametrize(
    ("correlation", "retention", "name"),
    [(CORRELATION, [1, 0.9], "row"), (np.eye(2), [0.8, 0.9], "rise"), (np.eye(2), [1, 0], "above")],
)
def test_impossible_losses_are_refused(correlation, retention, name):
    with pytest.raises(ValueError, match=name):
        information_loss(correlation, retention)


def test_no_difference_has_no_size():
    with pytest.raises(ValueError, match="difference"):
        mmrm_size_per_arm(0.0, 1.0, CORRELATION, [1, 1, 1])
