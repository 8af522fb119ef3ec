"""Patients who know what they got report what they expect.

Hróbjartsson and others 2014, doi 10.1093/ije/dyu115: patient-reported outcomes of trials with
patients who were not blinded, against blinded patients of the same trials.
"""

from __future__ import annotations

from typing import ClassVar

from trialsim.core.registry import register
from trialsim.core.stages import ScoreBias
from trialsim.core.stages.distorting import Domain


@register("expectation")
class Expectation(ScoreBias):
    """Unblinded patients report better scores under the treatment that they believe in.

    What they report moves; what the treatment does to them does not.
    """

    domain: ClassVar[Domain] = "measurement of the outcome"
