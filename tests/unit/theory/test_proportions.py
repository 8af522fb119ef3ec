"""Binomial intervals: what defines each of them, and the ends of the scale."""

import numpy as np
import pytest
import scipy.special as special

from trialsim.theory.proportions import clopper_pearson_interval, wilson_interval


@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
@pytest.mark.parametrize(("successes", "n"), [(1, 10), (7, 20), (499, 500)])
def test_wilson_limits_are_where_the_score_test_just_rejects(successes, n, level):
    z = special.ndtri((1 + level) / 2)
    for limit, sign in zip(wilson_interval(successes, n, level), (1, -1), strict=True):
        score = (successes / n - limit) / np.sqrt(limit * (1 - limit) / n)
        assert score == pytest.approx(sign * z, rel=1e-9)


@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
@pytest.mark.parametrize(("successes", "n"), [(1, 10), (7, 20), (499, 500)])
def test_clopper_pearson_limits_leave_half_of_alpha_beyond_the_count(successes, n, level):
    lower, upper = clopper_pearson_interval(successes, n, level)
    tail = (1 - level) / 2
    assert special.bdtrc(successes - 1, n, lower) == pytest.approx(tail, rel=1e-9)
    assert special.bdtr(successes, n, upper) == pytest.approx(tail, rel=1e-9)


def test_none_and_all_end_at_0_and_1():
    """Clopper-Pearson: 1 - 0.025^(1/n), close to 3.7 / n; Wilson: z^2 / (n + z^2)."""
    lower, upper = clopper_pearson_interval([0, 100], 100)
    assert (lower[0], upper[1]) == (0.0, 1.0)
    assert upper[0] == pytest.approx(1 - 0.025**0.01, rel=1e-12)
    assert lower[1] == pytest.approx(0.025**0.01, rel=1e-12)
    lower, upper = wilson_interval([0, 100], 100)
    assert (lower[0], upper[1]) == (0.0, 1.0)
    assert upper[0] == pytest.approx(1.959963984540054**2 / (100 + 1.959963984540054**2))
    assert lower[1] == pytest.approx(1 - upper[0], rel=1e-12)


def test_a_single_participant_is_allowed():
    assert clopper_pearson_interval(1, 1) == pytest.approx((0.025, 1.0), rel=1e-12)
    assert clopper_pearson_interval(0, 1) == pytest.approx((0.0, 0.975), rel=1e-12)


@pytest.mark.parametrize("interval", [wilson_interval, clopper_pearson_interval])
@pytest.mark.parametrize(
    ("arguments", "name"),
    [((-1, 10), "successes"), ((11, 10), "successes"), ((0, 0), "n is"), ((1, 2, 1.0), "level")],
)
def test_impossible_counts_are_refused_by_name(interval, arguments, name):
    with pytest.raises(ValueError, match=name):
        interval(*arguments)
