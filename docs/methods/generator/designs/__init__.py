"""The trials in which levels are measured: no arm differs, 64 treated and 65 controls.

Whatever is registered and has no run of its own gets the usual one of its stage, so that a new
method is measured without further ado; but for decisions, whose null hypotheses differ.
"""

from __future__ import annotations

from functools import cache

from generator.designs.allocation import allocation_runs, factor_runs
from generator.designs.analysis import analysis_runs
from generator.designs.cohort import cohort_runs
from generator.designs.decision import decision_runs
from generator.designs.observation import loss_by_arm_runs, observation_runs
from generator.designs.outcomes import outcome_runs
from generator.designs.row import Row, Run
from generator.designs.stand_ins import stand_in_runs
from trialsim.core.registry import load_methods


@cache
def runs() -> list[Run]:
    """All of them, in the order of the stages."""
    load_methods()
    return [
        *cohort_runs(),
        *allocation_runs(),
        *factor_runs(),
        *outcome_runs(),
        *observation_runs(),
        *loss_by_arm_runs(),
        *analysis_runs(),
        *stand_in_runs(),
        *decision_runs(),
    ]


def rows() -> list[Row]:
    """The rows of all runs."""
    return [row for run in runs() for row in run.rows]
