"""One batch of every cell, from the draws to the estimates.

The only module that knows the order of the stages.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from trialsim.allocation.allocate import allocate
from trialsim.analysis.analyse import analyse
from trialsim.cohort.enrol import enrol
from trialsim.conduct.undergo import undergo
from trialsim.core.axes import REPLICATES_PER_BATCH, FloatArray, slabs
from trialsim.core.draws import Draws
from trialsim.core.program import Batch, Group, Program
from trialsim.core.records import COLUMNS, TrialData
from trialsim.observation.observe import observe
from trialsim.outcomes.experience import at_baseline, badness, experience


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
            analyse(group, trial_data(group, slab), results[:, :, rows])
    return results


def trial_data(group: Group, batch: Batch) -> TrialData:
    """What the statisticians of these replicates are handed; a line a stage."""
    cohort = enrol(group, batch)
    allocation = allocate(group, batch, cohort)
    conduct = undergo(
        group,
        batch,
        cohort,
        allocation,
        partial(at_baseline, group, batch, allocation),
        partial(badness, group, batch, cohort, allocation),
    )
    outcomes = experience(group, batch, cohort, allocation, conduct)
    observations = observe(group, batch, allocation, conduct, outcomes)
    measured = [name for name in cohort.covariates if name not in group.design.traits]
    patients = (group.keys["allocation"], tuple(group.design.arms.values()), group.sizes)
    return TrialData(
        arms=tuple(group.design.arms),
        visits=tuple(group.design.visits),
        sizes=group.sizes,
        enrolled=cohort.enrolled,
        arm=allocation.arm,
        covariates={name: cohort.covariates[name] for name in measured},
        scores=outcomes.scores,
        observed=observations.observed,
        centres=group.centres,
        levels={
            name: n
            for name in measured
            if (n := group.design.covariates[name].n_levels) is not None
        },
        shifts=outcomes.shifts,
        therapist=conduct.therapist,
        teams={name: (team.arms, team.n) for name, team in group.design.teams.items()},
        memo=batch.once(("sums", patients), dict),
    )
