"""Which varied things become panels and which an axis, for figures of a run that varies several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from trialsim.plots.base.words import half_width
from trialsim.plots.panel import MOST_FAILED
from trialsim.plots.run import Run
from trialsim.plots.varied import WHAT_IF, Dimension, Value, dimensions, rates
from trialsim.scenario.resolve import AS_STATED, N_TOTAL

MOST_PANELS = 12


@dataclass(frozen=True)
class Facets:
    """Panels (or rows of dots) with their numbers, and what is left out."""

    numbers: pd.DataFrame
    """A row a panel, place on the axis and assumption: `panel`, `x` (NaN without an axis),
    `assumption`, `value`, `mcse`, `n_used`, `lower`, `upper`, `truth`, `is_null`, `alpha`,
    `where`; the value is NaN where too many analyses failed."""
    panels: tuple[str, ...]
    stated: str
    """The panel of the design as stated, or ""."""
    x_name: str
    """What the axis is called; "" where panels are rows of dots."""
    x_stated: float
    """Place of the design as stated on the axis; NaN if it has none."""
    n_columns: int
    left_out: tuple[str, ...] = ()
    """Panels beyond the most that are drawn."""
    held: tuple[str, ...] = ()
    """Further things that vary, at the value of the design as stated."""
    are_what_ifs: bool = False
    """Whether the panels are the trial as stated and each what_if, and nothing else."""


def facets_of(run: Run) -> Facets:
    """The panels of a run; ValueError if it varies nothing but the number of participants."""
    found = dimensions(run)
    x, by, held = _parts(found)
    if not by:
        raise ValueError("this run varies nothing but its size")
    frame = rates(run)
    stated = frame[frame["is_stated"]].iloc[0]
    for one in held:
        frame = frame[frame[one.path] == stated[one.path]]
    combinations = _combinations(frame, x, by)
    titles = {keys: title for keys, title, _ in combinations}
    is_stated = tuple(stated[one.path] for one in by)
    shown = combinations[:MOST_PANELS]
    parts = [_panel(frame, x, by, keys, title) for keys, title, _ in shown]
    return Facets(
        numbers=_with_bands(pd.concat(parts, ignore_index=True)),
        panels=tuple(title for _, title, _ in shown),
        stated=titles.get(is_stated, ""),
        x_name="" if x is None else _x_name(x),
        x_stated=float("nan") if x is None else _place(x, stated[x.path]),
        n_columns=_n_columns(by, len(shown), is_whole=len(shown) == _full(by)),
        left_out=tuple(title for _, title, _ in combinations[MOST_PANELS:]),
        held=tuple(_named(one, stated[one.path]) for one in held),
        are_what_ifs=[one.path for one in by] == [WHAT_IF],
    )


def _parts(
    found: Sequence[Dimension],
) -> tuple[Dimension | None, list[Dimension], list[Dimension]]:
    """The axis, the panels' dimensions and those held fixed. Size is the axis if it varies, else
    the last path with numbers if another dimension remains for the panels."""
    sizes = [one for one in found if one.path == N_TOTAL]
    others = [one for one in found if one.path != N_TOTAL]
    numeric = [one for one in others if one.is_numeric and one.path != WHAT_IF]
    axis = sizes or (numeric[-1:] if len(others) > 1 else [])
    rest = [one for one in others if one not in axis]
    return (axis[0] if axis else None), rest[:2], rest[2:]


def _combinations(
    frame: pd.DataFrame, x: Dimension | None, by: Sequence[Dimension]
) -> list[tuple[tuple[str, ...], str, int]]:
    """Keys, title and places on the axis of every panel that has trials.

    A panel that only the values as stated are in, which no list or point holds, would be a single
    point among curves.
    """
    found = []
    for values in product(*(one.values for one in by)):
        keys = tuple(value.key for value in values)
        rows = _rows(frame, by, keys)
        if len(rows):
            n_places = 1 if x is None else rows[x.path].nunique()
            is_asked_for = n_places > 1 or not rows["as_stated"].all()
            found.append((keys, _title(by, values), n_places, is_asked_for))
    most = max(n_places for _, _, n_places, _ in found)
    return [one[:3] for one in found if one[3] or most == 1]


def _title(by: Sequence[Dimension], values: Sequence[Value]) -> str:
    """The values of a panel, without "as stated" where something else is said."""
    said = [
        value.label
        for one, value in zip(by, values, strict=True)
        if len(by) == 1 or one.path != WHAT_IF or value.raw != AS_STATED
    ]
    return ", ".join(said)


def _rows(frame: pd.DataFrame, by: Sequence[Dimension], keys: Sequence[str]) -> pd.DataFrame:
    for one, key in zip(by, keys, strict=True):
        frame = frame[frame[one.path] == key]
    return frame


def _panel(
    frame: pd.DataFrame,
    x: Dimension | None,
    by: Sequence[Dimension],
    keys: Sequence[str],
    title: str,
) -> pd.DataFrame:
    rows = _rows(frame, by, keys)
    places = [
        float("nan") if x is None else _place(x, key) for key in rows[x.path if x else by[0].path]
    ]
    where = [
        title if x is None else f"{title}, {_named(x, key)}"
        for key in rows[x.path if x else by[0].path]
    ]
    failed = rows["failed"] > MOST_FAILED
    return pd.DataFrame(
        {
            "panel": title,
            "x": places,
            "assumption": rows["assumption"].to_numpy(),
            "value": rows["value"].mask(failed).to_numpy(),
            "mcse": rows["mcse"].mask(failed).to_numpy(),
            "n_used": rows["n_used"].to_numpy(),
            "truth": rows["truth"].to_numpy(),
            "is_null": (rows["truth"] == 0).to_numpy(),
            "alpha": rows["alpha"].to_numpy(),
            "where": where,
        }
    ).sort_values("x", kind="stable")


def _place(x: Dimension, key: str) -> float:
    return float(_values(x)[key].raw)


def _named(one: Dimension, key: str) -> str:
    return _values(one)[key].label


def _values(one: Dimension) -> Mapping[str, Value]:
    return {value.key: value for value in one.values}


def _x_name(x: Dimension) -> str:
    return "participants in all arms together" if x.path == N_TOTAL else x.name


def _with_bands(numbers: pd.DataFrame) -> pd.DataFrame:
    """With the ends of the 95% Monte Carlo interval of every share."""
    pairs = zip(numbers["mcse"], numbers["n_used"], strict=True)
    half = np.array([half_width(*pair) if np.isfinite(pair[0]) else np.nan for pair in pairs])
    return numbers.assign(
        lower=(numbers["value"] - half).clip(lower=0.0),
        upper=(numbers["value"] + half).clip(upper=1.0),
    )


def _full(by: Sequence[Dimension]) -> int:
    return int(np.prod([len(one.values) for one in by]))


def _n_columns(by: Sequence[Dimension], n: int, *, is_whole: bool) -> int:
    """Columns of the grid: the values of the second dimension, if they fit and none is missing."""
    if is_whole and len(by) == 2 and len(by[1].values) <= 4:
        return len(by[1].values)
    return {1: 1, 2: 2, 3: 3, 4: 2, 5: 3, 6: 3, 9: 3}.get(n, 4)
