"""The tables of a comparison: what each design gives and takes, and how the others differ."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from trialsim.core.axes import BoolArray, FloatArray
from trialsim.core.plan import Design
from trialsim.core.program import rule_of
from trialsim.planning.compare.cost import QUANTITIES
from trialsim.planning.compare.pairs import Paired, paired_means, paired_shares

if TYPE_CHECKING:
    from trialsim.planning.compare.compare import Comparison, Place

SAME, EQUAL = "the same trials", "equal in every trial"
APART, NOT_APART = "told apart", "cannot be told apart at this many replicates"
UNKNOWN = "not defined"

RATE = "rejection_rate"
ESTIMATES = ("mean_ci_width", "mean_estimate")

DESIGN_COLUMNS = (
    "design", "scenario", "analysis", "n_total", "assumption", "contrast", "measure",
    "value", "mcse", "n_used",
)  # fmt: skip

DIFFERENCE_COLUMNS = (
    "first", "other", "assumption", "contrast", "measure", "value_first", "value_other",
    "difference", "paired_mcse", "unpaired_mcse", "n_pairs", "failed_first", "failed_other",
    "verdict", "replicates_to_tell", "replicates_for_smallest", "within_smallest",
)  # fmt: skip


def designs_table(comparison: Comparison) -> pd.DataFrame:
    """A row a design, assumption, contrast and measure; what it takes has no assumption."""
    rows: list[tuple[Any, ...]] = []
    for place in comparison.places:
        one = comparison.candidates[place.candidate]
        who = (one.label, one.plan.name, one.analysis, one.design.n_total)
        column = comparison.columns[place.series]
        converged = column["failure"] == 0
        values: list[tuple[str, FloatArray | BoolArray]] = [
            (RATE, rejected(comparison, place)[converged]),
            *((name, measured(comparison, place, name)[converged]) for name in ESTIMATES),
            ("failed", ~converged),
        ]
        rows += [
            (*who, place.assumption, place.contrast, name, *_mean(found)) for name, found in values
        ]
    for one, cost in zip(comparison.candidates, comparison.costs, strict=True):
        who = (one.label, one.plan.name, one.analysis, one.design.n_total)
        for quantity in QUANTITIES:
            taken = cost.of(quantity)
            if taken is not None:
                rows.append((*who, "", "", quantity, *_mean(taken)))
    return pd.DataFrame(rows, columns=list(DESIGN_COLUMNS))


def differences_table(comparison: Comparison) -> pd.DataFrame:
    """A row a design, assumption, contrast and measure: the other less the first."""
    from trialsim.planning.compare.compare import pairs_of

    rows: list[tuple[Any, ...]] = []
    for other in range(1, len(comparison.candidates)):
        for first, second in pairs_of(comparison.places, other):
            rows += _of_estimates(comparison, first, second)
        rows += _of_costs(comparison, other)
    return pd.DataFrame(rows, columns=list(DIFFERENCE_COLUMNS))


def rejected(comparison: Comparison, place: Place) -> BoolArray:
    """Whether each simulated trial (r,) rejects."""
    one = comparison.candidates[place.candidate]
    column = comparison.columns[place.series]
    rule = rule_of(one.design, one.analysis)
    decided = one.design.decision.decide(column["estimate"], column["p_value"], rule)
    return np.asarray(decided.rejected)


def measured(comparison: Comparison, place: Place, measure: str) -> FloatArray:
    """The width of the interval, or the estimate, of each simulated trial (r,)."""
    column = comparison.columns[place.series]
    if measure == "mean_estimate":
        return column["estimate"]
    with np.errstate(invalid="ignore"):  # infinite limits have no width
        return np.asarray(column["upper"] - column["lower"])


def paired_rates(comparison: Comparison, first: Place, other: Place) -> Paired:
    """Shares of significant trials, over the trials that both could analyse."""
    both = _converged(comparison, first) & _converged(comparison, other)
    return paired_shares(rejected(comparison, first)[both], rejected(comparison, other)[both])


def is_same(comparison: Comparison, first: Place, other: Place) -> bool:
    """Whether two places are one: the same design, assumption and analysis."""
    return first.series == other.series


def _of_estimates(comparison: Comparison, first: Place, other: Place) -> list[tuple[Any, ...]]:
    ends = [comparison.candidates[place.candidate] for place in (first, other)]
    known = [_converged(comparison, place) for place in (first, other)]
    failed = [int(np.count_nonzero(~one)) for one in known]
    both = known[0] & known[1]
    found = [(RATE, paired_rates(comparison, first, other))]
    if _estimates_alike(*((one.design, one.analysis) for one in ends)):
        for name in ESTIMATES:
            values = [measured(comparison, place, name)[both] for place in (first, other)]
            found.append((name, paired_means(*values)))
    who = (ends[0].label, ends[1].label, first.assumption, first.contrast)
    same = is_same(comparison, first, other)
    return [
        (*who, name, *_row(paired, failed, same, comparison.smallest if name == RATE else None))
        for name, paired in found
    ]


def _of_costs(comparison: Comparison, other: int) -> list[tuple[Any, ...]]:
    first, second = comparison.candidates[0], comparison.candidates[other]
    rows = []
    for quantity in QUANTITIES:
        values = [comparison.costs[index].of(quantity) for index in (0, other)]
        if values[0] is None or values[1] is None:
            continue
        paired = paired_means(values[0], values[1])
        who = (first.label, second.label, "", "")
        rows.append((*who, quantity, *_row(paired, [0, 0], False, None)))
    return rows


def _row(
    paired: Paired, failed: list[int], same: bool, smallest: float | None
) -> tuple[float | int | str | bool | None, ...]:
    within = None
    if smallest is not None:
        within = abs(paired.difference) + 1.96 * paired.error < smallest
    verdict = _verdict(paired, same)
    to_tell = paired.replicates_for(paired.difference) if verdict == NOT_APART else math.nan
    return (
        paired.first,
        paired.other,
        paired.difference,
        paired.error,
        paired.unpaired_error,
        paired.n_pairs,
        *failed,
        verdict,
        to_tell,
        math.nan if smallest is None else paired.replicates_for(smallest),
        within,
    )


def _verdict(paired: Paired, same: bool) -> str:
    if same:
        return SAME
    if math.isnan(paired.difference) or math.isnan(paired.error):
        return UNKNOWN
    if paired.is_told_apart:
        return APART
    # Shares may agree in every trial by chance; a width, a length or a count does not.
    return EQUAL if paired.is_equal else NOT_APART


def _estimates_alike(first: tuple[Design, str], other: tuple[Design, str]) -> bool:
    """Whether two analyses estimate the same quantity: differences in points of one outcome at
    one visit, or the same analysis."""
    (design, analysis), (second, own) = first, other
    one, two = design.analyses[analysis], second.analyses[own]
    if (one.outcome, one.visit) != (two.outcome, two.visit):
        return False
    units = [d.outcomes[one.outcome].unit for d in (design, second)]
    if units[0] != units[1]:
        return False
    return one == two or (one.tests_differences and two.tests_differences)


def _converged(comparison: Comparison, place: Place) -> BoolArray:
    return np.asarray(comparison.columns[place.series]["failure"] == 0)


def _mean(values: FloatArray | BoolArray) -> tuple[float, float, int]:
    """Mean, Monte Carlo standard error and number; of a share sqrt(p (1 - p) / n)."""
    n = values.size
    if n == 0:
        return math.nan, math.nan, 0
    ddof = 0 if values.dtype == bool else 1
    mean = float(values.mean())
    return mean, float(values.std(ddof=ddof)) / math.sqrt(n) if n > ddof else math.nan, n
