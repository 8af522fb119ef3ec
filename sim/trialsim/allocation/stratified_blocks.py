"""Permuted blocks within strata: the arms are balanced in every stratum.

Zelen 1974, The randomization and stratification of patients to clinical trials,
doi 10.1016/0021-9681(74)90015-0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from trialsim.allocation.permuted_blocks import block_problems
from trialsim.core.axes import ArmPlane, Levels
from trialsim.core.draws import Draws
from trialsim.core.ratio import allocation_ratio
from trialsim.core.registry import register
from trialsim.core.stages import NO_FACTORS, AllocationMethod


@register("stratified_blocks")
class StratifiedBlocks(AllocationMethod):
    """A sequence of permuted blocks of its own for every combination of the strata's levels.

    The analysis should adjust for the strata. The last block of each stratum may be cut short.
    """

    strata: tuple[str, ...] = Field(examples=[["sex"]])
    """Covariates whose levels, combined, are the strata: bernoulli or categorical ones."""
    block_sizes: tuple[int, ...] | int = 4
    """Patients in a block: one size, or several of which each block takes one at random, all
    equally likely. Every size must be a multiple of the sum of the ratio."""

    prefix_stable: ClassVar[bool] = True

    @property
    def sizes(self) -> tuple[int, ...]:
        """The possible block sizes."""
        return self.block_sizes if isinstance(self.block_sizes, tuple) else (self.block_sizes,)

    @property
    def factors(self) -> tuple[str, ...]:
        """The strata."""
        return self.strata

    def problems(self, sizes: Sequence[int]) -> list[str]:
        """Block sizes that cannot hold the ratio, or no strata."""
        if not self.strata:
            return ["strata names no covariate; without strata write permuted_blocks."]
        return block_problems(self.sizes, sizes)

    def allocate(
        self, draws: Draws, sizes: Sequence[int], factors: Mapping[str, Levels] = NO_FACTORS
    ) -> ArmPlane:
        """A patient's uniform picks one of the places left in the open block of the stratum."""
        n, ratio = sum(sizes), np.array(allocation_ratio(sizes))[:, None]  # (a, 1)
        u = draws.uniform("allocation", n)
        # Whoever opens a block picks its size, so that no later patient has a say in it.
        times = np.array(self.sizes) // ratio.sum()  # ratios in a block, by size
        pick = draws.uniform("allocation.block_sizes", n) if len(times) > 1 else np.zeros_like(u)
        opened = times[(pick * len(times)).astype(np.intp)]  # (r, p)
        stratum = stratum_of(tuple(factors[name] for name in self.strata))  # (r, p)
        rows = np.arange(u.shape[0])
        left = np.zeros((stratum.max() + 1, len(sizes), u.shape[0]), dtype=np.int64)
        arm = np.empty(u.shape, dtype=np.int8, order="F")
        for p in range(n):
            places = left[stratum[:, p], :, rows].T  # (a, r)
            places = np.where(places.any(axis=0), places, ratio * opened[:, p])
            ends = np.cumsum(places, axis=0)
            place = np.floor(u[:, p] * ends[-1])
            arm[:, p] = (place >= ends[:-1]).sum(axis=0)
            places[arm[:, p], rows] -= 1
            left[stratum[:, p], :, rows] = places.T
        return arm


def stratum_of(levels: Sequence[Levels]) -> NDArray[np.intp]:
    """The number (r, p) of each patient's combination of levels, of those that occur."""
    code = np.zeros(levels[0].shape, dtype=np.int64)
    for level in levels:
        _, code = np.unique(code * 128 + level, return_inverse=True)  # levels are int8
        code = code.reshape(level.shape)
    return code
