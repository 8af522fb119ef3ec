"""The analysis stage: every analysis of a trial's data, as rows of results."""

from __future__ import annotations

from trialsim.core.axes import FloatArray
from trialsim.core.program import Group
from trialsim.core.records import COLUMNS, TrialData


def analyse(group: Group, data: TrialData, results: FloatArray) -> None:
    """Fill the group's rows of `results` (series, column, replicate)."""
    offset = 0
    for task in group.tasks:
        estimates = task.method.analyse(data, task.pairs, task.rule)
        for column, name in enumerate(COLUMNS):
            values = getattr(estimates, name)  # (c, k, r)
            for k, row in enumerate(group.rows):
                start = row + offset
                results[start : start + len(task.pairs), column] = values[:, k]
        offset += len(task.pairs)
