"""The patients that figures of patients show: one batch, as far as memory holds it."""

from __future__ import annotations

from trialsim.core.axes import REPLICATES_PER_BATCH
from trialsim.core.records import TrialData
from trialsim.operating.patients import batch_of_trials
from trialsim.plots.base.score_axis import Score
from trialsim.plots.run import Run

ENOUGH = 40_000
"""Patients after which one more moves no percentile that a figure can show."""
_MOST_BYTES = 2**29


def can_hold_a_batch(run: Run) -> bool:
    """Whether all scores of a whole batch fit in memory without a second thought."""
    planes = len(run.design.outcomes) * len(run.design.visits) + len(run.design.covariates)
    return 8 * REPLICATES_PER_BATCH * run.design.n_total * planes <= _MOST_BYTES


def many_patients(run: Run, assumption: str) -> TrialData:
    """The trials of the run's first batch; of large trials fewer, and then others of the kind."""
    replicates = min(REPLICATES_PER_BATCH, max(2, ENOUGH // run.design.n_total))
    return batch_of_trials(run.plan, run.cells[assumption], 0, replicates)


def visits_of(run: Run) -> dict[str, float]:
    """Week of every visit, by name."""
    return {name: day / 7 for name, day in run.design.visits.items()}


def score_of(run: Run, analysis: str) -> Score:
    """The outcome of an analysis as an axis shows it."""
    outcome = run.outcome(analysis)
    return Score(run.outcome_label(analysis), outcome.unit, outcome.better, outcome.limits)
