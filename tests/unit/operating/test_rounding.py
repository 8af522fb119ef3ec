"""Numbers for readers: no more digits than the error supports, and no misleading ones."""

import math
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from trialsim.operating.rounding import (
    frequency_sentence,
    p_text,
    percent,
    round_to_error,
    share_interval,
    with_error,
)

NAN, INF = math.nan, math.inf


@pytest.mark.parametrize(
    ("value", "mcse", "shown"),
    [
        (0.8034, 0.0041, "0.803 (mcse 0.004)"),
        (0.8, 0.00126, "0.8000 (mcse 0.0013)"),
        (-3.8471, 0.0123, "-3.847 (mcse 0.012)"),
        (1.0, 0.0196, "1.00 (mcse 0.02)"),  # 0.020 once rounded: its first digit is a 2
        (1.0, 0.0096, "1.000 (mcse 0.010)"),
        (128.7, 3.2, "129 (mcse 3)"),
        (1287.0, 32.0, "1290 (mcse 30)"),
        (0.25, 0.04, "0.25 (mcse 0.04)"),
        (2.5, 4.0, "3 (mcse 4)"),  # halves go up, as readers round
        (-0.3, 2.5, "0 (mcse 3)"),  # never -0
        (-0.0004, 0.002, "0.000 (mcse 0.002)"),
        (0.0, 0.02, "0.00 (mcse 0.02)"),
        (0.123456, 0.0, "0.1235 (mcse 0)"),
        (-1.4, 0.0, "-1.4 (mcse 0)"),
        (-0.0, 0.0, "0 (mcse 0)"),
        (200.0, 0.0, "200 (mcse 0)"),
        (0.3, 1e-17, "0.3 (mcse 0)"),  # float noise is not an error
        (-3.847, NAN, "-3.8 (mcse not defined)"),
        (INF, NAN, "∞ (mcse not defined)"),
        (-INF, NAN, "-∞ (mcse not defined)"),
        (NAN, NAN, "not defined"),
        (NAN, 0.1, "not defined"),
    ],
)
def test_value_and_error_end_at_the_same_place(value, mcse, shown):
    assert with_error(value, mcse) == shown
    if not math.isnan(value):
        assert round_to_error(value, mcse) == shown.split(" ")[0]


def test_in_a_table_what_is_not_defined_is_an_en_dash():
    assert round_to_error(NAN, 0.1) == percent(NAN, NAN) == "–"
    assert round_to_error(0.5, INF) == "–"


@given(st.floats(-1e9, 1e9, allow_subnormal=False), st.floats(1e-9, 1e9).filter(lambda x: x > 0))
@example(-1e-12, 1e9)
@example(9.9996, 0.0001)
def test_rounding_moves_a_value_by_less_than_its_error(value, mcse):
    shown = round_to_error(value, mcse)
    assert re.fullmatch(r"-?\d+(\.\d+)?", shown)
    assert not re.fullmatch(r"-0(\.0*)?", shown)
    if mcse < 1e-12 * abs(value):
        return
    assert abs(float(shown) - value) <= 0.501 * mcse + 1e-15 * abs(value)
    error = re.search(r"mcse ([\d.]+)", with_error(value, mcse))[1]
    digits = error.replace(".", "").strip("0")
    assert len(digits) == 1 or (len(digits) == 2 and digits[0] == "1")
    assert len(shown.partition(".")[2]) == len(error.partition(".")[2])


def test_a_negative_error_is_refused():
    with pytest.raises(ValueError, match="negative"):
        with_error(1.0, -0.1)


@pytest.mark.parametrize(
    ("share", "mcse", "shown"),
    [
        (0.803, 0.004, "80.3%"),
        (0.8034, 0.0126, "80.3%"),
        (0.8034, 0.03, "80%"),
        (0.05, 0.0003, "5.00%"),
        (0.29, 0.0, "29%"),  # 100 * 0.29 is 28.999999999999996
        (1.0, 0.0, "100%"),
        (0.0, 0.0, "0%"),
        (0.8, NAN, "80%"),
    ],
)
def test_percentages_take_their_decimals_from_the_error(share, mcse, shown):
    assert percent(share, mcse) == shown


def test_a_share_of_none_or_all_keeps_an_interval():
    lower, upper = share_interval(0, 100)
    assert lower == 0
    # Without events Wilson's limit is z^2 / (n + z^2).
    assert upper == pytest.approx(1.959963984540054**2 / (100 + 1.959963984540054**2))
    assert share_interval(100, 100) == (pytest.approx(1 - upper), 1.0)
    assert all(math.isnan(limit) for limit in share_interval(0, 0))
    with pytest.raises(ValueError):
        share_interval(3, 2)


@pytest.mark.parametrize(
    ("share", "sentence"),
    [
        (0.69, "69 of 100"),
        (0.285, "29 of 100"),
        (0.0, "0 of 100"),
        (0.0001, "fewer than 1 of 100"),
        (0.00499, "fewer than 1 of 100"),
        (0.005, "1 of 100"),
        (0.994, "99 of 100"),
        (0.995, "99 of 100"),  # rounding would make it all of them
        (0.9951, "more than 99 of 100"),
        (1.0, "100 of 100"),
        (NAN, "not defined"),
    ],
)
def test_frequencies_are_out_of_a_hundred(share, sentence):
    assert frequency_sentence(share) == sentence


@pytest.mark.parametrize(
    ("p", "text"),
    [
        (0.03, "p = 0.03"),
        (0.0312, "p = 0.031"),
        (0.2345, "p = 0.23"),
        (0.0496, "p = 0.0496"),
        (0.04996, "p = 0.04996"),
        (0.05, "p = 0.05"),
        (0.0501, "p = 0.05"),
        (0.00012, "p = 0.00012"),
        (0.0001, "p = 0.0001"),
        (0.00009, "p < 0.0001"),
        (0.0, "p < 0.0001"),
        (0.996, "p > 0.99"),
        (1.0, "p = 1"),
        (NAN, "p not defined"),
    ],
)
def test_p_values_stay_on_their_side_of_alpha(p, text):
    assert p_text(p) == text


def test_p_values_stay_on_their_side_of_another_alpha():
    assert p_text(0.0249) == "p = 0.025"
    assert p_text(0.0249, alpha=0.025) == "p = 0.0249"


@pytest.mark.parametrize("wrong", [-0.1, 1.1])
def test_what_is_no_probability_is_refused(wrong):
    for show in (p_text, frequency_sentence):
        with pytest.raises(ValueError, match="between 0 and 1"):
            show(wrong)
