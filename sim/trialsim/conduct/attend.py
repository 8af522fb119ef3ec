"""Which of the planned sessions each patient attends."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from trialsim.core.axes import Levels, Mask, Plane
from trialsim.core.draws import Draws
from trialsim.core.sessions import Sessions
from trialsim.kernels.odds import moved

PURPOSE = "conduct.sessions"


def comes(draws: Draws, sessions: Sessions, n: int, badness: Plane | None) -> Mask:
    """Who comes at all (r, p)."""
    uniform = draws.uniform(f"{PURPOSE}.comes", n)
    return np.asarray(uniform < chance(1 - sessions.never, sessions.strength, badness))


def attended(
    draws: Draws, sessions: Sessions, n: int, due: Sequence[int], badness: Plane | None
) -> dict[int, Levels]:
    """By number of sessions due: how many of them each patient attended (r, p).

    `badness` is the baseline score in SDs from its mean, higher is worse, where attendance goes
    with it.
    """
    coming = comes(draws, sessions, n, badness) if sessions.never else None
    each = chance(sessions.attend, sessions.strength, badness)
    count = np.zeros((draws.rows, n), dtype=np.int8, order="F")
    found = {}
    for session in range(max(due, default=0) + 1):
        if session in due:
            found[session] = count.copy(order="F")
        if session < max(due, default=0):
            there = draws.uniform(f"{PURPOSE}.{session + 1}", n) < each
            count += there if coming is None else there & coming
    return found


def chance(share: float, strength: float, badness: Plane | None) -> Plane | float:
    """The share, or one that goes with the score: the odds of somebody of average badness, times
    exp(strength) an SD."""
    return share if badness is None or not strength else moved(share, strength * badness)
