"""Searches for a size or a difference that a closed form reaches; they answer rightly or refuse.

A size is the smallest whole one that works, found without trusting that power rises with every
patient: a comparison with few therapists gains patients and loses degrees of freedom. A law that
returns no number stops the search instead of steering it.
"""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from trialsim.theory import _validate
from trialsim.theory._validate import Floats

LARGEST_ARM = 10_000_000
"""Sizes above this are taken as unreachable; no trial has had more."""
_GROWTH = 1.03
"""From one size that is tried to the next: finer than any wave of a power curve."""
_POINTS = 64

Law = Callable[[Floats, Floats], ArrayLike]
"""A value for arrays of (n_control, n_treatment)."""


class UnreachableError(ValueError):
    """No size, or no difference, reaches the target; says how near the best one comes."""

    def __init__(self, target: float, best: float, at: float) -> None:
        self.target, self.best, self.at = target, best, at
        super().__init__(f"{target:g} is not reached: the best is {best:.4g}, at {at:g}")


def treatment_arm(n_control: ArrayLike, ratio: float = 1.0, least: int = 2) -> Floats:
    """`ratio` times the comparator arm, rounded up, and not below `least`."""
    # A ratio of 1/3 times 3 must give 1 and not, after rounding, 2.
    return np.maximum(least, np.ceil(ratio * np.asarray(n_control, dtype=float) - 1e-9))


def split_total(n_total: int, ratio: float = 1.0) -> tuple[int, int]:
    """Whole (n_control, n_treatment) that add up to a total; a tie goes to the comparator."""
    n_treatment = math.floor(n_total * ratio / (1 + ratio) + 0.5 - 1e-9)
    return int(n_total) - n_treatment, n_treatment


def smallest_sizes(
    law: Law, target: float, ratio: float = 1.0, least: int = 2, most: int = LARGEST_ARM
) -> tuple[int, int]:
    """Smallest whole (n_control, n_treatment) at which `law` is at least `target`.

    `law` takes arrays of both sizes and may wave slowly; `least` is the smallest arm. Raises
    UnreachableError, with the best value met, and ArithmeticError if `law` gives no number.
    """
    _validate.positive("ratio", ratio)

    def value(n_control: Floats) -> Floats:
        reached = np.asarray(law(n_control, treatment_arm(n_control, ratio, least)), dtype=float)
        if np.any(np.isnan(reached)):
            where = n_control[np.isnan(reached)][0]
            raise ArithmeticError(f"the closed form has no value at {where:g} patients")
        return np.broadcast_to(reached, n_control.shape)

    steps = math.ceil(math.log(most / least) / math.log(_GROWTH))
    sizes = np.unique(np.minimum(np.ceil(least * _GROWTH ** np.arange(steps + 1)), most))
    best, at, before = -math.inf, float(least), least - 1.0
    for first in range(0, len(sizes), _POINTS):
        tried = sizes[first : first + _POINTS]
        reached = value(tried)
        if (reached >= target).any():
            found = int(np.argmax(reached >= target))
            before = float(tried[found - 1]) if found else before
            return _between(value, target, before, float(tried[found]), ratio, least)
        if reached.max() > best:
            best, at = float(reached.max()), float(tried[reached.argmax()])
        before = float(tried[-1])
    raise UnreachableError(target, best, at)


def _between(
    value: Callable[[Floats], Floats],
    target: float,
    below: float,
    enough: float,
    ratio: float,
    least: int,
) -> tuple[int, int]:
    """The first size above `below` that reaches the target, as `enough` does."""
    while enough - below > 1:
        tried = np.unique(np.ceil(np.linspace(below + 1, enough, _POINTS)))
        found = int(np.argmax(value(tried) >= target))
        below, enough = float(tried[found - 1]) if found else below, float(tried[found])
        if found == 0:
            break
    return int(enough), int(treatment_arm(enough, ratio, least))


def detectable_difference(
    power: Callable[[float], ArrayLike], target: float, start: float, most: float = math.inf
) -> float:
    """Smallest difference above 0 whose `power` is `target`; power must rise with it.

    `start` is a first guess in natural units (a standard error will do) and `most` the largest
    difference possible. Raises UnreachableError when even that has too little power, or no
    difference too much.
    """
    from scipy.optimize import brentq

    def short(difference: float) -> float:
        reached = float(np.asarray(power(difference)))
        if math.isnan(reached):
            raise ArithmeticError(f"the closed form has no value at a difference of {difference:g}")
        return reached - target

    _validate.positive("start", start)
    if short(0.0) >= 0:
        raise UnreachableError(target, short(0.0) + target, 0.0)
    upper = min(start, most)
    while short(upper) < 0:
        if upper >= most or upper > start * 1e9:
            raise UnreachableError(target, short(upper) + target, upper)
        upper = min(2 * upper, most)
    return float(brentq(short, 0.0, upper, xtol=1e-13 * start, rtol=1e-13))
