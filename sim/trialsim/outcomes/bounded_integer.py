"""A questionnaire score: whole steps between a lowest and a highest value, never clamped.

Beta-binomial margins on a latent normal. Mean, SD and correlation are those of the scores
themselves, so floors and ceilings are part of the margin and nothing is cut off.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from trialsim.core.axes import ArmPlane, FloatArray, Plane
from trialsim.core.registry import register
from trialsim.core.stages import Effect, OutcomeMethod
from trialsim.kernels.beta_binomial import (
    cut_points,
    overdispersion,
    sd_from_overdispersion,
    sd_limits,
)
from trialsim.kernels.guide_table import GuideTable, guide_table
from trialsim.kernels.latent_normal import step_coefficients


@register("bounded_integer")
class BoundedInteger(OutcomeMethod):
    """Scores in whole steps from `min` to `max`, with beta-binomial margins.

    A mean difference moves the arm's mean and is delivered exactly; the arm keeps the
    comparator's overdispersion at that visit, so its SD follows from its mean, unless the
    assumption states an SD of its own.
    """

    min: float = 0
    """Lowest possible score."""
    max: float
    """Highest possible score."""
    step: float = 1
    """Distance between neighbouring scores; below 1 for means of items (0.25, 0.1)."""

    @property
    def n_steps(self) -> int:
        """Steps from the lowest to the highest score."""
        return round((self.max - self.min) / self.step)

    @property
    def limits(self) -> tuple[float, float]:
        """`min` and `max`."""
        return self.min, self.max

    def problems(self, visit: int) -> list[str]:
        """Limits, mean or SD that no such margin can have."""
        if not self.max > self.min or self.step <= 0:
            return [f"max ({self.max:g}) must be above min ({self.min:g}), and step above 0."]
        if abs(self.n_steps * self.step - (self.max - self.min)) > 1e-9 * (self.max - self.min):
            return [f"max - min ({self.max - self.min:g}) is no multiple of step ({self.step:g})."]
        return self._margin_problems(self.at(self.mean, visit), self.at(self.sd, visit))

    def _margin_problems(self, mean: float, sd: float | None) -> list[str]:
        if not self.min < mean < self.max:
            return [
                f"a mean of {mean:g} is outside the scale: it must lie between {self.min:g} and "
                f"{self.max:g}, both excluded."
            ]
        if sd is None:
            return []
        low, high = (x * self.step for x in sd_limits(self.n_steps, self._steps(mean)))
        if low * (1 - 1e-9) <= sd < high:
            return []
        if self.n_steps == 1 and abs(sd - low) <= 0.005 * low:  # two scores: the mean says all
            return []
        nearest = np.ceil(low * 1e3) / 1e3 if sd < low else np.floor(high * 0.999 * 1e3) / 1e3
        return [
            f"an SD of {sd:g} is impossible for scores from {self.min:g} to {self.max:g} with mean "
            f"{mean:g}: a beta-binomial margin has {low:.3f} to {high:.3f}; the nearest is "
            f"{nearest:.3f}."
        ]

    def _steps(self, mean: float) -> float:
        return (mean - self.min) / self.step

    def _overdispersion(self, visit: int) -> float:
        mean, sd = self.at(self.mean, visit), self.at(self.sd, visit)
        return overdispersion(self.n_steps, self._steps(mean), sd / self.step)

    def _margin(self, visit: int, difference: float, sd: float | None) -> tuple[float, float]:
        """Mean, in steps above the lowest score, and overdispersion of an arm."""
        mean = self._steps(self.at(self.mean, visit) + difference)
        if sd is None:
            return mean, self._overdispersion(visit)
        return mean, overdispersion(self.n_steps, mean, sd / self.step)

    def hermite(
        self, visit: int, terms: int, difference: float = 0.0, sd: float | None = None
    ) -> FloatArray:
        """A step at each cut-point of the arm's margin."""
        return _coefficients(self.n_steps, *self._margin(visit, difference, sd), self.step, terms)

    def arm_problems(self, visit: int, difference: float, sd: float | None) -> list[str]:
        """An arm's mean outside the scale, or an SD of its own that its mean cannot have."""
        return self._margin_problems(self.at(self.mean, visit) + difference, sd)

    def arm_sd(self, visit: int, difference: float) -> float:
        """The SD of an arm that shares the comparator's overdispersion."""
        mean = self._steps(self.at(self.mean, visit) + difference)
        return self.step * sd_from_overdispersion(self.n_steps, mean, self._overdispersion(visit))

    def scores(self, visit: int, z: Plane, arm: ArmPlane, effect: Effect) -> Plane:
        """The score whose cut-points, for the arm received, enclose the latent value."""
        carried = self._overdispersion(visit)
        margins = []
        for row, sds in zip(effect.difference, effect.sd, strict=True):
            if sds[visit] is None:  # most rows: what all share is worked out once
                margins.append((self._steps(self.at(self.mean, visit) + row[visit]), carried))
            else:
                margins.append(self._margin(visit, row[visit], sds[visit]))
        if len(set(margins)) == 1:
            return _table(self.n_steps, tuple(margins[:1]), self.min, self.step).scores(z, None)
        return _table(self.n_steps, tuple(margins), self.min, self.step).scores(z, arm)


@lru_cache(maxsize=1024)
def _coefficients(n_steps: int, mean: float, t: float, step: float, terms: int) -> FloatArray:
    cuts = cut_points(n_steps, mean, t)
    return step_coefficients(cuts[np.isfinite(cuts)], step, terms)


@lru_cache(maxsize=1024)
def _table(
    n_steps: int, margins: tuple[tuple[float, float], ...], lowest: float, step: float
) -> GuideTable:
    """The table of these (mean, overdispersion) margins; made once, read in every batch."""
    return guide_table([cut_points(n_steps, mean, t) for mean, t in margins], lowest, step)
