"""Numbers as a protocol prints them."""

from __future__ import annotations


def percent(share: float | None) -> str:
    """A share as a percentage to a tenth: `80.2%`, `5%`; never rounded up to certainty."""
    if share is None:
        return "–"
    if 0.9995 <= share < 1:
        return "over 99.9%"
    return f"{100 * share:.1f}".removesuffix(".0") + "%"


def chance(share: float | None) -> str:
    """A percentage that was worked out, always with its tenth: `80.0%`."""
    shown = percent(share)
    return shown if share is None or "." in shown else f"{100 * share:.1f}%"


def given(value: float) -> str:
    """A number as the user gave it, without the noise of a subtraction."""
    return f"{value:.10g}"


def found(value: float) -> str:
    """A number that was worked out, to three significant digits."""
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"


def points(difference: float) -> str:
    """A difference of shares in percentage points."""
    return f"{100 * difference:.1f}".removesuffix(".0") + " percentage points"


def both(first: int, second: int) -> str:
    """Two arms and their sum."""
    return f"{first:,} + {second:,} = {first + second:,}"


def ratio(value: float) -> str:
    """An allocation ratio, comparator first: `1:2`, `2:1`, `1:1.5`."""
    if value < 1 and abs(1 / value - round(1 / value)) < 1e-9:
        return f"{round(1 / value)}:1"
    return f"1:{value:g}"
