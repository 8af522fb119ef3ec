"""The page: a table of all numbers, then how each is made and why RMDQ scores differ."""

from __future__ import annotations

from math import floor, log10
from pathlib import Path
from typing import Any

import numpy as np

from teaching_numbers import measured
from teaching_numbers.entries import ENTRIES, Entry
from teaching_numbers.ways import REPLICATES

PAGE = Path(__file__).parents[1] / "teaching_numbers.md"

INTRODUCTION = f"""# Numbers that courses quote

<!-- Made by `python docs/update_teaching_numbers.py` from docs/teaching_numbers.json. -->

What courses in critical appraisal say of chance, size, analysis and bias, each number given by
the tool. *Expected* is the number as it is printed or was recomputed, *law* says what kind it is:
where it is a normal approximation, or holds for large samples or a known variance, *exact here*
is the value for the very design that is simulated. *Normal scores* are what the tool gives, with
the Monte Carlo standard error of {REPLICATES:,} trials behind ±; numbers without an error are not
simulated. *RMDQ scores* are whole numbers from 0 to 24 with the same means, SDs and correlation
(unless the section says otherwise).

Commands are run as they stand here. Lines of Python are over the modules of `trialsim.theory`;
`phi` is the normal distribution function, `stdtr` that of the t law (SciPy), and
`mean_of_those_who_stay` a quadrature in `docs/teaching_numbers/ways.py`.

Tests compare every number with its exact value, worked out by other means, to four errors:
`tests/verification/test_acceptance_numbers.py`.
"""


def page() -> str:
    """The whole page."""
    kept: dict[str, list[measured.Kept]] = {}
    for row in measured.stored():
        kept.setdefault(row["id"], []).append(row)
    lines = [
        INTRODUCTION,
        "| | setting | number | expected | law | exact here | normal scores | RMDQ scores |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for entry in ENTRIES:
        for number, row in enumerate(kept[entry.id]):
            link = f"[{entry.id}](#{entry.id.lower()})"
            first = (link, entry.setting) if number == 0 else ("", "")
            lines.append(_row(*first, row))
    for entry in ENTRIES:
        lines += ["", *_section(entry, kept[entry.id])]
    return "\n".join(lines) + "\n"


def _row(link: str, setting: str, row: measured.Kept) -> str:
    cells = [
        link,
        setting,
        row["what"],
        _plain(row["expected"]),
        row["label"],
        "" if row["exact"] is None else _plain(row["exact"]),
        _told(row["normal"]),
        _told(row["rmdq"]),
    ]
    return f"| {' | '.join(cells)} |"


def _section(entry: Entry, rows: list[measured.Kept]) -> list[str]:
    lines = [f"## {entry.id}", "", f"{entry.setting[0].upper()}{entry.setting[1:]}.", ""]
    for part, row in zip(entry.parts, rows, strict=True):
        lines.append(f"- {row['what']}: {row['normal']['shown']}")
        if part.exact:
            lines.append(f"- {row['what']}, exact here: `{part.exact}`")
        if row["rmdq"] is not None:
            lines.append(f"- {row['what']}, RMDQ scores: {row['rmdq']['shown']}")
    lines += ["", f"*Source:* {entry.source}.", "", f"*RMDQ scores:* {entry.rmdq_why}"]
    return lines + (["", f"*Note:* {entry.note}"] if entry.note else [])


def _told(found: dict[str, Any] | None) -> str:
    """A number to the first digit of its error, and the error; nothing where there is none."""
    if found is None:
        return ""
    value, error = found["value"], found["mcse"]
    if not error:
        return _plain(value)
    digits = max(0, -floor(log10(error)))
    return f"{value:.{digits}f} ± {error:.{digits}f}"


def _plain(value: float) -> str:
    return np.format_float_positional(value, precision=4, fractional=False, trim="-")
