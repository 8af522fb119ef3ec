import pytest

from trialsim.plots.base.words import (
    decimals_of,
    error_of_100,
    exact,
    half_width,
    listed,
    number,
    per_100,
    plain,
    supported,
)


@pytest.mark.parametrize(
    ("share", "mcse", "text"),
    [
        (0.2361, 0.004, "24"),
        (0.2361, 0.03, "about 24"),
        (0.0, 0.0, "0"),
        (0.0004, 0.0002, "fewer than 1"),
        (0.9996, 0.0002, "more than 99"),
        (1.0, 0.0, "100"),
    ],
)
def test_a_share_is_a_frequency_and_only_none_and_all_are_0_and_100(share, mcse, text):
    assert per_100(share, mcse) == text


def test_a_number_shows_no_more_decimals_than_its_error_supports():
    # (mcse, most decimals wanted): 0.02 moves the second decimal, 0.3 the first.
    assert supported(0.02, most=1) == 1
    assert supported(0.02, most=3) == 1
    assert supported(0.3, most=2) == 0
    assert supported(0.0, most=2) == 2


def test_numbers_have_a_real_minus_and_zero_has_none():
    assert number(-2.46, 1) == "−2.5"
    assert number(-0.02, 1) == "0.0"
    assert exact(-1.4) == "−1.4"
    assert exact(-0.0) == "0"


def test_decimals_follow_the_scale_of_the_outcome():
    assert [decimals_of(scale) for scale in (77.0, 1.9, 0.19)] == [0, 1, 2]


def test_names_and_lists_read_as_prose():
    assert plain("large_trials") == "large trials"
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"]) == "a, b and c"


def test_a_share_of_all_trials_still_has_an_error():
    assert half_width(0.0, 200) == pytest.approx(3.84 / 203.84, rel=1e-3)
    assert half_width(0.01, 200) == pytest.approx(0.0196)
    assert error_of_100(0.0087) == "±0.9 in 100"
    assert error_of_100(0.062) == "±6 in 100"
