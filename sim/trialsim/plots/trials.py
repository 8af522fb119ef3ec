"""Many trials as a figure counts them: who is significant, which bins, where the axis ends."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor, isfinite, log10

import numpy as np
import pandas as pd
from numpy.typing import NDArray

_ROUND = (1.0, 2.0, 2.5, 5.0)
_ROUND_FOR_DOTS = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0)


@dataclass(frozen=True)
class Trials:
    """The trials of one assumption that could be analysed, and how many could not."""

    estimate: NDArray[np.float64]  # (r,)
    significant: NDArray[np.bool_]  # (r,)
    n_failed: int

    @classmethod
    def of(cls, frame: pd.DataFrame, alpha: float) -> Trials:
        """From rows with `estimate`, `p_value` and `converged`; failures are counted, not drawn."""
        estimate = frame["estimate"].to_numpy(float, na_value=np.nan)
        p_value = frame["p_value"].to_numpy(float, na_value=np.nan)
        converged = frame["converged"].to_numpy(float, na_value=0.0) > 0
        analysed = converged & np.isfinite(estimate) & np.isfinite(p_value)
        return cls(estimate[analysed], p_value[analysed] < alpha, int((~analysed).sum()))

    @property
    def n(self) -> int:
        """Trials that could be analysed."""
        return len(self.estimate)

    @property
    def n_significant(self) -> int:
        """How many of them are significant."""
        return int(self.significant.sum())

    @property
    def rejection_rate(self) -> tuple[float, float]:
        """Share significant and its Monte Carlo error."""
        if not self.n:
            return float("nan"), float("nan")
        share = self.n_significant / self.n
        return share, float(np.sqrt(share * (1 - share) / self.n))

    def mean_significant(self, side: int = 0) -> tuple[float, float, int]:
        """Mean of the significant estimates, its Monte Carlo error and their number.

        `side` -1 or 1 keeps those below or above zero.
        """
        chosen = self.estimate[self.significant]
        chosen = chosen[np.sign(chosen) == side] if side else chosen
        if len(chosen) < 2:
            return float("nan"), float("nan"), len(chosen)
        return float(chosen.mean()), float(chosen.std(ddof=1) / np.sqrt(len(chosen))), len(chosen)


def x_limits(panels: Iterable[Trials], marks: Iterable[float]) -> tuple[float, float]:
    """Ends of the axis: all trials and marks, except what a broken fit threw far away."""
    ends = [mark for mark in marks if isfinite(mark)]
    for trials in panels:
        if trials.n:
            low, high = np.quantile(trials.estimate, (0.005, 0.995))
            far = 0.5 * (high - low)
            near = (low - far <= trials.estimate) & (trials.estimate <= high + far)
            ends += [float(trials.estimate[near].min()), float(trials.estimate[near].max())]
    low, high = min(ends, default=0.0), max(ends, default=0.0)
    room = 0.03 * (high - low) or 1.0
    return low - room, high + room


def _round_widths(span: float, steps: Sequence[float]) -> list[float]:
    """Round widths for an axis of that length, the widest first."""
    top = floor(log10(span))
    return [step * 10.0**power for power in range(top, top - 6, -1) for step in steps[::-1]]


def bin_width(limits: tuple[float, float], n_bins: int = 50) -> float:
    """The round width that cuts the axis into about `n_bins`."""
    span = limits[1] - limits[0]
    return min(_round_widths(span, _ROUND), key=lambda width: abs(np.log(span / width / n_bins)))


def bin_edges(limits: tuple[float, float], width: float) -> NDArray[np.float64]:
    """Edges at multiples of the width, so that zero is one of them."""
    steps = np.arange(floor(limits[0] / width), ceil(limits[1] / width) + 1)
    return np.round(width * steps, 3 - floor(log10(width)))


def counts(trials: Trials, edges: NDArray[np.float64]) -> pd.DataFrame:
    """Trials in each bin; the rows sum to all analysed trials, those beyond the axis included."""
    open_ended = np.concatenate(([-np.inf], edges, [np.inf]))
    # Not np.histogram: its last bin is closed on the right, and a trial there must count once.
    place = np.searchsorted(edges, trials.estimate, side="right")
    size = len(edges) + 1
    significant = np.bincount(place[trials.significant], minlength=size)
    bins = pd.DataFrame(
        {
            "left": open_ended[:-1],
            "right": open_ended[1:],
            "significant": significant,
            "not_significant": np.bincount(place, minlength=size) - significant,
        }
    )
    # The open ends are listed only when a trial lies there.
    first = 0 if np.any(place == 0) else 1
    last = size if np.any(place == size - 1) else size - 1
    return bins.iloc[first:last].reset_index(drop=True)


def dot_width(
    panels: Sequence[Trials], limits: tuple[float, float], across: float, tall: float
) -> float:
    """The widest round column of dots of which the tallest stack still fits.

    `across` and `tall` are the size of the axes; a dot is as tall as it is wide.
    """
    span = limits[1] - limits[0]
    widths = _round_widths(span, _ROUND_FOR_DOTS)
    for width in widths:
        edges = bin_edges(limits, width)
        highest = max(int(np.histogram(one.estimate, edges)[0].max()) for one in panels)
        if highest * width / span * across <= 0.96 * tall and len(edges) > 20:
            return width
    return widths[-1]
