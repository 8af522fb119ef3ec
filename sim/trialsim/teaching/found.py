"""A number that an answer rests on: its value, how it is printed, and how well it is known."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

import numpy as np

from trialsim.operating.rounding import share_interval
from trialsim.plots.base.words import MINUS, number, supported

EXACT = "exact"
NORMAL = "exact for normal scores"


@dataclass(frozen=True)
class Found:
    """A computed number. Nobody types one."""

    value: float
    text: str
    """As it stands in a sentence: "88.4 of 100", "3.1 points"."""
    error: str = EXACT
    """How well it is known: "exact", or its Monte Carlo error and the trials behind it."""

    def __str__(self) -> str:
        """As it stands in a sentence."""
        return self.text

    @property
    def told(self) -> str:
        """With its error in brackets."""
        return f"{self.text} ({self.error})"


def exact_share(share: float, how: str = NORMAL) -> Found:
    """A share by theory, as a frequency with one decimal."""
    return Found(share, f"{_of_100(share, 1)} of 100", how)


def simulated_share(share: float, n: int, what: str = "simulated trials") -> Found:
    """A share of n simulated trials, with no more digits than its error supports."""
    mcse = float(np.sqrt(share * (1 - share) / n)) if n else float("nan")
    half = 1.96 * mcse if 0 < share < 1 else share_interval(round(share * n), n)[1 - int(share)]
    half = abs(half - share) if share in (0, 1) else half
    text = _of_100(share, min(1, supported(100 * half, 1)) if 0 < share < 1 else 0)
    return Found(share, f"{text} of 100", f"±{100 * half:.1f} in 100, {n:,} {what}")


def complement(found: Found) -> Found:
    """The share of all the others, known as well."""
    decimals = 1 if "." in found.text else 0
    share = 1 - found.value
    return Found(share, f"{_of_100(share, decimals)} of 100", found.error)


def _of_100(share: float, decimals: int) -> str:
    least = 10.0**-decimals
    if 0 < 100 * share < least / 2:
        return f"fewer than {least:g}"
    if 0 < 100 * (1 - share) < least / 2:
        return f"more than {100 - least:g}"
    return number(100 * share, decimals)


def amount(value: float, unit: str = "", decimals: int = 1, how: str = EXACT) -> Found:
    """A size in its unit: "3.1 points"."""
    space = "" if unit == "%" else " "
    return Found(value, f"{rounded(value, decimals)}{space}{unit}".strip(), how)


def rounded(value: float, decimals: int) -> str:
    """A value with so many decimals, halves away from zero, as on a blackboard: 2.05 is 2.1,
    though a computer holds a little less."""
    place = Decimal(1).scaleb(-decimals)
    return number(float(Decimal(f"{value:.9f}").quantize(place, ROUND_HALF_UP)), decimals)


def count(value: float, unit: str = "", how: str = EXACT) -> Found:
    """A whole number: "176 per arm"."""
    text = f"{round(value):,}".replace("-", MINUS)
    return Found(value, f"{text} {unit}".strip(), how)


def times(value: float, how: str = EXACT) -> Found:
    """A factor: "1.7 times"."""
    return Found(value, f"{number(value, 1 if value >= 1.5 else 2)} times", how)


def simulated_mean(values: np.ndarray, unit: str, what: str = "simulated trials") -> Found:
    """The mean of simulated values (n,), with its Monte Carlo error."""
    n, mean = len(values), float(np.mean(values))
    half = 1.96 * float(np.std(values, ddof=1)) / np.sqrt(n)
    text = number(mean, supported(half, 2))
    return Found(mean, f"{text} {unit}".strip(), f"±{half:.2g}, {n:,} {what}")
