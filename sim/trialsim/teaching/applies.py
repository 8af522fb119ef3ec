"""Why a step does not apply to a trial; an empty text where it does."""

from __future__ import annotations

from collections.abc import Callable

from trialsim.teaching.trial import Trial

Reason = Callable[[Trial], str]


def score(trial: Trial) -> str:
    """The primary outcome must be a score."""
    return "" if trial.is_score else "its primary outcome is not a score"


def baseline(trial: Trial) -> str:
    """The score must be measured before treatment, too."""
    return "" if trial.baseline else "the score is not measured before treatment"


def published(trial: Trial) -> str:
    """The scenario must report a difference of the primary outcome."""
    return "" if trial.published else "it reports no published difference of its primary outcome"


def improvement(trial: Trial) -> str:
    """There must be an effect in favour of the arm, published or assumed."""
    return "" if trial.claimed > 0 else "nothing in it says that the arm is better"


def first_of(trial: Trial, *reasons: Reason) -> str:
    """The first that stands in the way."""
    return next((found for reason in reasons if (found := reason(trial))), "")
