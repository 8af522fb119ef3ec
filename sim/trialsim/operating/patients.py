"""The patients of simulated trials, as a reader would meet them: every score, seen or not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from trialsim.cohort.recruit import days
from trialsim.core.axes import REPLICATES_PER_BATCH
from trialsim.core.draws import Draws
from trialsim.core.plan import Plan
from trialsim.core.program import Batch, prepare
from trialsim.core.records import TrialData
from trialsim.pipeline import trial_data


def batch_of_trials(
    plan: Plan, cell: int, batch: int = 0, replicates: int = REPLICATES_PER_BATCH
) -> TrialData:
    """All data of one batch of trials of one cell, whatever its analyses read.

    `cell` is an index into the plan's cells. The patients are those of the run itself; with
    fewer `replicates` than a batch holds they are others.
    """
    design = plan.designs[plan.cells[cell].design]
    if design.clock is None:
        return _simulated(plan, cell, batch, replicates)
    # A calendar takes its time, and several figures show the same trials.
    asked = (cell, batch, replicates)
    if _Last.plan is not plan or _Last.asked != asked:
        _Last.data = _simulated(plan, cell, batch, replicates)
        _Last.plan, _Last.asked = plan, asked
    return _Last.data


class _Last:
    """The trials with a calendar that were asked for last."""

    plan: Plan | None = None
    asked: tuple[int, int, int] | None = None
    data: TrialData


def _simulated(plan: Plan, cell: int, batch: int, replicates: int) -> TrialData:
    chosen = plan.cells[cell]
    design = plan.designs[chosen.design]
    alone = replace(plan, designs=(design,), cells=(replace(chosen, design=0),))
    (group,) = prepare(alone).groups
    everything = [(outcome, visit) for outcome in design.outcomes for visit in design.visits]
    everything += [("", name) for name in design.covariates]
    return trial_data(
        replace(group, reads=tuple(everything), knows_therapists=True),
        Batch(Draws(plan.seed, batch, replicates)),
    )


def dated(plan: Plan, cell: int, batch: int, data: TrialData) -> TrialData:
    """The data of a batch with the day of everybody's randomisation, where the scenario says how
    patients are recruited or what happens to them when; as they are where it does not."""
    design = plan.designs[plan.cells[cell].design]
    if data.course is not None:
        return replace(data, enrolled_on=data.course.enrolled_on)
    if design.recruitment is None:
        return data
    draws = Draws(plan.seed, batch, data.enrolled.shape[0])
    return replace(data, enrolled_on=days(draws, design.recruitment, data.enrolled.shape[1]))


def patients(data: TrialData, replicate: int) -> pd.DataFrame:
    """One trial, a row for every patient, outcome and visit, in enrolment order.

    Columns: patient (counted from 1), arm, every covariate, outcome, visit, score (true, also
    where it was not recorded), observed.
    """
    names = np.array(data.arms, dtype=object)
    enrolled = np.flatnonzero(data.enrolled[replicate])
    who = {"patient": enrolled + 1, "arm": names[data.arm[replicate, enrolled]]}
    who |= {name: plane[replicate, enrolled] for name, plane in data.covariates.items()}
    parts = [
        pd.DataFrame(
            {
                **who,
                "outcome": outcome,
                "visit": visit,
                "score": data.score(outcome, visit)[replicate, enrolled],
                "observed": data.observed[outcome][visit][replicate, enrolled],
            }
        )
        for outcome, by_visit in data.scores.items()
        for visit in by_visit
    ]
    together = pd.concat(parts, ignore_index=True)
    return together.sort_values("patient", kind="stable", ignore_index=True)
