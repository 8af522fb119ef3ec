"""Asymmetry of a funnel of trials: Egger's test, and trim-and-fill.

Egger and colleagues 1997, doi 10.1136/bmj.315.7109.629; Duval and Tweedie 2000, doi
10.1111/j.0006-341X.2000.00455.x, estimator L0. Trials are the last axis; see `meta_analysis`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import special

from trialsim.core.axes import BoolArray, FloatArray
from trialsim.kernels.meta_analysis import dersimonian_laird, pool

FEWEST = 3
"""Trials without which neither is defined; about 10 are advised."""
MOST_ROUNDS = 100


class Egger(NamedTuple):
    """The regression of y / SE on 1 / SE; each entry (...), NaN for fewer than three trials."""

    intercept: FloatArray
    """In standard errors; above 0 small trials lie to the right of large ones."""
    se: FloatArray
    df: FloatArray
    p_value: FloatArray


def egger(y: FloatArray, v: FloatArray, counted: BoolArray) -> Egger:
    """Egger's test of trials (..., t): is the intercept of that regression 0?"""
    n = counted.sum(axis=-1)
    enough = n >= FEWEST
    size = np.maximum(n, 1)
    x = np.where(counted, 1 / np.sqrt(np.where(counted, v, 1.0)), 0.0)
    z = np.where(counted, y, 0.0) * x
    mean_x, mean_z = x.sum(axis=-1) / size, z.sum(axis=-1) / size
    off_x = np.where(counted, x - mean_x[..., None], 0.0)
    off_z = np.where(counted, z - mean_z[..., None], 0.0)
    ss_x = (off_x**2).sum(axis=-1)
    # Trials of one precision leave rounding errors, and no line through them.
    enough &= ss_x > 1e-20 * size * mean_x**2
    df = np.where(enough, n - 2.0, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = (off_x * off_z).sum(axis=-1) / ss_x
        intercept = np.where(enough, mean_z - slope * mean_x, np.nan)
        left = ((off_z - slope[..., None] * off_x) ** 2).sum(axis=-1) / df
        se = np.sqrt(left * (1 / size + mean_x**2 / ss_x))
        p_value = 2 * special.stdtr(df, -np.abs(intercept / se))
    return Egger(intercept, se, df, p_value)


class Filled(NamedTuple):
    """What trim-and-fill believes is missing; entries (...)."""

    n_filled: FloatArray
    """Trials that it adds; NaN for fewer than three trials, or where the rounds do not settle."""
    centre: FloatArray
    """Pooled estimate of those that are left after trimming, about which it mirrors."""
    converged: BoolArray
    added: BoolArray
    """Trials (..., t) that have a mirror image."""


def trim_and_fill(
    y: FloatArray, v: FloatArray, counted: BoolArray, missing_left: BoolArray
) -> Filled:
    """Which of the trials (..., t) lack a mirror image on the side (...) where some are missing.

    Pooled by DerSimonian and Laird in every round.
    """
    n, n_trials = counted.sum(axis=-1), y.shape[-1]
    sign = np.where(missing_left, 1.0, -1.0)
    turned = np.where(counted, sign[..., None] * y, np.inf)
    order = np.argsort(turned, axis=-1, kind="stable")
    upwards = np.take_along_axis(np.where(counted, turned, 0.0), order, axis=-1)
    v_upwards = np.take_along_axis(v, order, axis=-1)
    place = np.arange(n_trials)
    there = place < n[..., None]
    enough = n >= FEWEST
    k0, centre = np.zeros(n.shape), np.zeros(n.shape)
    settled = np.zeros(n.shape, dtype=bool)
    for _ in range(MOST_ROUNDS):
        left = there & (place < (n - k0)[..., None])
        tau2 = dersimonian_laird(upwards, v_upwards, left)
        centre = np.where(settled, centre, pool(upwards, v_upwards, left, tau2).estimate)
        off = upwards - centre[..., None]
        rank = _ranks(np.where(there, np.abs(off), np.inf))
        s_r = np.where(there & (off > 0), rank, 0).sum(axis=-1)
        with np.errstate(invalid="ignore"):
            new = np.maximum(np.rint((4 * s_r - n * (n + 1)) / (2 * n - 1)), 0.0)
        settled |= new == k0
        k0 = np.where(settled, k0, new)
        if settled[enough].all():
            break
    good = enough & settled
    k0 = np.where(good, k0, np.nan)
    mirrored = there & (place >= (n - k0)[..., None])  # nothing where k0 is NaN
    added = np.zeros(y.shape, dtype=bool)
    np.put_along_axis(added, order, mirrored, axis=-1)
    return Filled(k0, np.where(good, sign * centre, np.nan), good, added)


def filled(
    y: FloatArray, v: FloatArray, counted: BoolArray, found: Filled
) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Estimates, variances and mask (..., 2 t) with the mirror images behind the trials."""
    images = 2 * np.where(found.converged, found.centre, 0.0)[..., None] - y
    return (
        np.concatenate([y, images], axis=-1),
        np.concatenate([v, v], axis=-1),
        np.concatenate([counted, found.added], axis=-1),
    )


def _ranks(values: FloatArray) -> FloatArray:
    """Ranks from 1 along the last axis."""
    order = np.argsort(values, axis=-1, kind="stable")
    ranks = np.empty(values.shape)
    np.put_along_axis(
        ranks, order, np.broadcast_to(np.arange(1.0, values.shape[-1] + 1), values.shape), axis=-1
    )
    return ranks
