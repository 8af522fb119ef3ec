"""The trials of many literatures at once: sizes, truths, flaws, results, publication.

A trial is drawn as what it reports, its estimate and its SD, not as patients: for normal scores
both have exact laws (independent normal and chi-square), so nothing is lost. `tests/verification`
compares with trials simulated patient by patient.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

import numpy as np
from scipy import special

from trialsim.core.axes import BoolArray, FloatArray
from trialsim.core.draws import Draws
from trialsim.kernels.meta_analysis_effects import hedges_g
from trialsim.literature.setting import Setting
from trialsim.literature.sizes import divided, drawn

SIGNIFICANT, NOT_SIGNIFICANT, WRONG_SIDE, HARMFUL = range(4)
RESULTS = ("significant", "not_significant", "wrong_side", "harmful")
"""By code, named as under `literature.publication`."""


@dataclass(frozen=True)
class Trials:
    """Trials in the order in which they were done; arrays (r, t), estimates in natural units."""

    n: FloatArray
    """Patients of both arms."""
    true_effect: FloatArray
    """What the treatment does by itself in this trial."""
    shift: FloatArray
    """What its flaws add."""
    flawed: Mapping[str, BoolArray]
    """By flaw: whether the trial has it."""
    estimate: FloatArray
    se: FloatArray
    df: FloatArray
    p_value: FloatArray
    result: FloatArray
    """Code of `RESULTS`."""
    y: FloatArray
    """What a reviewer pools: the estimate, or Hedges' g."""
    v: FloatArray
    """Its variance, as the trial gives it."""
    is_published: BoolArray

    def only(self, rows: slice) -> Trials:
        """The literatures in `rows`."""
        cut = {
            one.name: getattr(self, one.name)[rows] for one in fields(self) if one.name != "flawed"
        }
        return replace(self, **cut, flawed={name: has[rows] for name, has in self.flawed.items()})


def simulate_trials(setting: Setting, draws: Draws) -> Trials:
    """The trials of every literature of a batch."""
    written = setting.written
    t = written.trials
    n = drawn(written.sizes, draws.uniform("literature.size", t))
    true_effect = np.full(n.shape, float(written.effect.mean))
    if written.effect.tau:
        true_effect = true_effect + written.effect.tau * draws.normal("literature.effect", t)
    shift, flawed = _flaws(setting, draws, n)
    estimate, se, df = _reported(setting, draws, n, true_effect + shift)
    p_value, result = _judged(setting, estimate, se, df)
    y, v = estimate, se**2
    if written.standardised:
        arms = divided(n, setting.arms)
        y, v = hedges_g(estimate / se * np.sqrt(1 / arms[0] + 1 / arms[1]), *arms)
    chance = publication_chances(setting)[result]
    return Trials(
        n=n,
        true_effect=true_effect,
        shift=shift,
        flawed=flawed,
        estimate=estimate,
        se=se,
        df=df,
        p_value=p_value,
        result=result,
        y=y,
        v=v,
        is_published=draws.uniform("literature.publication", t) < chance,
    )


def _flaws(
    setting: Setting, draws: Draws, n: FloatArray
) -> tuple[FloatArray, dict[str, BoolArray]]:
    """Shift of every trial (r, t), and who has which flaw."""
    t = setting.written.trials
    shift, flawed = np.zeros(n.shape), {}
    for name, flaw in setting.written.flaws.items():
        has = draws.uniform(f"literature.flawed.{name}", t) < flaw.share
        if flaw.up_to_n is not None:
            has = has & (n <= flaw.up_to_n)
        size = np.full(n.shape, float(flaw.shift))
        if flaw.sd:
            size = size + flaw.sd * draws.normal(f"literature.shift.{name}", t)
        shift = shift + np.where(has, size, 0.0)
        flawed[name] = has
    return shift, flawed


def _reported(
    setting: Setting, draws: Draws, n: FloatArray, mean: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Estimate, standard error and degrees of freedom (r, t).

    After adjustment for a normal baseline the estimate has the variance of the residuals times
    1/n1 + 1/n0 + D^2 / S, where D is the imbalance and S its sum of squares within arms.
    """
    t, law = setting.written.trials, setting.law
    n1, n0 = divided(n, setting.arms)
    precision = 1 / n1 + 1 / n0
    df = n - 2.0
    if law.adjusted:
        imbalance = draws.normal("literature.imbalance", t)
        within = _chi_square(draws, "literature.baseline_variance", df)
        precision = precision * (1 + imbalance**2 / within)
        df = n - 3.0
    error = draws.normal("literature.error", t)
    sd = law.sd * np.sqrt(_chi_square(draws, "literature.variance", df) / df)
    return mean + law.sd * np.sqrt(precision) * error, sd * np.sqrt(precision), df


def _chi_square(draws: Draws, purpose: str, df: FloatArray) -> FloatArray:
    # From a uniform, so that a trial of another size has the same luck. 0 would be no variance.
    uniform = np.maximum(draws.uniform(purpose, df.shape[1]), 2.0**-54)
    return 2 * special.gammaincinv(df / 2, uniform)


def _judged(
    setting: Setting, estimate: FloatArray, se: FloatArray, df: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """p value and code of the result (r, t)."""
    t = setting.better * estimate / se
    is_two_sided = setting.sides == 2
    p_value = 2 * special.stdtr(df, -np.abs(t)) if is_two_sided else special.stdtr(df, -t)
    significant = p_value < setting.alpha
    bad = np.where(significant, HARMFUL, WRONG_SIDE)
    return p_value, np.where(t > 0, np.where(significant, SIGNIFICANT, NOT_SIGNIFICANT), bad)


def publication_chances(setting: Setting) -> FloatArray:
    """Probability of publication by code of the result (4,)."""
    rule = setting.written.publication
    wrong = rule.not_significant if rule.wrong_side is None else rule.wrong_side
    harmful = rule.significant if rule.harmful is None else rule.harmful
    return np.array([rule.significant, rule.not_significant, wrong, harmful], dtype=float)
