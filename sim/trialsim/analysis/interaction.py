"""Treatment by covariate interaction: does the effect differ between kinds of patients?

Least squares of the score on arm, covariate and their product; see Altman and Bland 2003,
doi 10.1136/bmj.326.7382.219, for why this and not two tests.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from trialsim.core.axes import FloatArray
from trialsim.core.records import COLLINEAR, NO_VARIATION, TOO_FEW, Estimates, TrialData
from trialsim.core.registry import register
from trialsim.core.stages import AnalysisMethod, Rule
from trialsim.core.truth import Truth
from trialsim.kernels.arm_sums import Analysed, Variable, analysed, count, product, total
from trialsim.kernels.stacking import stack_contrasts
from trialsim.kernels.student import t_inference
from trialsim.kernels.within_arms import rounding_of


@register("interaction")
class Interaction(AnalysisMethod):
    """How much larger the difference between arms is for each unit more of a covariate.

    With a factor of two levels it is the difference in one of them less that in the other. Each
    arm has a slope of its own; one variance for all.
    """

    by: str
    """The covariate; one of more than two levels counts as a number."""

    def reads(self, covariates: Collection[str]) -> Sequence[tuple[str, str]]:
        """The score and the covariate, or a visit where no covariate has the name."""
        return [
            (self.outcome, self.visit),
            ("" if self.by in covariates else self.outcome, self.by),
        ]

    def true_value(self, truth: Truth) -> float:
        """How much the true difference differs between the levels of the covariate."""
        return truth.interaction(self.visit, self.by)

    def analyse(
        self, data: TrialData, contrasts: Sequence[tuple[int, int]], rule: Rule
    ) -> Estimates:
        """Estimates (c, k, r) in natural units for a unit of the covariate."""
        score, by = self.reads(data.covariates)
        who = analysed(data, [score, by])
        return stack_contrasts([_contrast(data, who, pair, score, by, rule) for pair in contrasts])


def _contrast(
    data: TrialData,
    who: Analysed,
    pair: tuple[int, int],
    score: Variable,
    by: Variable,
    rule: Rule,
) -> Estimates:
    (n1, *first), (n0, *second) = (_within(data, who, arm, score, by) for arm in pair)
    (xx1, xy1, yy1, least_x1, least_y1), (xx0, xy0, yy0, least_x0, least_y0) = first, second
    df = n1 + n0 - 4
    failure = np.where((np.minimum(n1, n0) < 2) | (df < 1), TOO_FEW, 0).astype(np.int8)
    fits = (xx1 > least_x1) & (xx0 > least_x0)
    least_y = least_y1 + least_y0
    failure[(failure == 0) & ~(yy1 + yy0 > least_y)] = NO_VARIATION
    failure[(failure == 0) & ~fits] = COLLINEAR
    with np.errstate(divide="ignore", invalid="ignore"):
        residual = yy1 + yy0 - xy1 * xy1 / xx1 - xy0 * xy0 / xx0
        failure[(failure == 0) & ~(residual > least_y)] = NO_VARIATION
        se = np.sqrt(residual / df * (1 / xx1 + 1 / xx0))
        estimate = xy1 / xx1 - xy0 / xx0
    return t_inference(estimate, se, df, n1 + n0, failure, rule)


def _within(
    data: TrialData, who: Analysed, arm: int, score: Variable, by: Variable
) -> tuple[FloatArray, ...]:
    """Patients of an arm; sums of squares and products about its means: covariate, both, score;
    and what rounding may leave of those of the covariate and of the score (k, r)."""
    n = count(data, who, arm)
    x, y = total(data, who, arm, by), total(data, who, arm, score)
    counted = np.where(n > 0, n, np.nan)
    raw_xx, raw_yy = product(data, who, arm, by, by), product(data, who, arm, score, score)
    return (
        n,
        raw_xx - x * x / counted,
        product(data, who, arm, score, by) - x * y / counted,
        raw_yy - y * y / counted,
        rounding_of(n, raw_xx),
        rounding_of(n, raw_yy),
    )
