"""Regression to the mean: how much patients who were chosen when bad improve by that alone.

Galton 1886, doi 10.2307/2841583; for trials and clinics Barnett, van der Pols and Dobson 2005,
doi 10.1093/ije/dyh299.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import floor, log10
from typing import Literal

import numpy as np

from trialsim.core.axes import BoolArray, FloatArray

_TOO_FEW_SCORES = 3
"""With so few possible scores a threshold selects nearly everybody, or nobody."""


@dataclass(frozen=True)
class Amount:
    """A simulated mean with its Monte Carlo error, in points of the score."""

    value: float
    mcse: float


@dataclass(frozen=True)
class Course:
    """Patients before and after, without any difference of treatment between them."""

    threshold: float
    """Those on the worse side of it are selected."""
    n: int
    n_selected: int
    before: Amount
    """Mean of the selected."""
    after: Amount
    improvement: Amount
    """Mean improvement of the selected; positive is better, whatever the direction."""
    of_everybody: Amount
    """Mean improvement of all patients, selected or not."""
    regression: Amount
    """What is left of the first without the second: regression to the mean."""
    sd: float
    """SD of all scores before."""
    mean: float
    """Mean of all scores before."""
    slope: float
    intercept: float
    correlation: float


def course_of(
    before: FloatArray, after: FloatArray, better: Literal["lower", "higher"]
) -> Course | None:
    """What becomes of the worse half of the patients; None where no half can be told apart.

    The errors hold for the rounded threshold as it stands, and for independent patients.
    """
    n = len(before)
    if len(np.unique(before)) <= _TOO_FEW_SCORES or after.std() == 0:
        return None
    threshold = _median(before)
    selected: BoolArray = before > threshold if better == "lower" else before < threshold
    if selected.sum() < 2 or selected.all():
        return None
    sign = -1.0 if better == "lower" else 1.0
    gain = sign * (after - before)
    share = selected.mean()
    # Each patient's part in the difference of the two means (its influence function).
    mean_selected, mean_all = gain[selected].mean(), gain.mean()
    part = selected * (gain - mean_selected) / share - (gain - mean_all)
    slope = float(np.cov(before, after)[0, 1] / before.var(ddof=1))
    return Course(
        threshold=threshold,
        n=n,
        n_selected=int(selected.sum()),
        before=_mean(before[selected]),
        after=_mean(after[selected]),
        improvement=_mean(gain[selected]),
        of_everybody=_mean(gain),
        regression=Amount(float(mean_selected - mean_all), float(part.std() / np.sqrt(n))),
        sd=float(before.std(ddof=1)),
        mean=float(before.mean()),
        slope=slope,
        intercept=float(after.mean() - slope * before.mean()),
        correlation=float(np.corrcoef(before, after)[0, 1]),
    )


def _median(before: FloatArray) -> float:
    """The median to as many digits as its error supports: a threshold that can be stated."""
    median = float(np.median(before))
    error = 1.2533 * float(before.std()) / np.sqrt(len(before))
    return round(median, max(0, floor(-log10(error)))) + 0.0


def _mean(values: FloatArray) -> Amount:
    return Amount(float(values.mean()), float(values.std(ddof=1) / np.sqrt(len(values))))
