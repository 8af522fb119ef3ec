"""On which side of a cut a score lies, when scores are sums of steps that binary numbers round."""

from __future__ import annotations

import numpy as np

from trialsim.core.axes import BoolArray, FloatArray

_ROOM, _RELATIVE = 1e-9, 1e-13
"""Scores within this of the cut count as at the cut: 0.1 + 0.2 is 0.3 to a trialist."""


def above(values: FloatArray, cut: float, *, inclusive: bool) -> BoolArray:
    """Whether each value lies above the cut or, if `inclusive`, at it."""
    room = _ROOM + _RELATIVE * abs(cut)
    if inclusive:
        return np.asarray(values >= cut - room)
    return np.asarray(values > cut + room)
