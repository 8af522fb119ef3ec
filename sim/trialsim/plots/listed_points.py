"""Design points that a scenario lists by name: which of them a cell is, and how to show them."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
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


def point_of(run: Run, cell: Cell) -> str:
    """The listed point that a cell is, by name; `as_stated` for one that is none of them."""
    base = _without_vary(run, cell.what_if)
    here = {path: key_of(value) for path, value in cell.varied}
    for name, changes in run.written.vary.points.items():
        wanted = {path: key_of(value) for path, value in changes.items()}
        for path in run.written.vary.paths_of_points:
            if not any(_touch(path, own) for own in changes):
                wanted[path] = key_of(base[path])
        if all(here[path] == key for path, key in wanted.items()):
            return name
    return AS_STATED


def _touch(one: str, other: str) -> bool:
    """Whether to set one path may change what another says."""
    a, b = split_path(one), split_path(other)
    n = min(len(a), len(b))
    if a[:n] == b[:n]:
        return True
    return (a == TOTAL and sets_arm_sizes(b)) or (b == TOTAL and sets_arm_sizes(a))


def _without_vary(run: Run, what_if: str) -> Mapping[str, Any]:
    """What holds under a what_if where nothing is varied: its first cell."""
    return dict(next(cell.varied for cell in run.plan.cells if cell.what_if == what_if))
