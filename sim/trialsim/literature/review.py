"""What reviewers find who pool the trials that they see, in many literatures at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from trialsim.core.axes import BoolArray, FloatArray
from trialsim.kernels.meta_analysis import (
    Interval,
    Pooled,
    confidence_interval,
    dersimonian_laird,
    heterogeneity,
    pool,
    prediction_interval,
    two_sided_p,
)
from trialsim.kernels.meta_analysis_asymmetry import egger, filled, trim_and_fill
from trialsim.kernels.meta_analysis_reml import reml
from trialsim.literature.trials import Trials

LEVEL = 0.95
"""Of every interval."""

TRIM_AND_FILL = "trim_and_fill"


class _Method(NamedTuple):
    tau2: str
    """Estimator of the variance between trials; "" for none."""
    interval: Interval


METHODS: Mapping[str, _Method] = {
    "inverse_variance": _Method("", "normal"),
    "dersimonian_laird": _Method("dl", "normal"),
    "reml": _Method("reml", "normal"),
    "hartung_knapp": _Method("reml", "hartung_knapp"),
    "hartung_knapp_at_least_1": _Method("reml", "hartung_knapp_at_least_1"),
}
"""By name, as under `literature.pooling`."""


class PooledTrials(NamedTuple):
    """A pooled estimate; each entry (r,), NaN where it could not be made."""

    estimate: FloatArray
    lower: FloatArray
    upper: FloatArray
    p_value: FloatArray


@dataclass(frozen=True)
class Review:
    """One review of each literature; entries (r,)."""

    n: FloatArray
    """Trials that it holds."""
    pooled: Mapping[str, PooledTrials]
    """By method, and trim-and-fill, which pools by DerSimonian and Laird."""
    tau2: FloatArray
    """By REML; NaN where the search failed."""
    i2: FloatArray
    """From Q."""
    predicted: Mapping[str, tuple[FloatArray, FloatArray]]
    """By method with a variance between trials: the prediction interval."""
    egger_p: FloatArray
    """NaN for fewer than three trials."""
    n_filled: FloatArray
    """Trials that trim-and-fill adds; NaN where it failed."""


def review(y: FloatArray, v: FloatArray, seen: BoolArray) -> Review:
    """Pool the estimates (r, t) that are `seen`, by every method."""
    searched = reml(y, v, seen)
    none = np.zeros(searched.tau2.shape)
    tau2 = {"": none, "dl": dersimonian_laird(y, v, seen), "reml": searched.tau2}
    by_tau2 = {name: pool(y, v, seen, value) for name, value in tau2.items()}
    pooled = {
        name: inferred(by_tau2[method.tau2], method.interval) for name, method in METHODS.items()
    }
    predicted = {
        name: prediction_interval(by_tau2[m.tau2], tau2[m.tau2], m.interval, LEVEL)
        for name, m in METHODS.items()
        if m.tau2
    }
    asymmetry = egger(y, v, seen)
    # Where small trials lie to the right of large ones, those on the left are missed.
    added = trim_and_fill(y, v, seen, np.nan_to_num(asymmetry.intercept) > 0)
    more = filled(y, v, seen, added)
    corrected = inferred(pool(*more, dersimonian_laird(*more)), "normal")
    pooled[TRIM_AND_FILL] = PooledTrials(
        *(np.where(added.converged, one, np.nan) for one in corrected)
    )
    return Review(
        n=seen.sum(axis=-1).astype(float),
        pooled=pooled,
        tau2=np.where(seen.sum(axis=-1) > 1, searched.tau2, np.nan),
        i2=heterogeneity(y, v, seen).i2,
        predicted=predicted,
        egger_p=asymmetry.p_value,
        n_filled=added.n_filled,
    )


def review_of(trials: Trials, *, published_only: bool) -> Review:
    """The review of what was published, or of everything that was done."""
    seen = trials.is_published if published_only else np.ones(trials.y.shape, dtype=bool)
    return review(trials.y, trials.v, seen)


def inferred(found: Pooled, kind: Interval) -> PooledTrials:
    """A pooled estimate with its interval and test."""
    lower, upper = confidence_interval(found, kind, LEVEL)
    return PooledTrials(found.estimate, lower, upper, two_sided_p(found, kind))
