"""Scores as functions of correlated standard normals: what latent correlation gives a score's.

For a score g(z) with normalised Hermite coefficients a_k, and h(y) with b_k, where z and y are
standard normal with correlation rho, cov(g, h) = sum over k >= 1 of a_k b_k rho**k (Mehler's
expansion; Kendall 1941, doi 10.1093/biomet/32.2.196).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from trialsim.core.axes import FloatArray

TERMS = 400
"""Terms of the expansion: a step function's remainder at rho 0.99 is then below 1e-4 of its
variance, and far below that at ordinary correlations."""


def step_coefficients(cuts: FloatArray, step: float, terms: int = TERMS) -> FloatArray:
    """Coefficients 1..terms of a score that rises by `step` at each cut-point.

    The integral of h_k times the normal density above a cut c is density(c) h_{k-1}(c)/sqrt(k).
    """
    cuts = np.asarray(cuts, dtype=float)
    density = np.exp(-0.5 * cuts**2) / np.sqrt(2 * np.pi)
    previous, current = np.zeros_like(cuts), np.ones_like(cuts)  # h_{-1}, h_0
    coefficients = np.empty(terms)
    for k in range(1, terms + 1):
        coefficients[k - 1] = step * np.sum(density * current) / np.sqrt(k)
        previous, current = current, (cuts * current - np.sqrt(k - 1) * previous) / np.sqrt(k)
    return coefficients


def covariance(a: FloatArray, b: FloatArray, rho: float) -> float:
    """Covariance of two scores whose latent values have correlation `rho`."""
    n = min(len(a), len(b))
    powers = rho ** np.arange(1, n + 1)
    return float(np.sum(a[:n] * b[:n] * powers))


def latent_correlation(a: FloatArray, b: FloatArray, wanted: float) -> tuple[float, float]:
    """The latent correlation that gives two scores the covariance `wanted`, and what it gives.

    The covariance rises with rho. When `wanted` is out of reach the nearest end (+-0.9999) is
    returned; the caller compares the second number with what was wanted.
    """
    low, high = -0.9999, 0.9999
    for _ in range(60):  # bisection to 1e-18: a plan is resolved once, a simulation is long
        middle = 0.5 * (low + high)
        if covariance(a, b, middle) < wanted:
            low = middle
        else:
            high = middle
    rho = 0.5 * (low + high)
    return rho, covariance(a, b, rho)


_REACH, _POINTS = 9.5, 2**14
_GRID = np.linspace(-_REACH, _REACH, _POINTS + 1)
_WEIGHT = np.exp(-0.5 * _GRID**2) / np.sqrt(2 * np.pi) * (2 * _REACH / _POINTS)


def sampled_coefficients(
    values: Callable[[FloatArray], FloatArray], terms: int = 60
) -> tuple[FloatArray, float]:
    """Coefficients 1..terms of any function of a standard normal, and its SD.

    `values` is given latent values (1, n). By the trapezoid rule, which is as good as exact for
    smooth functions under a normal density and right to 0.0005 SD for steps.
    """
    value = values(_GRID[None])[0]
    previous, current = np.zeros_like(_GRID), np.ones_like(_GRID)
    coefficients = np.zeros(terms)
    for k in range(1, terms + 1):
        following = (_GRID * current - np.sqrt(k - 1) * previous) / np.sqrt(k)
        previous, current = current, following
        coefficients[k - 1] = np.sum(value * current * _WEIGHT)
    mean = np.sum(value * _WEIGHT)
    return coefficients, float(np.sqrt(np.sum((value - mean) ** 2 * _WEIGHT)))
