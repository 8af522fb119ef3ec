"""Performance measures of one series of replicates, each with its Monte Carlo standard error.

Morris TP, White IR, Crowther MJ. Using simulation studies to evaluate statistical methods.
Stat Med 2019;38:2074-2102, table 6, doi 10.1002/sim.8086. Type S (wrong sign) and type M
(exaggeration): Gelman A, Carlin J. Beyond power calculations. Perspect Psychol Sci
2014;9:641-651, doi 10.1177/1745691614551642.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trialsim.core.records import Decisions

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

MIN_SIGNIFICANT = 30
"""With fewer significant replicates than this, type S and type M are left blank."""


@dataclass(frozen=True)
class Measure:
    """One performance measure; NaN means not defined, or left blank for want of replicates."""

    name: str
    """As in `operating_characteristics.csv`."""
    value: float
    """In the unit of the estimate, or a share between 0 and 1; type M is a ratio."""
    mcse: float
    """Monte Carlo standard error of `value`, in its unit."""
    n_used: int
    """Replicates that the value was computed from; for the truth none, or all if simulated."""


def performance(
    estimate: FloatArray,
    se: FloatArray,
    p_value: FloatArray,
    lower: FloatArray,
    upper: FloatArray,
    converged: BoolArray,
    *,
    critical: FloatArray,
    decisions: Decisions,
    true_value: float,
    true_value_mcse: float = 0.0,
) -> list[Measure]:
    """All measures of one analysis in one cell, in the order in which they are reported.

    Arrays are (r,), one element a replicate; estimates, errors, limits and the truth share one
    unit. `critical` is the critical t (or normal) value x SE: the smallest estimate, in size,
    that would have been significant. `decisions` says for each replicate whether it rejects, and
    whether it does so in the good direction.

    Replicates that did not converge count in `failed` and nowhere else. A NaN in a replicate
    that did converge makes the measures that need it NaN: it is never a silent non-rejection.
    A truth that was itself simulated carries its error beside `true_value`; the error of `bias`
    is that of the mean estimate alone, as in table 6.
    """
    columns = (estimate, se, p_value, lower, upper, critical)
    if converged.ndim != 1 or any(column.shape != converged.shape for column in columns):
        raise ValueError("the columns of a series of replicates must all be (r,), of one length")
    rejected, favourable = decisions.rejected, decisions.favourable
    if not converged.all():
        estimate, se, p_value, lower, upper, critical = (column[converged] for column in columns)
        rejected, favourable = rejected[converged], favourable[converged]

    truth = float(true_value)
    n_for_truth = converged.size if true_value_mcse > 0 else 0
    with np.errstate(all="ignore"):  # infinite widths and overflow end as inf or NaN, unannounced
        mean = _mean("mean_estimate", estimate)
        return [
            _share("rejection_rate", rejected, p_value),
            _share("favourable_rejection_rate", favourable, p_value, estimate),
            mean,
            Measure("true_value", truth, float(true_value_mcse), n_for_truth),
            Measure("bias", mean.value - truth, mean.mcse, mean.n_used),
            _empirical_se(estimate),
            _model_se(se),
            _mean("mse", (estimate - truth) ** 2),
            _coverage("coverage", lower, upper, truth),
            _coverage("bias_eliminated_coverage", lower, upper, mean.value),
            _mean("mean_ci_width", upper - lower),
            *_type_s_and_m(estimate[rejected], truth, complete=not np.isnan(p_value).any()),
            _mean("critical_estimate", critical),
            _share("failed", ~converged),
        ]


def _mean(name: str, values: FloatArray) -> Measure:
    """A mean and SD/sqrt(n); the mean is infinite, its error NaN, when a value is infinite.

    For squared errors this is table 6's sqrt(sum((e^2 - MSE)^2) / (n (n - 1))).
    """
    n = values.size
    value = float(values.mean()) if n else math.nan
    mcse = float(values.std(ddof=1)) / math.sqrt(n) if n > 1 else math.nan
    return Measure(name, value, mcse, n)


def _share(name: str, happened: BoolArray, *needed: FloatArray | float) -> Measure:
    """A proportion and sqrt(p (1 - p) / n), which is 0 at a share of exactly 0 or 1.

    Comparisons with NaN are false, hence the look at the values that were `needed` for them.
    """
    n = happened.size
    if n == 0 or any(np.isnan(values).any() for values in needed):
        return Measure(name, math.nan, math.nan, n)
    share = int(np.count_nonzero(happened)) / n
    return Measure(name, share, math.sqrt(share * (1 - share) / n), n)


def _coverage(name: str, lower: FloatArray, upper: FloatArray, target: float) -> Measure:
    """Share of intervals, ends included, that hold the truth or, bias eliminated, the mean."""
    return _share(name, (lower <= target) & (target <= upper), lower, upper, target)


def _empirical_se(estimate: FloatArray) -> Measure:
    """SD of the estimates, with table 6's EmpSE / sqrt(2 (n - 1)), which assumes normality."""
    n = estimate.size
    if n < 2:
        return Measure("empirical_se", math.nan, math.nan, n)
    sd = float(estimate.std(ddof=1))
    return Measure("empirical_se", sd, sd / math.sqrt(2 * (n - 1)), n)


def _model_se(se: FloatArray) -> Measure:
    """Root mean square of the SEs, with table 6's sqrt(Var(SE^2) / (4 n ModSE^2))."""
    mean_square = _mean("model_se", se**2)
    value = math.sqrt(mean_square.value)
    mcse = mean_square.mcse / (2 * value) if value > 0 else math.nan
    return Measure("model_se", value, mcse, mean_square.n_used)


def _type_s_and_m(significant: FloatArray, truth: float, *, complete: bool) -> list[Measure]:
    """Wrong sign and exaggeration among the `significant` estimates, both against the truth.

    Under a truth of 0 no sign is wrong and no ratio exists. `complete` says that it is known of
    every replicate whether it is significant.
    """
    n = significant.size
    if n < MIN_SIGNIFICANT or truth == 0 or math.isnan(truth) or not complete:
        return [Measure(name, math.nan, math.nan, n) for name in ("type_s", "type_m")]
    return [
        _share("type_s", significant * math.copysign(1, truth) < 0, significant),
        _mean("type_m", np.abs(significant) / abs(truth)),
    ]
