"""Which steps fit into a lesson."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from trialsim.teaching.steps import STEPS

SetName = Literal["45", "90", "home"]

_45 = ("W1", "W5", "W6", "W9", "W12")
_90 = (*_45, "W3", "W4", "W7", "W11")

SETS: Mapping[str, tuple[str, ...]] = {
    name: tuple(step for step in STEPS if step in chosen)
    for name, chosen in (("45", _45), ("90", _90), ("home", tuple(STEPS)))
}
"""By name: the steps, in the order in which they are taught; the numbers are minutes."""
