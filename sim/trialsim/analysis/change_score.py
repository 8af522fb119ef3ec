"""Two-sample t test of the change from baseline.

Compared with other analyses of baseline and follow-up by Vickers 2001,
doi 10.1186/1471-2288-1-6.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from trialsim.core.records import NO_VARIATION, TOO_FEW, Estimates, TrialData
from trialsim.core.registry import register
from trialsim.core.stages import AnalysisMethod, Rule
from trialsim.core.truth import Truth
from trialsim.kernels.arm_sums import analysed
from trialsim.kernels.stacking import stack_contrasts
from trialsim.kernels.student import t_inference
from trialsim.kernels.within_arms import compare


@register("change_score")
class ChangeScore(AnalysisMethod):
    """Difference between two arms in mean change from an earlier visit, pooled variance."""

    from_visit: str = "baseline"
    """The visit that change is counted from."""

    def reads(self, covariates: Collection[str]) -> Sequence[tuple[str, str]]:
        """The score at both visits."""
        return [(self.outcome, self.visit), (self.outcome, self.from_visit)]

    @property
    def tests_differences(self) -> bool:
        """Yes."""
        return True

    def true_value(self, truth: Truth) -> float:
        """Difference in mean change; at baseline no arm differs."""
        return truth.mean_difference(self.visit) - truth.mean_difference(self.from_visit)

    def analyse(
        self, data: TrialData, contrasts: Sequence[tuple[int, int]], rule: Rule
    ) -> Estimates:
        """Estimates (c, k, r) in natural units, among patients seen at both visits."""
        return stack_contrasts([self._contrast(data, pair, rule) for pair in contrasts])

    def _contrast(self, data: TrialData, pair: tuple[int, int], rule: Rule) -> Estimates:
        variables = self.reads(())
        both = compare(data, analysed(data, variables), pair, variables)
        n1, n0 = both.n
        df = n1 + n0 - 2
        (ss_y, s_yx), (_, ss_x) = both.within
        ss = ss_y + ss_x - 2 * s_yx
        failure = np.where((n1 < 1) | (n0 < 1) | (df < 1), TOO_FEW, 0).astype(np.int8)
        # A constant change leaves rounding errors in the sums, not an exact zero.
        noise = 2 * (both.rounding[0] + both.rounding[1])
        failure[(failure == 0) & ~(ss > noise)] = NO_VARIATION
        with np.errstate(divide="ignore", invalid="ignore"):
            se = np.sqrt(ss / df * (1 / n1 + 1 / n0))
        estimate = both.difference[0] - both.difference[1]
        return t_inference(estimate, se, df, n1 + n0, failure, rule)
