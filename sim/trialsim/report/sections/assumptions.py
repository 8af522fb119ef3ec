"""Assumptions: every value that could be wrong about the world, those without a source first."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from markupsafe import Markup

from trialsim.core.errors import Path
from trialsim.plots.base.words import listed
from trialsim.report.naming import arm_name, name_of, value_of
from trialsim.report.page import Page
from trialsim.report.render import fill
from trialsim.report.tables import Row, Table
from trialsim.report.wording import shown
from trialsim.scenario.sources import Assumed, assumed_values

ID = "assumptions"
TITLE = "Assumptions"

_SECTIONS = {
    "assumptions": "What the treatment does",
    "outcomes": "What scores are like",
    "cohort": "Who enters",
    "conduct": "What happens on the way",
    "bias": "What misleads",
    "observation": "What is not seen",
    "allocation": "How participants are allocated",
    "design": "How the trial is laid out",
}
_TOGETHER = {"cohort": 3, "conduct": 3, "bias": 2, "observation": 3, "allocation": 1, "design": 2}
"""By section: length of the path whose values share a row, if they share a source."""

_WHOLE = (("conduct", "recruitment"), ("conduct", "sessions"))
"""Places whose values share a row: defaults stand in it beside what has a source."""

_SCALE = ("method", "min", "max", "step")
"""Keys of an outcome that say what scores it can have; they share a row too."""

_SAY_NOTHING = ("n", "method", "distribution")
"""Last parts of a path that add nothing to its value."""


def applies(page: Page) -> bool:
    """Always."""
    return True


def render(page: Page) -> Markup:
    """Two tables, and the complete list for those who look something up."""
    values = assumed_values(page.written, page.plan.marks)
    unsourced = [one for one in values if not one.is_sourced]
    sourced = [one for one in values if one.is_sourced]
    without = Table(
        "unsourced",
        "Values for which the scenario names no source",
        ["What", "Value", "Status"],
        [(name, [row[:3] for row in rows]) for name, rows in _groups(page, unsourced)],
        is_text=True,
    )
    having = Table(
        "sourced",
        "Values with their sources",
        ["What", "Value", "Status", "Source"],
        _groups(page, sourced),
        "Reported: read in the paper or an account of it. Derived: worked out from reported "
        "numbers. Recalled: from memory. Assumed: chosen.",
        is_text=True,
    )
    rows = [[place, shown(mark.value), mark.status] for place, mark in page.plan.marks.items()]
    every = Table(
        "every-value",
        f"All {len(rows):,} values of the scenario as stated",
        ["Place", "Value", "Status"],
        [("", rows)],
        is_text=True,
    )
    counts = {
        status: sum(one.evidence is not None and one.evidence.status == status for one in sourced)
        for status in ("reported", "derived", "recalled", "assumed")
    }
    return fill(
        "assumptions",
        without=without if unsourced else None,
        n_without=len(unsourced),
        n=len(values),
        counts=listed([f"{n} {status}" for status, n in counts.items() if n]),
        having=having if sourced else None,
        every=every,
    )


def _groups(page: Page, values: Sequence[Assumed]) -> list[tuple[str, list[Row]]]:
    """Rows by section; values of one thing share a row if they share a source."""
    groups = []
    for section, own in groupby(values, key=lambda one: str(one.path[0])):
        rows: list[Row] = []
        for _, together in groupby(own, key=_joint):
            rows.append(_row(page, list(together)))
        groups.append((_SECTIONS[section], rows))
    return groups


def _joint(one: Assumed) -> tuple[Path, str, str]:
    """What values have in common that share a row."""
    path = one.path
    if path[0] == "outcomes" and path[2] in _SCALE:
        return (*path[:2], "scale"), *_status(one)
    if path[:2] in _WHOLE:
        return path[:2], *_status(one)
    return path[: _TOGETHER.get(str(path[0]), len(path))], *_status(one)


def _row(page: Page, values: Sequence[Assumed]) -> Row:
    first = values[0]
    place, status, source = _joint(first)
    if place == first.path:
        return [name_of(page, place), value_of(page, first), status, source]
    at = 2 if place[-1] == "scale" else len(place)
    what = [f"{_rest(page, one.path[at:])} {_value(one)}".strip() for one in values]
    return [name_of(page, place), ", ".join(what), status, source]


def _value(one: Assumed) -> str:
    return f"{shown(one.value)} (default)" if one.origin == "default" else shown(one.value)


def _status(one: Assumed) -> tuple[str, str]:
    if one.evidence is not None:
        return one.evidence.status, one.evidence.source
    return "unsourced", ""


def _rest(page: Page, path: Path) -> str:
    """What distinguishes a value from the others in its row."""
    return " ".join(arm_name(page, part) for part in path if part not in _SAY_NOTHING)
