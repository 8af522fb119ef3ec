"""What was measured, kept in docs/teaching_numbers.json beside what it was measured of."""

from __future__ import annotations

import json
import sys
import time
from math import isclose
from pathlib import Path
from typing import Any

from teaching_numbers.entries import ENTRIES, Entry, Part
from teaching_numbers.ways import REPLICATES, Way, value_of

STORED = Path(__file__).parents[1] / "teaching_numbers.json"
MEASURE = "python docs/update_teaching_numbers.py --measure"
LIMIT = 4.0
"""Distance from the exact value, in Monte Carlo errors, beyond which something is wrong."""

Kept = dict[str, Any]


def measure() -> None:
    """Run every way and write the file: about two minutes on one core."""
    started, rows = time.perf_counter(), []
    for entry in ENTRIES:
        for part in entry.parts:
            row = described(entry, part)
            for name in ("normal", "rmdq"):
                way = _way(part, name)
                if way is not None:
                    row[name] |= vars(way.found(REPLICATES))
            rows.append(row)
        print(f"{time.perf_counter() - started:6.1f} s  {entry.id}", file=sys.stderr)
    text = json.dumps(rows, indent=1, ensure_ascii=False)
    STORED.write_text(text + "\n", encoding="utf-8")


def described(entry: Entry, part: Part) -> Kept:
    """What the file should say of a number, but for what was measured."""
    row: Kept = {
        "id": entry.id,
        "what": part.what,
        "expected": part.expected,
        "label": part.label,
        "exact": value_of(part.exact) if part.exact else None,
    }
    for name in ("normal", "rmdq"):
        way = _way(part, name)
        row[name] = None if way is None else {"shown": way.shown()}
    return row


def _way(part: Part, name: str) -> Way | None:
    return part.way if name == "normal" else part.rmdq


def stored() -> list[Kept]:
    """The rows of the file."""
    rows: list[Kept] = json.loads(STORED.read_text(encoding="utf-8"))
    return rows


def stale() -> list[str]:
    """Numbers that were not measured, or of something else than what is described today."""
    kept = {(row["id"], row["what"]): row for row in stored()}
    today = [described(entry, part) for entry in ENTRIES for part in entry.parts]
    names = [(row["id"], row["what"]) for row in today]
    wrong = [" ".join(name) for name in kept if name not in names]
    for row, name in zip(today, names, strict=True):
        if name not in kept or not _agrees(row, kept[name]):
            wrong.append(" ".join(name))
    return wrong


def _agrees(today: Any, kept: Any) -> bool:
    if isinstance(today, dict):
        return isinstance(kept, dict) and all(_agrees(v, kept.get(k)) for k, v in today.items())
    if isinstance(today, float) and isinstance(kept, float):
        return isclose(today, kept, rel_tol=1e-7, abs_tol=1e-9)  # another build of SciPy
    return bool(today == kept)


def problems() -> list[str]:
    """Numbers further from their exact value than chance explains."""
    found = []
    for row in stored():
        value, error = row["normal"]["value"], row["normal"]["mcse"]
        exact = row["exact"]
        if exact is not None and abs(value - exact) > LIMIT * error + 1e-9:
            found.append(f"{row['id']} {row['what']}: {value:.5g}, exact {exact:.5g}")
    return found
