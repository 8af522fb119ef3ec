"""What a run varies besides its assumptions: every path and what_if, with its values in words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from trialsim.plots.base.words import exact, listed, plain
from trialsim.plots.listed_points import POINTS, key_of, paths_in_one, point_names
from trialsim.plots.run import Run
from trialsim.scenario.resolve import N_TOTAL

WHAT_IF = "what_if"

_CONTAINERS = {"missing", "covariates", "arms", "therapists"}
"""Words of a path that only hold others."""


@dataclass(frozen=True)
class Value:
    """One value that something takes: as it is, and as a reader meets it."""

    key: str
    raw: Any
    label: str


@dataclass(frozen=True)
class Dimension:
    """A varied path, or what_if, with its values in the order in which a figure shows them."""

    path: str
    values: tuple[Value, ...]

    @property
    def is_numeric(self) -> bool:
        """Whether its values have places on an axis."""
        return all(
            isinstance(value.raw, int | float) and not isinstance(value.raw, bool)
            for value in self.values
        )

    @property
    def name(self) -> str:
        """What it is called."""
        return path_in_words(self.path)


def path_in_words(path: str) -> str:
    """A path without what a reader of the figure knows: `observation.missing.lost.rate` is "lost
    rate"."""
    if path == N_TOTAL:
        return "participants"
    if arm := re.fullmatch(r"(?:conduct\.(therapists)|design\.arms)\.(\w+)\.n", path):
        return plain(f"{arm[2]} {arm[1] or 'participants'}")
    # An index stays with the list that it belongs to: "sd[1]".
    parts = re.sub(r"\.(\d+)(?=\.|$)", r"[\1]", path).split(".")
    rest = [part for part in parts[1:] if part not in _CONTAINERS] or parts[-1:]
    return plain(" ".join(rest[-3:]))


def value_in_words(path: str, value: Any, place: int) -> str:
    """A path with one of its values: "lost rate 0.2", "permuted blocks with block sizes 4".

    `place` counts from 1 and stands for a value too long to be written out.
    """
    if path in (WHAT_IF, POINTS):
        return plain(str(value))
    if path == N_TOTAL:
        return f"{int(value):,} participants"
    name = path_in_words(path)
    if isinstance(value, str):
        # The name of a method says what it is a method of.
        return plain(value) if "." not in path else f"{name} {plain(value)}"
    if isinstance(value, Mapping):
        return _mapping(name, value, place)
    short = _short(value)
    return f"{name} {short}" if short else f"{name} (value {place})"


def _mapping(name: str, value: Mapping[str, Any], place: int) -> str:
    """A method with its parameters, or a mapping of numbers."""
    method = next((str(value[key]) for key in ("method", "distribution") if key in value), "")
    others = {key: _short(item) for key, item in value.items() if str(item) != method}
    if not all(others.values()):
        return f"{plain(method)} (value {place})" if method else f"{name} (value {place})"
    pairs = listed([f"{plain(str(key))} {text}" for key, text in others.items()])
    if not method:
        return f"{name}: {pairs}"
    return f"{plain(method)} with {pairs}" if pairs else plain(method)


def _short(value: Any) -> str:
    """A value in a few letters, or nothing if it needs more."""
    if value is None:
        return "as by default"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, int | float):
        return exact(value)
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, list | tuple) and len(value) <= 4:
        parts = [_short(one) for one in value if not isinstance(one, list | tuple | Mapping)]
        return ", ".join(parts) if parts and len(parts) == len(value) and all(parts) else ""
    return ""


def dimensions(run: Run) -> list[Dimension]:
    """Everything with two values or more: what_if first, the listed points if their values say
    less than their names, then the paths as written."""
    cells, vary = run.plan.cells, run.written.vary
    found = [_dimension(WHAT_IF, raw_values(run, WHAT_IF), ())]
    by_name = paths_in_one(run)
    if by_name:
        found.append(_dimension(POINTS, raw_values(run, POINTS), tuple(vary.points)))
    for path, _ in cells[0].varied:
        if path not in by_name:
            found.append(_dimension(path, raw_values(run, path), vary.values_of(path)))
    return [one for one in found if len(one.values) > 1]


def _dimension(path: str, values: Sequence[Any], in_order: Sequence[Any]) -> Dimension:
    distinct = {key_of(value): value for value in values}
    keys = [key_of(value) for value in in_order]
    raw = {key: distinct[key] for key in dict.fromkeys([*keys, *distinct]) if key in distinct}
    if all(isinstance(value, int | float) for value in raw.values()):
        raw = dict(sorted(raw.items(), key=lambda item: float(item[1])))
    labelled = [
        Value(key, value, value_in_words(path, value, place))
        for place, (key, value) in enumerate(raw.items(), 1)
    ]
    return Dimension(path, tuple(labelled))


def rates(run: Run) -> pd.DataFrame:
    """The share significant in every cell, by its own primary analysis and first contrast.

    Columns: assumption, n_total, value, mcse, n_used, failed, truth, alpha, is_stated, as_stated
    (varied values are, under whatever what_if), then a column of keys for each dimension.
    """
    found = dimensions(run)
    measures = ("rejection_rate", "true_value", "failed")
    table = run.table[run.table["measure"].isin(measures)]
    place = zip(table["cell"], table["analysis"], table["contrast"], table["measure"], strict=True)
    numbers = zip(table["value"], table["mcse"], table["n_used"], strict=True)
    known = dict(zip(place, numbers, strict=True))
    keys_of = [[key_of(value) for value in raw_values(run, one.path)] for one in found]
    rows = []
    for index, cell in enumerate(run.plan.cells):
        design = run.plan.designs[cell.design]
        analysis = design.decision.primary
        series = (run.plan.cell_key(index), analysis, design.contrasts_of(analysis)[0])
        rate, truth, failed = (known[(*series, measure)] for measure in measures)
        row = (cell.assumption, design.n_total, *rate, failed[0], truth[0])
        keys = [of_path[index] for of_path in keys_of]
        stated = cell.design == 0, cell.varied == run.plan.cells[0].varied
        rows.append((*row, design.decision.alpha, *stated, *keys))
    columns = ["assumption", "n_total", "value", "mcse", "n_used", "failed", "truth"]
    paths = [one.path for one in found]
    return pd.DataFrame(rows, columns=[*columns, "alpha", "is_stated", "as_stated", *paths])


def raw_values(run: Run, path: str) -> list[Any]:
    """What every cell has of something that varies, in the order of the plan."""
    cells = run.plan.cells
    if path == POINTS:
        return list(map(point_names(run), cells))
    if path == WHAT_IF:
        return [cell.what_if for cell in cells]
    place = [name for name, _ in cells[0].varied].index(path)
    return [cell.varied[place][1] for cell in cells]
