"""The urn design: each allocation makes the other arms more likely, ever less so as they grow.

Wei and Lachin 1988, Properties of the urn randomization in clinical trials,
doi 10.1016/0197-2456(88)90048-7.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import ClassVar

import numpy as np
from pydantic import Field

from trialsim.allocation._in_turn import LONGEST_CHAIN, Counts, by_arm_sizes
from trialsim.core.axes import ArmPlane, FloatArray, Levels
from trialsim.core.draws import Draws
from trialsim.core.ratio import allocation_ratio
from trialsim.core.registry import register
from trialsim.core.stages import NO_FACTORS, AllocationMethod


@register("urn")
class Urn(AllocationMethod):
    """A ball drawn from an urn names the arm, and returns with `beta` balls of every other arm.

    Ratios other than 1:1 count an arm of twice the share as two arms with the same treatment.
    Then every patient's chance of an arm is its share, wherever they stand in the trial.
    """

    alpha: int = Field(default=0, ge=0)
    """Balls of each arm at the start; with 0 the first arm is a fair draw."""
    beta: int = Field(default=1, ge=0)
    """Balls of every other arm that are added after each allocation; 0 is simple randomisation."""

    prefix_stable: ClassVar[bool] = True

    def problems(self, sizes: Sequence[int]) -> list[str]:
        """An urn that stays empty."""
        return [] if self.alpha + self.beta else ["alpha and beta are both 0: the urn stays empty."]

    def allocate(
        self, draws: Draws, sizes: Sequence[int], factors: Mapping[str, Levels] = NO_FACTORS
    ) -> ArmPlane:
        """One uniform a patient, against the shares of the balls in the urn."""
        ratio = np.array(allocation_ratio(sizes))[:, None]
        u = draws.uniform("allocation", sum(sizes))
        return by_arm_sizes(u, len(sizes), partial(self._chance, ratio))

    def _chance(self, ratio: np.ndarray, counts: Counts, n: int) -> FloatArray:
        if n == 0 and self.alpha == 0:
            return np.broadcast_to(ratio / ratio.sum(), counts.shape)
        # An arm that counts as several has as many kinds of balls, and of those that it draws
        # each adds to all kinds but its own.
        balls = self.alpha * ratio + self.beta * (ratio * n - counts)
        kinds = int(ratio.sum())
        return balls / (self.alpha * kinds + self.beta * n * (kinds - 1))

    def size_law(self, sizes: Sequence[int]) -> list[tuple[tuple[int, ...], float]] | None:
        """A Markov chain of the size of the second of two arms; None for more, or huge ones."""
        n, ratio = sum(sizes), np.array(allocation_ratio(sizes))[:, None]
        if len(sizes) != 2 or n > LONGEST_CHAIN:
            return None
        law = np.zeros(n + 2)  # by patients in the second arm
        law[0] = 1.0
        for total in range(n):
            second = np.arange(total + 1)
            chance = self._chance(ratio, np.array([total - second, second]), total)[1]
            step = np.zeros_like(law)
            step[: total + 1] = law[: total + 1] * (1 - chance)
            step[1 : total + 2] += law[: total + 1] * chance
            law = step
        return [((n - k, k), chance) for k, chance in enumerate(law.tolist()) if chance > 1e-12]
