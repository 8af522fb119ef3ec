"""What a run says in the terminal: frequencies first, four numbers together, every error shown."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from rich.console import Console
from rich.table import Table

from trialsim import __version__
from trialsim.cli.points_table import print_points
from trialsim.core.program import rule_of
from trialsim.operating.calendar import calendar
from trialsim.operating.characteristics import check_against_theory
from trialsim.operating.conduct_words import conduct_lines
from trialsim.operating.needed_to_treat import numbers_needed
from trialsim.operating.placement import published_among
from trialsim.operating.rounding import (
    NOT_DEFINED,
    frequency_sentence,
    percent,
    round_to_error,
    share_text,
    value_text,
    with_error,
)
from trialsim.scenario.describe import (
    analysis_line,
    arms_line,
    decision_line,
    not_simulated,
    outcome_line,
)
from trialsim.scenario.warnings import warnings

if TYPE_CHECKING:
    import pandas as pd

    from trialsim.study import Results

WIDTH = 112
"""Columns of the tables where there is no terminal to ask, or a narrower one: a terminal breaks
lines that are too long for it, a table would cut off numbers."""


def print_summary(results: Results, folder: Path) -> None:
    """Print the summary of a run to stdout."""
    # Labels and paths are text: square brackets and colons in them mean nothing.
    console = Console(highlight=False, markup=False, emoji=False)
    console.width = max(console.width, WIDTH) if console.is_terminal else WIDTH
    parts = (
        _trial,
        _frequencies,
        _rows,
        _needed,
        _what_ifs,
        print_points,
        _published,
        _calendar,
        _theory,
        _failures,
    )
    for part in parts:
        part(console, results)
    plan = results.plan
    for text in warnings(plan):
        console.print(f"Warning  {text}")
    console.print(f"Not simulated: {'; '.join(not_simulated(plan))}.")
    console.print("A real trial of this design would do worse wherever these matter.")
    console.print(f"\nResults  {folder}", soft_wrap=True)
    console.print(f"Page     {folder / 'report.html'}", soft_wrap=True)
    figures = sorted(path.stem for path in (folder / "figures").glob("*.png"))
    console.print(f"Figures  {folder / 'figures'}: {', '.join(figures)}", soft_wrap=True)


def _what_ifs(console: Console, results: Results) -> None:
    """The primary analysis with each set of changes: how often significant, how often right."""
    plan = results.plan
    sets = list(dict.fromkeys(cell.what_if for cell in plan.cells))
    if len(sets) < 2:
        return
    frame = results.plot.run.by_what_if("rejection_rate", "coverage")
    primary = plan.designs[0].decision.primary
    console.print(f"\nWhat if ({primary}): significant, and CI holds truth", style="bold")
    table = _new_table()
    table.add_column("Assumption", overflow="fold")
    for name in sets:
        table.add_column(name.replace("_", " "), justify="right")
    for assumption, rows in frame.groupby("assumption", sort=False):
        by_set = rows.set_index(["what_if", "measure"])[["value", "mcse", "n_used"]]
        cells = []
        for name in sets:
            if (name, "coverage") not in by_set.index:
                cells.append(NOT_DEFINED)
                continue
            rate, covered = (
                share_text(*by_set.loc[(name, measure)])
                for measure in ("rejection_rate", "coverage")
            )
            cells.append(f"{rate}, {covered}")
        table.add_row(str(assumption), *cells)
    console.print(table)


def _needed(console: Console, results: Results) -> None:
    """Numbers needed to treat, from the risk differences of the trial as stated."""
    found = numbers_needed(results.plan, results.values)
    if not found:
        return
    console.print(
        "\nNumber needed to treat: true (and of the middle 95 of 100 trials)", style="bold"
    )
    for one in found:
        console.print(f"  {one}")


def _calendar(console: Console, results: Results) -> None:
    """When the trial would be over."""
    for place, row in enumerate(calendar(results.plan, min(results.replicates, 10_000))):
        head = "\nCalendar " if place == 0 else "         "
        ends = f"{row.low:.3g} to {row.high:.3g} in 95 of 100 trials"
        console.print(f"{head}{row.what}: {with_error(row.mean, row.mcse)}; {ends}")
    for line in conduct_lines(results.plan, results.replicates, in_short=True):
        console.print(f"         {line}")


def _trial(console: Console, results: Results) -> None:
    plan, design = results.plan, results.plan.designs[0]
    primary = design.analyses[design.decision.primary]
    console.print(
        f"trialsim {__version__}   {plan.name}   digest {plan.digest}   seed {results.seed}   "
        f"{results.replicates:,} simulated trials a row   {results.elapsed_s:.1f} s\n"
    )
    outcome = outcome_line(design, primary.outcome)
    console.print(f"Trial     {arms_line(design)}\n          {outcome}")
    console.print(f"Analysis  {analysis_line(primary)}, {decision_line(design)}\n")


def _stated(results: Results) -> pd.DataFrame:
    """Measures of the design as stated, by assumption, analysis and contrast."""
    plan = results.plan
    keys = [plan.cell_key(i) for i, cell in enumerate(plan.cells) if cell.design == 0]
    table = results.performance()
    rows = table[table["cell"].isin(keys)]
    index = ["assumption", "analysis", "contrast"]
    return rows.pivot_table(
        index=index, columns="measure", values=["value", "mcse", "n_used"], sort=False, dropna=False
    ).dropna(how="all")


def _frequencies(console: Console, results: Results) -> None:
    design = results.plan.designs[0]
    analysis = design.decision.primary
    outcome = design.outcomes[design.analyses[analysis].outcome]
    stated = _stated(results)
    console.print(f"OUT OF 100 TRIALS LIKE THIS ONE ({design.n_total} patients)", style="bold")
    for contrast in design.contrasts_of(analysis):
        suffix = f"   {contrast}" if len(design.contrasts_of(analysis)) > 1 else ""
        for assumption in dict.fromkeys(cell.assumption for cell in results.plan.cells):
            row = stated.loc[(assumption, analysis, contrast)]
            share, truth = row["value", "rejection_rate"], row["value", "true_value"]
            count = frequency_sentence(share).removesuffix(" of 100")
            given = "there is no difference"
            if truth:
                unit = outcome.unit.removesuffix("s") if abs(truth) == 1 else outcome.unit
                error = row["mcse", "true_value"]
                shown = round_to_error(truth, error) if error else f"{float(f'{truth:.4g}'):g}"
                given = f"the true difference is {shown} {unit}"
            what = f"reach p < {design.decision.alpha:g}"
            if rule_of(design, analysis).null_is_true(truth):
                what = "raise a false alarm"
            elif design.decision.margin_of_loss:
                what = "show non-inferiority"
            console.print(f"  {count:>13}  {what:<20} if {given} ({assumption}){suffix}")
    console.print()


def _rows(console: Console, results: Results) -> None:
    """The four numbers that belong together, a row an assumption and analysis."""
    several = len(results.plan.designs[0].contrasts) > 1
    table = _new_table()
    for heading in ("Assumption, analysis", *(("Contrast",) if several else ())):
        table.add_column(heading, overflow="fold")
    stated = _stated(results)
    exact = ("value", "theory_rejection_rate") in stated.columns
    headings = ("Truth", "Significant", *(("Theory",) if exact else ()))
    for heading in (*headings, "Exaggeration", "CI half-width", "CI holds truth"):
        table.add_column(heading, justify="right", no_wrap=True)
    previous, wrong_signs = "", []
    for key, row in stated.iterrows():
        assumption, analysis, contrast = map(str, key)
        value, mcse, n_used = row["value"], row["mcse"], row["n_used"]
        exaggeration = value_text(value["type_m"], mcse["type_m"])
        if assumption != previous:
            table.add_row(assumption, style="bold")
        table.add_row(
            f"  {analysis}",
            *((contrast,) if several else ()),
            _truth(value["true_value"], mcse["true_value"]),
            share_text(value["rejection_rate"], mcse["rejection_rate"], n_used["rejection_rate"]),
            *((_theoretical(value, mcse),) if exact else ()),
            exaggeration if exaggeration == NOT_DEFINED else f"x{exaggeration}",
            value_text(value["mean_ci_width"] / 2, mcse["mean_ci_width"] / 2),
            share_text(value["coverage"], mcse["coverage"], n_used["coverage"]),
        )
        previous = assumption
        if value["type_s"] > 0.01:
            share = share_text(value["type_s"], mcse["type_s"], n_used["type_s"])
            place = f"{analysis} of {contrast}" if several else analysis
            wrong_signs.append(f"{assumption}, {place}: {share}")
    console.print(table)
    console.print(
        "In brackets: Monte Carlo standard error, or the far end of a 95% interval where the share "
        "is 0 or 1.\nExaggeration: mean size of significant estimates over the truth; undefined "
        "when the truth is 0.",
        style="dim",
    )
    if wrong_signs:
        console.print(f"Wrong sign among significant trials: {'; '.join(wrong_signs)}.")


def _truth(value: float, mcse: float) -> str:
    """A true value: with its error where it was itself counted over simulated patients."""
    return value_text(value, mcse) if mcse else f"{value:.4g}"


def _theoretical(value: pd.Series, mcse: pd.Series) -> str:
    """The exact rejection rate, to the decimals of the simulated one."""
    theory = value["theory_rejection_rate"]
    return NOT_DEFINED if np.isnan(theory) else percent(theory, mcse["rejection_rate"])


def _new_table() -> Table:
    return Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")


def _published(console: Console, results: Results) -> None:
    plan = results.plan
    placed = list(published_among(results.scenario.written.published, plan, results.values))
    if not placed:
        return
    console.print("\nWhere the published estimates would fall", style="bold")
    table = _new_table()
    for heading in ("Published", "Estimate", "Status", "Analysis"):
        table.add_column(heading, overflow="fold")
    assumptions = list(placed[0].placements)
    for assumption in assumptions:
        table.add_column(assumption, justify="right", overflow="fold")
    for one in placed:
        shares = [one.as_far(assumption) for assumption in assumptions]
        table.add_row(one.name, f"{one.estimate:g}", one.result.status, one.analysis, *shares)
    console.print(table)
    console.print(
        "Share of simulated trials with an estimate at least as far from 0, on the same side.",
        style="dim",
    )


def _theory(console: Console, results: Results) -> None:
    check = check_against_theory(results.performance())
    if check.table.empty:
        console.print("\nTheory   no closed form is exact for this scenario.")
        return
    n = len(check.table)
    if check.alarms.empty:
        largest = check.table["distance"].abs().max()
        console.print(
            f"\nTheory   {n} of the run's rows have an exact rejection rate, and the simulated "
            f"ones agree with them\n         (largest distance {largest:.1f} standard errors, "
            f"smallest chance {check.table['chance'].min():.2g};\n         an alarm is raised "
            f"below {check.limit:.1g}, one in a thousand over all rows)."
        )
        return
    console.print(
        f"\nALARM    simulation and theory disagree in {len(check.alarms)} of {n} rows "
        f"(chance below {check.limit:.1g}); one of them is wrong:",
        style="bold red",
    )
    for row in check.alarms.itertuples():
        console.print(
            f"         {row.assumption}, {row.analysis}, n {row.n_total}: simulated "
            f"{row.simulated:.4f}, theory {row.theory:.4f}"
        )


def _failures(console: Console, results: Results) -> None:
    table = results.performance()
    failed = table[(table["measure"] == "failed") & (table["value"] > 0)]
    if failed.empty:
        return
    worst = failed.loc[failed["value"].idxmax()]
    console.print(
        f"Failed   {len(failed)} rows have trials that could not be analysed; most in "
        f"{worst['assumption']}, {worst['analysis']}, n {worst['n_total']}: "
        f"{percent(worst['value'], worst['mcse'])}.",
        style="bold" if worst["value"] > 0.05 else "",
    )
