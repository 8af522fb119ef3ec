"""The analysis stage: every analysis of a trial's data, as rows of results."""

from __future__ import annotations

import numpy as np

from trialsim.core.axes import FloatArray
from trialsim.core.program import Group
from trialsim.core.records import COLUMNS, TrialData


def analyse(group: Group, data: TrialData, results: FloatArray) -> None:
    """Fill the group's rows of `results` (series, column, replicate)."""
    first = np.array(group.rows)  # (k,)
    block = np.empty((len(first), len(COLUMNS), results.shape[2]))
    for task in group.tasks:
        estimates = task.method.analyse(data, task.pairs, task.rule)
        for c in range(len(task.pairs)):
            for column, name in enumerate(COLUMNS):
                block[:, column] = getattr(estimates, name)[c]  # (k, r)
            results[first] = block
            first = first + 1
