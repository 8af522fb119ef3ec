"""Attention, advice and encouragement that one arm gets beside its treatment.

Higgins and others 2023, Cochrane Handbook for Systematic Reviews of Interventions, chapter 8.
"""

from __future__ import annotations

from typing import ClassVar

from trialsim.core.registry import register
from trialsim.core.stages import ScoreBias
from trialsim.core.stages.distorting import Domain


@register("performance")
class Performance(ScoreBias):
    """One arm is cared for differently in more than its treatment, and does better for it.

    Patients are truly better, though not by what the trial is about: the estimand is the effect of
    the treatments, so this is bias. What is part of a policy belongs under `conduct`.
    """

    domain: ClassVar[Domain] = "deviations from intended interventions"
