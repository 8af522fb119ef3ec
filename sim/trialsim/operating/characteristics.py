"""The table of operating characteristics: every measure of every series, with its error."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import special

from trialsim.core.axes import FloatArray
from trialsim.core.plan import Cell, Design, Plan, Series
from trialsim.core.program import rule_of
from trialsim.core.records import COLUMNS
from trialsim.operating.exact_power import exact_rejection_rate
from trialsim.operating.lived import LivedContrast
from trialsim.operating.performance import Measure, performance
from trialsim.operating.truth import truth_of

FAMILY_WISE_ALARM = 0.001
"""Chance that a run whose simulation and theory agree raises any alarm."""

KEYS = (
    "assumption",
    "what_if",
    "n_total",
    "cell",
    "analysis",
    "outcome",
    "visit",
    "contrast",
)


def characteristics(plan: Plan, results: FloatArray) -> pd.DataFrame:
    """Operating characteristics from results (series, column, replicate), one row a measure."""
    keys = [plan.cell_key(index) for index in range(len(plan.cells))]
    rows = []
    counted: dict[int, dict[Hashable, FloatArray]] = {}
    for series, values in zip(plan.series(), results, strict=True):
        cell = plan.cells[series.cell]
        design = plan.designs[cell.design]
        analysis = design.analyses[series.analysis]
        place = (
            cell.assumption,
            cell.what_if,
            design.n_total,
            keys[series.cell],
            series.analysis,
            analysis.outcome,
            analysis.visit,
            series.contrast,
        )
        if series.cell not in counted:
            counted = {series.cell: {}}  # what is counted for one cell serves all its series
        for measure in _measures(design, cell, series, values, counted[series.cell]):
            rows.append((*place, *measure, *(value for _, value in cell.varied)))
    varied = [path for path, _ in plan.cells[0].varied]
    columns = [*KEYS, "measure", "value", "mcse", "n_used", *varied]
    return pd.DataFrame(rows, columns=columns)


def true_value(
    design: Design,
    cell: Cell,
    series: Series,
    counted: dict[Hashable, FloatArray] | None = None,
) -> float:
    """The true value of what a series estimates: arm minus comparator."""
    return true_value_with_error(design, cell, series, counted)[0]


def true_value_with_error(
    design: Design,
    cell: Cell,
    series: Series,
    counted: dict[Hashable, FloatArray] | None = None,
) -> tuple[float, float]:
    """The true value of what a series estimates, and its standard error: 0 unless it was itself
    counted over simulated patients."""
    analysis = design.analyses[series.analysis]
    truth = truth_of(design, cell, analysis.outcome, series.contrast, counted)
    value = analysis.true_value(truth)
    if not isinstance(truth, LivedContrast):
        return value, 0.0
    parts = [analysis.true_value(part) for part in truth.parts]
    return value, float(np.std(parts, ddof=1) / np.sqrt(len(parts)))


def _measures(
    design: Design,
    cell: Cell,
    series: Series,
    values: FloatArray,
    counted: dict[Hashable, FloatArray],
) -> Iterator[tuple[str, float, float, int]]:
    column = dict(zip(COLUMNS, values, strict=True))
    rule = rule_of(design, series.analysis)
    truth, error = true_value_with_error(design, cell, series, counted)
    measures = performance(
        column["estimate"],
        column["se"],
        column["p_value"],
        column["lower"],
        column["upper"],
        column["failure"] == 0,
        critical=(column["upper"] - column["lower"]) / 2,
        decisions=design.decision.decide(column["estimate"], column["p_value"], rule),
        true_value=truth,
        true_value_mcse=error,
    )
    for measure in measures:
        if rule.null and measure.name in ("type_s", "type_m"):
            # Against a margin, what is significant need not lie beyond the truth, or on its side.
            measure = replace(measure, value=float("nan"), mcse=float("nan"))
        yield _row(measure)
    exact = exact_rejection_rate(design, cell, series.analysis, series.contrast)
    if exact is not None:
        yield _row(Measure("theory_rejection_rate", exact, 0.0, 0))


def _row(measure: Measure) -> tuple[str, float, float, int]:
    return measure.name, measure.value, measure.mcse, measure.n_used


@dataclass(frozen=True)
class TheoryCheck:
    """Simulated and theoretical rejection rates side by side."""

    table: pd.DataFrame
    """A row a series with an exact rejection rate: keys, simulated, theory, distance (in
    standard errors at the theoretical rate), chance (of a count at least as far out, two-sided,
    from the binomial law) and alarm."""
    limit: float
    """Chance below which a row raises the alarm."""

    @property
    def alarms(self) -> pd.DataFrame:
        """The rows whose distance chance does not explain."""
        return self.table[self.table["alarm"]]


def check_against_theory(table: pd.DataFrame) -> TheoryCheck:
    """Compare every simulated rejection rate with its exact value, where there is one.

    The chance of a count is exact, because near rates of 0 and 1 a normal distance is not; the
    alarm is family-wise over the rows of the run (Bonferroni).
    """
    index = ["cell", *KEYS[:3], *KEYS[4:]]
    # Cells that differ in a label only are the same cell.
    rows = table.drop_duplicates([*index, "measure"]).set_index(index)
    exact = rows.loc[rows["measure"] == "theory_rejection_rate", "value"]
    simulated = rows.loc[rows["measure"] == "rejection_rate"]
    checked = simulated.assign(theory=exact).dropna(subset=["value", "theory"])
    share, theory, n = checked["value"], checked["theory"], checked["n_used"]
    count = (share * n).round()
    few = special.bdtr(count, n, theory)  # so few or fewer
    many = special.bdtrc(count - 1, n, theory)
    chance = np.minimum(1, 2 * np.minimum(few, np.where(count == 0, 1.0, many)))
    with np.errstate(divide="ignore", invalid="ignore"):
        distance = (share - theory) / np.sqrt(theory * (1 - theory) / n)
    limit = FAMILY_WISE_ALARM / max(1, len(checked))
    compared = pd.DataFrame(
        {
            "simulated": share,
            "theory": theory,
            "distance": distance,
            "chance": chance,
            "alarm": chance < limit,
        }
    )
    return TheoryCheck(compared.reset_index(), limit)
