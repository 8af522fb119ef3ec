"""Critical values of group sequential tests, two-sided 0.05, equally spaced looks.

Jennison and Turnbull 2000, Group Sequential Methods with Applications to Clinical Trials, tables
2.1 (Pocock 1977, doi 10.1093/biomet/64.2.191) and 2.3 (O'Brien and Fleming 1979,
doi 10.2307/2530245).
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from scipy import special

from trialsim.core.axes import FloatArray

Boundary = Literal["naive", "pocock", "obrien_fleming"]

ALPHA = 0.05
"""Level of the tables."""

_POCOCK = {
    2: 2.178, 3: 2.289, 4: 2.361, 5: 2.413, 6: 2.453, 7: 2.485, 8: 2.512, 9: 2.535, 10: 2.555,
}  # fmt: skip
_OBRIEN_FLEMING = {
    2: 1.977, 3: 2.004, 4: 2.024, 5: 2.040, 6: 2.053, 7: 2.063, 8: 2.072, 9: 2.080, 10: 2.087,
}  # fmt: skip

TABULATED = tuple(_POCOCK)
"""Numbers of looks for which there are values."""


def levels(boundary: Boundary, looks: int, alpha: float) -> FloatArray:
    """Two-sided level at which each look (looks,) is judged."""
    if boundary == "naive":
        return np.full(looks, alpha)
    if boundary == "pocock":
        critical = np.full(looks, _POCOCK[looks])
    else:  # alike in the information, so that early looks are hard to pass
        critical = _OBRIEN_FLEMING[looks] * np.sqrt(looks / np.arange(1, looks + 1))
    return np.asarray(2 * special.ndtr(-critical))
