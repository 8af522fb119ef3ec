"""What every analysis of one trial reports: the rows of the run, to the last digit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
import pandas as pd

from trialsim.core.program import prepare, rule_of
from trialsim.core.records import COLUMNS, FAILURES
from trialsim.pipeline import simulate_batch
from trialsim.replayed.choice import Choice


@dataclass(frozen=True)
class Result:
    """One analysis and contrast of one trial."""

    analysis: str
    contrast: str
    estimate: float
    """Arm minus comparator, natural units of the analysis; NaN, as what follows, if it failed."""
    se: float
    df: float
    p_value: float
    lower: float
    upper: float
    n_analysed: int
    failure: str
    """Why there is no result; empty where there is one."""
    rejected: bool
    """The null hypothesis is rejected."""

    @property
    def converged(self) -> bool:
        """Whether there is a result."""
        return not self.failure


def results_of(choice: Choice) -> list[Result]:
    """Every analysis and contrast, in the order of the scenario.

    The whole batch is simulated, together with the other sizes that share its patients: sums are
    then made in the order in which the run made them, and no digit differs.
    """
    program = prepare(choice.plan)
    series = list(choice.plan.series())
    first = next(row for row, one in enumerate(series) if one.cell == choice.cell)
    group = next(group for group in program.groups if first in group.rows)
    values = simulate_batch(replace(program, groups=(group,)), choice.batch)[:, :, choice.row]
    found = []
    for row, one in enumerate(series):
        if one.cell == choice.cell:
            column = dict(zip(COLUMNS, values[row].tolist(), strict=True))
            failure, n = FAILURES[int(column.pop("failure"))], int(column.pop("n_analysed"))
            estimate, p_value = np.array(column["estimate"]), np.array(column["p_value"])
            rule = rule_of(choice.design, one.analysis)
            decided = choice.design.decision.decide(estimate, p_value, rule)
            found.append(
                Result(
                    one.analysis,
                    one.contrast,
                    **column,
                    n_analysed=n,
                    failure=failure,
                    rejected=bool(decided.rejected) and not failure,
                )
            )
    return found


def as_frame(results: Sequence[Result]) -> pd.DataFrame:
    """The results as a table, a row an analysis and contrast."""
    return pd.DataFrame([asdict(one) for one in results])
