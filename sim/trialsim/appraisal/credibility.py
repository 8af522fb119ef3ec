"""How far a significant result can be believed: false-positive risk, and an exact repeat of it.

None of it is observed power: the published estimate never stands in for the true effect. All of it
takes the trial to be free of bias.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trialsim.appraisal.reported import Recovered
from trialsim.theory import trials_in_general as in_general
from trialsim.theory.exaggeration import ncp_at_power
from trialsim.theory.false_positive import false_positive_risk, prior_for_risk, risk_at_p

PRIORS = (0.1, 0.5)
"""Shares of such treatments that work, as a sceptic and a neutral may believe."""

POWERS = (0.8, 0.2)
"""Shares of trials with an effect that find it."""

ACCEPTED = 0.05
"""The risk for which the belief that it takes is told."""


@dataclass(frozen=True)
class Belief:
    """What a stated belief, before the trial, makes of it."""

    prior: float
    power: float
    below_alpha: float
    """False-positive risk of a result with p below the level."""
    at_p: float
    """The same of a result with exactly the p value that was found."""
    prior_needed: float
    """The belief with which the latter is `ACCEPTED`."""


@dataclass(frozen=True)
class Credibility:
    """A published result that is significant, and what it would take to believe it."""

    result: str
    estimate: float
    z: float
    """Estimate in standard errors."""
    p_value: float
    df: float
    alpha: float
    beliefs: tuple[Belief, ...]
    repeat_flat: float
    """Chance that an exact repeat is significant in the same direction, if before the trial every
    effect was as likely."""
    repeat_in_general: float
    """The same, for a trial in general."""
    shrinkage: float
    """What is left of the estimate, for a trial in general."""
    shrunk: float
    """The estimate so shrunk."""
    shrunk_interval: tuple[float, float]
    """Holds 95% of what is then believed."""
    exaggeration: float
    """Median of the estimate's size over the true one's, for a trial in general."""
    median_power: float
    """Power of the trial in the middle of trials in general."""


def credibility(
    found: Recovered, priors: Sequence[float] = PRIORS, powers: Sequence[float] = POWERS
) -> Credibility | None:
    """What a published result is worth; None where it is not significant, so that the question
    does not arise. Raises ValueError for a prior or power that is no share."""
    if not found.p_value.value < found.alpha:
        return None
    z, p, df = found.estimate / found.se.value, found.p_value.value, found.df
    known, se = in_general.after_a_trial(z), found.se.value
    return Credibility(
        result=found.name,
        estimate=found.estimate,
        z=z,
        p_value=p,
        df=df,
        alpha=found.alpha,
        beliefs=tuple(_belief(prior, power, found) for power in powers for prior in priors),
        repeat_flat=in_general.repeat_significant_flat(z, found.alpha),
        repeat_in_general=in_general.repeat_significant(z, found.alpha),
        shrinkage=in_general.shrinkage(z),
        shrunk=se * known.mean,
        shrunk_interval=(se * known.quantile(0.025), se * known.quantile(0.975)),
        exaggeration=in_general.exaggeration(z),
        median_power=in_general.median_power(found.alpha),
    )


def _belief(prior: float, power: float, found: Recovered) -> Belief:
    p, df, alpha = found.p_value.value, found.df, found.alpha
    ncp = ncp_at_power(power, df, alpha)
    return Belief(
        prior=prior,
        power=power,
        below_alpha=float(false_positive_risk(prior, power, alpha)),
        at_p=risk_at_p(p, prior, ncp, df),
        prior_needed=prior_for_risk(ACCEPTED, p, ncp, df),
    )
