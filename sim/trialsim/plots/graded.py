"""Whether an outcome is a score, that a cut divides, or an event already."""

from __future__ import annotations

from trialsim.core.stages import OutcomeMethod
from trialsim.outcomes.binary import Binary
from trialsim.outcomes.bounded_integer import BoundedInteger


def is_graded(outcome: OutcomeMethod) -> bool:
    """More than two values, so that it matters where it is cut."""
    has_two = isinstance(outcome, BoundedInteger) and outcome.n_steps == 1
    return not (has_two or isinstance(outcome, Binary))
