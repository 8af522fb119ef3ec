"""Assessors who know the treatment see what they hope to see.

Hróbjartsson and others 2013, doi 10.1503/cmaj.120744: assessors who were not blinded, against
blinded assessors of the same patients.
"""

from __future__ import annotations

from typing import ClassVar

from trialsim.core.registry import register
from trialsim.core.stages import ScoreBias
from trialsim.core.stages.distorting import Domain


@register("assessor")
class Assessor(ScoreBias):
    """An unblinded assessor records better scores in the arm that is favoured.

    What is recorded moves; what the treatment does to patients does not.
    """

    domain: ClassVar[Domain] = "measurement of the outcome"
