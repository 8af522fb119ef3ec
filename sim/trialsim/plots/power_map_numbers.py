"""The numbers of a map of power: two varied numbers, or the size of the trial and its effect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import TypeVar

import numpy as np
import pandas as pd

from trialsim.plots.base.words import exact, listed, plain
from trialsim.plots.effect import effect_of
from trialsim.plots.numeric_axis import SIZE, NumericAxis, numeric_paths
from trialsim.plots.panel import MOST_FAILED
from trialsim.plots.run import Run
from trialsim.plots.varied import WHAT_IF, Dimension, dimensions, rates
from trialsim.scenario.resolve import N_TOTAL

T = TypeVar("T")

MOST_COLUMNS, MOST_ROWS = 14, 14
"""Cells side by side and above one another in which a number is still legible."""
_FEWEST_EFFECTS = _FEWEST_SIZES = 3
"""For a map of size and effect: with fewer, the curves say it all."""


@dataclass(frozen=True)
class PowerMap:
    """A rectangle of shares; some of its cells may not have been simulated."""

    numbers: pd.DataFrame
    """A row a cell: assumption, `x`, `y`, value (NaN where too many analyses failed), mcse,
    n_used, is_stated."""
    x: NumericAxis
    y_name: str
    rows: tuple[tuple[float, str], ...]
    """Value and label of every row, from below."""
    columns: tuple[float, ...]
    assumption: str
    """The one that all cells are simulated under; empty where the rows are assumptions."""
    held: tuple[str, ...] = ()
    """What else varies, at its stated value."""
    left_out: tuple[str, ...] = ()
    """Rows and columns beyond the most that are drawn, in words."""

    def shares(self) -> np.ndarray:
        """(row, column), NaN where nothing is known."""
        table = self.numbers.pivot_table(index="y", columns="x", values="value", dropna=False)
        wanted = table.reindex(index=[y for y, _ in self.rows], columns=list(self.columns))
        return wanted.to_numpy(float)

    def stated(self) -> tuple[int, int] | None:
        """Row and column of the trial as stated; None if it is in none, or where rows are
        assumptions."""
        found = self.numbers[self.numbers["is_stated"]]
        if found.empty or not self.assumption:
            return None
        y, x = found.iloc[0][["y", "x"]]
        return [value for value, _ in self.rows].index(y), self.columns.index(x)

    def stated_column(self) -> int | None:
        """Column of the trial as stated, where rows are assumptions."""
        found = self.numbers.loc[self.numbers["is_stated"], "x"]
        return None if found.empty or self.assumption else self.columns.index(found.iloc[0])


def power_map_of(run: Run) -> PowerMap | None:
    """The map of a run, or None where it has no two numbers to span one."""
    paths = numeric_paths(run)
    if len(paths) >= 2:
        return _of_two_paths(run, paths[0], paths[1])
    if [one.path for one in paths] == [N_TOTAL]:
        return _of_size_and_effect(run)
    return None


def _of_two_paths(run: Run, across: Dimension, up: Dimension) -> PowerMap | None:
    frame, held = _as_stated(run, (across.path, up.path))
    assumption = run.under_an_effect
    frame = frame[frame["assumption"] == assumption]
    places = [{value.key: float(value.raw) for value in one.values} for one in (across, up)]
    numbers = _numbers(
        frame, frame[across.path].map(places[0]), frame[up.path].map(places[1]), held=held
    )
    numbers = _without_lone_stated(numbers)
    rows = [(y, exact(y)) for y in sorted(numbers["y"].unique())]
    axis = SIZE if across.path == N_TOTAL else NumericAxis(across.path, "x", across.name)
    return _map(run, numbers, axis, up.name, rows, assumption, held)


def _of_size_and_effect(run: Run) -> PowerMap | None:
    frame, held = _as_stated(run, (N_TOTAL,))
    effects = [name for name in run.cells if not run.is_null(name)]
    truth = {name: run.measure(name, "true_value") for name in effects}
    if len(set(truth.values())) < len(truth):
        return None  # two assumptions of one size of effect differ in something else
    frame = frame[frame["assumption"].isin(effects)]
    if len(effects) < _FEWEST_EFFECTS or frame["n_total"].nunique() < _FEWEST_SIZES:
        return None
    numbers = _numbers(frame, frame["n_total"], frame["assumption"].map(truth), held=held)
    unit = effect_of(run, run.primary).unit
    upwards = sorted(effects, key=lambda name: abs(truth[name]))
    rows = [(truth[name], f"{exact(truth[name])}: {plain(name)}") for name in upwards]
    return _map(run, numbers, SIZE, f"true difference ({unit})", rows, "", held)


def _as_stated(run: Run, free: Sequence[str]) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Shares with everything that varies at its stated value but for the paths in `free`."""
    frame = rates(run)
    stated = frame[frame["is_stated"]].iloc[0]
    held = []
    for one in dimensions(run):
        if one.path in free:
            continue
        frame = frame[frame[one.path] == stated[one.path]]
        if one.path != WHAT_IF:
            held += [value.label for value in one.values if value.key == stated[one.path]]
    return frame, tuple(held)


def _numbers(frame: pd.DataFrame, x: pd.Series, y: pd.Series, held: Sequence[str]) -> pd.DataFrame:
    failed = frame["failed"] > MOST_FAILED
    return pd.DataFrame(
        {
            "assumption": frame["assumption"],
            "x": x.astype(float),
            "y": y.astype(float),
            "value": frame["value"].mask(failed),
            "mcse": frame["mcse"].mask(failed),
            "n_used": frame["n_used"],
            "is_stated": frame["is_stated"],
        }
    ).drop_duplicates(["x", "y"], ignore_index=True)


def _without_lone_stated(numbers: pd.DataFrame) -> pd.DataFrame:
    """Without the trial as stated where it would be alone in its row or its column."""
    for side in ("x", "y"):
        alone = numbers.groupby(side)["is_stated"].transform("all")
        if numbers.loc[~alone, side].nunique() >= 2:
            numbers = numbers[~alone]
    return numbers.reset_index(drop=True)


def _map(
    run: Run,
    numbers: pd.DataFrame,
    axis: NumericAxis,
    y_name: str,
    rows: Sequence[tuple[float, str]],
    assumption: str,
    held: tuple[str, ...],
) -> PowerMap | None:
    columns = sorted(float(x) for x in numbers["x"].unique())
    shown_columns, shown_rows = thinned(columns, MOST_COLUMNS), thinned(rows, MOST_ROWS)
    if len(columns) < 2 or len(rows) < 2 or not any(map(isfinite, numbers["value"])):
        return None
    left = []
    if len(shown_columns) < len(columns):
        left.append(f"{len(columns) - len(shown_columns)} columns")
    if len(shown_rows) < len(rows):
        left.append(f"{len(rows) - len(shown_rows)} rows")
    kept = numbers["x"].isin(shown_columns) & numbers["y"].isin([y for y, _ in shown_rows])
    return PowerMap(
        numbers[kept].reset_index(drop=True),
        axis,
        y_name,
        tuple(shown_rows),
        tuple(shown_columns),
        assumption,
        held,
        (listed(left),) if left else (),
    )


def thinned(values: Sequence[T], most: int) -> list[T]:
    """At most so many of them, evenly spread, the first and the last among them."""
    if len(values) <= most:
        return list(values)
    places = np.linspace(0, len(values) - 1, most).round().astype(int)
    return [values[place] for place in places]
