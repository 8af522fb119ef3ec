"""What a comparison says in the terminal: differences with paired errors, and a verdict each."""

from __future__ import annotations

from math import isfinite, isnan
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from trialsim import __version__
from trialsim.operating.rounding import percent, round_to_error, share_text, value_text
from trialsim.planning.compare.compare import Comparison
from trialsim.planning.compare.cost import QUANTITIES
from trialsim.planning.compare.pareto import EFFICIENT
from trialsim.planning.compare.tables import APART, EQUAL, NOT_APART, RATE, SAME

WIDTH = 132
"""Columns where there is no terminal to ask, or a narrower one."""

MANY_FAILED = 0.05

HEADINGS = {
    RATE: "Significant trials",
    "mean_ci_width": "Mean width of the confidence interval",
    "mean_estimate": "Mean estimate",
}


def print_comparison(found: Comparison, assumption: str, folder: Path) -> None:
    """Print a comparison to stdout."""
    console = Console(highlight=False, markup=False, emoji=False)
    console.width = max(console.width, WIDTH) if console.is_terminal else WIDTH
    first = found.candidates[0].label
    console.print(
        f"trialsim {__version__}   compare   seed {found.seed}   "
        f"{found.replicates:,} simulated trials a design   {found.elapsed_s:.1f} s\n"
    )
    console.print(f"All are compared with: {first}", style="bold")
    _designs(console, found)
    for measure, heading in HEADINGS.items():
        _differences(console, found, measure, heading)
    _pareto(console, found, assumption)
    _notes(console, found)
    console.print(f"\nResults  {folder}", soft_wrap=True)
    figures = sorted(path.stem for path in (folder / "figures").glob("*.png"))
    if figures:
        console.print(f"Figures  {folder / 'figures'}: {', '.join(figures)}", soft_wrap=True)


def _designs(console: Console, found: Comparison) -> None:
    """What each design is, and what it takes."""
    taken = found.designs[found.designs["measure"].isin(list(QUANTITIES))]
    table = _table("Design", "Analysis")
    known = [name for name in QUANTITIES if (taken["measure"] == name).any()]
    for name in known:
        table.add_column(QUANTITIES[name], justify="right")
    for one in found.candidates:
        own = taken[taken["design"] == one.label].set_index("measure")
        costs = [
            value_text(*own.loc[name, ["value", "mcse"]]) if name in own.index else ""
            for name in known
        ]
        table.add_row(one.label, one.analysis, *costs)
    console.print(table)


def _differences(console: Console, found: Comparison, measure: str, heading: str) -> None:
    rows = found.differences[found.differences["measure"] == measure]
    if rows.empty:
        return
    several = rows["contrast"].nunique() > 1
    console.print(f"\n{heading}", style="bold")
    table = _table("Design", "Assumption", *(["Contrast"] if several else []))
    for name in ("First", "This", "Difference (paired error)"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("Verdict", overflow="fold")
    for row in rows.to_dict("records"):
        who = [row["other"], row["assumption"], *([row["contrast"]] if several else [])]
        table.add_row(*who, *_values(found, row), _verdict(row, found))
    console.print(table)


def _values(found: Comparison, row: dict[str, Any]) -> list[str]:
    """Both values and their difference."""
    if row["measure"] == RATE:
        n = row["n_pairs"]
        ends = [
            percent(share, _error(share, n)) for share in (row["value_first"], row["value_other"])
        ]
        difference, error = 100 * row["difference"], 100 * row["paired_mcse"]
    else:
        difference, error = row["difference"], row["paired_mcse"]
        ends = [
            round_to_error(row[end], row["unpaired_mcse"]) for end in ("value_first", "value_other")
        ]
    sign = "+" if difference > 0 else ""
    return [*ends, f"{sign}{value_text(difference, error)}"]


def _error(share: float, n: int) -> float:
    return float("nan") if not n else (share * (1 - share) / n) ** 0.5


def _verdict(row: dict[str, Any], found: Comparison) -> str:
    """The verdict, and the replicates that another would take."""
    verdict = str(row["verdict"])
    if verdict in (SAME, EQUAL):
        return f"0 exactly: {verdict}"
    said = verdict
    if verdict == NOT_APART:
        said = f"cannot be told apart at {found.replicates:,}"
        if isfinite(row["replicates_to_tell"]):
            said += f"; {about(row['replicates_to_tell'])} would, were it as observed"
    if row["measure"] == RATE and found.smallest is not None:
        worth = f"{100 * found.smallest:g} of 100"
        if row["within_smallest"]:
            said += f"; less than {worth} either way"
        elif verdict != APART and isfinite(row["replicates_for_smallest"]):
            said += f"; {about(row['replicates_for_smallest'])} for {worth}"
    return said


def about(n: float) -> str:
    """A number of replicates to two digits: `about 33,000`."""
    if isnan(n):
        return "no number"
    if n > 1e8:
        return "more than 100 million"
    place = max(0, len(str(int(n))) - 2)
    return f"about {round(int(n), -place):,}"


def _pareto(console: Console, found: Comparison, assumption: str) -> None:
    """The designs that buy nothing with what they take."""
    table = found.pareto(assumption)
    if table.empty:
        return
    console.print(f"\nPower against cost, if {assumption}", style="bold")
    shown = _table("Design")
    for name in ("Cost", "Significant"):
        shown.add_column(name, justify="right", no_wrap=True)
    shown.add_column("Standing", overflow="fold")
    several = table["contrast"].nunique() > 1
    for (quantity, contrast), rows in table.groupby(["quantity", "contrast"], sort=False):
        shown.add_row(
            f"{QUANTITIES[str(quantity)]}{f', {contrast}' if several else ''}", style="bold"
        )
        for row in rows.to_dict("records"):
            shown.add_row(
                f"  {row['design']}",
                value_text(row["cost"], row["cost_mcse"]),
                share_text(row["power"], row["mcse"], row["n_used"]),
                row["standing"]
                if row["standing"] == EFFICIENT
                else f"{row['standing']}: {row['because_of']} takes no more",
            )
    console.print(shown)


def _notes(console: Console, found: Comparison) -> None:
    rates = found.differences[found.differences["measure"] == RATE]
    gain = (rates["unpaired_mcse"] / rates["paired_mcse"])[rates["paired_mcse"] > 0]
    console.print(
        "\nIn brackets: Monte Carlo standard error; of differences the paired one, from the same "
        "simulated patients.\nApart: a difference of at least 1.96 paired errors; one true zero in "
        "20 is. Replicates that would tell: in 80 of 100 comparisons.",
        style="dim",
    )
    if len(gain):
        console.print(
            f"Pairing made the errors of significant trials {gain.median():.2g} times smaller "
            f"(median; {gain.min():.2g} to {gain.max():.2g}).",
            style="dim",
        )
    failed = found.designs[(found.designs["measure"] == "failed") & (found.designs["value"] > 0)]
    for row in failed.to_dict("records"):
        share = percent(row["value"], row["mcse"])
        text = (
            f"Failed   {row['design']}, {row['assumption']}: {share} of trials could not be "
            "analysed; pairs with one of them are left out of both."
        )
        console.print(text, style="bold" if row["value"] > MANY_FAILED else "", soft_wrap=True)


def _table(*texts: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    for heading in texts:
        table.add_column(heading, overflow="fold")
    return table
