"""The analysis stage: every analysis of a trial's data, as rows of results."""

from __future__ import annotations

import numpy as np

from trialsim.core.axes import FloatArray
from trialsim.core.program import Group, Task
from trialsim.core.records import COLUMNS, Estimates, TrialData
from trialsim.kernels.fill_missing import filled


def analyse(group: Group, data: TrialData, results: FloatArray) -> None:
    """Fill the group's rows of `results` (series, column, replicate)."""
    first = np.array(group.rows)  # (k,)
    block = np.empty((len(first), len(COLUMNS), results.shape[2]))
    for task in group.tasks:
        found = _made(group, task, data)
        for c in range(len(task.pairs)):
            for column, name in enumerate(COLUMNS):
                block[:, column] = getattr(found, name)[c]  # (k, r)
            results[first] = block
            first = first + 1


def estimates(group: Group, analysis: str, data: TrialData) -> Estimates:
    """What one analysis, by name, finds in these data."""
    return _made(group, group.tasks[list(group.design.analyses).index(analysis)], data)


def _made(group: Group, task: Task, data: TrialData) -> Estimates:
    return task.method.analyse(_as_handled(group, task, data), task.pairs, task.rule)


def _as_handled(group: Group, task: Task, data: TrialData) -> TrialData:
    """The data after missing scores were dealt with in the way that the analysis names."""
    method, design = task.method, group.design
    if method.missing == "complete_case":
        return data
    stand_ins = method.stand_ins(tuple(design.visits), design.baseline)
    worst = None
    if method.missing == "worst_case":
        outcome = design.outcomes[method.outcome]
        assert outcome.limits is not None  # such a plan is refused
        worst = outcome.limits[1 if outcome.better == "lower" else 0]
    return filled(data, method.outcome, method.visit, stand_ins, worst)
