"""Rejection rates that theory gives where no arm differs: nothing here reads a simulation."""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from trialsim.theory.allocation import biased_coin_imbalance_law, permuted_block_arm_size_law
from trialsim.theory.two_means import pooled_power_unequal_variance
from trialsim.theory.two_proportions import Test, binomial, exact_power

Floats = NDArray[np.float64]


def responder_size(p: float, n1: int, n0: int, test: Test, alpha: float = 0.05) -> float:
    """Size of a test of two shares p, by all tables in which the event varies."""
    first, second = binomial(n1, p), binomial(n0, p)
    varies = 1 - first[0] * second[0] - first[-1] * second[-1]
    return exact_power(p, p, n1, n0, alpha, test=test) / float(varies)


def mann_whitney_size(n1: int, n0: int, correction: float, alpha: float, sides: int) -> float:
    """Size of the normal approximation without ties, by the law of U: a Gaussian binomial."""
    ways = np.zeros(n1 * n0 + 1)
    ways[0] = 1.0
    for i in range(1, n1 + 1):  # times (1 - x^(n0 + i)), divided by (1 - x^i)
        if n0 + i <= n1 * n0:
            ways[n0 + i :] -= ways[: -(n0 + i)].copy()
        for start in range(i):
            ways[start::i] = np.cumsum(ways[start::i])
        ways /= ways.max()
    away = np.arange(n1 * n0 + 1) - n1 * n0 / 2
    size = np.maximum(np.abs(away) - correction, 0) * np.sign(away)
    z = size / sqrt(n1 * n0 * (n1 + n0 + 1) / 12)
    p = 2 * special.ndtr(-np.abs(z)) if sides == 2 else special.ndtr(-z)
    return float(ways[p < alpha].sum() / ways.sum())


def binary_sizes(p: float, n1: int, n0: int, alpha: float = 0.05) -> dict[str, float]:
    """Sizes of the pooled t test and the Mann-Whitney test of events 0 and 1, by all tables."""
    a, b = np.arange(n1 + 1)[:, None], np.arange(n0 + 1)[None, :]
    chance = binomial(n1, p)[:, None] * binomial(n0, p)
    n, events = n1 + n0, a + b
    difference = a / n1 - b / n0
    within = a * (1 - a / n1) + b * (1 - b / n0)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.abs(difference) / np.sqrt(within / (n - 2) * (1 / n1 + 1 / n0))
        spread = events * (n - events) / (n * (n - 1)) * (1 / n1 + 1 / n0)
        z = np.abs(difference) / np.sqrt(spread)
    found = {}
    for name, p_value, varies in (
        ("t_test", 2 * special.stdtr(n - 2, -t), within > 0),
        ("mann_whitney", 2 * special.ndtr(-z), (events > 0) & (events < n)),
    ):
        rejected = np.sum(chance, where=varies & (p_value < alpha))
        found[name] = float(rejected / np.sum(chance, where=varies))
    return found


def hc3_size(n1: int, n0: int, covariates: int, alpha: float = 0.05) -> float:
    """Size of the t test with an HC3 error and n - 2 - p degrees of freedom, normal scores.

    Given the regressors the squared error is a quadratic form in normal residuals; by its mean
    and variance it is taken as a scaled chi-square (Satterthwaite; Imbens and Kolesár 2016,
    doi 10.1162/REST_a_00552). Averaged over 400 draws of normal covariates, which leaves an
    error of 0.00002.
    """
    rng = np.random.Generator(np.random.Philox(1985))
    n, df = n1 + n0, n1 + n0 - 2 - covariates
    arm = (np.arange(n) < n1).astype(float)
    critical = float(stats.t.isf(alpha / 2, df))
    sizes = []
    for _ in range(400):
        x = np.column_stack([np.ones(n), arm, *rng.standard_normal((covariates, n))])
        inverse = np.linalg.inv(x.T @ x)
        residual = np.eye(n) - x @ inverse @ x.T
        row = x @ inverse[1]  # the estimate is row @ y
        weight = (row / np.diag(residual)) ** 2
        mean = float(weight @ np.diag(residual))
        variance = 2 * float(weight @ residual**2 @ weight)
        ratio = mean / float(row @ row)
        sizes.append(2 * stats.t.sf(critical * sqrt(ratio), 2 * mean**2 / variance))
    return float(np.mean(sizes))


def unadjusted_size(n: int, explained: float, squared_imbalance: float, alpha: float) -> float:
    """Size of the t test that leaves out a stratum of half the patients that was balanced.

    `explained` is the share of the variance that the stratum explains, `squared_imbalance` the
    mean square of the difference in patients between the arms within it. Kahan and Morris 2012,
    doi 10.1002/sim.4431: the difference between means varies by 1 - explained of what the test
    thinks, but for what imbalance is left.
    """
    # The stratum's shares of the arms differ by (d_1 - d_0) / n.
    left = 2 * squared_imbalance / n**2 / (0.5 * 0.5) * explained
    within = 1 - explained + explained * (n - 1) / (n - 2)  # mean of the pooled variance
    ratio = (1 - explained + left / (4 / n)) / within
    return float(2 * stats.t.sf(stats.t.isf(alpha / 2, n - 2) / sqrt(ratio), n - 2))


def block_imbalance(n: int, block: int) -> float:
    """Mean squared imbalance of blocks within a stratum that has each patient of n by a coin."""
    sizes = binomial(n, 0.5)
    squares = np.zeros(n + 1)
    for size in range(1, n + 1):
        arm, chance = permuted_block_arm_size_law(size, (block // 2, block // 2))
        squares[size] = chance @ (2 * arm - size) ** 2
    return float(sizes @ squares)


def coin_imbalance(n: int, probability: float) -> float:
    """The same for minimisation of one factor with two levels: a biased coin in each level."""
    sizes = binomial(n, 0.5)
    squares = np.zeros(n + 1)
    for size in range(1, n + 1):
        law = biased_coin_imbalance_law(size, probability)
        squares[size] = law @ np.arange(law.size) ** 2
    return float(sizes @ squares)


Z = np.linspace(-9, 9, 60_001)
"""A normal score, finely."""


def logistic_loss(rate: float, strength: float) -> Floats:
    """Chance of loss at each score of `Z`: log odds rise by `strength` an SD, `rate` on average."""
    density = np.exp(-(Z**2) / 2)
    density /= density.sum()
    low, high = -60.0, 60.0
    for _ in range(100):
        middle = (low + high) / 2
        lost = density @ special.expit(middle + strength * Z)
        low, high = (middle, high) if lost < rate else (low, middle)
    return np.asarray(special.expit(low + strength * Z))


def tail_loss(rate: float) -> Floats:
    """Certain loss of the highest scores of `Z`."""
    return (special.ndtri(1 - rate) < Z).astype(float)


def loss_by_arm_size(
    sizes: tuple[int, int],
    losses: tuple[Floats, Floats],
    correlation: float = 1.0,
    alpha: float = 0.05,
) -> float:
    """Size of the complete-case t test when loss depends on a score, and differs between arms.

    `losses` is the chance of loss at each value `Z` of a normal score that correlates with the
    analysed one. Means and variances of those seen by quadrature; the arms' sizes are binomial;
    rejection as for normal scores with those means and variances.
    """
    moments, places, chances = [], [], []
    for size, loss in zip(sizes, losses, strict=True):
        density = np.exp(-(Z**2) / 2)
        density /= density.sum()
        seen = density * (1 - loss)
        share = float(seen.sum())
        seen /= share
        mean = float(seen @ Z)
        variance = float(seen @ Z**2) - mean**2
        # The analysed score is correlation * Z and independent noise.
        moments.append((correlation * mean, 1 + correlation**2 * (variance - 1)))
        chance = stats.binom.pmf(np.arange(size + 1), size, min(share, 1.0))
        places.append(np.flatnonzero(chance > 1e-6))
        chances.append(chance[places[-1]])
    (mean1, var1), (mean0, var0) = moments
    n1, n0 = np.meshgrid(*places, indexing="ij")
    power = pooled_power_unequal_variance(
        n0, n1, mean1 - mean0, sqrt(var0), sqrt(var1), alpha=alpha
    )
    weight = np.outer(*chances)
    return float(np.sum(power * weight) / weight.sum())
