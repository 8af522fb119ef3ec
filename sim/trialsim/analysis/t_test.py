"""Two-sample t test of a score at one visit.

Student 1908 and Welch 1947, doi 10.1093/biomet/34.1-2.28; degrees of freedom by Satterthwaite
1946, doi 10.2307/3002019.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from trialsim.core.records import NO_VARIATION, TOO_FEW, Estimates, TrialData
from trialsim.core.registry import register
from trialsim.core.stages import AnalysisMethod, Rule
from trialsim.kernels.arm_sums import analysed
from trialsim.kernels.stacking import stack_contrasts
from trialsim.kernels.student import t_inference
from trialsim.kernels.within_arms import compare, sum_of_squares


@register("t_test")
class TTest(AnalysisMethod):
    """Difference in mean score between two arms at one visit, ignoring baseline."""

    variance: Literal["pooled", "welch"] = "pooled"
    """pooled: one variance for both arms; welch: a variance each, Satterthwaite degrees of
    freedom."""

    @property
    def tests_differences(self) -> bool:
        """Yes."""
        return True

    def analyse(
        self, data: TrialData, contrasts: Sequence[tuple[int, int]], rule: Rule
    ) -> Estimates:
        """Estimates (c, k, r) in natural units; needs two patients an arm."""
        run = self._pooled if self.variance == "pooled" else self._welch
        return stack_contrasts([run(data, pair, rule) for pair in contrasts])

    def _pooled(self, data: TrialData, pair: tuple[int, int], rule: Rule) -> Estimates:
        y = (self.outcome, self.visit)
        both = compare(data, analysed(data, [y]), pair, [y])
        n1, n0 = both.n
        df, ss = n1 + n0 - 2, both.within[0][0]
        failure = np.where((n1 < 1) | (n0 < 1) | (df < 1), TOO_FEW, 0).astype(np.int8)
        failure[(failure == 0) & ~(ss > both.rounding[0])] = NO_VARIATION
        with np.errstate(divide="ignore", invalid="ignore"):
            se = np.sqrt(ss / df * (1 / n1 + 1 / n0))
        return t_inference(both.difference[0], se, df, n1 + n0, failure, rule)

    def _welch(self, data: TrialData, pair: tuple[int, int], rule: Rule) -> Estimates:
        y = (self.outcome, self.visit)
        who = analysed(data, [y])
        both = compare(data, who, pair, [y])
        (n1, ss1), (n0, ss0) = (sum_of_squares(data, who, arm, y) for arm in pair)
        failure = np.where((n1 < 2) | (n0 < 2), TOO_FEW, 0).astype(np.int8)
        failure[(failure == 0) & ~(ss1 + ss0 > 0)] = NO_VARIATION
        with np.errstate(divide="ignore", invalid="ignore"):
            v1, v0 = ss1 / (n1 - 1) / n1, ss0 / (n0 - 1) / n0
            df = (v1 + v0) ** 2 / (v1**2 / (n1 - 1) + v0**2 / (n0 - 1))
            se = np.sqrt(v1 + v0)
        return t_inference(both.difference[0], se, df, n1 + n0, failure, rule)
