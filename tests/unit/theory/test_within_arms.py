"""Arms that disagree about having changed."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from trialsim.theory.within_arms import false_difference


def test_worst_case_of_two_and_three_arms():
    """Bland and Altman 2011: a half for two arms; three quarters for three; no power is worse."""
    assert false_difference([0.5] * 2) == pytest.approx(0.5)
    assert false_difference([0.5] * 3) == pytest.approx(0.75)
    others = [false_difference([p] * 3) for p in np.linspace(0.01, 0.99, 99)]
    assert max(others) == pytest.approx(0.75)


def test_unequal_arms_match_enumeration():
    power = (0.2, 0.7, 0.9)
    expected = 0.0
    for found in product((0, 1), repeat=3):
        chance = np.prod([p if yes else 1 - p for p, yes in zip(power, found, strict=True)])
        expected += chance * (0 < sum(found) < 3)
    assert false_difference(power) == pytest.approx(expected)


@pytest.mark.parametrize("power", [0.5, [0.5], [0.5, 1.2]])
def test_impossible_arguments_are_refused(power):
    with pytest.raises(ValueError, match="power is"):
        false_difference(power)
