"""Between-trial variance by restricted maximum likelihood, for many literatures at once.

Fisher scoring from the estimate of DerSimonian and Laird; Viechtbauer 2005, doi
10.3102/10769986030003261.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from trialsim.core.axes import BoolArray, FloatArray
from trialsim.kernels.meta_analysis import dersimonian_laird, pool, weights

MOST_STEPS = 200
"""Scoring steps after which a literature counts as failed."""
_PLAIN_STEPS = 30
"""From then on steps are halved: scoring that swings from side to side then comes to rest."""
_SMALL = 1e-9
"""A step this small, as a part of the mean variance of a trial, is the last."""


class BetweenTrials(NamedTuple):
    """An estimate that had to be searched for; each entry (...)."""

    tau2: FloatArray
    """At least 0; NaN where the search failed."""
    converged: BoolArray


def reml(y: FloatArray, v: FloatArray, counted: BoolArray) -> BetweenTrials:
    """tau2 (...) of trials (..., t); 0 for a single trial."""
    y, v, counted = np.broadcast_arrays(y, v, counted)
    shape, n_trials = y.shape[:-1], y.shape[-1]
    rows_y, rows_v = y.reshape(-1, n_trials), v.reshape(-1, n_trials)
    rows = counted.reshape(-1, n_trials)  # (r, t)
    tau2 = dersimonian_laird(rows_y, rows_v, rows)
    n = rows.sum(axis=-1)
    typical = np.where(rows, rows_v, 0.0).sum(axis=-1) / np.maximum(n, 1)
    going = np.flatnonzero(n > 1)
    for step in range(MOST_STEPS):
        if not len(going):
            break
        now = tau2[going]
        change = _score(rows_y[going], rows_v[going], rows[going], now)
        # Below 0 there is no variance: a step that leads there ends at 0, and stays if 0 is best.
        new = np.maximum(now + (change if step < _PLAIN_STEPS else change / 2), 0.0)
        tau2[going] = new
        going = going[~(np.abs(new - now) <= _SMALL * typical[going])]
    converged = np.ones(len(tau2), dtype=bool)
    converged[going] = False
    tau2[going] = np.nan
    return BetweenTrials(tau2.reshape(shape), converged.reshape(shape))


def _score(y: FloatArray, v: FloatArray, counted: BoolArray, tau2: FloatArray) -> FloatArray:
    """The scoring step (r,): (y'PPy - tr P) / tr PP, where P = W - W11'W / sum w."""
    w = weights(v, counted, tau2)
    total, squares, cubes = w.sum(axis=-1), (w**2).sum(axis=-1), (w**3).sum(axis=-1)
    estimate = pool(y, v, counted, tau2).estimate
    residual = np.where(counted, y - estimate[:, None], 0.0)
    trace = total - squares / total
    trace_of_square = squares - 2 * cubes / total + (squares / total) ** 2
    return ((w * residual) ** 2).sum(axis=-1) / trace_of_square - trace / trace_of_square
