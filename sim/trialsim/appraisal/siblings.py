"""Published results among their siblings: the trials of the same design under every assumption and
every set of changes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from trialsim.appraisal.contradictions import Implied
from trialsim.appraisal.likelihood import Likelihood, joint_likelihood, likelihood
from trialsim.core.axes import FloatArray
from trialsim.core.plan import Plan, Series
from trialsim.core.program import rule_of
from trialsim.core.records import COLUMNS
from trialsim.operating.placement import Placement, place
from trialsim.scenario.keys.published import Published
from trialsim.study import Results

_ESTIMATE = COLUMNS.index("estimate")
_SAME = 0.02
"""A true difference as near to a published one, as a part of it, is that one."""


@dataclass(frozen=True)
class Measured:
    """A simulated number with its Monte Carlo error and the replicates it was computed from."""

    value: float
    mcse: float
    n: int


@dataclass(frozen=True)
class Sibling:
    """A published estimate among the trials of one assumption and one set of changes."""

    result: str
    """Name in `published:`."""
    status: str
    analysis: str
    contrast: str
    estimate: float
    assumption: str
    what_if: str
    truth: float
    is_null: bool
    """What is tested is true: whatever is significant is a false alarm, and nothing is power."""
    is_published: bool
    """The assumption takes a published difference to be true: its power would be observed power,
    which is no evidence, and is not shown."""
    placement: Placement
    likelihood: Likelihood
    relative: Measured
    """Likelihood, as a part of that of the cell in which the published estimate is likeliest."""
    significant: Measured
    mean_estimate: Measured
    type_s: Measured
    type_m: Measured
    critical: Measured
    """Smallest significant difference."""
    coverage: Measured
    failed: float

    @property
    def side(self) -> int:
        """-1 where the published estimate lies below 0, else +1."""
        return -1 if self.estimate < 0 else 1


@dataclass(frozen=True)
class Jointly:
    """Two results of one trial among the trials of one assumption and one set of changes."""

    assumption: str
    what_if: str
    likelihood: Likelihood
    relative: Measured
    placement: Placement
    """Of the follow-up estimate, given the difference at baseline that the two results imply."""


def siblings(results: Results) -> tuple[Sibling, ...]:
    """Every published estimate that names an analysis, in every cell of a run whose design has
    that analysis and its contrast."""
    table = _Table(results)
    echoes = _echoes(results, table)
    found: list[Sibling] = []
    for name, result in results.scenario.written.published.items():
        if result.analysis is not None and result.estimate is not None:
            found += _relative(list(_of(name, result, results, table, echoes)))
    return tuple(found)


def jointly(implied: Implied, results: Results) -> tuple[Jointly, ...]:
    """A follow-up and a change result of one score, placed as one pair in every cell."""
    published = results.scenario.written.published
    pair = [published[name] for name in (implied.follow_up, implied.change)]
    values = np.array([float(one.estimate or 0.0) for one in pair])
    rows = {series: row for row, series in enumerate(results.plan.series())}
    found = []
    for index, cell in enumerate(results.plan.cells):
        places = [Series(index, str(one.analysis), implied.contrast) for one in pair]
        if not all(place in rows for place in places):
            continue
        both = np.stack([results.values[rows[place], _ESTIMATE] for place in places], axis=1)
        chance = joint_likelihood(both, values)
        given = _given_baseline(both, values)
        found.append((cell.assumption, cell.what_if, chance, given))
    best = _best([chance for _, _, chance, _ in found])
    return tuple(
        Jointly(assumption, what_if, chance, _ratio(chance, best), given)
        for assumption, what_if, chance, given in found
    )


def _given_baseline(both: FloatArray, values: FloatArray) -> Placement:
    """Trials whose follow-up estimate is beyond the published one, all moved to the published
    difference at baseline by the slope of the one on the other."""
    found = both[np.isfinite(both).all(axis=1)]
    baseline, at = found[:, 0] - found[:, 1], float(values[0] - values[1])
    if len(found) < 3 or not baseline.std() > 0:
        return Placement(0, 0, 0)
    slope = float(np.cov(found[:, 0], baseline)[0, 1] / baseline.var(ddof=1))
    return place(found[:, 0] + slope * (at - baseline), float(values[0]))


def _echoes(results: Results, table: _Table) -> frozenset[str]:
    """Assumptions under which some published result is true, to within a fiftieth of it."""
    plan, found = results.plan, set()
    for one in results.scenario.written.published.values():
        if one.analysis is None or not one.estimate:
            continue
        contrast = one.contrast or plan.designs[0].contrasts_of(one.analysis)[0]
        for index, cell in enumerate(plan.cells):
            if cell.design == 0:
                truth = table.measure(Series(index, one.analysis, contrast), "true_value").value
                if abs(truth - one.estimate) <= _SAME * abs(one.estimate):
                    found.add(cell.assumption)
    return frozenset(found)


def _of(
    name: str, result: Published, results: Results, table: _Table, echoes: frozenset[str]
) -> Iterator[Sibling]:
    plan = results.plan
    analysis, estimate = str(result.analysis), float(result.estimate or 0.0)
    stated = result.contrast or plan.designs[0].contrasts_of(analysis)[0]
    for index, cell in enumerate(plan.cells):
        design = plan.designs[cell.design]
        if analysis not in design.analyses or stated not in design.contrasts_of(analysis):
            continue
        series = Series(index, analysis, stated)
        estimates = results.series(series)["estimate"]
        truth = table.measure(series, "true_value").value
        yield Sibling(
            result=name,
            status=result.status,
            analysis=analysis,
            contrast=stated,
            estimate=estimate,
            assumption=cell.assumption,
            what_if=cell.what_if,
            truth=truth,
            is_null=rule_of(design, analysis).null_is_true(truth),
            is_published=cell.assumption in echoes,
            placement=place(estimates, estimate),
            likelihood=likelihood(estimates, estimate),
            relative=Measured(math.nan, math.nan, 0),
            significant=table.measure(series, "rejection_rate"),
            mean_estimate=table.measure(series, "mean_estimate"),
            type_s=table.measure(series, "type_s"),
            type_m=table.measure(series, "type_m"),
            critical=table.measure(series, "critical_estimate"),
            coverage=table.measure(series, "coverage"),
            failed=table.measure(series, "failed").value,
        )


def _relative(found: list[Sibling]) -> list[Sibling]:
    best = _best([one.likelihood for one in found])
    return [replace(one, relative=_ratio(one.likelihood, best)) for one in found]


def _best(every: Sequence[Likelihood]) -> Likelihood | None:
    known = [one for one in every if math.isfinite(one.log_density)]
    return max(known, key=lambda one: one.log_density, default=None)


def _ratio(one: Likelihood, best: Likelihood | None) -> Measured:
    if best is None or not math.isfinite(one.log_density):
        return Measured(math.nan, math.nan, 0)
    return Measured(*one.relative_to(best), one.near)


class _Table:
    """Measures by series, from the table of operating characteristics."""

    def __init__(self, results: Results) -> None:
        self._plan: Plan = results.plan
        frame: pd.DataFrame = results.performance()
        columns = ["cell", "analysis", "contrast", "measure", "value", "mcse", "n_used"]
        self._values: Mapping[tuple[str, str, str, str], Measured] = {
            (cell, analysis, contrast, measure): Measured(float(value), float(mcse), int(n))
            for cell, analysis, contrast, measure, value, mcse, n in frame[columns].itertuples(
                index=False, name=None
            )
        }
        self._keys = [results.plan.cell_key(index) for index in range(len(results.plan.cells))]

    def measure(self, series: Series, name: str) -> Measured:
        """A measure of a series; NaN where the table has none."""
        key = (self._keys[series.cell], series.analysis, series.contrast, name)
        return self._values.get(key, Measured(math.nan, math.nan, 0))
