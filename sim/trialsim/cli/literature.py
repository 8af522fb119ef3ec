"""trialsim literature: what reviews of selectively published, flawed trials find."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pandas as pd
import typer
from rich import box
from rich.console import Console
from rich.table import Table

from trialsim import __version__
from trialsim.cli.run import plain, progress
from trialsim.core.memory import keep_freed_memory
from trialsim.literature.figures import figures
from trialsim.literature.measures import ALL, DIFFERENCE, PUBLISHED, value_of
from trialsim.literature.review import TRIM_AND_FILL
from trialsim.literature.simulate import Literatures, simulate_literature
from trialsim.operating.rounding import percent, share_text, value_text, with_error
from trialsim.plots.base.figure import save
from trialsim.scenario.keys.literature import Sizes
from trialsim.scenario.loaded import load
from trialsim.store.folder import check_writable, whole_folder, write_json

WIDTH = 112

_NAMES = {
    "inverse_variance": "inverse variance",
    "dersimonian_laird": "DerSimonian-Laird",
    "reml": "REML",
    "hartung_knapp": "Hartung-Knapp",
    "hartung_knapp_at_least_1": "Hartung-Knapp, min 1",
    TRIM_AND_FILL: "trim and fill",
}
"""Ways of pooling, as the table names them."""

_LEFT_OUT = ("cohort", "conduct", "observation", "bias")
"""Sections that a literature takes nothing from."""


def literature_command(
    path: str,
    replicates: int | None,
    seed: int | None,
    replicate: int | None,
    out: str,
    changes: list[str],
    as_json: bool,
    quiet: bool,
) -> None:
    """Simulate literatures and their reviews: tables or JSON on stdout, progress on stderr."""
    keep_freed_memory()
    scenario = load(path, changes)
    check_writable(Path(out) / scenario.name)
    with progress("Simulating literatures", as_json or quiet) as told:
        found = simulate_literature(scenario, replicates=replicates, seed=seed, progress=told)
    rows, one = found.table(), found.one(replicate)
    told_figures = figures(found, replicate)
    digest = found.setting.digest
    folder = Path(out) / scenario.name / f"literature-{digest}-{found.seed}"
    answer = {
        "scenario": scenario.name,
        "digest": digest,
        "seed": found.seed,
        "replicates": found.replicates,
        "truth": found.setting.truth,
        "tau": found.setting.tau,
        "unit": found.setting.unit,
        "pooling": found.setting.written.pooling,
        "drawn": one.replicate,
        "measures": [
            {key: plain(value) for key, value in row.items()} for row in rows.to_dict("records")
        ],
    }
    with whole_folder(folder) as draft:
        write_json(draft / "literature.json", answer)
        tables = {
            "performance": rows,
            "literatures": found.frame(),
            "trials": one.frame(),
            "history": one.history(),
        }
        for name, frame in tables.items():
            frame.to_csv(draft / f"{name}.csv", index=False, lineterminator="\n")
        for drawn in told_figures:
            save(drawn, draft / "figures")
    if as_json:
        typer.echo(json.dumps({**answer, "results_dir": str(folder)}, allow_nan=False))
    elif quiet:
        typer.echo(str(folder))
    else:
        ignored = [key for key in _LEFT_OUT if scenario.document.data.get(key)]
        _print(found, rows, told_figures[0].takeaway, ignored, folder)


def _print(
    found: Literatures, rows: pd.DataFrame, takeaway: str, ignored: list[str], folder: Path
) -> None:
    # Labels and paths are text: square brackets and colons in them mean nothing.
    console = Console(highlight=False, markup=False, emoji=False)
    console.width = max(console.width, WIDTH) if console.is_terminal else WIDTH
    setting = found.setting
    console.print(
        f"trialsim {__version__}   {setting.scenario}   literature digest {setting.digest}   "
        f"seed {found.seed}   {found.replicates:,} literatures\n"
    )
    for line in _described(found):
        console.print(line)
    console.print(f"\n{takeaway}\n", style="bold")
    console.print(_trials_table(found, rows))
    console.print(_pooled_table(rows))
    console.print(
        "Monte Carlo standard errors in brackets. Distance: from the mean true effect. Holds "
        "truth: share of\n95% intervals that hold it."
    )
    console.print(_parts(found, rows))
    if text := _failures(rows):
        console.print(text)
    if ignored:
        console.print(
            f"Not simulated here: {', '.join(ignored)}. Trials are drawn from the exact laws of "
            "normal scores that nobody loses."
        )
    console.print(f"\nResults  {folder}", soft_wrap=True)


def _described(found: Literatures) -> list[str]:
    """What is simulated, a line each."""
    setting, written = found.setting, found.setting.written
    sizes = written.sizes
    if isinstance(sizes, Sizes):
        keys = ("median", "mean", "min", "max")
        parts = [
            f"{key} {getattr(sizes, key):g}" for key in keys if getattr(sizes, key) is not None
        ]
        drawn = f"{sizes.distribution.replace('_', ' ')}, {', '.join(parts)}"
    else:
        drawn = ", ".join(str(n) for n in sizes[:10]) + (" ..." if len(sizes) > 10 else "")
    lines = [
        f"Trials       {written.trials}, patients: {drawn}; {setting.analysis}, "
        f"{setting.treatment} - {setting.comparator}",
        f"Truth        {setting.truth:g} {setting.unit}"
        + (f", SD between trials {setting.tau:g}" if setting.tau else ", the same in every trial"),
    ]
    for name, flaw in written.flaws.items():
        spread = f", SD {flaw.sd / setting.scale:g}" if flaw.sd else ""
        small = f" of up to {flaw.up_to_n} patients" if flaw.up_to_n is not None else ""
        lines.append(
            f"Flaw         {name.replace('_', ' ')}: {flaw.share:.3g} of the trials{small}, shift "
            f"{flaw.shift / setting.scale:g}{spread}"
        )
    rule = written.publication
    chances = f"significant {rule.significant:g}, not significant {rule.not_significant:g}"
    for name in ("wrong_side", "harmful"):
        if getattr(rule, name) is not None:
            chances += f", {name.replace('_', ' ')} {getattr(rule, name):g}"
    lines.append(f"Published    with probability: {chances}")
    return lines


def _trials_table(found: Literatures, rows: pd.DataFrame) -> Table:
    """What is true of trials, and of funnels, published and all."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("a literature")
    has_exact = bool(rows["exact"].notna().any())
    for name in (PUBLISHED, "all trials"):
        for column in (name, "exact") if has_exact else (name,):
            table.add_column(column, justify="right")
    level, pooling = found.setting.written.asymmetry_alpha, found.setting.written.pooling
    predicting = pooling if pooling != "inverse_variance" else "reml"
    lines = (
        ("n_trials", "", "trials", False),
        ("positive", "", "significant in the good direction", True),
        ("egger", "", f"Egger's test finds asymmetry (p < {level:g})", True),
        ("n_filled", "", "trials that trim-and-fill adds", False),
        ("tau2", "", "tau2 by REML", False),
        ("i2", "", "I2", True),
        ("prediction_lower", predicting, f"prediction interval, {_NAMES[predicting]}: from", False),
        ("prediction_upper", predicting, "    to", False),
        ("predicted", predicting, "    chance that it holds what a new trial's truth is", True),
    )
    for measure, method, text, is_share in lines:
        cells = []
        for trials in (PUBLISHED, ALL):
            row = _row(rows, measure, trials, method)
            value, mcse = float(row["value"]), float(row["mcse"])
            cells.append(_shown(value, mcse, is_share, float(row["n_used"])))
            exact = float(row["exact"])
            if has_exact:
                cells.append("" if math.isnan(exact) else _exact(exact, is_share))
        table.add_row(text, *cells)
    return table


def _shown(value: float, mcse: float, is_share: bool, n: float) -> str:
    """A share that is a mean of other things has no Wilson interval."""
    if is_share and 0 < value < 1:
        return share_text(value, mcse, n)
    return value_text(value, mcse)


def _exact(value: float, is_share: bool) -> str:
    return percent(value, 0.0) if is_share else f"{value:.4g}"


def _row(rows: pd.DataFrame, measure: str, trials: str, method: str) -> Any:
    """The row of a measure; values of NaN where there is none."""
    chosen = rows[
        (rows["measure"] == measure) & (rows["trials"] == trials) & (rows["method"] == method)
    ]
    return chosen.iloc[0]


def _pooled_table(rows: pd.DataFrame) -> Table:
    """A row a way of pooling: estimate, distance from the truth, coverage."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("pooled by", no_wrap=True)
    for name in ("published", "distance", "holds truth", "all: distance", "holds truth"):
        table.add_column(name, justify="right", no_wrap=True)
    for method, text in _NAMES.items():
        cells = [_cell(rows, m, method, PUBLISHED) for m in ("estimate", "distance", "coverage")]
        cells += [_cell(rows, m, method, ALL) for m in ("distance", "coverage")]
        table.add_row(text, *cells)
    return table


def _cell(rows: pd.DataFrame, measure: str, method: str, trials: str) -> str:
    row = _row(rows, measure, trials, method)
    value, mcse, n = float(row["value"]), float(row["mcse"]), float(row["n_used"])
    return share_text(value, mcse, n) if measure == "coverage" else value_text(value, mcse)


def _parts(found: Literatures, rows: pd.DataFrame) -> str:
    """The distance from the truth, divided between flaws and publication."""
    method = found.setting.written.pooling
    whole = value_of(rows, "distance", ALL, method)
    change = value_of(rows, "estimate", DIFFERENCE, method)
    total = value_of(rows, "distance", PUBLISHED, method)
    return (
        f"Distance of what is published, {_NAMES[method]}: {with_error(*total)}. That of all "
        f"trials, flaws included,\nis {with_error(*whole)}; publication adds {with_error(*change)}."
    )


def _failures(rows: pd.DataFrame) -> str:
    """Reviews that gave no number, such as those of fewer than two trials."""
    failed = rows[(rows["measure"] == "failed") & (rows["value"] > 0)]
    parts = [
        f"{_NAMES[str(row['method'])]} ({row['trials']}) {100 * row['value']:.2g}%"
        for _, row in failed.iterrows()
    ]
    return f"Reviews without an answer, which count nowhere: {', '.join(parts)}." if parts else ""
