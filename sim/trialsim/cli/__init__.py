"""The command line: one file a command, each calling only the public Python API."""

from __future__ import annotations

import os
import sys

import typer

from trialsim import __version__

app = typer.Typer(
    name="trialsim",
    help="Simulate randomised trials: how often would a design like this one reach significance, "
    "and can it be trusted?",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"trialsim {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Show the version and exit."
    ),
) -> None:
    """Simulate randomised trials."""


SCENARIO = typer.Argument(..., help="Scenario file (YAML).", show_default=False)
SET = typer.Option(
    [], "--set", metavar="PATH=VALUE", help="Change a value, e.g. design.n_total=200. Repeatable."
)


# Commands import what they need when they are called, so that --help is quick.
@app.command()
def run(
    scenario: str = SCENARIO,
    replicates: int | None = typer.Option(
        None, help="Simulated trials a cell.", show_default=False
    ),
    seed: int | None = typer.Option(None, help="Seed of every random number.", show_default=False),
    workers: int | None = typer.Option(
        None, help="Processes; all cores when left out, 1 for none.", show_default=False
    ),
    out: str = typer.Option("results", help="Folder for results."),
    changes: list[str] = SET,
    json_: bool = typer.Option(False, "--json", help="Print one JSON object instead of tables."),
    quiet: bool = typer.Option(False, "--quiet", "-q", help="Print only where the results are."),
) -> None:
    """Simulate a scenario, say how often its trials reach significance, and draw it."""
    from trialsim.cli.run import run_command

    run_command(scenario, replicates, seed, workers, out, changes, json_, quiet)


@app.command()
def check(
    scenario: str = SCENARIO,
    changes: list[str] = SET,
    values: bool = typer.Option(
        False, "--values", help="List every value: given, default or derived."
    ),
) -> None:
    """Check a scenario, describe its design and count the work; simulate nothing."""
    from trialsim.cli.check import check_command

    check_command(scenario, changes, values)


@app.command()
def bench(
    quick: bool = typer.Option(False, "--quick", help="One short round, to see that it works."),
    rival: str | None = typer.Option(
        None, help="Python of an environment that has MCPower, timed beside ours."
    ),
    out: str | None = typer.Option(None, help="Write the table, as Markdown, to this file."),
) -> None:
    """Time the engine against the random-number floor of this machine, in one run."""
    from trialsim.cli.bench import bench_command

    bench_command(quick, rival, out)


def main() -> None:
    """Entry point: run a command, turn what went wrong into a message and an exit code.

    0 done; 1 failed or interrupted; 2 the scenario or an option is wrong. Errors in trialsim
    itself are not caught: their traceback is what a report of the fault needs.
    """
    try:
        app()
    except BrokenPipeError:
        # The reader of our output has left (| head); there is nobody to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as error:
        sys.exit(_explain(error))


def _explain(error: Exception) -> int:
    """Print an error that users can act on and give its exit code; raise any other."""
    from trialsim.core.errors import ScenarioError, TrialsimError

    if isinstance(error, ScenarioError):
        for problem in error.problems:
            typer.echo(str(problem), err=True)
        n = len(error.problems)
        typer.echo(f"{n} problem{'s' if n > 1 else ''} found; nothing was simulated.", err=True)
        return 2
    if isinstance(error, TrialsimError | OSError):
        typer.echo(f"trialsim: {error}", err=True)
        return 1
    raise error
