"""An analysis as a plug-in might write it, and others like it that each break one rule."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import special

from trialsim.core.axes import FloatArray, Mask, Plane
from trialsim.core.records import NO_VARIATION, TOO_FEW, Estimates, TrialData
from trialsim.core.stages import AnalysisMethod, Rule


class PlainT(AnalysisMethod):
    """Two-sample t test written without the kernels, as a plug-in might be; breaks no rule."""

    def included(self, data: TrialData) -> Mask:
        return data.enrolled & data.observed[self.outcome][self.visit]

    def values(self, data: TrialData) -> Plane:
        return data.score(self.outcome, self.visit) - data.centres[self.outcome, self.visit]

    def failure(self, n1: FloatArray, n0: FloatArray, flat: Mask) -> np.ndarray:
        few = (n1 < 1) | (n0 < 1) | (n1 + n0 < 3)
        return np.where(few, TOO_FEW, np.where(flat, NO_VARIATION, 0)).astype(np.int8)

    def tail(self, df: FloatArray, t: FloatArray) -> FloatArray:
        return special.stdtr(df, -t)

    def critical(self, df: FloatArray, rule: Rule) -> FloatArray:
        return special.stdtrit(df, 1 - rule.alpha / rule.sides)

    def analyse(
        self, data: TrialData, contrasts: Sequence[tuple[int, int]], rule: Rule
    ) -> Estimates:
        blocks = [
            [self._one(data, pair, size, rule) for size in data.sizes] for pair in contrasts
        ]  # (c, k) of arrays (column, r)
        columns = [*np.moveaxis(np.array(blocks), 2, 0)]
        columns[-1] = columns[-1].astype(np.int8)
        return Estimates(*columns)

    def _one(self, data: TrialData, pair: tuple[int, int], size: int, rule: Rule) -> np.ndarray:
        keep, y = self.included(data)[:, :size], self.values(data)[:, :size]
        inside = [keep & (data.arm[:, :size] == arm) for arm in pair]
        n1, n0 = (rows.sum(axis=1).astype(float) for rows in inside)
        with np.errstate(all="ignore"):
            first, second = (
                np.where(rows, y, 0.0).sum(axis=1) / rows.sum(axis=1) for rows in inside
            )
            raw = np.where(inside[0] | inside[1], y, 0.0) ** 2
            ss = raw.sum(axis=1) - n1 * first**2 - n0 * second**2
            failure = self.failure(n1, n0, ~(ss > 1e-12 * raw.sum(axis=1)))
            bad = np.where(failure > 0, np.nan, 0.0)
            df = n1 + n0 - 2 + bad
            estimate = first - second + bad
            se = np.sqrt(ss / df * (1 / n1 + 1 / n0)) + bad
        t = estimate / se
        p = 2 * self.tail(df, np.abs(t)) if rule.sides == 2 else self.tail(df, rule.sign * t)
        half = self.critical(df, rule) * se
        return np.array([estimate, se, df, p, estimate - half, estimate + half, n1 + n0, failure])


class ReadsUnobserved(PlainT):
    """Analyses what nobody saw."""

    def included(self, data: TrialData) -> Mask:
        return data.enrolled


class CountsPlaces(PlainT):
    """Takes everybody on the patient axis for a patient."""

    def included(self, data: TrialData) -> Mask:
        return data.observed[self.outcome][self.visit]


class RawSums(PlainT):
    """Sums of squares around zero."""

    def values(self, data: TrialData) -> Plane:
        return data.score(self.outcome, self.visit)


class ForgetsShifts(PlainT):
    """Takes the shared plane for the scores."""

    def values(self, data: TrialData) -> Plane:
        scores = data.scores[self.outcome][self.visit]
        return scores - data.centres[self.outcome, self.visit]


class NormalTail(PlainT):
    """Normal instead of t."""

    def tail(self, df: FloatArray, t: FloatArray) -> FloatArray:
        return special.ndtr(-t) + 0 * df


class AlwaysTwoSided(PlainT):
    """An interval that does not know of one-sided tests."""

    def critical(self, df: FloatArray, rule: Rule) -> FloatArray:
        return special.stdtrit(df, 1 - rule.alpha / 2)


class SilentFailure(PlainT):
    """NaN without a reason."""

    def failure(self, n1: FloatArray, n0: FloatArray, flat: Mask) -> np.ndarray:
        return np.zeros(n1.shape, dtype=np.int8)


class Shrunken(PlainT):
    """Estimates of the true value, less a tenth."""

    def values(self, data: TrialData) -> Plane:
        return 0.9 * super().values(data)
