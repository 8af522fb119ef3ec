"""Latent normal to discrete score by a guide table, much faster than a binary search.

Chen and Asau 1974, doi 10.1080/05695557408974954: the axis is cut into bins narrow enough to
hold at most one cut-point, so the score is the bin's lower score plus one comparison.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trialsim.core.axes import ArmPlane, FloatArray, Plane
from trialsim.kernels.gather import taken

REACH = 9.0
"""Cut-points beyond this many SD are never crossed: the chance is below 1e-18 a score."""

_MAX_BINS = 2**16


@dataclass(frozen=True)
class GuideTable:
    """Cut-points of several margins (one an arm) as one flat table of bins."""

    bins: int
    lower: FloatArray
    """Score at the left edge of each bin (a * bins)."""
    next_cut: FloatArray
    """The cut-point inside each bin, or infinity (a * bins)."""
    step: float

    def scores(self, z: Plane, arm: ArmPlane | None) -> Plane:
        """Scores (r, p): the margin's lowest score plus `step` for each cut-point below z.

        `arm` picks the margin of each patient; None when there is only one.
        """
        place = z * (self.bins / (2 * REACH))
        place += self.bins / 2
        np.clip(place, 0, self.bins - 1, out=place)
        bin_ = place.astype(np.intp)
        if arm is not None:
            bin_ += arm.astype(np.intp) * self.bins
        score = taken(self.lower, bin_)
        above = z > taken(self.next_cut, bin_)
        score += above if self.step == 1 else above * self.step
        return score


def guide_table(cuts: list[FloatArray], lowest: float, step: float) -> GuideTable:
    """A table for margins with these ascending cut-points, one array an arm.

    Raises ValueError when two cut-points lie too close for the finest table (1/3600 SD); margins
    with that little room between scores have scores of almost no probability, which the caller
    should have merged.
    """
    inside = [cut[(cut > -REACH) & (cut < REACH)] for cut in cuts]
    skipped = [int(np.sum(cut <= -REACH)) for cut in cuts]
    bins = 512
    while True:
        # The same arithmetic as in `scores`: it never falls as z rises, so z in a bin to the
        # right of a cut's bin is above the cut, whatever the rounding.
        places: list[NDArray[np.intp]] = [
            np.clip(cut * (bins / (2 * REACH)) + bins / 2, 0, bins - 1).astype(np.intp)
            for cut in inside
        ]
        if all(np.all(np.diff(place) > 0) for place in places):
            break
        bins *= 2
        if bins > _MAX_BINS:
            raise ValueError("cut-points too close together for a guide table")
    lower = np.empty((len(cuts), bins))
    next_cut = np.full((len(cuts), bins), np.inf)
    for a, (cut, place) in enumerate(zip(inside, places, strict=True)):
        below = np.searchsorted(place, np.arange(bins), side="left")  # cuts in bins to the left
        lower[a] = lowest + step * (skipped[a] + below)
        next_cut[a, place] = cut
    return GuideTable(bins, lower.ravel(), next_cut.ravel(), step)
