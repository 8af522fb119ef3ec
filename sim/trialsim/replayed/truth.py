"""What only the simulator knows of a trial, kept apart from what its investigators have."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from trialsim.core.axes import FloatArray
from trialsim.core.plan import Series
from trialsim.operating.characteristics import true_value
from trialsim.operating.patients import batch_of_trials, patients
from trialsim.replayed.choice import Choice
from trialsim.replayed.result import Result


@dataclass(frozen=True)
class RevealedTruth:
    """The truth behind one trial."""

    assumption: str
    what_if: str
    values: pd.DataFrame
    """A row an analysis and contrast: analysis, contrast, true_value, estimate, lower, upper,
    interval_holds_it (empty where the analysis failed)."""
    patients: pd.DataFrame
    """A row a patient, outcome and visit: patient, arm, covariates and traits, outcome, visit,
    score (true, recorded or not), observed."""


def truth_of_trial(choice: Choice, results: Sequence[Result]) -> RevealedTruth:
    """The truth behind a trial, and every score, trait and all."""
    rows = []
    counted: dict[Hashable, FloatArray] = {}
    for one in results:
        series = Series(choice.cell, one.analysis, one.contrast)
        truth = true_value(choice.design, choice.of, series, counted)
        holds = one.lower <= truth <= one.upper if one.converged else None
        ends = (one.estimate, one.lower, one.upper, holds)
        rows.append((one.analysis, one.contrast, truth, *ends))
    columns = ["analysis", "contrast", "true_value", "estimate", "lower", "upper"]
    values = pd.DataFrame(rows, columns=[*columns, "interval_holds_it"])
    # A trait is a covariate that nobody measures: without the list of them all are handed over.
    plan = choice.alone
    open_design = replace(plan.designs[0], traits=())
    data = batch_of_trials(replace(plan, designs=(open_design,)), 0, choice.batch)
    everything = patients(data, choice.row)
    return RevealedTruth(choice.of.assumption, choice.of.what_if, values, everything)
