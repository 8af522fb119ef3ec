"""One simulated literature, trial by trial: what its forest, funnel and history are drawn from."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
from scipy import special

from trialsim.core.axes import BoolArray, FloatArray
from trialsim.kernels.meta_analysis import (
    Interval,
    confidence_interval,
    dersimonian_laird,
    pool,
    up_to_each,
    weights,
)
from trialsim.kernels.meta_analysis_reml import reml
from trialsim.literature.review import LEVEL, METHODS, TRIM_AND_FILL, Review, review_of
from trialsim.literature.setting import Setting
from trialsim.literature.trials import RESULTS, Trials


@dataclass(frozen=True)
class Answer:
    """A pooled estimate of one literature."""

    estimate: float
    lower: float
    upper: float
    p_value: float
    n: int


@dataclass(frozen=True)
class OneLiterature:
    """A literature with its trials and both reviews."""

    setting: Setting
    replicate: int
    trials: Trials = field(repr=False)
    row: int = field(repr=False)
    """Which of `trials` it is."""

    @cached_property
    def published(self) -> Review:
        """The review of what was published; entry `row` is this literature's."""
        return review_of(self.trials, published_only=True)

    @cached_property
    def everything(self) -> Review:
        """The review of all that was done."""
        return review_of(self.trials, published_only=False)

    def answer(self, *, published_only: bool, method: str | None = None) -> Answer:
        """The pooled estimate, by the literature's own method when none is named."""
        found = self.published if published_only else self.everything
        pooled = found.pooled[method or self.setting.written.pooling]
        estimate, lower, upper, p_value = (float(part[self.row]) for part in pooled)
        return Answer(estimate, lower, upper, p_value, int(found.n[self.row]))

    def trim_and_fill(self) -> Answer:
        """What trim-and-fill makes of the published trials; `n` counts those that it adds."""
        answer = self.answer(published_only=True, method=TRIM_AND_FILL)
        added = self.published.n_filled[self.row]
        n = 0 if np.isnan(added) else int(added)
        return Answer(answer.estimate, answer.lower, answer.upper, answer.p_value, n)

    def prediction(self) -> tuple[float, float] | None:
        """Ends of the prediction interval of the published trials; None for a common effect."""
        ends = self.published.predicted.get(self.setting.written.pooling)
        return None if ends is None else (float(ends[0][self.row]), float(ends[1][self.row]))

    def egger_p(self) -> float:
        """p value of Egger's test of the published trials."""
        return float(self.published.egger_p[self.row])

    def heterogeneity(self) -> tuple[float, float]:
        """tau and I2 of the published trials."""
        return float(np.sqrt(self.published.tau2[self.row])), float(self.published.i2[self.row])

    def frame(self) -> pd.DataFrame:
        """A row a trial, in the order in which they were done.

        Columns: trial (from 1), n, true_effect, shift and estimate in the units that are pooled,
        se, lower, upper, p_value, result, flaws (names), published, weight (share of the
        published).
        """
        setting, row = self.setting, self.row
        own = self.trials.only(slice(row, row + 1))
        y, se = own.y[0], np.sqrt(own.v[0])
        tail = (1 + LEVEL) / 2
        half = (
            special.ndtri(tail)
            if setting.written.standardised
            else special.stdtrit(own.df[0], tail)
        )
        flaws = [
            ", ".join(name for name, has in own.flawed.items() if has[0, i]) for i in range(len(y))
        ]
        share = self._weights(own.is_published)[0]
        return pd.DataFrame(
            {
                "trial": np.arange(1, len(y) + 1),
                "n": own.n[0].astype(int),
                "true_effect": own.true_effect[0] / setting.scale,
                "shift": own.shift[0] / setting.scale,
                "estimate": y,
                "se": se,
                "lower": y - half * se,
                "upper": y + half * se,
                "p_value": own.p_value[0],
                "result": [RESULTS[code] for code in own.result[0]],
                "flaws": flaws,
                "published": own.is_published[0],
                "weight": share,
            }
        )

    def history(self) -> pd.DataFrame:
        """Cumulative meta-analysis: a row a trial done, of those published so far and of all.

        Columns: trial, trials (published or all), n, estimate, lower, upper.
        """
        own = self.trials.only(slice(self.row, self.row + 1))
        parts = []
        for name, seen in (
            ("published", own.is_published),
            ("all", np.ones_like(own.is_published)),
        ):
            masks = up_to_each(seen)[0]  # (t, t)
            y, v = np.broadcast_to(own.y, masks.shape), np.broadcast_to(own.v, masks.shape)
            estimate, lower, upper = self._pooled(y, v, masks)
            parts.append(
                pd.DataFrame(
                    {
                        "trial": np.arange(1, len(masks) + 1),
                        "trials": name,
                        "n": masks.sum(axis=1),
                        "estimate": estimate,
                        "lower": lower,
                        "upper": upper,
                    }
                )
            )
        return pd.concat(parts, ignore_index=True)

    def _pooled(
        self, y: FloatArray, v: FloatArray, masks: BoolArray
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Estimate and interval by the literature's own method; by the weights alone (normal) for
        a single trial, of which no spread is known."""
        method = METHODS[self.setting.written.pooling]
        pooled = pool(y, v, masks, self._tau2(y, v, masks))
        kind: Interval = method.interval
        lower, upper = confidence_interval(pooled, kind, LEVEL)
        alone = confidence_interval(pooled, "normal", LEVEL)
        single = pooled.n == 1
        return (
            pooled.estimate,
            np.where(single, alone[0], lower),
            np.where(single, alone[1], upper),
        )

    def _tau2(self, y: FloatArray, v: FloatArray, seen: BoolArray) -> FloatArray:
        estimator = METHODS[self.setting.written.pooling].tau2
        if estimator == "dl":
            return dersimonian_laird(y, v, seen)
        if estimator == "reml":
            return reml(y, v, seen).tau2
        return np.zeros(seen.shape[:-1])

    def _weights(self, seen: BoolArray) -> FloatArray:
        """Share of the pooled estimate that each published trial has (1, t)."""
        own = self.trials.only(slice(self.row, self.row + 1))
        share = weights(own.v, seen, np.nan_to_num(self._tau2(own.y, own.v, seen)))
        return share / max(float(share.sum()), 1e-300)
