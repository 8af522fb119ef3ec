"""Patients who are alike because they share a therapist, a group or a practice.

ICC is the share of the score variance, within an arm, that lies between therapists. An arm may
have therapists while the other has none (partially nested). The test is Welch's on the means of
therapists, or of patients where there are none: Roberts and Roberts 2005, Clinical Trials 2:152;
design effects of unequal sizes: Eldridge, Ashby and Kerry 2006, Int J Epidemiol 35:1292.
"""

from collections.abc import Sequence

import numpy as np
import scipy.special as special
from numpy.typing import ArrayLike

from trialsim.theory import _validate, noncentral_t
from trialsim.theory._validate import Floats
from trialsim.theory.search import UnreachableError

_MOST_THERAPISTS = 100_000


def design_effect(mean_size: ArrayLike, icc: ArrayLike, cv: ArrayLike = 0.0) -> Floats:
    """Factor by which clusters inflate the variance of an arm's mean.

    `mean_size` is in patients a cluster and `cv` the coefficient of variation of the sizes. At
    least 1 when clusters have one patient or more.
    """
    size = _validate.at_least("mean_size", mean_size, 1)
    spread = _validate.at_least("cv", cv, 0)
    return np.asarray(1 + ((spread**2 + 1) * size - 1) * _icc(icc))[()]


def design_effect_of_sizes(sizes: Sequence[float], icc: float, *, weighted: bool = False) -> float:
    """The same from the sizes themselves, for the plain mean or the best weighted one."""
    patients = _validate.at_least("sizes", np.asarray(sizes, dtype=float), 1)
    alike = float(_icc(icc))
    if weighted:
        return float(patients.sum() / (patients / (1 + (patients - 1) * alike)).sum())
    return float(1 + ((patients**2).sum() / patients.sum() - 1) * alike)


def arm_variance(
    n: ArrayLike, sd: ArrayLike, icc: ArrayLike = 0.0, therapists: ArrayLike | None = None
) -> Floats:
    """Variance of the mean of `n` patients shared equally by therapists, or by nobody (None)."""
    patients = _validate.positive("n", n)
    variance = _validate.positive("sd", sd) ** 2
    if therapists is None:
        return np.asarray(variance / patients)
    teams = _validate.at_least("therapists", therapists, 1)
    alike = _icc(icc)
    return np.asarray(variance * (alike / teams + (1 - alike) / patients))


def error_and_df(
    n_control: ArrayLike,
    n_treatment: ArrayLike,
    sd: ArrayLike = 1.0,
    icc: ArrayLike = 0.0,
    therapists: ArrayLike | None = None,
    control_therapists: ArrayLike | None = None,
) -> tuple[Floats, Floats]:
    """Standard error of the difference and Satterthwaite's degrees of freedom.

    `therapists` are those of the treatment arm. An arm counts as many units as it has therapists,
    or patients without them, and needs two (ValueError): what is one therapist's and what the
    treatment's cannot be told apart.
    """
    units1 = _units("therapists", n_treatment, therapists)
    units0 = _units("control_therapists", n_control, control_therapists)
    part1 = arm_variance(n_treatment, sd, icc, therapists)
    part0 = arm_variance(n_control, sd, icc, control_therapists)
    df = (part1 + part0) ** 2 / (part1**2 / (units1 - 1) + part0**2 / (units0 - 1))
    # df >= the smaller number of units - 1; rounding may leave it an epsilon under 1.
    return np.sqrt(part1 + part0), np.maximum(df, 1)


def clustered_power(
    n_control: ArrayLike,
    n_treatment: ArrayLike,
    difference: ArrayLike,
    sd: ArrayLike = 1.0,
    icc: ArrayLike = 0.0,
    therapists: ArrayLike | None = None,
    control_therapists: ArrayLike | None = None,
    alpha: ArrayLike = 0.05,
    sides: int = 2,
) -> Floats:
    """Power of Welch's test on therapist means; exact when both arms have equally many therapists
    and patients, else by Satterthwaite's df at the true variances: with one arm shared, half a
    point of power off from four therapists on, and far too low for two, where the test itself
    rejects more than alpha without an effect.

    `difference` in the units of `sd`, which is the total SD within an arm. Arguments broadcast.
    """
    error, df = error_and_df(n_control, n_treatment, sd, icc, therapists, control_therapists)
    shift = _validate.finite("difference", difference) / error
    return noncentral_t.rejection_probability(shift, df, alpha, sides)


def power_limit(
    difference: float,
    sd: float,
    icc: float,
    therapists: int,
    alpha: float = 0.05,
    sides: int = 2,
) -> float:
    """Power with patients without end in both arms: what this many therapists can never exceed
    by much. 1 at an ICC of 0."""
    teams = float(_validate.at_least("therapists", therapists, 2))
    if float(_icc(icc)) == 0:
        return 1.0
    error = float(_validate.positive("sd", sd)) * np.sqrt(icc / teams)
    return float(noncentral_t.rejection_probability(difference / error, teams - 1, alpha, sides))


def therapists_needed(
    difference: float,
    sd: float,
    icc: float,
    power: float = 0.8,
    alpha: float = 0.05,
    sides: int = 2,
) -> int:
    """Fewest therapists of one arm that allow `power` when patients are without end.

    Fewer cannot be made up for by patients. Raises UnreachableError.
    """
    below, enough = 1, 2
    while power_limit(difference, sd, icc, enough, alpha, sides) < power:
        if enough > _MOST_THERAPISTS:
            best = power_limit(difference, sd, icc, enough, alpha, sides)
            raise UnreachableError(power, best, enough)
        below, enough = enough, 2 * enough
    while enough - below > 1:
        middle = (below + enough) // 2
        reached = power_limit(difference, sd, icc, middle, alpha, sides) >= power
        below, enough = (below, middle) if reached else (middle, enough)
    return enough


def unadjusted_false_alarms(
    n_control: ArrayLike,
    n_treatment: ArrayLike,
    icc: ArrayLike,
    therapists: ArrayLike | None = None,
    control_therapists: ArrayLike | None = None,
    alpha: ArrayLike = 0.05,
    sides: int = 2,
) -> Floats:
    """How often a t test that ignores therapists rejects when the treatments do not differ.

    Normal approximation: the true standard error against the one that the test reports on average.
    A single therapist an arm is allowed, and is what makes it approach certainty as arms grow.
    """
    control = _validate.at_least("n_control", n_control, 2)
    treatment = _validate.at_least("n_treatment", n_treatment, 2)
    arms = ((treatment, therapists), (control, control_therapists))
    true = sum(arm_variance(n, 1.0, icc, teams) for n, teams in arms)
    squares = sum((n - 1) * _mean_sample_variance(n, icc, teams) for n, teams in arms)
    reported = squares / (control + treatment - 2) * (1 / control + 1 / treatment)
    z = -special.ndtri(_validate.tail_alpha(alpha, sides))
    return np.asarray(sides * special.ndtr(-z * np.sqrt(reported / true)))[()]


def _mean_sample_variance(n: Floats, icc: ArrayLike, therapists: ArrayLike | None) -> Floats:
    """Mean variance among n patients of a unit-variance score, when therapists share them."""
    if therapists is None:
        return np.ones_like(n)
    each = n / _validate.at_least("therapists", therapists, 1)
    return np.asarray(1 - _icc(icc) * (each - 1) / (n - 1))


def _units(name: str, n: ArrayLike, therapists: ArrayLike | None) -> Floats:
    if therapists is None:
        return _validate.at_least("n", n, 2)
    return _validate.at_least(name, therapists, 2)


def _icc(icc: ArrayLike) -> Floats:
    """An intraclass correlation as floats, from 0 to below 1."""
    value = _validate.at_least("icc", icc, 0)
    if np.any(value >= 1):
        raise ValueError(f"icc is {icc!r}: it must be below 1")
    return value
