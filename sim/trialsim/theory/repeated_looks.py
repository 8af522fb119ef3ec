"""Looks at accumulating data: how often any of them passes its boundary.

Armitage, McPherson and Rowe 1969, doi 10.2307/2343787, by their repeated integration.
"""

import numpy as np
import scipy.special as special
from numpy.typing import ArrayLike

from trialsim.theory import _quadrature, _validate

_NODES = 64


def any_look_rejects(critical: ArrayLike) -> float:
    """Chance without an effect that |z| exceeds `critical` (looks,) at one of equally spaced looks.

    The variance is known; looks are equally spaced in information. Five looks at 1.96 make 0.142.
    """
    limit = np.asarray(_validate.positive("critical", critical))
    if limit.ndim != 1 or not limit.size:
        raise ValueError(f"critical is {critical!r}: give one value for each look")
    inside = limit * np.sqrt(np.arange(1, limit.size + 1))  # of the sum of unit increments
    at, weight = _quadrature.on_interval(-inside[0], inside[0], _NODES)
    mass = weight * _normal(at)  # of the paths that are still inside
    for edge in inside[1:]:
        onward, weight = _quadrature.on_interval(-edge, edge, _NODES)
        mass = weight * (_normal(onward[:, None] - at) @ mass)
        at = onward
    return float(1 - mass.sum())


def equal_boundary(looks: int, level: float = 0.05) -> float:
    """The critical value that is the same at every look and keeps the level (Pocock 1977)."""
    return _calibrated(np.ones(_looks(looks)), level)


def falling_boundary(looks: int, level: float = 0.05) -> float:
    """The last critical value of a boundary that falls with the root of the information and keeps
    the level (O'Brien and Fleming 1979): look k of K has it times sqrt(K / k)."""
    number = _looks(looks)
    return _calibrated(np.sqrt(number / np.arange(1, number + 1)), level)


def _looks(looks: int) -> int:
    if looks != int(looks) or looks < 1:
        raise ValueError(f"looks is {looks!r}: it must be a whole number of at least 1")
    return int(looks)


def _calibrated(shape: np.ndarray, level: float) -> float:
    from scipy.optimize import brentq  # slow to import

    _validate.share("level", level)
    single = -float(special.ndtri(level / 2))
    return float(brentq(lambda c: any_look_rejects(c * shape) - level, single * 0.99, single + 5))


def _normal(x: np.ndarray) -> np.ndarray:
    return np.asarray(np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi))
