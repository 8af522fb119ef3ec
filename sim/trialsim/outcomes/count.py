"""A count of events, such as days off work: negative binomial, or Poisson at its narrowest.

Johnson, Kemp and Kotz 2005, Univariate Discrete Distributions, chapter 5.
"""

from __future__ import annotations

import numpy as np
from scipy import special

from trialsim.core.axes import FloatArray
from trialsim.core.registry import register
from trialsim.outcomes.discrete import Discrete, normal_quantile

_MAX_COUNT = 20_000


@register("count")
class Count(Discrete):
    """Counts 0, 1, 2, ... with a negative binomial distribution: variance mean + mean^2 / size.

    An arm keeps the comparator's size, so that its SD follows from its mean, unless the
    assumption states an SD of its own.
    """

    unit: str = "events"
    """What is counted, in the plural."""

    @property
    def limits(self) -> tuple[float, float]:
        """From 0 upwards."""
        return 0.0, np.inf

    def problems(self, visit: int) -> list[str]:
        """A mean that is not positive, or an SD below that of a Poisson distribution."""
        return self._margin_problems(self.at(self.mean, visit), self.at(self.sd, visit))

    def _margin_problems(self, mean: float, sd: float | None) -> list[str]:
        if mean <= 0:
            return [f"a mean of {mean:g} is impossible: counts have a mean above 0."]
        if sd is None:
            return []
        if sd**2 < mean * (1 - 1e-9):
            return [
                f"an SD of {sd:g} is impossible for counts with mean {mean:g}: the least is that "
                f"of a Poisson distribution, {np.sqrt(mean):.3f}."
            ]
        if mean + 40 * sd > _MAX_COUNT:
            return [f"a mean of {mean:g} with an SD of {sd:g} makes counts too large to tabulate."]
        return []

    def arm_problems(self, visit: int, difference: float, sd: float | None) -> list[str]:
        """The same of an arm."""
        return self._margin_problems(self.at(self.mean, visit) + difference, sd)

    def _excess(self, visit: int) -> float:
        """1 / size: how much the variance exceeds a Poisson's, over the squared mean."""
        mean, sd = self.at(self.mean, visit), self.at(self.sd, visit)
        return max(0.0, (sd**2 - mean) / mean**2)

    def arm_sd(self, visit: int, difference: float) -> float:
        """The SD of an arm that shares the comparator's size."""
        mean = self.at(self.mean, visit) + difference
        return float(np.sqrt(mean + self._excess(visit) * mean**2))

    def cuts(self, visit: int, difference: float, sd: float | None) -> FloatArray:
        """Normal quantiles of P(count <= 0), P(count <= 1), ... as far as anybody counts."""
        mean = self.at(self.mean, visit) + difference
        excess = self._excess(visit) if sd is None else max(0.0, (sd**2 - mean) / mean**2)
        spread = np.sqrt(mean + excess * mean**2)
        k = np.arange(int(mean + 40 * spread) + 20)
        if excess < 1e-9:
            below, above = special.gammaincc(k + 1, mean), special.gammainc(k + 1, mean)
        else:
            size, p = 1 / excess, 1 / (1 + mean * excess)
            below, above = special.betainc(size, k + 1, p), special.betainc(k + 1, size, 1 - p)
        return normal_quantile(below, above)[(above > 1e-18) & (below > 1e-300)]
