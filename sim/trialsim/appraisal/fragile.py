"""The fragility index of reported events, beside the number of patients on which it depends.

Walsh and others 2014, doi 10.1016/j.jclinepi.2013.10.019.
"""

from __future__ import annotations

from dataclasses import dataclass

from trialsim.appraisal.numbers_needed import Needed
from trialsim.core.plan import Design
from trialsim.core.ratio import allocation_ratio
from trialsim.theory.fragility import AtSize, fragility_index, index_by_size

SIZES = (50, 200, 1000, 5000)
"""Patients an arm of the trials that the index is shown for at one p value."""


@dataclass(frozen=True)
class Fragile:
    """The index of a reported table of events, or why it has none."""

    result: str
    events: tuple[int, int]
    n: tuple[int, int]
    p_value: float
    is_reconstructed: bool
    lost: int
    """Patients randomised who are not counted."""
    index: int | None
    refused: str
    """Why there is no index; nothing where there is one."""
    at_one_p: tuple[AtSize, ...]
    """The index of trials of other sizes, all at nearly one p value."""


def fragile(found: Needed, design: Design, alpha: float = 0.05) -> Fragile:
    """The index of a table of events; refused unless two arms of 1:1 differ significantly."""
    planned = [design.arms[name] for name in (found.arm, found.comparator)]
    index, refused = None, ""
    if allocation_ratio(planned) != (1, 1):
        refused = (
            "the fragility index is defined for arms of 1:1; "
            f"{planned[0]:,} and {planned[1]:,} patients were planned"
        )
    else:
        (events1, events0), (n1, n0) = found.events, found.n
        try:
            index = fragility_index(events1, n1, events0, n0, alpha)
        except ValueError as error:
            refused = str(error)
    return Fragile(
        found.result,
        found.events,
        found.n,
        found.p_value,
        found.is_reconstructed,
        max(0, sum(planned) - sum(found.n)),
        index,
        refused,
        index_by_size(SIZES, alpha=alpha) if index is not None else (),
    )
