"""Numbers needed to treat, as Altman 1998 writes them."""

import math

import pytest

from trialsim.theory.nnt import NumberNeeded


def test_altmans_example_runs_through_infinity():
    needed = NumberNeeded(0.10, -0.05, 0.25)
    assert str(needed) == "NNTB 10 (NNTB 4.0 to infinity to NNTH 20)"
    assert needed.crosses_infinity


def test_a_clear_benefit_has_an_ordinary_interval():
    needed = NumberNeeded(0.2, 0.0524, 0.3339)
    assert str(needed) == "NNTB 5.0 (NNTB 3.0 to NNTB 19)"
    assert needed.limits == pytest.approx((1 / 0.3339, 1 / 0.0524))


def test_harm_is_named():
    assert str(NumberNeeded(-0.2, -0.373, -0.0454)) == "NNTH 5.0 (NNTH 22 to NNTH 2.7)"


def test_no_difference_needs_infinitely_many():
    needed = NumberNeeded(0.0, -0.1, 0.1)
    assert needed.value == math.inf
    assert str(needed) == "infinity (NNTB 10 to infinity to NNTH 10)"


def test_a_benefit_outside_its_interval_is_refused():
    with pytest.raises(ValueError, match="must lie within"):
        NumberNeeded(0.4, 0.1, 0.3)
