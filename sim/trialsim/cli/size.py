"""trialsim size: the smallest trial that does what is wanted of it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from trialsim import __version__
from trialsim.cli.run import cores
from trialsim.cli.run import plain as json_value
from trialsim.core.errors import NoAnswer, Problem, ScenarioError
from trialsim.core.memory import keep_freed_memory
from trialsim.planning.size.answer import SizeAnswer
from trialsim.planning.size.points import Report
from trialsim.planning.size.size import size
from trialsim.planning.size.text import lines
from trialsim.scenario.loaded import load
from trialsim.workers import processes_beside


@dataclass(frozen=True)
class Asked:
    """What the command was asked about a scenario; None where nothing was said."""

    power: float | None
    assumption: str | None
    solve: str | None
    criterion: str | None
    analysis: str | None
    contrast: str | None
    what_if: str | None
    between: str | None
    width: float | None
    loss: float | None
    replicates: int | None
    precision: float | None
    seed: int | None
    workers: int | None

    NOT_QUICK = (
        "assumption", "solve", "criterion", "analysis", "contrast", "what_if", "between",
        "replicates", "precision", "seed", "workers",
    )  # fmt: skip


def size_command(
    path: str | None,
    asked: Asked,
    theory: Mapping[str, Any],
    changes: list[str],
    as_json: bool,
    quiet: bool,
) -> None:
    """Answer from a scenario by simulation, or from a few numbers by theory alone."""
    if path is None:
        _by_theory(asked, theory, changes, as_json, quiet)
        return
    problems = [
        Problem(
            (), "belongs to a question without a scenario.", "Leave it out.", source=_option(name)
        )
        for name, value in theory.items()
        if value is not None and value is not False
    ]
    between, wrong = _limits(asked.between)
    if problems or wrong:
        raise ScenarioError([*problems, *wrong])
    keep_freed_memory()
    scenario = load(path, changes)
    workers = cores() if asked.workers is None else asked.workers
    if not 1 <= workers <= 1024:
        text = f"found {workers}, must be 1 to 1024."
        raise ScenarioError(Problem((), text, source="--workers"))
    try:
        with _beside(workers) as pool, _progress(quiet or as_json) as told:
            found = size(
                scenario,
                0.90 if asked.power is None else asked.power,
                assumption=asked.assumption,
                solve=asked.solve or "n_total",
                criterion=asked.criterion or "power",
                width=asked.width,
                analysis=asked.analysis,
                contrast=asked.contrast,
                what_if=asked.what_if,
                between=between,
                loss=asked.loss or 0.0,
                replicates=asked.replicates,
                precision=asked.precision,
                seed=asked.seed,
                workers=workers,
                executor=pool,
                progress=told,
            )
    except KeyboardInterrupt:
        typer.echo("Interrupted. A search keeps nothing: it begins anew.", err=True)
        raise typer.Exit(1) from None
    except NoAnswer as error:
        if as_json:
            typer.echo(json.dumps({"scenario": scenario.name, "answer": None, "why": str(error)}))
        raise
    if as_json:
        typer.echo(json.dumps(found.to_json(), allow_nan=False))
    elif quiet:
        typer.echo(_short(found))
    else:
        head = (
            f"trialsim {__version__}   {found.scenario}   digest {found.digest}   "
            f"seed {found.seed}   {found.replicates:,} simulated trials a size   "
            f"{found.elapsed_s:.1f} s\n"
        )
        typer.echo("\n".join([head, *lines(found, scenario)]))


def _by_theory(
    asked: Asked, theory: Mapping[str, Any], changes: Sequence[str], as_json: bool, quiet: bool
) -> None:
    """The question without a scenario."""
    from trialsim.planning import quick as by_theory

    alien = [name for name in Asked.NOT_QUICK if getattr(asked, name) is not None]
    alien += ["set"] * bool(changes)
    given = {
        name: value for name, value in theory.items() if value is not None and value is not False
    }
    if not given and asked.width is None:
        text = "found neither a scenario nor numbers to reckon with."
        hint = "Write for example `trialsim size --difference 2.5 --sd 5.5 --power 0.8`."
        raise ScenarioError(Problem((), text, hint))
    if alien:
        text, hint = "is about a scenario, and there is none.", "Name its file, or leave this out."
        raise ScenarioError([Problem((), text, hint, source=_option(name)) for name in alien])
    try:
        found = by_theory.quick(
            power=asked.power, width=asked.width, loss=asked.loss or 0.0, **given
        )
    except by_theory.NoAnswerError as error:
        raise NoAnswer(str(error)) from None
    if as_json:
        plain = {key: json_value(value) for key, value in found.as_dict().items()}
        typer.echo(json.dumps(plain, allow_nan=False))
        return
    typer.echo(found.sentence if quiet else "\n".join(by_theory.describe(found)))


def _limits(text: str | None) -> tuple[tuple[float, float] | None, list[Problem]]:
    """LOW,HIGH as numbers."""
    if text is None:
        return None, []
    try:
        low, high = (float(part) for part in text.split(","))
    except ValueError:
        hint = "Write two numbers: --between 0.05,0.4"
        return None, [Problem((), f"found '{text[:40]}'.", hint, source="--between")]
    return (low, high), []


def _option(name: str) -> str:
    return "--n" if name == "n_total" else f"--{name.replace('_', '-')}"


def _short(found: SizeAnswer) -> str:
    """The number alone, for a shell; what is wrong with it goes to stderr."""
    if found.false_alarms is not None and found.false_alarms.exceeds:
        rate = found.false_alarms.rate.value
        typer.echo(
            f"trialsim: {100 * rate:.3g}% false alarms at this size: power is not the word.",
            err=True,
        )
    return f"{found.value:.6g}"


@contextmanager
def _beside(workers: int) -> Iterator[Any]:
    """Processes that work beside this one for the whole search; none for 1."""
    if workers < 2:
        yield None
        return
    pool = processes_beside(workers)
    try:
        yield pool
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


@contextmanager
def _progress(silent: bool) -> Iterator[Report | None]:
    """A bar on stderr that fills anew for every round of the search; nothing where nobody
    watches."""
    if silent or not sys.stderr.isatty():
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Looking for the size", total=None)
        rounds = [0]

        def told(done: int, total: int) -> None:
            rounds[0] += done == total
            text = f"Looking for the size, round {rounds[0] + (done < total)}"
            bar.update(task, description=text, completed=done, total=total)

        yield told
