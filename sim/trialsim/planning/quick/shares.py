"""Closed forms for two shares of patients with an event."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
import scipy.special as special
from numpy.typing import ArrayLike

from trialsim.planning.quick.options import Options
from trialsim.theory import risk_difference, two_proportions

_MOST_TABLES = 40_000
"""Patients an arm up to which all tables of two proportions are added up for a power."""
_MOST_INTERVALS = 2_000
"""The same for a mean width, which a search asks for at many sizes."""


@dataclass(frozen=True)
class Proportions:
    """The chi-square test of two shares, or Farrington and Manning's test against a margin.

    Sizes come from the normal approximation, as other programs give them; powers from all tables.
    """

    options: Options

    @property
    def test(self) -> str:
        """As a protocol names it."""
        if self.options.margin is not None:
            return "the score test of Farrington and Manning"
        return "the chi-square test without continuity correction"

    @property
    def start(self) -> float:
        """A difference of about the size that patients vary by."""
        return 0.1

    @property
    def share(self) -> float:
        """Events in the comparator arm."""
        assert self.options.p1 is not None
        return self.options.p1

    def power(self, n_control: ArrayLike, n_treatment: ArrayLike, difference: float) -> ArrayLike:
        """Chance of the wanted conclusion at a true difference, treatment minus comparator."""
        options, treated = self.options, self.share + difference
        if options.margin is not None:
            return risk_difference.margin_power(
                treated, self.share, n_treatment, n_control, options.margin, options.tail_alpha
            )
        law = np.vectorize(two_proportions.approximate_power, otypes=[float])
        return np.asarray(
            law(treated, self.share, n_treatment, n_control, options.alpha, options.sides)
        )

    def exact_power(self, n_control: int, n_treatment: int, difference: float) -> float:
        """The same for one pair of sizes, without approximation where there is a way."""
        options, treated = self.options, self.share + difference
        if max(n_control, n_treatment) > _MOST_TABLES:
            return float(np.asarray(self.power(n_control, n_treatment, difference)))
        if options.margin is not None:
            return risk_difference.exact_margin_power(
                treated, self.share, n_treatment, n_control, options.margin, options.tail_alpha
            )
        # One-sided towards the difference that is assumed, whichever sign it has.
        shares = (treated, self.share) if difference >= 0 else (1 - treated, 1 - self.share)
        return risk_difference.likely_exact_power(
            *shares, n_treatment, n_control, options.alpha, options.sides
        )

    def width(self, n_control: ArrayLike, n_treatment: ArrayLike) -> ArrayLike:
        """Of Newcombe's interval, over all tables; by Wald's formula for very large arms."""
        options = self.options
        treated = self.share if options.p2 is None else options.p2

        def one(n0: float, n1: float) -> float:
            if max(n0, n1) <= _MOST_INTERVALS:
                return risk_difference.newcombe_width(
                    treated, self.share, int(n1), int(n0), options.level
                )
            variance = treated * (1 - treated) / n1 + self.share * (1 - self.share) / n0
            return float(2 * special.ndtri((1 + options.level) / 2) * sqrt(variance))

        return np.asarray(np.vectorize(one, otypes=[float])(n_control, n_treatment))

    def smallest_significant(
        self, n_control: int, n_treatment: int, difference: float | None
    ) -> float:
        """When the comparator arm has its share; nan if none of all is significant."""
        z = -float(special.ndtri(self.options.tail_alpha))
        n1, n0 = n_treatment, n_control
        # A fall in events is a rise in patients without one.
        p0 = 1 - self.share if difference is not None and difference < 0 else self.share

        def excess(difference: float) -> float:
            pooled = p0 + difference * n1 / (n1 + n0)
            variance = pooled * (1 - pooled) * (1 / n1 + 1 / n0)
            return difference - z * sqrt(max(variance, 0.0))

        from scipy.optimize import brentq

        return float(brentq(excess, 0.0, 1 - p0)) if excess(1 - p0) > 0 else float("nan")
