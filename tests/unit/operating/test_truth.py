"""Exact truths of contrasts against closed forms and an independent law of bounded scores."""

from math import sqrt

import numpy as np
import pytest
from scipy import stats

from trialsim.core.stages import Effect
from trialsim.operating.truth import TrueContrast
from trialsim.outcomes.bounded_integer import BoundedInteger
from trialsim.outcomes.repeated_normal import RepeatedNormal
from verification.bounded_law import Score, joint

VISITS = ("baseline", "after")
RHO = 0.55


def contrast(outcome, difference, sd=None):
    effect = Effect(difference=((0.0, 0.0), (0.0, difference)), sd=((None, None), (None, sd)))
    return TrueContrast(outcome, VISITS, effect, (1, 0), lambda first, second: RHO)


NORMAL = RepeatedNormal(mean=(10.45, 9.2), sd=(5.0, 5.5), correlation=RHO)
BEFORE, AFTER = Score(0, 24, 10.45, 5.0), Score(0, 24, 9.2, 5.5)
BOUNDED = BoundedInteger(max=24, mean=(10.45, 9.2), sd=(5.0, 5.5), correlation=RHO)


def test_shares_of_normal_scores():
    truth = contrast(NORMAL, -3.8, 4.0)
    found = truth.shares_above("after", 12, inclusive=False)
    assert found == pytest.approx([stats.norm.sf(12, 5.4, 4.0), stats.norm.sf(12, 9.2, 5.5)])


def test_shares_of_changes_of_normal_scores():
    truth = contrast(NORMAL, -3.8, 4.0)
    found = truth.shares_above("after", -5, inclusive=True, from_visit="baseline")
    expected = [
        stats.norm.sf(-5, mean - 10.45, sqrt(sd**2 + 25 - 2 * RHO * sd * 5))
        for mean, sd in ((5.4, 4.0), (9.2, 5.5))
    ]
    assert found == pytest.approx(expected, abs=1e-9)


def test_superiority_of_normal_scores():
    truth = contrast(NORMAL, -3.8, 4.0)
    expected = stats.norm.cdf(-3.8 / sqrt(16 + 5.5**2))
    assert truth.superiority("after") == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("inclusive", [True, False])
def test_shares_of_bounded_scores(inclusive):
    found = contrast(BOUNDED, -3.8).shares_above("after", 12, inclusive=inclusive)
    cut = 12 if inclusive else 13
    expected = [s.probabilities[cut:].sum() for s in (AFTER.moved(-3.8), AFTER)]
    assert found == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("inclusive", [True, False])
def test_shares_of_changes_of_bounded_scores(inclusive):
    truth = contrast(BOUNDED, -3.8)
    found = truth.shares_above("after", -5, inclusive=inclusive, from_visit="baseline")
    change = AFTER.values - BEFORE.values[:, None]
    counted = change >= -5 if inclusive else change > -5
    expected = [joint(BEFORE, s, RHO)[counted].sum() for s in (AFTER.moved(-3.8), AFTER)]
    assert found == pytest.approx(expected, abs=1e-8)


def test_superiority_of_bounded_scores():
    first, second = AFTER.moved(-3.8).probabilities, AFTER.probabilities
    below = np.cumsum(second) - second / 2
    found = contrast(BOUNDED, -3.8).superiority("after")
    assert found == pytest.approx(first @ below, abs=1e-9)


def test_tenths_that_binary_numbers_round_are_at_the_cut():
    items = BoundedInteger(min=1, max=7, step=0.1, mean=(4, 4), sd=(1, 1))
    for cut in (3.3, 4.7, 5.9):
        at = contrast(items, 0.0).shares_above("after", cut, inclusive=True)[0]
        beyond = contrast(items, 0.0).shares_above("after", cut, inclusive=False)[0]
        score = Score(1, 7, 4, 1, 0.1)
        chance = score.probabilities[round((cut - 1) / 0.1)]
        assert at - beyond == pytest.approx(chance, abs=1e-9)


def test_a_cut_beyond_the_scale_is_never_or_always_passed():
    truth = contrast(BOUNDED, -1.0)
    assert truth.shares_above("after", 24, inclusive=False) == (0, 0)
    assert truth.shares_above("after", 0, inclusive=True) == (1, 1)
