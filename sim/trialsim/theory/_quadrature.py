"""Gauss-Legendre rules for the laws over which a conditional power is averaged.

Each law is written in the variable that makes its density smooth up to the ends (an angle for a
beta law), so that a few dozen nodes reach the accuracy of the noncentral t itself.
"""

from functools import cache

import numpy as np
import scipy.special as special
from numpy.typing import ArrayLike

from trialsim.theory._validate import Floats

# Probability left out at each end of a range: far below double precision of a power.
_LEFT_OUT = 1e-18


@cache
def _legendre(n_nodes: int) -> tuple[Floats, Floats]:
    """Nodes and weights on (0, 1), computed once for each number of nodes."""
    nodes, weights = np.polynomial.legendre.leggauss(n_nodes)
    return (nodes + 1) / 2, weights / 2


def on_interval(lower: ArrayLike, upper: ArrayLike, n_nodes: int) -> tuple[Floats, Floats]:
    """Nodes and weights on `lower` to `upper`; both results have the nodes as a new last axis."""
    nodes, weights = _legendre(n_nodes)
    start = np.asarray(lower, dtype=float)[..., None]
    width = np.asarray(upper, dtype=float)[..., None] - start
    return start + width * nodes, width * weights


def beta_angles(df1: ArrayLike, df2: ArrayLike, n_nodes: int = 48) -> tuple[Floats, Floats]:
    """Angles and probabilities that stand for Beta(df1/2, df2/2), the law of sin(angle)^2.

    In the angle the density is proportional to sin^(df1-1) cos^(df2-1): smooth at both ends for
    whole degrees of freedom, which the beta density itself is not. The probabilities add up to 1
    along the last axis, that of the nodes.
    """
    first, second = np.broadcast_arrays(np.asarray(df1, float), np.asarray(df2, float))
    lower = np.arcsin(np.sqrt(special.betaincinv(first / 2, second / 2, _LEFT_OUT)))
    upper = np.arccos(np.sqrt(special.betaincinv(second / 2, first / 2, _LEFT_OUT)))
    angle, weight = on_interval(lower, upper, n_nodes)
    log_density = special.xlogy(first[..., None] - 1, np.sin(angle))
    log_density = log_density + special.xlogy(second[..., None] - 1, np.cos(angle))
    density = weight * np.exp(log_density - log_density.max(axis=-1, keepdims=True))
    return angle, density / density.sum(axis=-1, keepdims=True)


def chi_range(df: ArrayLike) -> tuple[Floats, Floats]:
    """The range of s = sqrt(chi^2_df / df) that leaves out a negligible probability at each end."""
    half = np.asarray(df, dtype=float) / 2
    lower = np.sqrt(special.gammaincinv(half, _LEFT_OUT) / half)
    return lower, np.sqrt(special.gammainccinv(half, _LEFT_OUT) / half)


def log_chi_density(s: ArrayLike, df: ArrayLike) -> Floats:
    """Log density of s = sqrt(chi^2_df / df) at `s`; arguments broadcast.

    Written around s = 1 with Stirling's series in place of log gamma, whose large terms would
    cancel and cost eight digits at a million degrees of freedom.
    """
    freedom = np.asarray(df, dtype=float)
    half = freedom / 2
    # The next term of the series is below 3e-11 where it is used.
    direct = half * np.log(half) - half - special.gammaln(half)
    series = np.log(half / (2 * np.pi)) / 2 - 1 / (12 * half)
    constant = np.log(2.0) + np.where(half > 500, series, direct)
    scale = np.asarray(s, dtype=float)
    return np.asarray(constant + special.xlogy(freedom - 1, scale) - freedom * (scale**2 - 1) / 2)
