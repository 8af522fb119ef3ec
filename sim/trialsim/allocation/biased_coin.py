"""The biased coin: the arm that is behind is the more likely one.

Efron 1971, Forcing a sequential experiment to be balanced, doi 10.1093/biomet/58.3.403.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np
from pydantic import Field

from trialsim.allocation._in_turn import LONGEST_CHAIN, Counts, by_arm_sizes
from trialsim.core.axes import ArmPlane, FloatArray, Levels
from trialsim.core.draws import Draws
from trialsim.core.ratio import allocation_ratio
from trialsim.core.registry import register
from trialsim.core.stages import NO_FACTORS, AllocationMethod
from trialsim.theory.allocation import biased_coin_imbalance_law


@register("biased_coin")
class BiasedCoin(AllocationMethod):
    """A fair coin while the arms are equal, else one that favours the arm that is behind.

    With more than two arms, each of the smallest ones is probability : (1 - probability) times
    as likely as each of the others. For equal arms only.
    """

    probability: float = Field(default=2 / 3, ge=0.5, le=1)
    """Chance that the next patient gets the arm that is behind, of two; Efron favoured 2/3."""

    prefix_stable: ClassVar[bool] = True

    def problems(self, sizes: Sequence[int]) -> list[str]:
        """Arms that are not planned to be equal."""
        ratio = allocation_ratio(sizes)
        if len(set(ratio)) == 1:
            return []
        return [
            f"a biased coin makes equal arms, found the ratio {':'.join(map(str, ratio))}; "
            "permuted_blocks, urn or minimisation would do."
        ]

    def allocate(
        self, draws: Draws, sizes: Sequence[int], factors: Mapping[str, Levels] = NO_FACTORS
    ) -> ArmPlane:
        """One uniform a patient, against the chances that the arm sizes so far make."""
        return by_arm_sizes(draws.uniform("allocation", sum(sizes)), len(sizes), self._chance)

    def _chance(self, counts: Counts, n: int) -> FloatArray:
        is_smallest = counts == counts.min(axis=0)
        weight = np.where(is_smallest, self.probability, 1 - self.probability)
        return weight / weight.sum(axis=0)

    def size_law(self, sizes: Sequence[int]) -> list[tuple[tuple[int, ...], float]] | None:
        """A Markov chain of the difference between two arms; None for more, or huge ones."""
        n = sum(sizes)
        if len(sizes) != 2 or n > LONGEST_CHAIN:
            return None
        law: list[tuple[tuple[int, ...], float]] = []
        for d, chance in enumerate(biased_coin_imbalance_law(n, self.probability).tolist()):
            small, large = (n - d) // 2, (n + d) // 2
            if chance > 1e-12 and d == 0:
                law.append(((small, large), chance))
            elif chance > 1e-12:
                law += [((small, large), chance / 2), ((large, small), chance / 2)]
        return law
