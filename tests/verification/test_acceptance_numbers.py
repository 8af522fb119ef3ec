"""T01 to T24, numbers that courses quote: the tool gives each, within four errors of its law.

The tool is asked as docs/teaching_numbers.md asks it. What it should say is worked out here by
SciPy and sums, not by trialsim.theory. Runs have 12,800 trials: a share of 0.5 is known to 0.0044
and found wrong from 0.018 on, one of 0.05 from 0.008 on.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import integrate, optimize, special, stats

from verification.bounded_law import Score
from verification.simulated import assert_matches, share_error
from verification.test_bias import ancova_power, t_power
from verification.test_bias_selection import boundary_level
from verification.test_loss_mechanisms import MEAN, VARIANCE, rejection_rate

REPLICATES = 12_800
Z = float(stats.norm.ppf(0.975))
K = sqrt(1 / 64 + 1 / 65)

DOCS = Path(__file__).parents[2] / "docs"


@cache
def entries() -> dict[str, Any]:
    """The settings of docs/teaching_numbers, by id."""
    sys.path.insert(0, str(DOCS))
    try:
        from teaching_numbers.entries import ENTRIES
    finally:
        sys.path.remove(str(DOCS))
    return {entry.id: entry for entry in ENTRIES}


def significant(ncp: float, df: float) -> tuple[float, float, float]:
    """Chance of significance, chance in the wrong direction, and mean size of the significant
    estimates in units of the truth: over s, the sample SD in units of the true one."""
    critical = float(stats.t.ppf(0.975, df))

    def given(s: float) -> np.ndarray:
        low, high = -critical * s - ncp, critical * s - ncp
        right, wrong = special.ndtr(-high), special.ndtr(low)
        size = ncp * (right - wrong) + stats.norm.pdf(high) + stats.norm.pdf(low)
        return np.array([right + wrong, wrong, size])

    if np.isinf(df):
        found = given(1.0)
    else:
        s = np.linspace(0.6, 1.5, 4_001)
        density = stats.chi(df).pdf(s * sqrt(df)) * sqrt(df)
        values = [given(x) * f for x, f in zip(s, density, strict=True)]
        found = integrate.simpson(values, x=s, axis=0)
    power, wrong, size = found
    return float(power), float(wrong / power), float(size / power / ncp)


def ncp_at(power: float) -> float:
    return float(optimize.brentq(lambda ncp: significant(ncp, np.inf)[0] - power, 1e-6, 9))


def chi_square_power(p1: float, p0: float, n: int) -> float:
    """By every table."""
    a, b = np.meshgrid(np.arange(n + 1), np.arange(n + 1), indexing="ij")
    events = a + b
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = (a - b) ** 2 * 2 * n / (events * (2 * n - events))
    chance = stats.binom.pmf(a, n, p1) * stats.binom.pmf(b, n, p0)
    return float(chance[statistic > Z**2].sum())


def smallest(power: float) -> int:
    """Patients per arm that find 2 points at SD 5.5."""
    return next(n for n in range(20, 400) if t_power(2 / 5.5, n, n) >= power)


def paired_power() -> float:
    """64 pairs, change 0.236, SD root of 0.9."""
    ncp, critical = 0.236 / sqrt(0.9) * 8, stats.t.ppf(0.975, 63)
    return float(stats.nct.sf(critical, 63, ncp) + stats.nct.cdf(-critical, 63, ncp))


WEIGHTS, SDS = np.array([0.32, 0.31, 0.30, 0.07]), np.array([0.61, 1.42, 2.16, 5.64])
"""Signal and noise in trials in general: van Zwet, Schwab and Senn 2021."""


def median_power() -> float:
    def short(x: float) -> float:
        return float(WEIGHTS @ (2 * special.ndtr(x / SDS) - 1)) - 0.5

    middle = optimize.brentq(short, 0, 50)
    return float(special.ndtr(middle - Z) + special.ndtr(-middle - Z))


def after_just_significant() -> tuple[float, float]:
    """z 1.96: its size over the median size of the signal, and over its mean signal; on a grid."""
    signal = np.linspace(-25, 25, 200_001)
    prior = stats.norm.pdf(signal[:, None] / SDS) / SDS @ WEIGHTS
    density = prior * stats.norm.pdf(1.96 - signal)
    density /= density.sum()
    order = np.argsort(np.abs(signal))
    middle = np.abs(signal)[order][np.searchsorted(np.cumsum(density[order]), 0.5)]
    return 1.96 / float(middle), 1.96 / float(density @ signal)


@dataclass(frozen=True)
class Law:
    """What one number of an entry should be."""

    exact: float
    printed: float
    tolerance: float
    """How far the exact value may lie from what is printed."""
    kind: str = "share"
    """share: its error follows from the exact value; mean: the run tells it; line: nothing is
    simulated."""
    slack: float = 0.0
    """How far the law itself is an approximation."""


def line(exact: float, printed: float, tolerance: float) -> Law:
    return Law(exact, printed, tolerance, "line")


def laws_of_t01() -> list[Law]:
    """Power of 64 per arm, 0.5 SD: noncentral t. Detects 62 per arm."""
    return [Law(t_power(0.5, 64, 64), 0.801, 0.01)]


def laws_of_t02() -> list[Law]:
    """Exaggeration there. Detects the mean over all trials, 1.00."""
    return [Law(significant(0.5 * sqrt(32), 126)[2], 1.12, 0.01, "mean")]


def laws_of_t03() -> list[Law]:
    """Exaggeration at power 0.22: by z; by t tests of 129 with that effect."""
    ncp = ncp_at(0.22)
    exact = significant(1.148 / 5.5 / K, 127)[2]
    return [line(significant(ncp, np.inf)[2], 2.14, 0.03), Law(exact, 2.14, 0.03, "mean")]


def laws_of_t04() -> list[Law]:
    """Wrong signs and exaggeration at power 0.06."""
    _, wrong, size = significant(ncp_at(0.06), np.inf)
    _, wrong_t, size_t = significant(0.285 / 5.5 / K, 127)
    return [
        line(wrong, 0.20, 0.015),
        line(size, 8.0, 0.4),
        Law(wrong_t, 0.20, 0.015, "mean"),
        Law(size_t, 8.0, 0.4, "mean"),
    ]


def laws_of_t05() -> list[Law]:
    """Five naive looks; with 129 patients 0.144 by an independent simulation. Detects four looks,
    0.126."""
    exact = boundary_level(np.full(5, Z))
    return [
        line(exact, 0.142, 0.004),
        Law(exact, 0.142, 0.004, slack=0.001),
        Law(0.144, 0.144, 0.004, slack=0.001),
    ]


def laws_of_t06() -> list[Law]:
    """Boundaries of five looks keep the level."""
    pocock = boundary_level(np.full(5, 2.413))
    fleming = boundary_level(2.040 * np.sqrt(5 / np.arange(1, 6)))
    laws = [line(pocock, 0.050, 0.003), line(fleming, 0.050, 0.003)]
    return laws + [Law(exact, 0.050, 0.003, slack=0.001) for exact in (pocock, fleming)]


def laws_of_t07() -> list[Law]:
    """Chi-square at the cut midway between the means: every table."""
    p1, p0 = (float(special.ndtr(x)) for x in (0.25, -0.25))
    return [Law(chi_square_power(p1, p0, 64), 0.5935, 0.0001)]


def laws_of_t08() -> list[Law]:
    """1 - r squared, and the chance imbalance of one covariate in 129."""
    return [Law((1 - 0.55**2) * (1 + 1 / 125), 0.70, 0.02, "mean")]


def laws_of_t09() -> list[Law]:
    """0.84 r, 0.84 (r - 1) and 0."""
    exact = ((0.84 * 0.55, 0.46), (-0.84 * 0.45, -0.38), (0.0, 0.0))
    return [Law(value, printed, 0.05, "mean") for value, printed in exact]


def laws_of_t10() -> list[Law]:
    """z of a repeat is normal around 1.96 with variance 2."""
    p = stats.norm.sf(stats.norm(Z, sqrt(2)).ppf([0.9, 0.1]))
    return [line(float(p[0]), 0.00008, 0.000004), line(float(p[1]), 0.44, 0.022)]


def laws_of_t11() -> list[Law]:
    """Two estimates differ by the root of two errors; 6,400 pairs."""
    known = 2 * special.ndtr(Z / sqrt(2)) - 1
    t = 2 * stats.t.cdf(stats.t.ppf(0.975, 127) / sqrt(2), 127) - 1
    return [line(float(known), 0.834, 0.003), Law(float(t), 0.834, 0.003, "mean")]


def laws_of_t12() -> list[Law]:
    """Ten independent tests. Detects nine, 0.370."""
    return [Law(1 - 0.95**10, 0.401, 0.01)]


def laws_of_t13() -> list[Law]:
    """Arms that are alike disagree. Detects two arms in place of three."""
    p = paired_power()
    assert p == pytest.approx(0.5, abs=0.001)
    return [Law(1 - p**k - (1 - p) ** k, printed, 0.01) for k, printed in ((2, 0.50), (3, 0.75))]


def laws_of_t14() -> list[Law]:
    """Expectation of 0.56 SD, t test; 0.89 is a normal approximation."""
    return [Law(t_power(0.56), 0.884, 0.001)]


def laws_of_t15() -> list[Law]:
    """The same by ANCOVA, and the intervals that hold zero."""
    exact = ancova_power(0.56)
    return [Law(exact, 0.964, 0.001), Law(1 - exact, 0.036, 0.001)]


def laws_of_t16() -> list[Law]:
    """One therapist per arm: t is too large by the root of 1 + 64 x 0.05 / 0.95."""
    beyond = stats.t.ppf(0.975, 126) / sqrt(1 + 64 * 0.05 / 0.95)
    return [Law(float(2 * stats.t.sf(beyond, 126)), 0.3455, 0.0001)]


def laws_of_t17() -> list[Law]:
    """Moments of those who stay, by quadrature. Detects a slope of 1.4."""
    rate = rejection_rate(2 * MEAN, ((0.8, VARIANCE), (0.8, VARIANCE)))
    return [Law(-2 * MEAN, 0.45, 0.02, "mean"), Law(rate, 0.71, 0.02, slack=0.003)]


def laws_of_t18() -> list[Law]:
    """Of 1,000 trials 45 raise a false alarm and 80 find something."""
    return [line(45 / 125, 0.36, 0.0)]


def laws_of_t19() -> list[Law]:
    """Tails of two normal laws above 12."""
    tails = stats.norm.sf(12, [9.2, 5.4], 5.5)
    return [Law(float(1 / (tails[0] - tails[1])), 5.3, 0.1, "mean")]


def laws_of_t20() -> list[Law]:
    """The smallest sizes that reach their power, and the power there."""
    sizes = [line(smallest(power), n, 0) for power, n in ((0.8, 120), (0.9, 160))]
    powers = [line(t_power(2 / 5.5, n, n), power, 0.002) for n, power in ((120, 0.8), (160, 0.9))]
    return sizes + powers


def laws_of_t21() -> list[Law]:
    """One-sided t test against the margin; 0.54 is a normal approximation."""
    ncp = 2 / 5.5 * sqrt(32)
    return [Law(float(stats.nct.sf(stats.t.ppf(0.975, 126), 126, ncp)), 0.532, 0.001)]


def laws_of_t22() -> list[Law]:
    """Five tests, nearly independent. Detects four factors, 0.185."""
    return [Law(1 - 0.95**5, 0.23, 0.02, slack=0.001)]


def laws_of_t23() -> list[Law]:
    """Half of the guesses in a block of 2 are certain; blocks of 4 by their six orders."""
    return [Law(3 / 4, 0.75, 0.005, "mean"), Law(17 / 24, 0.708, 0.005, "mean")]


def laws_of_t24() -> list[Law]:
    """The mixture, on a grid."""
    median, mean = after_just_significant()
    laws = [line(median_power(), 0.13, 0.01), line(median, 1.67, 0.01)]
    return [*laws, line(mean, 1.58, 0.01)]


LAWS: dict[str, Callable[[], list[Law]]] = {
    f"T{number:02}": globals()[f"laws_of_t{number:02}"] for number in range(1, 25)
}


@pytest.mark.parametrize("name", LAWS)
def test_the_tool_gives_the_number(name):
    """Claim: the law of each function above, which agrees with what is printed; the tool is within
    4 Monte Carlo errors of it, or, where it simulates nothing, within a ten-thousandth."""
    parts, laws = entries()[name].parts, LAWS[name]()
    for part, law in zip(parts, laws, strict=True):
        what = f"{name} {part.what}"
        assert abs(law.exact - law.printed) <= law.tolerance + 1e-12, what
        assert part.expected == pytest.approx(law.printed, abs=max(law.tolerance, 1e-9)), what
        found = part.way.found(REPLICATES)
        if law.kind == "line":
            assert found.mcse == 0, what
            assert found.value == pytest.approx(law.exact, rel=1e-4), what
            continue
        error = share_error(law.exact, REPLICATES) if law.kind == "share" else found.mcse
        near = np.clip(found.value, law.exact - law.slack, law.exact + law.slack)
        if found.value != near:
            assert_matches(found.value, float(near), error, what)


def test_every_entry_has_a_law():
    assert list(entries()) == list(LAWS)


@pytest.mark.parametrize(
    ("name", "index", "exact"),
    [
        # 6.59 against 5.3: tails of the beta-binomial law.
        ("T19", 0, 1 / float(np.subtract(*(
            Score(0, 24, mean, 5.5).probabilities[13:].sum() for mean in (9.2, 5.4)
        )))),
        # Means and SDs are those of the normal scores: the t test's power hardly moves.
        ("T01", 0, t_power(0.5, 64, 64)),
        ("T21", 0, 0.532),
    ],
)  # fmt: skip
def test_rmdq_scores_give_their_own_number(name, index, exact):
    """Claim: by the law of the bounded score; by near normality of means, to 0.006 (T01, T21).
    Replicates 12,800; tolerance 4 errors."""
    part = entries()[name].parts[index]
    found = part.rmdq.found(REPLICATES)
    slack = 0.0 if name == "T19" else 0.006
    assert abs(found.value - exact) <= 4 * found.mcse + slack
