"""Wilcoxon-Mann-Whitney test: do the scores of one arm tend to be higher?

Mann and Whitney 1947, doi 10.1214/aoms/1177730491; standard error by DeLong and others 1988,
doi 10.2307/2531595; interval by Newcombe 2006, doi 10.1002/sim.2324.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from trialsim.core.records import NO_VARIATION, TOO_FEW, Estimates, TrialData
from trialsim.core.registry import register
from trialsim.core.stages import NO_EFFECT, AnalysisMethod, Rule
from trialsim.core.truth import Truth
from trialsim.kernels.arm_sums import analysed
from trialsim.kernels.normal import critical_normal, normal_p_value
from trialsim.kernels.placements import (
    Placements,
    placements,
    sort_scores,
    superiority_interval,
)
from trialsim.kernels.stacking import stack_contrasts


@register("mann_whitney")
class MannWhitney(AnalysisMethod):
    """Compares scores by rank, ties corrected for.

    The estimate is the chance that a patient of the arm scores higher than one of the comparator,
    ties half, less 0.5: from -0.5 to 0.5, and 0 where neither arm tends to score higher. Its
    interval does not come from the test, so the two may disagree near the border.
    """

    continuity: bool = False
    """Correct the normal approximation for U being a whole number."""

    @property
    def is_exact(self) -> bool:
        """The normal law of ranks is an approximation."""
        return False

    @property
    def inverts_its_test(self) -> bool:
        """The test supposes equal arms, the interval does not."""
        return False

    @property
    def needs_spread(self) -> bool:
        """Arms apart are ranked like any others."""
        return False

    def true_value(self, truth: Truth) -> float:
        """The true chance of superiority, less 0.5."""
        beyond = truth.superiority(self.visit) - 0.5
        return 0.0 if abs(beyond) < NO_EFFECT else beyond  # quadrature ends at 1e-17 from none

    def analyse(
        self, data: TrialData, contrasts: Sequence[tuple[int, int]], rule: Rule
    ) -> Estimates:
        """Estimates (c, k, r); needs two patients an arm."""
        y = (self.outcome, self.visit)
        by_score = sort_scores(data, analysed(data, [y]), y)
        each = [self._contrast(placements(data, by_score, pair), rule) for pair in contrasts]
        return stack_contrasts(each)

    def _contrast(self, ranked: Placements, rule: Rule) -> Estimates:
        n1, n0 = ranked.n1, ranked.n0
        n = n1 + n0
        failure = np.where((n1 < 2) | (n0 < 2), TOO_FEW, 0).astype(np.int8)
        with np.errstate(divide="ignore", invalid="ignore"):
            spread = n1 * n0 / 12 * (n + 1 - ranked.ties / (n * (n - 1)))
            failure[(failure == 0) & (ranked.ties == n**3 - n)] = NO_VARIATION
            good = failure == 0
            share = np.where(good, ranked.superiority, np.nan)
            away = n1 * n0 * (share - 0.5)  # U less its mean
            size = np.abs(away)
            if self.continuity:
                size = np.maximum(size - 0.5, 0.0)
            z = np.sign(away) * size / np.sqrt(spread)
        lower, upper = superiority_interval(share, n1, n0, critical_normal(rule))
        return Estimates(
            estimate=share - 0.5,
            se=np.where(good, np.sqrt(np.maximum(ranked.variance, 0.0)), np.nan),
            df=np.where(good, np.inf, np.nan),
            p_value=normal_p_value(z, rule),
            lower=lower - 0.5,
            upper=upper - 0.5,
            n_analysed=n,
            failure=failure,
        )
