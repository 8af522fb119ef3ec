"""Permuted blocks: the ratio is exact at the end of every block.

Rosenberger and Lachin 2016, Randomization in Clinical Trials, section 3.5.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from math import comb, prod
from typing import ClassVar

import numpy as np

from trialsim.core.axes import ArmPlane, Levels
from trialsim.core.draws import Draws
from trialsim.core.ratio import allocation_ratio
from trialsim.core.registry import register
from trialsim.core.stages import NO_FACTORS, AllocationMethod


@register("permuted_blocks")
class PermutedBlocks(AllocationMethod):
    """Blocks within which every order is equally likely; the last block may be cut short.

    The arms' ratio is the smallest whole ratio of their planned sizes, and sizes that differ by
    at most one patient count as equal, so 64 and 65 are allocated 1:1.
    """

    block_sizes: tuple[int, ...] | int = 4
    """Patients in a block: one size, or several of which each block takes one at random, all
    equally likely. Every size must be a multiple of the sum of the ratio."""

    prefix_stable: ClassVar[bool] = True

    @property
    def sizes(self) -> tuple[int, ...]:
        """The possible block sizes."""
        return self.block_sizes if isinstance(self.block_sizes, tuple) else (self.block_sizes,)

    def problems(self, sizes: Sequence[int]) -> list[str]:
        """Block sizes that cannot hold the ratio."""
        return block_problems(self.sizes, sizes)

    def allocate(
        self, draws: Draws, sizes: Sequence[int], factors: Mapping[str, Levels] = NO_FACTORS
    ) -> ArmPlane:
        """Within each block the patients' uniforms, put in order, say who takes which place."""
        n, ratio = sum(sizes), allocation_ratio(sizes)
        longest = max(self.sizes)
        capacity = n + longest  # the last block is drawn whole and cut, whatever n is
        u = draws.uniform_rows("allocation", capacity)
        if len(self.sizes) == 1:
            n_blocks = capacity // longest
            blocks = u[:, : n_blocks * longest].reshape(u.shape[0], n_blocks, longest)
            order = np.argsort(blocks, axis=2)
            arm = np.empty(blocks.shape, dtype=np.int8)
            np.put_along_axis(arm, order, np.broadcast_to(_template(ratio, longest), arm.shape), 2)
            return arm.reshape(u.shape[0], -1)[:, :n]
        return self._random_sizes(draws, u, n, ratio)

    def _random_sizes(self, draws: Draws, u: np.ndarray, n: int, ratio: Sequence[int]) -> ArmPlane:
        capacity = u.shape[1]
        n_blocks = -(-capacity // min(self.sizes))
        choice = draws.uniform("allocation.block_sizes", n_blocks)
        which = (choice * len(self.sizes)).astype(np.intp)  # (r, block)
        ends = np.cumsum(np.array(self.sizes)[which], axis=1)
        # Block of each patient: how many blocks end at or before this place.
        width = capacity + 1
        rows = np.arange(u.shape[0])[:, None] * width
        end = (rows + np.minimum(ends, capacity)).ravel()
        ended = np.bincount(end, minlength=u.shape[0] * width).reshape(-1, width)
        block = np.cumsum(ended[:, :capacity], axis=1)
        starts = np.concatenate([np.zeros((u.shape[0], 1), dtype=np.intp), ends], axis=1)
        place = np.arange(capacity) - np.take_along_axis(starts, block, axis=1)
        size = np.take_along_axis(which, block, axis=1)
        templates = np.zeros((len(self.sizes), max(self.sizes)), dtype=np.int8)
        for s, length in enumerate(self.sizes):
            templates[s, :length] = _template(ratio, length)
        # Blocks are neighbours, so ordering by block + uniform only permutes within blocks.
        order = np.argsort(block + u, axis=1)
        arm = np.empty(u.shape, dtype=np.int8)
        np.put_along_axis(arm, order, templates[size, place], 1)
        return arm[:, :n]

    def size_law(self, sizes: Sequence[int]) -> list[tuple[tuple[int, ...], float]] | None:
        """Hypergeometric in the last, cut block; None for random block sizes."""
        if len(self.sizes) != 1:
            return None
        ratio, block = allocation_ratio(sizes), self.sizes[0]
        full, rest = divmod(sum(sizes), block)
        held = [part * block // sum(ratio) for part in ratio]
        law = []
        for cut in product(*(range(min(h, rest) + 1) for h in held)):
            if sum(cut) == rest:
                chance = prod(map(comb, held, cut)) / comb(block, rest)
                law.append((tuple(full * h + c for h, c in zip(held, cut, strict=True)), chance))
        return law


def block_problems(blocks: Sequence[int], sizes: Sequence[int]) -> list[str]:
    """Block sizes that cannot hold the ratio of the planned arm sizes."""
    ratio = allocation_ratio(sizes)
    wrong = [str(b) for b in blocks if b < sum(ratio) or b % sum(ratio)]
    if blocks and not wrong:
        return []
    found = ", ".join(wrong) or "none"
    text = ":".join(map(str, ratio))
    fits = ", ".join(str(sum(ratio) * m) for m in (1, 2, 3))
    return [
        f"block sizes must be multiples of {sum(ratio)} for the ratio {text}, "
        f"found {found}; {fits} would do."
    ]


def _template(ratio: Sequence[int], length: int) -> np.ndarray:
    """The arms of a block in order, before it is permuted."""
    times = length // sum(ratio)
    return np.repeat(np.arange(len(ratio), dtype=np.int8), np.array(ratio) * times)
