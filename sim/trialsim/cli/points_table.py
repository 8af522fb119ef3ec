"""The design points of a run as one table: a row a point, a column an assumption."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from rich.console import Console
from rich.table import Table

from trialsim.operating.rounding import NOT_DEFINED, round_to_error, share_text, value_text
from trialsim.plots.varied_designs import VariedDesign, assumptions_of, varied_designs

if TYPE_CHECKING:
    from trialsim.study import Results

WIDTH = 100
"""Columns that a table takes at most; assumptions beyond them stand in another below it."""
MOST_ROWS = 40
_GAP = 2
_LABEL = 34
"""Columns of what varies besides the size, at most: longer texts are broken."""


class _Measured(NamedTuple):
    value: float
    mcse: float
    n_used: float


_Known = Mapping[tuple[str, str, str, str], _Measured]
"""By cell, analysis, contrast and measure."""


def print_points(console: Console, results: Results) -> None:
    """Print the table, if the run has several design points."""
    rows = varied_designs(results.plot.run)
    if len(rows) < 2:
        return
    plan = results.plan
    design = plan.designs[0]
    contrasts = design.contrasts_of(design.decision.primary)
    about = f", {contrasts[0]}" if len(contrasts) > 1 else ""
    console.print(
        f"\nDesign points: significant, and exaggeration ({design.decision.primary}{about})",
        style="bold",
    )
    shown, assumptions = rows[:MOST_ROWS], assumptions_of(rows)
    known = _known(results)
    cells = {name: [_cell(results, known, row, name) for row in shown] for name in assumptions}
    half = [_half_width(results, known, row) for row in shown]
    labels = [row.others for row in shown] if any(row.others for row in shown) else []
    for names in _side_by_side(cells, labels, half):
        console.print(_table(shown, labels, {name: cells[name] for name in names}, half))
    left = len(rows) - len(shown)
    more = f" {left:,} more points are in operating_characteristics.csv." if left else ""
    console.print(
        "* The trial as stated. Half-width of the interval: of the assumption with the widest.\n"
        f"Factors have the digits that their error supports.{more}",
        style="dim",
    )


def _known(results: Results) -> _Known:
    wanted = ["cell", "analysis", "contrast", "measure", "value", "mcse", "n_used"]
    table = results.performance()
    table = table[table["measure"].isin(["rejection_rate", "type_m", "mean_ci_width"])]
    return {
        (cell, analysis, contrast, measure): _Measured(*numbers)
        for cell, analysis, contrast, measure, *numbers in table[wanted].itertuples(
            index=False, name=None
        )
    }


def _measured(
    results: Results, known: _Known, row: VariedDesign, name: str, measure: str
) -> _Measured | None:
    """A measure by the primary analysis and first contrast of a design point."""
    plan = results.plan
    if name not in row.cells:
        return None
    analysis = plan.designs[row.design].decision.primary
    contrast = plan.designs[row.design].contrasts_of(analysis)[0]
    return known.get((plan.cell_key(row.cells[name]), analysis, contrast, measure))


def _cell(results: Results, known: _Known, row: VariedDesign, name: str) -> str:
    """ "36.1% (0.5) x1.62"; false alarms exaggerate nothing."""
    rate = _measured(results, known, row, name, "rejection_rate")
    if rate is None:
        return NOT_DEFINED
    text = share_text(*rate)
    factor = _measured(results, known, row, name, "type_m")
    said = NOT_DEFINED if factor is None else round_to_error(factor.value, factor.mcse)
    return text if said == NOT_DEFINED else f"{text} x{said}"


def _half_width(results: Results, known: _Known, row: VariedDesign) -> str:
    widths = [_measured(results, known, row, name, "mean_ci_width") for name in row.cells]
    found = [one for one in widths if one is not None and one.value == one.value]
    if not found:
        return NOT_DEFINED
    widest = max(found, key=lambda one: one.value)
    return value_text(widest.value / 2, widest.mcse / 2)


def _side_by_side(
    cells: Mapping[str, Sequence[str]], labels: Sequence[str], half: Sequence[str]
) -> Iterator[list[str]]:
    """The assumptions of each table, as many as its width holds."""
    fixed = len("Participants") + max(map(len, ["Half-width", *half])) + 2 * _GAP
    fixed += min(_LABEL, max(map(len, labels))) + _GAP if labels else 0
    names: list[str] = []
    used = fixed
    for name, texts in cells.items():
        wide = _wide(texts) + _GAP
        if names and used + wide > WIDTH:
            yield names
            names, used = [], fixed
        names.append(name)
        used += wide
    if names:
        yield names


def _wide(texts: Sequence[str]) -> int:
    """Columns of an assumption: its name is broken to fit above its numbers."""
    return max(12, *map(len, texts))


def _table(
    rows: Sequence[VariedDesign],
    labels: Sequence[str],
    cells: Mapping[str, Sequence[str]],
    half: Sequence[str],
) -> Table:
    table = Table(box=None, padding=(0, _GAP, 0, 0), pad_edge=False, header_style="bold")
    table.add_column("Participants", justify="right", no_wrap=True)
    if labels:
        table.add_column("Varied", overflow="fold", max_width=_LABEL)
    for name, texts in cells.items():
        table.add_column(name, justify="right", overflow="fold", max_width=_wide(texts))
    table.add_column("Half-width", justify="right", no_wrap=True)
    for place, row in enumerate(rows):
        size = f"{row.n_total:,}{'*' if row.is_stated else ''}"
        own = [labels[place]] if labels else []
        table.add_row(size, *own, *(texts[place] for texts in cells.values()), half[place])
    return table
