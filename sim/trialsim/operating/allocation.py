"""Operating characteristics of an allocation: how well it balances, how well it can be guessed.

The convergence strategy, which guesses the arm that is behind, is Blackwell and Hodges 1957,
Design for the control of selection bias, doi 10.1214/aoms/1177706973.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan, sqrt

import numpy as np
from numpy.typing import NDArray

from trialsim.allocation.allocate import allocate
from trialsim.allocation.stratified_blocks import stratum_of
from trialsim.cohort.enrol import enrol
from trialsim.core.axes import ArmPlane, FloatArray, Levels
from trialsim.core.draws import Draws
from trialsim.core.plan import Plan
from trialsim.core.program import Batch, prepare
from trialsim.core.ratio import allocation_ratio

BATCHES = 16
"""4,096 trials: a share of 0.7 is then known to 0.001."""


@dataclass(frozen=True)
class Row:
    """One characteristic."""

    measure: str
    """Short name, such as `guessed_right`."""
    what: str
    """What it is, in words."""
    value: float
    """Its mean over trials."""
    mcse: float
    """Monte Carlo standard error of the mean."""
    largest: float
    """The largest in any of the trials; NaN for shares."""

    @property
    def is_share(self) -> bool:
        """Whether it is a share of the patients, not a number of them."""
        return self.largest != self.largest


@dataclass(frozen=True)
class AllocationCharacteristics:
    """What `allocation_characteristics` finds."""

    method: str
    replicates: int
    """Trials simulated."""
    rows: tuple[Row, ...]


def allocation_characteristics(plan: Plan, batches: int = BATCHES) -> AllocationCharacteristics:
    """Balance and guesses of the first design's allocation, over some batches of its own trials.

    Imbalance is the largest less the smallest arm, counts divided by the arms' part of the ratio
    (of mean 1), so that it is in patients for equal arms.
    """
    program = prepare(plan)
    group = next(g for g in program.groups if 0 in g.rows)
    n = group.sizes[group.rows.index(0)]
    design = plan.designs[plan.cells[0].design]
    ratio, method = allocation_ratio(tuple(design.arms.values())), design.allocation
    blocks: tuple[int, ...] = getattr(method, "sizes", ())
    found: dict[str, list[FloatArray]] = {}
    for number in range(batches):
        batch = Batch(Draws(plan.seed, number))
        cohort = enrol(group, batch)
        arm = allocate(group, batch, cohort).arm[:, :n]
        levels = {f: cohort.covariates[f][:, :n].astype(np.int8) for f in method.factors}
        imbalance = imbalance_over_time(arm, ratio)
        made = {
            "guessed_right": convergence_guesses(arm, ratio).mean(axis=1),
            "imbalance_end": imbalance[:, -1],
            "imbalance_during": imbalance.max(axis=1),
        }
        if len(blocks) == 1:
            strata = tuple(levels.values()) or (np.zeros(arm.shape, dtype=np.int8),)
            right = informed_guesses(arm, ratio, blocks[0], stratum_of(strata))
            made["guessed_right_knowing_blocks"] = right.mean(axis=1)
        for factor, level in levels.items():
            made[f"imbalance_within.{factor}"] = imbalance_within(arm, ratio, level)
        for name, values in made.items():
            found.setdefault(name, []).append(values)
    joined = {name: np.concatenate(values) for name, values in found.items()}
    return AllocationCharacteristics(
        method.name,
        len(joined["imbalance_end"]),
        tuple(_row(name, values) for name, values in sorted(joined.items(), key=_place)),
    )


_WORDS = {
    "guessed_right": "allocations guessed by naming the arm that is behind",
    "guessed_right_knowing_blocks": "the same by who also knows the block size (and strata)",
    "imbalance_end": "imbalance at the end, in patients",
    "imbalance_during": "largest imbalance at any time",
    "imbalance_within": "largest imbalance at the end within a level of",
}


def _place(item: tuple[str, FloatArray]) -> int:
    return list(_WORDS).index(item[0].partition(".")[0])


def _row(name: str, values: FloatArray) -> Row:
    measure, _, factor = name.partition(".")
    is_share = measure.startswith("guessed")
    return Row(
        name,
        f"{_WORDS[measure]} {factor}".rstrip(),
        float(values.mean()),
        float(values.std(ddof=1) / sqrt(values.size)),
        nan if is_share else float(values.max()),
    )


def imbalance_over_time(arm: ArmPlane, ratio: Sequence[int]) -> FloatArray:
    """Imbalance (r, p) after each patient."""
    counts = np.stack([np.cumsum(arm == a, axis=1) for a in range(len(ratio))])  # (a, r, p)
    return np.ptp(counts / _parts(ratio), axis=0)


def imbalance_within(arm: ArmPlane, ratio: Sequence[int], level: Levels) -> FloatArray:
    """The largest imbalance (r,) at the end among patients of one level of a factor."""
    each = []
    for value in range(int(level.max()) + 1):
        counts = np.stack([((arm == a) & (level == value)).sum(axis=1) for a in range(len(ratio))])
        each.append(np.ptp(counts / _parts(ratio)[..., 0], axis=0))
    return np.max(each, axis=0)


def convergence_guesses(arm: ArmPlane, ratio: Sequence[int]) -> FloatArray:
    """Expected right guesses (r, p) of who names the arm that is furthest behind its share.

    Arms that are equally far behind are named by the size of their share, equal ones by a coin.
    """
    part = np.array(ratio)[:, None, None]
    before = np.stack([np.cumsum(arm == a, axis=1) - (arm == a) for a in range(len(ratio))])
    behind = part * np.arange(arm.shape[1]) - sum(ratio) * before  # (a, r, p), whole numbers
    return _coin(2 * sum(ratio) * behind + part, arm)


def informed_guesses(
    arm: ArmPlane, ratio: Sequence[int], block: int, stratum: NDArray[np.intp]
) -> FloatArray:
    """Expected right guesses (r, p) of who also knows the block size and each patient's stratum:
    the arm with most places left in the stratum's block, a coin when several have."""
    per_block = np.array(ratio) * (block // sum(ratio))
    rows = np.arange(arm.shape[0])
    used = np.zeros((int(stratum.max()) + 1, len(ratio), arm.shape[0]), dtype=np.int64)
    left = np.empty((len(ratio), *arm.shape), dtype=np.int64)
    for p in range(arm.shape[1]):
        at = stratum[:, p]
        left[:, :, p] = (per_block - used[at, :, rows]).T
        used[at, arm[:, p], rows] += 1
        used[at, :, rows] *= (used[at, :, rows].sum(axis=1) < block)[:, None]  # a block is full
    return _coin(left, arm)


def _coin(score: NDArray[np.int64], arm: ArmPlane) -> FloatArray:
    """Chance (r, p) that a guess among the arms of the highest score (a, r, p) is right."""
    is_best = score == score.max(axis=0)
    right = np.take_along_axis(is_best, arm[None].astype(np.intp), axis=0)[0]
    return right / is_best.sum(axis=0)


def _parts(ratio: Sequence[int]) -> FloatArray:
    """Each arm's part of the ratio, of mean 1 (a, 1, 1)."""
    return (np.array(ratio) / np.mean(ratio))[:, None, None]
