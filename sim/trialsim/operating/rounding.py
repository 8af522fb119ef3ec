"""Numbers for readers, with digits rounded to their Monte Carlo standard error."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal

from trialsim.theory.proportions import wilson_interval

NOT_DEFINED = "–"
"""Stands in a table for a number that does not exist."""

_EXACT_DIGITS = 4
_DIGITS_WITHOUT_ERROR = 2
_NOISE = 1e-12
"""An error below this part of the value is float noise: the value is as good as exact."""


def round_to_error(value: float, mcse: float) -> str:
    """The value to the decimal place to which its error is shown: 0.8034 and 0.004 give `0.803`.

    An exact value (error 0) gets up to 4 significant digits, one whose error is not known 2.
    NaN is an en dash, and so is a value with an infinite error, which supports no digit.
    """
    return _rounded(value, mcse, scale=0)


def with_error(value: float, mcse: float) -> str:
    """Value and error as reports print them: `0.803 (mcse 0.004)`.

    The error has 1 significant digit, or 2 when the first is a 1: `0.8000 (mcse 0.0013)`.
    """
    shown = round_to_error(value, mcse)
    if math.isnan(value):
        return "not defined"
    if not math.isfinite(mcse):
        return f"{shown} (mcse not defined)"
    if mcse == 0 or _is_noise(value, mcse):
        return f"{shown} (mcse 0)"
    return f"{shown} (mcse {_plain(_decimal(mcse), _place(_decimal(mcse)))})"


def percent(share: float, mcse: float) -> str:
    """A share between 0 and 1 as a percentage, decimals chosen by its error: `80.3%`."""
    shown = _rounded(share, mcse, scale=2)
    return shown if shown == NOT_DEFINED else f"{shown}%"


def share_interval(count: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """Wilson interval of the share count / n; NaN when n is 0.

    It has a width where the share is exactly 0 or 1 and the standard error is therefore 0.
    """
    if n == 0 and count == 0:
        return math.nan, math.nan
    lower, upper = wilson_interval(count, n, level)
    return float(lower), float(upper)


def share_text(share: float, mcse: float, n: float) -> str:
    """A share as tables show it, with its error in brackets: `36.1% (0.5)`.

    One of exactly 0 or 1 has the far end of its Wilson interval instead: `0% (to 0.04%)`.
    """
    if math.isnan(share):
        return NOT_DEFINED
    if share in (0, 1):
        lower, upper = share_interval(round(share * n), round(n))
        return f"0% (to {_end(upper)})" if share == 0 else f"100% (from {_end(lower)})"
    return f"{percent(share, mcse)} ({error_text(100 * mcse)})"


def value_text(value: float, mcse: float) -> str:
    """A value as tables show it, with its error in brackets: `-1.402 (0.007)`."""
    if math.isnan(value):
        return NOT_DEFINED
    return f"{round_to_error(value, mcse)} ({error_text(mcse)})"


def error_text(mcse: float) -> str:
    """A Monte Carlo error by itself, to the digits that it deserves."""
    return "0" if mcse == 0 else round_to_error(mcse, mcse)


def _end(share: float) -> str:
    """The end of an interval near 0 or 1, to one digit of its distance from it."""
    distance = 100 * min(share, 1 - share)
    decimals = max(0, math.ceil(-math.log10(distance)))
    return f"{100 * share:.{decimals}f}%"


def frequency_sentence(share: float) -> str:
    """A share as trials out of 100: `69 of 100`; only exactly 0 and 1 are none and all."""
    if math.isnan(share):
        return "not defined"
    if not 0 <= share <= 1:
        raise ValueError(f"a share lies between 0 and 1; this is {share!r}")
    if 0 < share < 0.005:
        return "fewer than 1 of 100"
    if 0.995 < share < 1:
        return "more than 99 of 100"
    count = int(_decimal(share).scaleb(2).to_integral_value(ROUND_HALF_UP))
    return f"{min(count, 99) if share < 1 else count} of 100"


def p_text(p: float, alpha: float = 0.05) -> str:
    """A p value to 2 significant digits without trailing zeros: `p = 0.03`, `p < 0.0001`.

    More digits are shown when rounding would move it from below `alpha` to `alpha`: 0.0496 is
    significant, and `p = 0.05` would say that it is not.
    """
    if math.isnan(p):
        return "p not defined"
    if not 0 <= p <= 1:
        raise ValueError(f"a p value lies between 0 and 1; this is {p!r}")
    if p < 0.0001:
        return "p < 0.0001"
    if 0.995 <= p < 1:
        return "p > 0.99"
    exact = _decimal(p)
    place = exact.adjusted() - 1
    shown = _trimmed(exact, place)
    while p < alpha <= float(shown):
        place -= 1
        shown = _trimmed(exact, place)
    return f"p = {shown}"


def _rounded(value: float, mcse: float, *, scale: int) -> str:
    """`round_to_error` of value and error, both multiplied by 10**scale without float error."""
    if mcse < 0:
        raise ValueError(f"a standard error cannot be negative; this is {mcse!r}")
    if math.isnan(value):
        return NOT_DEFINED
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    if math.isinf(mcse):
        return NOT_DEFINED
    exact = _decimal(value).scaleb(scale)
    if math.isnan(mcse):
        return _plain(exact, exact.adjusted() - _DIGITS_WITHOUT_ERROR + 1) if value else "0"
    if mcse == 0 or _is_noise(value, mcse):
        return _trimmed(exact, exact.adjusted() - _EXACT_DIGITS + 1) if value else "0"
    return _plain(exact, _place(_decimal(mcse).scaleb(scale)))


def _is_noise(value: float, mcse: float) -> bool:
    return mcse < _NOISE * abs(value)


def _decimal(value: float) -> Decimal:
    """The number as Python prints it, so that a written 2.5 rounds as a reader would round it."""
    return Decimal(repr(float(value)))


def _place(error: Decimal) -> int:
    """Power of ten of the last digit shown of an error: 0.0041 gives -3, 0.0013 gives -4.

    The first digit is judged after rounding to two: 0.0196 becomes 0.020 and is shown as 0.02.
    """
    two_digits = error.quantize(Decimal(1).scaleb(error.adjusted() - 1), ROUND_HALF_UP)
    place = error.adjusted()
    return place - 1 if two_digits.scaleb(-place) < 2 else place


def _plain(exact: Decimal, place: int) -> str:
    """Rounded at 10**place, written without an exponent; zero has no sign."""
    rounded = exact.quantize(Decimal(1).scaleb(place), ROUND_HALF_UP)
    return format(rounded if rounded else rounded.copy_abs(), "f")


def _trimmed(exact: Decimal, place: int) -> str:
    """`_plain` without the zeros after the decimal point that say nothing."""
    text = _plain(exact, place)
    return text.rstrip("0").rstrip(".") if "." in text else text
