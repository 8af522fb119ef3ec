"""The design points of a run as rows of a table: sizes first, then whatever else varies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from trialsim.plots.listed_points import key_of
from trialsim.plots.run import Run
from trialsim.plots.varied import WHAT_IF, dimensions, raw_values
from trialsim.scenario.resolve import AS_STATED, N_TOTAL


@dataclass(frozen=True)
class VariedDesign:
    """One design point, without any what_if."""

    design: int
    """Index into the plan's designs; 0 is the trial as stated."""
    n_total: int
    arms: tuple[int, ...]
    """Planned sizes of the arms."""
    others: str
    """What else varies, with its values here; empty where only the size does."""
    cells: Mapping[str, int]
    """Index of its cell under each assumption."""

    @property
    def is_stated(self) -> bool:
        """Whether it is the trial as its author stated it."""
        return self.design == 0


def varied_designs(run: Run) -> list[VariedDesign]:
    """Every design point, in the order of the values that vary, sizes ascending."""
    found = [one for one in dimensions(run) if one.path not in (WHAT_IF, N_TOTAL)]
    order = [{value.key: place for place, value in enumerate(one.values)} for one in found]
    labels = [{value.key: value.label for value in one.values} for one in found]
    keys_of = [[key_of(value) for value in raw_values(run, one.path)] for one in found]
    cells: dict[int, dict[str, int]] = {}
    for index, cell in enumerate(run.plan.cells):
        if cell.what_if == AS_STATED:
            cells.setdefault(cell.design, {})[cell.assumption] = index
    rows = []
    for design, by_assumption in cells.items():
        first = next(iter(by_assumption.values()))
        keys = [of_path[first] for of_path in keys_of]
        sizes = tuple(run.plan.designs[design].arms.values())
        others = ", ".join(label[key] for label, key in zip(labels, keys, strict=True))
        places = [places[key] for places, key in zip(order, keys, strict=True)]
        row = VariedDesign(design, sum(sizes), sizes, others, by_assumption)
        rows.append(((*places, sum(sizes), design), row))
    return [row for _, row in sorted(rows, key=lambda one: one[0])]


def assumptions_of(rows: list[VariedDesign]) -> list[str]:
    """Every assumption under which some design point was simulated, those of the trial as stated
    first."""
    stated_first = sorted(rows, key=lambda row: row.design)
    return list(dict.fromkeys(name for row in stated_first for name in row.cells))
