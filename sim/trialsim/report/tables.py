"""Tables as a page shows them, and the rows that several sections share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from trialsim.operating.rounding import NOT_DEFINED
from trialsim.plots.base.words import MINUS, plain
from trialsim.report.values import UNKNOWN, Measures

Row = Sequence[str]
"""The first cell is the heading of the row. Text is escaped; Markup stands as it is."""

_SHORT = 24

MOST_ROWS = 20
"""Rows of a figure's numbers that a page shows; the CSV has all of them."""


@dataclass(frozen=True)
class Table:
    """A table with its caption; groups of rows may have a heading of their own."""

    key: str
    """Identifier on the page."""
    caption: str
    head: Row
    groups: Sequence[tuple[str, Sequence[Row]]]
    """(heading or nothing, rows)."""
    note: str = ""
    is_text: bool = False
    """Whether cells are words, which stand on the left, and not numbers."""

    @property
    def is_short(self) -> bool:
        """Whether it may be kept on one sheet of paper."""
        return sum(len(rows) for _, rows in self.groups) <= _SHORT


FOUR = ("Truth", "Significant", "Exaggeration", "Interval half-width", "Interval holds the truth")
"""The numbers that always stand together."""

HOW_TO_READ = (
    "In brackets: Monte Carlo standard error; for a share of exactly 0 or 100%, the far end of its "
    "95% interval. Exaggeration: mean size of the significant estimates over the true size; there "
    "is none where the truth is 0, a margin is tested, or fewer than 30 trials are significant."
)


def four(measures: Measures) -> list[str]:
    """The cells of `FOUR`."""
    width = measures["mean_ci_width"].times(0.5)
    return [
        exactly(measures["true_value"].value),
        measures["rejection_rate"].share,
        measures.get("type_m", UNKNOWN).factor,
        width.text,
        measures["coverage"].share,
    ]


def exactly(value: float) -> str:
    """A value that is known, to four significant digits."""
    if value != value:
        return NOT_DEFINED
    return f"{value + 0.0:.4g}".replace("-", MINUS)


def numbers_of(name: str, takeaway: str, frame: pd.DataFrame) -> Table:
    """The numbers behind a figure: its first rows, and where the others are."""
    rows = [
        [_cell(value) for value in row] for row in frame.head(MOST_ROWS).itertuples(index=False)
    ]
    left = len(frame) - len(rows)
    more = f"The first {len(rows)} of {len(frame):,} rows. All of them" if left else "Also"
    return Table(
        f"numbers-{name}",
        f"Numbers behind “{takeaway}”",
        [plain(str(column)) for column in frame.columns],
        [("", rows)],
        f"{more} in figures/{name}.csv, in the folder of this page.",
    )


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return plain(value)
    if value is None or pd.isna(value):
        return NOT_DEFINED
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, int | np.integer):
        return f"{value:,}".replace("-", MINUS)
    return exactly(float(value)) if isinstance(value, float | np.floating) else str(value)
