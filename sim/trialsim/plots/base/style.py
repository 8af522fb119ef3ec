"""How every figure looks: one style, four colours with fixed meanings, and marks that survive grey.

The style is a context and not a setting. A caller's own matplotlib settings are neither used nor
left changed, so a figure is the same on every machine and in a notebook full of other plots.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import RLock

import matplotlib.style
from matplotlib.patheffects import AbstractPathEffect, Normal, Stroke

SIGNIFICANT = "#0072B2"
TRUTH = "#D55E00"
THIRD = "#009E73"
NOT_SIGNIFICANT = "#767676"
INK = "#1A1A1A"
QUIET = "#444444"
BAND = "#E9E9E9"

WIDTH, HEIGHT = 10.0, 5.6
"""Inches: a slide of 16:9. The letters stay legible when it is printed a text column wide."""
DPI = 150
TEXT, HEADING, SMALL = 13.0, 15.5, 10.5
"""Points: labels and ticks, the takeaway, the caption."""

_SETTINGS = {
    # DejaVu comes with matplotlib, so a PNG does not depend on the fonts of a machine. In an SVG
    # the text stays text: Verdana is the fallback that is as wide, so labels keep their room.
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Verdana", "Geneva", "Arial"],
    "font.size": TEXT,
    "axes.labelsize": TEXT,
    "xtick.labelsize": TEXT,
    "ytick.labelsize": TEXT,
    "legend.fontsize": TEXT,
    "svg.fonttype": "none",
    # Dollars in the name of an outcome are dollars, not mathematics.
    "text.parse_math": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": QUIET,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "lines.linewidth": 2.2,
    "hatch.linewidth": 0.9,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
}

# matplotlib keeps its settings in one process-wide place; two threads that enter and leave a
# context in turns would restore each other's values.
_LOCK = RLock()


@contextmanager
def style(salt: str = "trialsim") -> Iterator[None]:
    """Draw or save inside this; `salt` makes the identifiers in an SVG repeatable."""
    with (
        _LOCK,
        matplotlib.style.context(["default", {**_SETTINGS, "svg.hashsalt": salt}]),
    ):
        yield


@dataclass(frozen=True)
class Look:
    """What tells one assumption, or one arm, from the others; never its colour alone."""

    colour: str
    line: str | tuple[float, tuple[float, ...]]
    marker: str
    width: float = 2.4
    hollow: bool = False

    @property
    def fill(self) -> str:
        """Colour inside the marker."""
        return "white" if self.hollow else self.colour


REFERENCE = Look(NOT_SIGNIFICANT, "-", "o", width=1.5, hollow=True)
"""What the others are compared with: no effect, or the comparator arm."""

# Orange is left out: it always means the truth.
_LOOKS = (
    Look(SIGNIFICANT, "-", "o"),
    Look(THIRD, (0, (5, 2)), "s"),
    Look("#882255", (0, (6, 2, 1.2, 2)), "^"),
    Look(INK, (0, (1.2, 1.4)), "D"),
    Look("#6A3D9A", (0, (9, 3)), "v", hollow=True),
    Look("#7F5B00", (0, (3, 1.5, 1, 1.5, 1, 1.5)), "P", hollow=True),
)


def looks(names: Sequence[str], references: Collection[str] = ()) -> dict[str, Look]:
    """One look for each name. Pass all names of a study, in its order: they keep it everywhere."""
    others = [name for name in names if name not in references]
    found = {name: _LOOKS[place % len(_LOOKS)] for place, name in enumerate(others)}
    return {name: found.get(name, REFERENCE) for name in names}


def halo(width: float) -> list[AbstractPathEffect]:
    """A white edge that keeps a line visible over filled bars, in grey too."""
    return [Stroke(linewidth=width + 2.2, foreground="white"), Normal()]
