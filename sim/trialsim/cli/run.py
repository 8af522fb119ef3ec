"""trialsim run: simulate, summarise, write, draw."""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from trialsim.core.memory import keep_freed_memory
from trialsim.operating.enough import largest_error
from trialsim.scenario.describe import work_of
from trialsim.scenario.loaded import load
from trialsim.store.folder import check_writable
from trialsim.study import Progress as Report
from trialsim.study import Results, run
from trialsim.workers import get_ready_to_draw, processes_beside


def run_command(
    path: str,
    replicates: int | None,
    seed: int | None,
    workers: int | None,
    out: str,
    changes: list[str],
    as_json: bool,
    quiet: bool,
    precision: float | None = None,
) -> None:
    """Run a scenario and tell about it: tables or JSON on stdout, progress on stderr."""
    keep_freed_memory()
    scenario = load(path, changes)
    check_writable(Path(out) / scenario.name)
    chosen = workers if workers is not None else cores()
    silent = quiet or as_json
    n = scenario.plan.replicates if replicates is None else replicates
    rows = work_of(scenario.plan).series
    trials = f"{n:,} trials a cell" if precision is None else f"until errors are {precision:g}"
    with others(chosen) as pool:
        # While the other process gets ready, this one does, too: it imports pandas.
        from trialsim.cli.summary import print_summary

        try:
            with progress(f"Simulating {trials}, {rows} rows of results", silent) as told:
                results = run(
                    scenario,
                    replicates=replicates,
                    seed=seed,
                    workers=chosen,
                    executor=pool,
                    out=out,
                    progress=told,
                    precision=precision,
                )
        except KeyboardInterrupt:
            typer.echo(
                "Interrupted. The batches done so far are kept: "
                "the same command goes on from there.",
                err=True,
            )
            raise typer.Exit(1) from None
        folder = results.save(out, executor=pool)
    if precision is not None:
        _tell_precision(results, precision, silent)
    if as_json:
        typer.echo(json.dumps(as_object(results, folder), allow_nan=False))
    elif quiet:
        typer.echo(str(folder))
    else:
        print_summary(results, folder)


def _tell_precision(results: Results, precision: float, silent: bool) -> None:
    """How many replicates it took, or that all of them were too few, on stderr."""
    error = largest_error(results.plan, results.values)
    enough = error <= precision
    if enough and silent:
        return
    found = f"{results.replicates:,} simulated trials a cell"
    typer.echo(
        f"Precision {found}: the largest Monte Carlo standard error of a rejection rate is "
        f"{error:.2g}, {'as' if enough else 'more than the'} asked ({precision:g}).",
        err=True,
    )


def others(processes: int) -> AbstractContextManager[Executor | None]:
    """The processes that work beside this one, one of them getting ready to draw; none for 1."""
    if processes < 2:
        return nullcontext()
    pool = processes_beside(processes)
    pool.submit(get_ready_to_draw)
    return pool


def cores() -> int:
    """Processors that this process may use, where the system says, else those there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def progress(text: str, silent: bool) -> Iterator[Report | None]:
    """A progress bar on stderr, gone when the work is done; nothing where nobody watches."""
    if silent or not sys.stderr.isatty():
        yield None
        return
    columns = (
        TextColumn(text),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("batches,"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def as_object(results: Results, folder: Path) -> dict[str, Any]:
    """The results as one JSON object; what is not defined is null."""
    table = results.performance()
    rows = [{key: plain(value) for key, value in row.items()} for row in table.to_dict("records")]
    return {
        "scenario": results.plan.name,
        "digest": results.plan.digest,
        "seed": results.seed,
        "replicates": results.replicates,
        "result_hash": results.result_hash,
        "elapsed_s": round(results.elapsed_s, 3),
        "results_dir": str(folder),
        "operating_characteristics": rows,
    }


def plain(value: Any) -> Any:
    """A value that JSON has; NaN and infinities become null."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
