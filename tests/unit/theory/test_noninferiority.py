"""Non-inferiority: directions of the margin and its meaning at the boundary."""

import pytest

from trialsim.theory.noninferiority import noninferiority_power
from trialsim.theory.two_means import t_test_power


def test_at_the_margin_the_test_rejects_at_alpha():
    assert noninferiority_power(40, 60, -0.4, -0.4, alpha=0.025) == pytest.approx(0.025, abs=1e-12)
    assert noninferiority_power(40, 60, 0.4, 0.4, alpha=0.05) == pytest.approx(0.05, abs=1e-12)


def test_the_sign_of_the_margin_mirrors_the_direction():
    higher_is_better = noninferiority_power(50, 50, 0.1, -0.4, 1.2)
    lower_is_better = noninferiority_power(50, 50, -0.1, 0.4, 1.2)
    assert higher_is_better == lower_is_better
    assert noninferiority_power(50, 50, -0.1, -0.4, 1.2) < higher_is_better


def test_no_true_difference_is_a_superiority_test_of_the_margin():
    expected = t_test_power(80, 80, 0.3, 1.0, 0.025, sides=1)
    assert noninferiority_power(80, 80, 0.0, -0.3) == pytest.approx(expected, abs=1e-15)


def test_worse_than_the_margin_rejects_less_than_alpha():
    assert noninferiority_power(50, 50, -0.9, -0.4) < 1e-4


def test_a_margin_without_direction_is_refused():
    with pytest.raises(ValueError, match="margin"):
        noninferiority_power(50, 50, 0.0, 0.0)
