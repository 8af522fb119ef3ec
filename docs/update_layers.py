"""docs/images/layers.svg and the table of layers, from the import-linter contract and docstrings.

The contract in pyproject.toml is what tests hold the code to; drawn from it, the picture of the
layers cannot go stale.
"""

from __future__ import annotations

import importlib
import inspect
import tomllib
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "docs" / "images" / "layers.svg"

WIDTH, HEIGHT, GAP, MARGIN = 880, 38, 16, 16
"""Of the picture, a row, between rows, and around; in pixels."""

INK, LINE, FILL, PALE = "#222222", "#0072B2", "#E8F1F7", "#767676"


@dataclass(frozen=True)
class Part:
    """A folder or module of the package."""

    name: str
    is_there: bool
    """Whether it exists; the contract also names those that are planned."""


def layers() -> list[list[Part]]:
    """The layers of the contract, the highest first; those beside one another are siblings."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (contract,) = tomllib.loads(text)["tool"]["importlinter"]["contracts"]
    return [[_part(name) for name in layer.split("|")] for layer in contract["layers"]]


def _part(written: str) -> Part:
    name = written.strip(" ()")  # brackets: may be missing
    place = ROOT / "sim" / "trialsim" / name
    return Part(name, place.is_dir() or place.with_suffix(".py").is_file())


def svg() -> str:
    """The picture."""
    rows = layers()
    height = 2 * MARGIN + len(rows) * HEIGHT + (len(rows) - 1) * GAP
    words = "; ".join(", ".join(part.name for part in row) for row in rows)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'width="{WIDTH}" height="{height}" role="img" aria-labelledby="title words" '
        f'font-family="sans-serif" font-size="14" text-anchor="middle">',
        '  <title id="title">The layers of trialsim: each may import what lies below it</title>',
        f'  <desc id="words">From top to bottom: {escape(words)}. Dashed: planned.</desc>',
        f'  <rect width="{WIDTH}" height="{height}" fill="white"/>',
    ]
    for number, row in enumerate(rows):
        top = MARGIN + number * (HEIGHT + GAP)
        if number:
            lines.append(_arrow(top))
        width = (WIDTH - 2 * MARGIN - 8 * (len(row) - 1)) / len(row)
        for place, part in enumerate(row):
            lines += _box(part, MARGIN + place * (width + 8), top, width)
    return "\n".join([*lines, "</svg>"]) + "\n"


def _arrow(top: int) -> str:
    x, start, end = WIDTH / 2, top - GAP + 2, top - 2
    return (
        f'  <path d="M{x:g} {start}V{end}m-4 -4l4 4l4 -4" fill="none" '
        f'stroke="{PALE}" stroke-width="1.5"/>'
    )


def _box(part: Part, left: float, top: int, width: float) -> list[str]:
    fill, line, ink = (FILL, LINE, INK) if part.is_there else ("white", PALE, PALE)
    dashes = "" if part.is_there else ' stroke-dasharray="4 3"'
    size = ' font-size="12"' if width < 110 else ""
    return [
        f'  <rect x="{left:.1f}" y="{top}" width="{width:.1f}" height="{HEIGHT}" rx="4" '
        f'fill="{fill}" stroke="{line}"{dashes}/>',
        f'  <text x="{left + width / 2:.1f}" y="{top + HEIGHT / 2 + 5:g}" fill="{ink}"{size}>'
        f"{part.name}</text>",
    ]


def table() -> str:
    """What each part is, as the first line of its docstring says."""
    lines = ["| part | what it is |", "|---|---|"]
    for row in layers():
        for part in row:
            if part.is_there:
                module = importlib.import_module(f"trialsim.{part.name}")
                said = (inspect.getdoc(module) or "").split("\n", 1)[0]
                lines.append(f"| `{part.name}` | {said} |")
    return "\n".join(lines)
