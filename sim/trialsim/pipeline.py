"""One batch of every cell, from the draws to the estimates.

The only module that knows the order of the stages.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from trialsim.allocation.allocate import allocate
from trialsim.analysis.analyse import analyse, estimates
from trialsim.bias.distort import distort
from trialsim.bias.misallocate import misallocate
from trialsim.bias.misreport import misreport
from trialsim.cohort.enrol import enrol
from trialsim.conduct.undergo import undergo
from trialsim.core.axes import REPLICATES_PER_BATCH, FloatArray, Plane, slabs
from trialsim.core.draws import Draws
from trialsim.core.program import Batch, Group, Program
from trialsim.core.records import COLUMNS, Allocation, Cohort, Conduct, Outcomes, TrialData
from trialsim.observation.observe import observe
from trialsim.outcomes.experience import alike, at_baseline, badness, experience


def simulate_batch(
    program: Program, batch: int, replicates: int = REPLICATES_PER_BATCH
) -> FloatArray:
    """Results of one batch of every cell: (series, column, replicate), columns as `COLUMNS`.

    Fewer replicates than a batch holds give other numbers, and are for tests only.
    """
    draws = Draws(program.seed, batch, replicates)
    results = np.empty((program.n_series, len(COLUMNS), replicates))
    capacity = max(group.capacity for group in program.groups)
    for rows in slabs(replicates, capacity):
        slab = Batch(draws.slab(rows))
        for group in program.groups:
            data, part = trial_data(group, slab), results[:, :, rows]
            analyse(group, data, part)
            misreport(group, data, part, partial(estimates, group))
    return results


@dataclass(frozen=True)
class Lives:
    """What happens to the patients of these replicates, whether or not anybody sees it."""

    group: Group
    batch: Batch
    cohort: Cohort
    allocation: Allocation
    conduct: Conduct
    outcomes: Outcomes
    true: Outcomes
    """Outcomes without what misleads about them, where somebody is lost by them."""

    def score(self, outcome: str, visit: str) -> Plane:
        """Scores (r, p), whether or not they are seen."""
        plane = self.outcomes.scores[outcome][visit]
        shift = self.outcomes.shifts.get((outcome, visit))
        return plane if shift is None else plane + np.array(shift)[self.allocation.arm]

    def untreated(self, outcome: str, visit: str) -> Plane:
        """Scores (r, p) that the comparator as stated would have given the same patients."""
        return alike(self.group, self.batch, self.allocation, self.conduct, outcome, visit)


def lives(group: Group, batch: Batch) -> Lives:
    """From who comes to what becomes of them; a line a stage."""
    cohort = enrol(group, batch)
    honest = allocate(group, batch, cohort)
    scores = partial(at_baseline, group, batch, honest)
    allocation = misallocate(group, batch, cohort, honest, scores)
    conduct = undergo(
        group,
        batch,
        cohort,
        allocation,
        partial(at_baseline, group, batch, allocation),
        partial(badness, group, batch, cohort, allocation),
    )
    distortion = distort(group, batch, cohort, allocation)
    outcomes = true = experience(group, batch, cohort, allocation, conduct, distortion)
    if distortion.states and group.design.hides_scores:  # who is lost goes by what is true
        true = experience(group, batch, cohort, allocation, conduct)
    return Lives(group, batch, cohort, allocation, conduct, outcomes, true)


def trial_data(group: Group, batch: Batch) -> TrialData:
    """What the statisticians of these replicates are handed."""
    lived = lives(group, batch)
    cohort, allocation, conduct = lived.cohort, lived.allocation, lived.conduct
    observations = observe(group, batch, allocation, conduct, lived.true)
    measured = [name for name in cohort.covariates if name not in group.design.traits]
    patients = (group.keys["allocation"], tuple(group.design.arms.values()), group.sizes)
    return TrialData(
        arms=tuple(group.design.arms),
        visits=tuple(group.design.visits),
        sizes=group.sizes,
        enrolled=cohort.enrolled,
        arm=allocation.arm,
        covariates={name: cohort.covariates[name] for name in measured},
        scores=lived.outcomes.scores,
        observed=observations.observed,
        centres=group.centres,
        levels={
            name: n
            for name in measured
            if (n := group.design.covariates[name].n_levels) is not None
        },
        shifts=lived.outcomes.shifts,
        therapist=conduct.therapist,
        attended=conduct.attended,
        teams={name: (team.arms, team.n) for name, team in group.design.teams.items()},
        course=conduct.course,
        beside=conduct.beside,
        memo=batch.once(("sums", patients), dict),
    )
