"""Patients who come to judge themselves by another standard.

Sprangers and Schwartz 1999, doi 10.1016/S0277-9536(99)00045-3.
"""

from __future__ import annotations

from typing import ClassVar

from trialsim.core.registry import register
from trialsim.core.stages import ScoreBias
from trialsim.core.stages.distorting import Domain


@register("response_shift")
class ResponseShift(ScoreBias):
    """Treatment changes the standard by which patients judge themselves, not their condition.

    In one arm it looks like an effect; name all arms under `arm` for a shift that they share.
    """

    domain: ClassVar[Domain] = "measurement of the outcome"
