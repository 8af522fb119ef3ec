"""When patients come: a Poisson process whose rate may ramp up, follow the year, and grow with
every centre that opens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from trialsim.core.axes import FloatArray

YEAR = 365.25


@dataclass(frozen=True)
class Recruitment:
    """Rates in patients a day, days counted from the opening of the trial."""

    per_day: float
    """Patients randomised a day when every centre recruits in full, over the year's mean."""
    centres: tuple[tuple[str, float, float], ...]
    """Name, share of the full rate, and day of opening."""
    ramp: float
    """Days over which a centre's rate rises from nothing to its share; 0 for at once."""
    seasonal: float
    """Amplitude of the year's course, as a share of the rate."""
    peak: float
    """Day of the year's highest rate."""
    until: float | None
    """Day on which recruitment ends, however many have come."""
    consent: float
    """Share of those assessed who are eligible and consent."""

    def expected(self, day: FloatArray) -> FloatArray:
        """Patients expected by a day, with no end to recruitment."""
        total = np.zeros_like(day)
        for _, share, start in self.centres:
            total += share * self._since(np.maximum(day, start), start)
        return self.per_day * total

    def _since(self, day: FloatArray, start: float) -> FloatArray:
        """Integral of one centre's course, rate 1 in full, from its opening.

        Ramp times season, each integrated exactly: (t - s)/w rises to 1, and the season is
        1 + a cos(2 pi (t - peak)/year).
        """
        k = 2 * np.pi / YEAR

        def season(t: FloatArray) -> FloatArray:
            return t + self.seasonal * np.sin(k * (t - self.peak)) / k

        if not self.ramp:
            return season(day) - season(np.full_like(day, start))
        top = np.minimum(day, start + self.ramp)

        def rising(t: FloatArray) -> FloatArray:
            u = t - start
            wave = u * np.sin(k * (t - self.peak)) / k + np.cos(k * (t - self.peak)) / k**2
            return (u**2 / 2 + self.seasonal * wave) / self.ramp

        first = rising(top) - rising(np.full_like(day, start))
        return first + season(np.maximum(day, top)) - season(top)

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {**asdict(self), "centres": [list(centre) for centre in self.centres]}

    @staticmethod
    def from_json(plain: Mapping[str, Any]) -> Recruitment:
        """The recruitment that `to_json` wrote."""
        centres = tuple((name, share, start) for name, share, start in plain["centres"])
        return Recruitment(**{**plain, "centres": centres})
