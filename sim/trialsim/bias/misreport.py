"""What misleads about results: one that is chosen once the data are seen."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from trialsim.core.axes import FloatArray
from trialsim.core.program import Group
from trialsim.core.records import COLUMNS, Estimates, TrialData
from trialsim.core.stages import ReportBias

Again = Callable[[str, TrialData], Estimates]
"""The estimates (c, k, r) of an analysis, by name, of these data."""


def misreport(group: Group, data: TrialData, results: FloatArray, again: Again) -> None:
    """Put what is reported in the rows of the primary analysis (series, column, replicate)."""
    design = group.design
    chosen = {name: one for name, one in design.bias.items() if isinstance(one, ReportBias)}
    if not chosen:
        return
    primary, names = design.decision.primary, list(design.analyses)
    tasks = dict(zip(names, group.tasks, strict=True))
    own = again(primary, data)
    for one in chosen.values():
        others = {name: again(name, data) for name in one.needs()}
        own = one.report(own, others, lambda part: again(primary, part), data, tasks[primary].rule)
    before = sum(len(tasks[name].pairs) for name in names[: names.index(primary)])
    first = np.array(group.rows) + before
    for c in range(len(tasks[primary].pairs)):
        for column, name in enumerate(COLUMNS):
            results[first + c, column] = getattr(own, name)[c]
