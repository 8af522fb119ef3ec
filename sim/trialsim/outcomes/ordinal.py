"""Ordered categories, such as "much better" to "worse", scored 0, 1, 2, ..."""

from __future__ import annotations

from typing import Any

import numpy as np
from pydantic import model_validator
from scipy import special

from trialsim.core.axes import FloatArray
from trialsim.core.registry import register
from trialsim.outcomes.discrete import Discrete

Shares = tuple[float, ...]


@register("ordinal")
class Ordinal(Discrete):
    """Ordered categories with any shares. A difference is one of mean scores; it is delivered by
    shifting the arm's latent normal, so that every category changes in the same direction."""

    shares: Shares | tuple[Shares, ...]
    """Shares of the categories 0, 1, 2, ... in the comparator: one list for every visit, or a
    list a visit."""
    mean: tuple[float, ...] | float = 0.0
    """Follows from the shares; leave it out."""
    sd: tuple[float, ...] | float = 0.0
    """Follows from the shares; leave it out."""

    @model_validator(mode="before")
    @classmethod
    def _moments_follow(cls, written: Any) -> Any:
        if not isinstance(written, dict) or "mean" in written or "sd" in written:
            return written
        shares = written.get("shares")
        rows = shares if isinstance(shares, tuple) and shares else ((),)
        rows = rows if all(isinstance(row, tuple) for row in rows) else (rows,)
        if not all(isinstance(share, int | float) for row in rows for share in row):
            return written
        mean, sd = zip(*(_moments(row) for row in rows), strict=True)
        one = len(rows) == 1
        return {**written, "mean": mean[0] if one else mean, "sd": sd[0] if one else sd}

    def _row(self, visit: int) -> Shares:
        first = self.shares[0] if self.shares else 0.0
        if isinstance(first, tuple):
            row = self.shares[visit] if visit < len(self.shares) else ()
            return row if isinstance(row, tuple) else ()
        return tuple(share for share in self.shares if not isinstance(share, tuple))

    @property
    def limits(self) -> tuple[float, float]:
        """0 and the last category."""
        return 0.0, float(len(self._row(0)) - 1)

    def problems(self, visit: int) -> list[str]:
        """Fewer than two categories, or shares that are not positive or do not add up to 1."""
        row = self._row(visit)
        if len(row) < 2:
            return ["shares need at least two categories."]
        if min(row) <= 0:
            return [f"shares must be above 0, found {min(row):g}."]
        if abs(sum(row) - 1) > 1e-6:
            return [f"shares must add up to 1, found {sum(row):g}."]
        if len(row) != len(self._row(0)):
            return ["every visit must have the same categories."]
        return []

    def arm_problems(self, visit: int, difference: float, sd: float | None) -> list[str]:
        """A mean outside the categories, or an SD of the arm's own."""
        if sd is not None:
            return ["an SD of the arm's own is impossible: it follows from the shares."]
        mean, last = self.at(self.mean, visit) + difference, len(self._row(visit)) - 1
        if not 0.001 < mean < last - 0.001:
            return [f"a mean of {mean:g} leaves the categories 0 to {last}."]
        return []

    def arm_sd(self, visit: int, difference: float) -> float:
        """The SD of the shares that the shift leaves."""
        above = special.ndtr(-self.cuts(visit, difference, None))
        shares = -np.diff(np.concatenate([[1.0], above, [0.0]]))
        return _moments(tuple(shares.tolist()))[1]

    def cuts(self, visit: int, difference: float, sd: float | None) -> FloatArray:
        """Normal quantiles of the cumulative shares, shifted until the mean has moved."""
        cuts = np.asarray(special.ndtri(np.cumsum(self._row(visit))[:-1]), dtype=np.float64)
        if difference == 0:
            return cuts
        wanted = self.at(self.mean, visit) + difference
        low, high = -40.0, 40.0
        for _ in range(80):
            shift = 0.5 * (low + high)
            reached = float(np.sum(special.ndtr(shift - cuts)))
            low, high = (shift, high) if reached < wanted else (low, shift)
        return cuts - 0.5 * (low + high)


def _moments(shares: Shares) -> tuple[float, float]:
    scores = np.arange(len(shares))
    mean = float(scores @ np.array(shares)) if shares else 0.0
    variance = float((scores - mean) ** 2 @ np.array(shares)) if shares else 0.0
    return mean, float(np.sqrt(max(variance, 0.0)))
