"""Checks of arguments that the closed forms share: a ValueError names the argument and the rule."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def positive(name: str, value: ArrayLike) -> Floats:
    """`value` as floats, all finite and above 0."""
    array = np.asarray(value, dtype=float)
    if not np.all((array > 0) & np.isfinite(array)):
        raise ValueError(f"{name} is {value!r}: it must be a number above 0")
    return array


def at_least(name: str, value: ArrayLike, least: float) -> Floats:
    """`value` as floats, none below `least` (infinity is allowed)."""
    array = np.asarray(value, dtype=float)
    if not np.all(array >= least):
        raise ValueError(f"{name} is {value!r}: it must be at least {least:g}")
    return array


def finite(name: str, value: ArrayLike) -> Floats:
    """`value` as floats, none of them missing or infinite."""
    array = np.asarray(value, dtype=float)
    if not np.all(np.isfinite(array)):
        raise ValueError(f"{name} is {value!r}: it must be a finite number")
    return array


def share(name: str, value: ArrayLike) -> Floats:
    """`value` as floats strictly between 0 and 1."""
    array = np.asarray(value, dtype=float)
    if not np.all((array > 0) & (array < 1)):
        raise ValueError(f"{name} is {value!r}: it must lie between 0 and 1, both excluded")
    return array


def correlation(name: str, value: ArrayLike) -> Floats:
    """`value` as floats strictly between -1 and 1."""
    array = np.asarray(value, dtype=float)
    if not np.all(np.abs(array) < 1):
        raise ValueError(f"{name} is {value!r}: it must lie between -1 and 1, both excluded")
    return array


def tail_alpha(alpha: ArrayLike, sides: int) -> Floats:
    """The error rate of one tail: `alpha` shared between the two tails, or all of it in one."""
    if sides not in (1, 2):
        raise ValueError(f"sides is {sides!r}: a test has 1 or 2")
    tail = share("alpha", alpha) / sides
    if np.any(tail > 0.5):
        raise ValueError(f"alpha is {alpha!r}: a one-sided test needs at most 0.5")
    return np.asarray(tail)
