"""Gauss-Legendre rules for the laws over which a conditional power is averaged.

Each law is written in the variable that makes its density smooth up to the ends (an angle for a beta
law), so that a few dozen nodes reach the accuracy of the noncentral t itself.
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

    In the angle the density is proportional to sin^(df1-1) cos^(df2-1): smooth at both ends for whole
    degrees of freedom, which the beta density itself is not. The probabilities add up to 1 along the
    last axis, that of the nodes.
    """
    first, second = np.broadcast_arrays(np.asarray(df1, float), np.asarray(df2, float))
    lower = np.arcsin(np.sqrt(special.betaincinv(first / 2, second / 2, _LEFT_OUT)))
    upper = np.arccos(np.sqrt(special.betaincinv(second / 2, first / 2, _LEFT_OUT)))
    angle, weight = on_interval(lower, upper, n_nodes)
    log_density = special.xlogy(first[..., None] - 1, np.sin(angle))
    log_density = log_density + special.xlogy(second[..., None] - 1, np.cos(angle))
    density = weight * np.exp(log_density - log_density.max(axis=-1, keepdims=True))
    return angle, density / density.sum(axis=-1, keepdims=True)


def log_chi_constant(df: ArrayLike) -> Floats:
    """Log of the constant k in the density k s^(df-1) exp(-df s^2 / 2) of s = sqrt(chi^2_df / df)."""
    half = np.asarray(df, dtype=float) / 2
    return np.asarray(np.log(2.0) + half * np.log(half) - special.gammaln(half))
