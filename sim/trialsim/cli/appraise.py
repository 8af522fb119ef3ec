"""trialsim appraise: the published result among its siblings, on a screen and on a page."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Literal

import typer
from rich.console import Console
from rich.table import Table as Printed

from trialsim import __version__
from trialsim.appraisal import sibling_tables, tables, words
from trialsim.appraisal.appraise import Appraisal, appraise
from trialsim.appraisal.credibility import POWERS, PRIORS
from trialsim.cli.run import cores, progress
from trialsim.core.memory import keep_freed_memory
from trialsim.plots.base.words import plain
from trialsim.report.tables import Table
from trialsim.scenario.loaded import load
from trialsim.store.folder import check_writable

WIDTH = 112


def appraise_command(
    path: str,
    priors: list[float],
    powers: list[float],
    fragility: bool,
    replicates: int | None,
    seed: int | None,
    workers: int | None,
    out: str,
    changes: list[str],
    as_json: bool,
    quiet: bool,
) -> None:
    """Appraise, write the folder, and tell of it: tables or JSON on stdout, progress on stderr."""
    keep_freed_memory()
    scenario = load(path, changes)
    check_writable(Path(out) / scenario.name)
    began = time.perf_counter()
    with progress("Simulating its siblings", as_json or quiet) as told:
        found = appraise(
            scenario,
            priors=priors or PRIORS,
            powers=powers or POWERS,
            replicates=replicates,
            seed=seed,
            workers=cores() if workers is None else workers,
            progress=told,
        )
    elapsed = time.perf_counter() - began
    folder = found.save(out, show_fragility=fragility)
    if as_json:
        typer.echo(json.dumps({**found.to_json(), "results_dir": str(folder)}, allow_nan=False))
    elif quiet:
        typer.echo(str(folder))
    else:
        _Told(found, fragility).print(elapsed, folder)


class _Told:
    """An appraisal on a terminal."""

    def __init__(self, found: Appraisal, fragility: bool) -> None:
        # Labels and paths are text: square brackets and colons in them mean nothing.
        self.console = Console(highlight=False, markup=False, emoji=False)
        self.console.width = max(self.console.width, WIDTH) if self.console.is_terminal else WIDTH
        self.found, self.fragility = found, fragility

    def print(self, elapsed: float, folder: Path) -> None:
        """All of it, in the order of the page."""
        found, results = self.found, self.found.results
        self.say(
            f"trialsim {__version__}   {found.name}   digest {results.plan.digest}   seed "
            f"{results.seed}   {results.replicates:,} simulated trials a cell   {elapsed:.1f} s\n"
        )
        if found.strengths:
            self.console.print("What the trial did well", style="bold")
            for name, text in found.strengths.items():
                self.say(f"  {plain(name)}: {text}")
            self.say("")
        self.console.print(words.headline(found), style="bold")
        if text := words.beyond_chance(found):
            self.say(text)
        self.reported()
        self.head("Where it falls among trials like it")
        self.table(sibling_tables.placed(found, found.result))
        if (pair := sibling_tables.jointly(found)) is not None:
            self.table(pair)
        self.table(sibling_tables.errors(found, found.result))
        if found.credibility:
            self.head("How far a significant result can be believed")
            for line in (words.risk, words.repeat, words.shrunk):
                self.say(f"  {line(found.credibility[0])}")
            self.say("  All of this takes the trial to be free of bias.")
        self.bias()
        self.rest()
        self.console.print(f"\nPage     {folder / 'appraisal.html'}", soft_wrap=True)
        self.console.print(f"Results  {folder}", soft_wrap=True)

    def reported(self) -> None:
        """Recovered numbers, and what does not fit."""
        found = self.found
        self.head("What was reported, and what follows from it")
        if (recovered := tables.recovered(found)) is not None:
            self.table(recovered)
        for line in tables.bounded(found):
            self.say(f"  {line}")
        lines = list(words.contradiction_lines(found))
        for line in lines:
            self.console.print(f"  DOES NOT FIT  {line}", style="bold red")
        if not lines:
            self.say(f"  {words.not_compared(found)}")

    def bias(self) -> None:
        """Judgements and prices, where there are any."""
        risks = self.found.risk_of_bias
        if risks is not None:
            self.head("Risk of bias, and its price")
            shown = tables.risks(risks)
            for _, rows in shown.groups:
                for domain, judgement, why, mechanism, adds, rate in rows:
                    if judgement:  # else one more mechanism of the same domain
                        self.say(f"  {domain}: {judgement}{f'; {why}' if why else ''}")
                    if mechanism:
                        last = str(shown.head[-1]).lower()
                        self.say(f"    {mechanism} adds {adds}; {last} {rate}")
            self.console.print(shown.note, style="dim")
            if risks.unpriced:
                self.say(f"  The mechanisms could not be priced: {risks.unpriced}")

    def rest(self) -> None:
        """Baseline, numbers needed to treat, fragility."""
        found = self.found
        if found.imbalance is not None:
            design = found.results.plan.designs[0]
            arm = design.contrasts[found.imbalance.implied.contrast][0]
            self.head("Three analyses of one score")
            self.say(f"  {words.baseline(found.imbalance, arm)}")
            self.table(tables.three_analyses(found.imbalance))
        if found.needed or found.by_cut is not None:
            self.head("Numbers needed to treat")
            for one in found.needed:
                self.say(f"  {words.needed(one)}")
            if found.by_cut is not None:
                self.table(tables.cuts(found.by_cut))
        if self.fragility and found.fragile:
            self.head("Fragility index")
            for fragile in found.fragile:
                self.say(f"  {words.fragility(fragile)}")

    def head(self, text: str) -> None:
        """A heading."""
        self.console.print(f"\n{text}", style="bold")

    def say(self, text: str) -> None:
        """A sentence."""
        self.console.print(text)

    def table(self, shown: Table) -> None:
        """A table with its groups and its note."""
        self.console.print(f"  {shown.caption}")
        printed = Printed(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
        for i, heading in enumerate(shown.head):
            justify: Literal["left", "right"] = "left" if i == 0 else "right"
            printed.add_column(heading, overflow="fold", justify=justify)
        several = len(shown.groups) > 1
        for heading, rows in shown.groups:
            if several:
                printed.add_row(heading, style="italic")
            for row in rows:
                printed.add_row(*(str(cell) for cell in row))
        self.console.print(printed)
        if shown.note:
            self.console.print(shown.note, style="dim")
