"""What happens to the patients of simulated trials on the calendar, batch after batch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from trialsim.core.axes import REPLICATES_PER_BATCH, ArmPlane, Mask, slabs
from trialsim.core.draws import Draws
from trialsim.core.plan import Design, Plan
from trialsim.core.program import Batch, prepare
from trialsim.core.records import Course
from trialsim.pipeline import lives

MOST_TRIALS = 1024
"""Trials that are followed at most: a mean is then known to a thirtieth of what it differs by
between trials."""

MOST_SLOW = REPLICATES_PER_BATCH
"""The same where each trial takes its time: simulated by itself, or in rounds because leaving goes
with what was attended."""


@dataclass(frozen=True)
class Followed:
    """Some trials of one design, and what happened in them."""

    design: Design
    enrolled: Mask
    """Who is in the trial (r, p)."""
    arm: ArmPlane
    course: Course

    def members(self, arm: str) -> Mask:
        """The patients of an arm (r, p)."""
        return self.enrolled & (self.arm == list(self.design.arms).index(arm))


def n_followed(design: Design, replicates: int) -> int:
    """How many of so many trials are followed: enough for the errors, in a bounded time."""
    clock = design.clock
    if clock is None:
        return 0
    is_slow = clock.by_clinic or clock.is_sighted
    return min(replicates, MOST_SLOW if is_slow else MOST_TRIALS)


def courses(
    plan: Plan, cell: int, batches: int = 1, most: int = REPLICATES_PER_BATCH
) -> Iterator[Followed]:
    """The first batches of trials of a cell, in parts: the very courses of the run.

    `cell` is an index into the plan's cells; its design has a calendar. With `most`, no more than
    the first so many trials of each batch.
    """
    chosen = plan.cells[cell]
    design = plan.designs[chosen.design]
    alone = replace(plan, designs=(design,), cells=(replace(chosen, design=0),))
    (group,) = prepare(alone).groups
    # Nobody looks at scores: only those on which leaving depends are then simulated.
    reads = tuple(variable for variable in group.reads if not variable[0])
    group = replace(group, reads=reads, knows_therapists=False)
    for batch in range(batches):
        draws = Draws(plan.seed, batch, REPLICATES_PER_BATCH)
        for rows in slabs(min(most, REPLICATES_PER_BATCH), group.capacity):
            lived = lives(group, Batch(draws.slab(rows)))
            course = lived.conduct.course
            assert course is not None  # the design has a calendar
            yield Followed(design, lived.cohort.enrolled, lived.allocation.arm, course)
