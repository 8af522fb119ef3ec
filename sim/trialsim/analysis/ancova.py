"""Analysis of covariance: the difference between arms adjusted for baseline variables.

Fisher 1932; see Vickers and Altman 2001, doi 10.1136/bmj.323.7321.1123, for its use in trials.
Robust errors by MacKinnon and White 1985, doi 10.1016/0304-4076(85)90158-7.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from trialsim.core.axes import FloatArray
from trialsim.core.records import COLLINEAR, NO_VARIATION, TOO_FEW, Estimates, TrialData
from trialsim.core.registry import register
from trialsim.core.stages import AnalysisMethod, Rule
from trialsim.kernels.arm_sums import Analysed, Variable, analysed
from trialsim.kernels.dummies import with_dummies
from trialsim.kernels.robust_errors import hc3_errors
from trialsim.kernels.stacking import stack_contrasts
from trialsim.kernels.student import t_inference
from trialsim.kernels.within_arms import Comparison, compare


@register("ancova")
class Ancova(AnalysisMethod):
    """Least squares of the score on arm and the variables in `adjust`, equal slopes.

    Each contrast uses the patients of its two arms.
    """

    adjust: tuple[str, ...] = ("baseline",)
    """What to adjust for: a covariate of the cohort, or a visit of the analysed outcome. A
    covariate with more than two levels becomes a variable for each level but the first."""
    errors: Literal["model", "hc3"] = "model"
    """model: one residual variance for all; hc3: errors that hold when variances differ between
    patients, such as between arms, a little too large in small trials."""

    @property
    def is_exact(self) -> bool:
        """The law of robust errors is an approximation."""
        return self.errors == "model"

    def reads(self, covariates: Collection[str]) -> Sequence[tuple[str, str]]:
        """The analysed score first, then every adjusting variable in the order written."""
        adjust = [
            ("", name) if name in covariates else (self.outcome, name) for name in self.adjust
        ]
        return [(self.outcome, self.visit), *adjust]

    @property
    def tests_differences(self) -> bool:
        """Yes."""
        return True

    def analyse(
        self, data: TrialData, contrasts: Sequence[tuple[int, int]], rule: Rule
    ) -> Estimates:
        """Estimates (c, k, r) in natural units, among patients with every variable observed."""
        data, variables = with_dummies(data, self.reads(data.covariates))
        who = analysed(data, variables)
        each = [self._contrast(data, who, pair, variables, rule) for pair in contrasts]
        return stack_contrasts(each)

    def _contrast(
        self,
        data: TrialData,
        who: Analysed,
        pair: tuple[int, int],
        variables: Sequence[Variable],
        rule: Rule,
    ) -> Estimates:
        both = compare(data, who, pair, variables)
        fitted = _fit(both)
        if self.errors == "hc3":
            n1, n0 = both.n
            # A patient alone in an arm has a residual of 0 and a leverage of 1.
            fitted.failure[(fitted.failure == 0) & ((n1 < 2) | (n0 < 2))] = TOO_FEW
            se = hc3_errors(data, who, pair, variables, both, fitted.failure == 0)
            # Where leverage is 1 or no residual is left, nothing is left to judge by.
            fitted.failure[(fitted.failure == 0) & ~(np.isfinite(se) & (se > 0))] = COLLINEAR
            fitted = replace(fitted, se=se)
        n = both.n[0] + both.n[1]
        return t_inference(fitted.estimate, fitted.se, fitted.df, n, fitted.failure, rule)


@dataclass(frozen=True)
class _Fit:
    """The adjusted difference; entries (k, r)."""

    estimate: FloatArray
    se: FloatArray
    df: FloatArray
    failure: np.ndarray


def _fit(both: Comparison) -> _Fit:
    """The adjusted difference: raw difference less slopes times imbalances."""
    n1, n0 = both.n
    p = len(both.difference) - 1
    df = n1 + n0 - 2 - p
    failure = np.where((n1 < 1) | (n0 < 1) | (df < 1), TOO_FEW, 0).astype(np.int8)
    ss_y = both.within[0][0]
    failure[(failure == 0) & ~(ss_y > both.rounding[0])] = NO_VARIATION
    slopes, leverage, solvable = _solve(both, failure == 0)
    failure[(failure == 0) & ~solvable] = COLLINEAR
    explained, shift = np.zeros_like(ss_y), np.zeros_like(ss_y)
    for slope, covariance, imbalance in zip(
        slopes, both.within[0][1:], both.difference[1:], strict=True
    ):
        explained += slope * covariance
        shift += slope * imbalance
    residual = ss_y - explained
    failure[(failure == 0) & ~(residual > both.rounding[0])] = NO_VARIATION
    with np.errstate(divide="ignore", invalid="ignore"):
        se = np.sqrt(residual / df * (1 / n1 + 1 / n0 + leverage))
    return _Fit(both.difference[0] - shift, se, df, failure)


def _solve(both: Comparison, usable: np.ndarray) -> tuple[list[FloatArray], FloatArray, np.ndarray]:
    """Slopes (one (k, r) a covariate), d' W^-1 d, and where W is well conditioned."""
    p = len(both.difference) - 1
    shape = usable.shape
    if p == 0:
        return [], np.zeros(shape), np.ones(shape, dtype=bool)
    if p == 1:
        ss_x, d = both.within[1][1], both.difference[1]
        solvable = ss_x > both.rounding[1]
        ss_x = np.where(solvable, ss_x, 1.0)  # without variation the slope is a failure anyway
        return [both.within[0][1] / ss_x], d * d / ss_x, solvable
    w = np.stack(
        [np.stack([both.within[i][j] for j in range(1, p + 1)], axis=-1) for i in range(1, p + 1)],
        axis=-2,
    )  # (k, r, p, p)
    varies = np.stack([both.within[i][i] > both.rounding[i] for i in range(1, p + 1)], axis=-1)
    scale = np.sqrt(np.where(varies, np.einsum("...ii->...i", w), np.nan))
    with np.errstate(divide="ignore", invalid="ignore"):
        w = w / scale[..., :, None] / scale[..., None, :]
    # In units of within-arm correlation a determinant near 0 means collinear covariates.
    w[~(usable & np.isfinite(w).all(axis=(-1, -2)))] = np.eye(p)
    solvable = (np.linalg.det(w) > 1e-10) & varies.all(axis=-1)
    w[~solvable] = np.eye(p)
    right = np.stack(
        [np.stack([both.within[0][i], both.difference[i]], axis=-1) for i in range(1, p + 1)],
        axis=-2,
    )  # (k, r, p, 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        right = right / scale[..., None]
    right[~(usable & solvable)] = 0.0
    solved = np.linalg.solve(w, right)
    with np.errstate(divide="ignore", invalid="ignore"):
        slopes = solved[..., 0] / scale
    leverage = np.sum(right[..., 1] * solved[..., 1], axis=-1)
    return [slopes[..., i] for i in range(p)], leverage, solvable
