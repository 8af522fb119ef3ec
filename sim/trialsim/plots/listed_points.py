"""Design points that a scenario lists by name: which of them a cell is, and how to show them."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from trialsim.core.plan import Cell
from trialsim.plots.run import Run
from trialsim.scenario._total import N_TOTAL as TOTAL
from trialsim.scenario._total import sets_arm_sizes
from trialsim.scenario.overrides import split_path
from trialsim.scenario.resolve import AS_STATED, N_TOTAL

POINTS = "points"
"""What the listed points are called where a figure treats them as one thing that varies."""


def key_of(value: Any) -> str:
    """A value as text by which equal values are found, lists and tuples alike."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return json.dumps(float(value) if number else value, sort_keys=True, default=list)


def paths_in_one(run: Run) -> Collection[str]:
    """The paths that are shown by the names of the points instead of by their values: all of
    those that points set, unless the points are a grid of sizes, or set one path."""
    vary = run.written.vary
    paths = vary.paths_of_points
    others = [path for path in paths if path != N_TOTAL]
    if len(paths) == 1 or not others:
        return ()
    if N_TOTAL in paths:
        sizes: dict[str, set[str]] = {}
        for point in vary.points.values():
            rest = key_of([point.get(path, "as stated") for path in others])
            sizes.setdefault(rest, set()).add(key_of(point.get(N_TOTAL)))
        if max(len(found) for found in sizes.values()) > 1:
            return ()  # a ragged grid: curves against size
    return paths


def point_names(run: Run) -> Callable[[Cell], str]:
    """What tells which listed point a cell is, by name; `as_stated` for one that is none.

    A point is known by its own values, and by those that hold without it at every other path that
    it leaves alone. Points that say something about the same paths are looked up together: there
    may be thousands of points and of cells.
    """
    points, paths = run.written.vary.points, run.written.vary.paths_of_points
    known = {name: _compared(changes, paths) for name, changes in points.items()}
    base = {cell.what_if: cell for cell in reversed(run.plan.cells)}  # the first: nothing varied
    tables: dict[tuple[str, tuple[str, ...]], dict[tuple[str, ...], str]] = {}
    for what_if, first in base.items():
        unvaried = dict(first.varied)
        for name in reversed(points):  # the earlier of two alike is kept
            values = {**unvaried, **points[name]}
            key = tuple(key_of(values[path]) for path in known[name])
            tables.setdefault((what_if, known[name]), {})[key] = name
    order = {name: place for place, name in enumerate(points)}

    def named(cell: Cell) -> str:
        here = dict(cell.varied)
        found = [
            table[key]
            for (what_if, compared), table in tables.items()
            if what_if == cell.what_if
            and (key := tuple(key_of(here[path]) for path in compared)) in table
        ]
        return min(found, key=order.__getitem__) if found else AS_STATED

    return named


def _compared(changes: Mapping[str, Any], paths: Sequence[str]) -> tuple[str, ...]:
    """The paths by which a point is known: not those that its own values may have changed."""
    return tuple(
        path for path in paths if path in changes or not any(_touch(path, own) for own in changes)
    )


def _touch(one: str, other: str) -> bool:
    """Whether to set one path may change what another says."""
    a, b = split_path(one), split_path(other)
    n = min(len(a), len(b))
    if a[:n] == b[:n]:
        return True
    return (a == TOTAL and sets_arm_sizes(b)) or (b == TOTAL and sets_arm_sizes(a))
