"""Simple randomisation: every patient's arm is drawn independently."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np
from scipy import special

from trialsim.core.axes import ArmPlane, Levels
from trialsim.core.draws import Draws
from trialsim.core.ratio import allocation_ratio
from trialsim.core.registry import register
from trialsim.core.stages import NO_FACTORS, AllocationMethod


@register("simple")
class Simple(AllocationMethod):
    """A coin for every patient, weighted by the arms' ratio; arm sizes vary by chance.

    Sizes that differ by at most one patient count as equal.
    """

    prefix_stable: ClassVar[bool] = True

    def allocate(
        self, draws: Draws, sizes: Sequence[int], factors: Mapping[str, Levels] = NO_FACTORS
    ) -> ArmPlane:
        """The arm whose share of [0, 1) holds the patient's uniform."""
        ratio = np.array(allocation_ratio(sizes), dtype=float)
        limits = np.cumsum(ratio / ratio.sum())[:-1]
        u = draws.uniform("allocation", sum(sizes))
        arm = np.zeros_like(u, dtype=np.int8)
        for limit in limits:
            arm += u >= limit
        return arm

    def size_law(self, sizes: Sequence[int]) -> list[tuple[tuple[int, ...], float]] | None:
        """Binomial, for two arms."""
        if len(sizes) != 2:
            return None
        n, ratio = sum(sizes), allocation_ratio(sizes)
        p = ratio[1] / sum(ratio)
        k = np.arange(n + 1)
        log_chance = (
            special.gammaln(n + 1)
            - special.gammaln(k + 1)
            - special.gammaln(n - k + 1)
            + special.xlogy(k, p)
            + special.xlog1py(n - k, -p)
        )
        return [((n - i, i), float(c)) for i, c in enumerate(np.exp(log_chance)) if c > 1e-12]
