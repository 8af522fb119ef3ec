"""A finished figure with what belongs to it: its numbers, its takeaway, its caption."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from trialsim.plots.base.style import DPI, style
from trialsim.plots.base.words import counted, plain


@dataclass(frozen=True)
class Settings:
    """What a caption has to say so that somebody else can draw the same figure."""

    n_total: int
    """Participants in all arms together."""
    replicates: int
    """Simulated trials for each assumption."""
    seed: int
    digest: str
    """Short digest of the plan."""
    analysis: str = ""
    """The analysis that was applied, as a reader would call it."""

    def sentence(self, n_total: str | None = None) -> str:
        """One sentence for a caption; `n_total` replaces the number where a figure has several."""
        parts = [
            f"{n_total or f'{self.n_total:,}'} participants",
            f"{counted(self.replicates, 'simulated trial')} for each assumption",
            plain(self.analysis),
            f"seed {self.seed}",
            f"scenario {self.digest}",
        ]
        return ", ".join(part for part in parts if part) + "."


@dataclass(frozen=True)
class Drawn:
    """A figure, and everything a page needs to show it to all of its readers."""

    figure: Figure
    numbers: pd.DataFrame
    """The numbers behind the figure, one row a mark."""
    takeaway: str
    """One sentence that says what the figure shows; its heading."""
    caption: str
    """Settings, assumptions and what is left out."""
    alt: str
    """The figure in words, for those who do not see it."""
    name: str
    """File name without its ending."""


def save(drawn: Drawn, folder: Path) -> list[Path]:
    """Write `<name>.png`, `<name>.svg` and `<name>.csv`; the same figure gives the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    png, svg, csv = (folder / f"{drawn.name}.{ending}" for ending in ("png", "svg", "csv"))
    with style(salt=drawn.name):
        # Packed lightly: a tenth larger than at matplotlib's level, in half the time.
        drawn.figure.savefig(png, dpi=DPI, pil_kwargs={"compress_level": 1})
        # A date would make two equal figures differ.
        described = {"Date": None, "Title": drawn.takeaway, "Description": drawn.alt}
        drawn.figure.savefig(svg, metadata=described)
    drawn.numbers.to_csv(csv, index=False, lineterminator="\n")
    return [png, svg, csv]
