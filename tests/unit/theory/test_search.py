"""Searches for sizes and differences: published answers, laws that wave, and refusals."""

import numpy as np
import pytest

from trialsim.theory.search import (
    UnreachableError,
    detectable_difference,
    smallest_sizes,
    split_total,
    treatment_arm,
)
from trialsim.theory.two_means import t_test_power


def power_at(difference, sd=1.0):
    return lambda n0, n1: t_test_power(n0, n1, difference, sd)


@pytest.mark.parametrize(
    ("difference", "sd", "power", "per_arm"),
    [(0.5, 1, 0.8, 64), (0.5, 1, 0.9, 86), (0.2, 1, 0.8, 394), (2, 5.5, 0.8, 120),
     (2, 5.5, 0.9, 160), (0.3, 1, 0.8, 176)],
)  # fmt: skip
def test_smallest_sizes_match_published_values(difference, sd, power, per_arm):
    assert smallest_sizes(power_at(difference, sd), power) == (per_arm, per_arm)


def test_sizes_of_two_to_one_match_r():
    """pwr and rpact for d 0.2, power 0.8: 295 and 590 before rounding up (294.97, 589.95)."""
    assert smallest_sizes(power_at(0.2), 0.8, ratio=2) == (295, 590)


@pytest.mark.parametrize("threshold", [2, 3, 17, 100, 4_097, 123_457, 9_999_999])
def test_a_step_is_found_to_the_patient(threshold):
    sizes = smallest_sizes(lambda n0, n1: np.where(n0 >= threshold, 1.0, 0.0), 0.5)
    assert sizes == (threshold, threshold)


def test_the_first_of_two_ways_up_is_found():
    """A law that rises above the target from 40 to 90 and, for good, from 1,000 on."""

    def law(n0, n1):
        return np.where(((n0 >= 40) & (n0 <= 90)) | (n0 >= 1_000), 0.9, 0.1)

    assert smallest_sizes(law, 0.8) == (40, 40)


def test_a_target_that_no_size_reaches_is_refused_with_the_best():
    with pytest.raises(UnreachableError, match=r"0\.9 is not reached") as caught:
        smallest_sizes(lambda n0, n1: 0.8 - 1 / n0 - n0 / 1e6, 0.9)
    # 1 / n + n / 10^6 is least at 1,000.
    assert caught.value.best == pytest.approx(0.798, abs=2e-6)
    assert caught.value.at == pytest.approx(1_000, rel=0.03)


def test_a_law_without_a_number_stops_the_search():
    def law(n0, n1):
        return np.where(n0 > 50, np.nan, 0.1)

    with pytest.raises(ArithmeticError, match="51"):
        smallest_sizes(law, 0.8, least=51)


def test_large_arms_have_a_power():
    """d 0.5 with 1,000 an arm, where the noncentral t of scipy.stats is not a number."""
    value = t_test_power(1000, 1000, 0.5)
    assert 1 - 1e-9 < value <= 1
    assert smallest_sizes(power_at(0.5), 1 - 1e-12)[0] < 1000


def test_detectable_difference_matches_published_values():
    found = detectable_difference(lambda d: t_test_power(65, 64, d), 0.8, 0.1)
    assert found == pytest.approx(0.497, abs=5e-4)
    # Cohen 1988: 64 an arm detect d 0.5, 394 d 0.2, just.
    assert 0.498 < detectable_difference(lambda d: t_test_power(64, 64, d), 0.8, 1) < 0.5
    assert 0.1997 < detectable_difference(lambda d: t_test_power(394, 394, d), 0.8, 1e-3) < 0.2


@pytest.mark.parametrize("start", [1e-6, 1.0, 1e6])
def test_detectable_difference_does_not_depend_on_the_first_guess(start):
    found = detectable_difference(lambda d: t_test_power(65, 64, d, 5.5), 0.8, start)
    assert found == pytest.approx(5.5 * 0.49711574, rel=1e-7)


def test_a_difference_beyond_the_largest_is_refused():
    with pytest.raises(UnreachableError) as caught:
        detectable_difference(lambda d: t_test_power(5, 5, d), 0.8, 0.1, most=0.5)
    assert caught.value.at == 0.5
    with pytest.raises(UnreachableError):
        detectable_difference(lambda d: 0.3, 0.8, 0.1)
    with pytest.raises(ArithmeticError):
        detectable_difference(lambda d: float("nan"), 0.8, 0.1)


@pytest.mark.parametrize(
    ("total", "ratio", "arms"),
    [(129, 1, (65, 64)), (130, 1, (65, 65)), (101, 2, (34, 67)), (90, 0.5, (60, 30)),
     (7, 1 / 3, (5, 2))],
)  # fmt: skip
def test_a_total_is_split_by_its_ratio(total, ratio, arms):
    assert split_total(total, ratio) == arms


def test_the_treatment_arm_is_rounded_up_and_never_too_small():
    assert treatment_arm([3, 4, 30], 1 / 3).tolist() == [2, 2, 10]
    assert treatment_arm([10], 1.55).tolist() == [16]
