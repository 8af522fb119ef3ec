"""Patients who come out of turn, so that they get the arm where a recruiter wants them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from trialsim.core.axes import ArmPlane, BoolArray, Plane
from trialsim.core.draws import Draws
from trialsim.core.stages import AllocationBias

Belief = NDArray[np.int8]
"""By place (r, p): 1 where it is believed to be in the favoured arm, -1 in another, 0 unknown."""


class Steered(AllocationBias):
    """What mechanisms of the randomisation process share.

    The recruiter has two patients at hand, and decides who of them is enrolled first: where the
    next place is believed to be in the favoured arm the one with the better score, where it is
    believed to be in another the one with the worse. The other one is kept for the next place.
    """

    favours: str | None = None
    """The arm that gets the better patients; the first that is no comparator when left out."""
    exploited: float = Field(default=1.0, gt=0, le=1)
    """Share of the places at which the recruiter acts on what is believed."""

    def _favoured(self, arms: Sequence[str]) -> int:
        return 1 if self.favours is None else list(arms).index(self.favours)

    def _acts(self, draws: Draws, purpose: str, n: int) -> BoolArray:
        return np.asarray(draws.uniform(f"{purpose}.exploits", n) < self.exploited)


def steered(arm: ArmPlane, badness: Plane, belief: Belief, acts: BoolArray) -> ArmPlane:
    """Arms (r, p) of the patients, from the arms (r, p) of the places in the order in which they
    are filled.

    There are two at hand, one kept back and one who has just come: the better gets a place that
    is believed to be in the favoured arm (1), the worse one that is believed to be in another
    (-1), and the more ordinary one a place of which nothing is believed (0). Where the recruiter
    does not act, who came first is enrolled first.
    """
    replicates, n = arm.shape
    rows = np.arange(replicates)
    got = np.empty((replicates, n), dtype=arm.dtype, order="F")
    kept = np.zeros(replicates, dtype=np.intp)
    for place in range(n - 1):
        new = place + 1
        first, other, guess = badness[rows, kept], badness[:, new], belief[:, place]
        wanted = np.where(guess > 0, other < first, other > first)
        wanted = np.where(guess == 0, np.abs(other) < np.abs(first), wanted)
        comes_first = wanted & acts[:, place]
        filled = np.where(comes_first, new, kept)
        got[rows, filled] = arm[:, place]
        kept = np.where(comes_first, kept, new)
    got[rows, kept] = arm[:, n - 1]
    return got
