"""What misleads about results: one that is chosen once the data are seen."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from trialsim.core.axes import FloatArray
from trialsim.core.program import Group
from trialsim.core.records import COLUMNS, Estimates, TrialData
from trialsim.core.stages import ReportBias, Rule
from trialsim.core.stages.distorting import Analyse, in_turn


def misreport(group: Group, data: TrialData, results: FloatArray, analyse: Analyse) -> None:
    """Put what is reported in the rows of the primary analysis (series, column, replicate)."""
    design = group.design
    chosen = {name: one for name, one in design.bias.items() if isinstance(one, ReportBias)}
    if not chosen:
        return
    primary, names = design.decision.primary, list(design.analyses)
    tasks = dict(zip(names, group.tasks, strict=True))
    rules = {name: task.rule for name, task in tasks.items()}
    for one in in_turn(chosen):
        analyse = _chosen(one, analyse, primary, rules)
    own = analyse(primary, data)
    before = sum(len(tasks[name].pairs) for name in names[: names.index(primary)])
    first = np.array(group.rows) + before
    for c in range(len(tasks[primary].pairs)):
        for column, name in enumerate(COLUMNS):
            results[first + c, column] = getattr(own, name)[c]


def _chosen(one: ReportBias, analyse: Analyse, primary: str, rules: Mapping[str, Rule]) -> Analyse:
    """Analyses as they are reported after one more choice."""

    def reported(analysis: str, data: TrialData) -> Estimates:
        if analysis == primary or one.turn == "who":
            return one.report(analysis, data, analyse, rules)
        return analyse(analysis, data)

    return reported
