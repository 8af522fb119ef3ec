"""Where a published estimate falls among the estimates of simulated trials."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trialsim.core.axes import FloatArray


@dataclass(frozen=True)
class Placement:
    """Shares of simulated trials on each side of a published estimate."""

    n: int
    """Trials with an estimate."""
    at_or_below: int
    """Trials with an estimate as low as the published one, or lower."""
    at_or_above: int
    """Trials with an estimate as high as the published one, or higher."""

    def share(self, side: int) -> tuple[float, float]:
        """Share of trials at or beyond the published value, and its Monte Carlo error.

        `side` -1 counts lower estimates, +1 higher ones.
        """
        if self.n == 0:
            return float("nan"), float("nan")
        share = (self.at_or_below if side < 0 else self.at_or_above) / self.n
        return share, float(np.sqrt(share * (1 - share) / self.n))


def place(estimate: FloatArray, published: float) -> Placement:
    """Count the estimates (r,) on each side of `published`; failed analyses are left out."""
    found = estimate[np.isfinite(estimate)]
    return Placement(len(found), int(np.sum(found <= published)), int(np.sum(found >= published)))
