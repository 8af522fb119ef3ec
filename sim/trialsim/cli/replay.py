"""trialsim replay: one simulated trial as a reader would meet it; the truth only when asked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import typer
from rich.console import Console
from rich.table import Table

from trialsim.cli.run import plain as json_value
from trialsim.core.errors import Problem, ScenarioError
from trialsim.operating.rounding import NOT_DEFINED
from trialsim.plots.base.words import exact, plain
from trialsim.replayed.abstract import at
from trialsim.replayed.quantity import quantity_of
from trialsim.replayed.table_one import NOTE
from trialsim.replayed.trial import ReplayedTrial, replay
from trialsim.scenario.loaded import LoadedScenario, load
from trialsim.store.folder import check_writable
from trialsim.study import Results, open_results

WIDTH = 112
"""Columns where there is no terminal to ask, or a narrower one."""


def replay_command(
    place: str,
    replicate: int,
    assumption: str | None,
    what_if: str | None,
    seed: int | None,
    changes: list[str],
    out: str | None,
    reveal: bool,
    as_json: bool,
) -> None:
    """Print one trial and, if asked, write its files."""
    if out is not None:
        check_writable(Path(out))
    trial = replay(_opened(place, changes), replicate, assumption, what_if, seed)
    files = [] if out is None else trial.save(out, reveal=reveal)
    if as_json:
        typer.echo(json.dumps(as_object(trial, files, reveal), allow_nan=False))
        return
    console = Console(highlight=False, markup=False, emoji=False)
    console.width = max(console.width, WIDTH) if console.is_terminal else WIDTH
    console.print(f"{trial.choice.said}\n")
    console.print(trial.abstract().text(console.width), soft_wrap=True)
    for table in (_flow(trial), _baseline(trial)):
        console.print()
        console.print(table)
    console.print(NOTE)
    console.print()
    console.print(_results(trial))
    if out is not None:
        console.print(f"\nFiles    {out}", soft_wrap=True)
    if reveal:
        _print_truth(console, trial)
    else:
        console.print("\nWhat was true is not shown; --reveal tells.")


def _opened(place: str, changes: list[str]) -> LoadedScenario | Results:
    """A scenario, or a finished run where the place is a folder."""
    if not Path(place).is_dir():
        return load(place, changes)
    if changes:
        found = "found with the folder of a run, which cannot be changed."
        raise ScenarioError(Problem((), found, "Replay its scenario.", source="--set"))
    return open_results(place)


def as_object(trial: ReplayedTrial, files: list[Path], reveal: bool) -> dict[str, Any]:
    """The trial as one JSON object; what is not defined is null."""
    plan = trial.choice.plan
    abstract = trial.abstract()
    found: dict[str, Any] = {
        "scenario": plan.name,
        "digest": plan.digest,
        "seed": trial.seed,
        "replicate": trial.replicate,
        "abstract": {"title": abstract.title, **dict(abstract.sections)},
        "flow": _rows(trial.flow),
        "table1": _rows(trial.table1()),
        "results": _rows(trial.results_table()),
        "files": [str(path) for path in files],
    }
    if reveal:
        truth = trial.truth
        found["truth"] = {
            "assumption": truth.assumption,
            "what_if": truth.what_if,
            "values": _rows(truth.values),
        }
    return found


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{k: json_value(v) for k, v in row.items()} for row in table.to_dict("records")]


def _flow(trial: ReplayedTrial) -> Table:
    """The flow: a row a stage, a column an arm. What nobody did has a row only where it matters:
    those lost at a visit after baseline, and those excluded from the primary analysis."""
    run, flow = trial.choice.naming, trial.flow
    total = int(flow.loc[flow["stage"] == "randomised", "n"].iloc[0])
    table = _table(f"Flow: {total:,} randomised", [""], [*map(run.arm_label, run.design.arms)])
    counted = flow[flow["stage"] != "randomised"]
    for (stage, where, reason), rows in counted.groupby(["stage", "at", "reason"], sort=False):
        by_arm = dict(zip(rows["arm"], rows["n"], strict=True))
        told = where == run.primary or (stage == "lost" and where != run.design.baseline)
        if stage in ("missed", "lost", "excluded") and not (told or any(by_arm.values())):
            continue
        numbers = [f"{by_arm[arm]:,}" if arm in by_arm else "" for arm in run.design.arms]
        table.add_row(_stage(trial, str(stage), str(where), str(reason)), *numbers)
    return table


def _table(title: str, texts: list[str], numbers: list[str]) -> Table:
    """A table with columns of text, then columns of numbers."""
    table = Table(title=title, title_justify="left", title_style="bold", box=None)
    for head in texts:
        table.add_column(head)
    for head in numbers:
        table.add_column(head, justify="right")
    return table


def _stage(trial: ReplayedTrial, stage: str, where: str, reason: str) -> str:
    if not where:
        return stage
    run = trial.choice.naming
    if stage in ("analysed", "excluded"):
        return f"{'  ' * (stage == 'excluded')}{stage}: {plain(where)}"
    if stage == "seen":
        return f"seen, {at(run, where)}"
    return f"  {stage}{f', {plain(reason)}' if reason else ''}"


def _baseline(trial: ReplayedTrial) -> Table:
    frame = trial.table1()
    table = _table("Table 1. Baseline", ["", ""], [str(name) for name in frame.columns[2:]])
    for row in frame.itertuples(index=False):
        table.add_row(*(str(cell) for cell in row))
    return table


def _results(trial: ReplayedTrial) -> Table:
    """Every analysis with its estimate, interval and p value."""
    table = _table("Results", ["analysis", "contrast", "estimate, interval, p value"], ["n"])
    run = trial.choice.naming
    for one in trial.results:
        quantity = quantity_of(run, one.analysis, one.contrast)
        mark = " (primary)" if one.analysis == run.primary else ""
        name, found = f"{plain(one.analysis)}{mark}", quantity.sentence(one)
        table.add_row(name, quantity.name, found, f"{one.n_analysed:,}")
    return table


def _print_truth(console: Console, trial: ReplayedTrial) -> None:
    """What nobody in the trial could know, below a line."""
    truth, run = trial.truth, trial.choice.naming
    console.print(f"\n{'─' * WIDTH}\nWhat was true, which nobody in the trial could know\n")
    console.print(f"Assumption  {plain(truth.assumption)}")
    console.print(f"What if     {plain(truth.what_if)}\n")
    table = _table("", ["analysis", "contrast", "true value", "interval holds it"], [])
    for result, row in zip(trial.results, truth.values.to_dict("records"), strict=True):
        quantity = quantity_of(run, result.analysis, result.contrast)
        value = f"{exact(quantity.printed(float(row['true_value'])))} {quantity.unit}"
        holds = {True: "yes", False: "no"}.get(row["interval_holds_it"], NOT_DEFINED)
        table.add_row(plain(result.analysis), quantity.name, value, holds)
    console.print(table)
