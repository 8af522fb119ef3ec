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

FIGURES = typer.Option([], "--figure", metavar="NAME", help="Draw only this figure. Repeatable.")

Texts = list[str]
"""Named here because `list` is the module of that command as soon as it has been imported."""


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
    changes: Texts = SET,
    json_: bool = typer.Option(False, "--json", help="Print one JSON object instead of tables."),
    quiet: bool = typer.Option(False, "--quiet", "-q", help="Print only where the results are."),
) -> None:
    """Simulate a scenario, say how often its trials reach significance, and draw it."""
    from trialsim.cli.run import run_command

    run_command(scenario, replicates, seed, workers, out, changes, json_, quiet)


@app.command()
def check(
    scenario: str = SCENARIO,
    changes: Texts = SET,
    values: bool = typer.Option(
        False, "--values", help="List every value: given, default or derived."
    ),
    allocation: bool = typer.Option(
        False, "--allocation", help="Show how the arms balance, and how often one is guessed."
    ),
) -> None:
    """Check a scenario, describe its design and count the work; simulate nothing."""
    from trialsim.cli.check import check_command

    check_command(scenario, changes, values, allocation)


RESULTS = typer.Argument(
    ..., help="Folder of a run, or one that holds a single run.", show_default=False
)


@app.command()
def plot(
    results: str = RESULTS,
    figure: Texts = FIGURES,
    out: str | None = typer.Option(
        None, help="Folder for the figures; that of the run when left out.", show_default=False
    ),
    list_: bool = typer.Option(False, "--list", help="Print the names of the run's figures."),
) -> None:
    """Draw the figures of a saved run again."""
    from trialsim.cli.plot import plot_command

    plot_command(results, figure, out, list_)


@app.command()
def report(
    results: str = RESULTS,
    open_: bool = typer.Option(False, "--open", help="Show the page in a browser."),
) -> None:
    """Write the page of a saved run again: report.html in its folder."""
    from trialsim.cli.report import report_command

    report_command(results, open_)


@app.command()
def replay(
    scenario: str = typer.Argument(
        ..., help="Scenario file (YAML), or the folder of a run.", show_default=False
    ),
    replicate: int = typer.Option(1, help="Which simulated trial, counted from 1."),
    assumption: str | None = typer.Option(
        None, help="What is true; the first with an effect when left out.", show_default=False
    ),
    what_if: str | None = typer.Option(
        None, help="Changes to the design; none when left out.", show_default=False
    ),
    seed: int | None = typer.Option(None, help="Seed of every random number.", show_default=False),
    changes: Texts = SET,
    out: str | None = typer.Option(
        None, help="Folder for data, tables and figures of the trial.", show_default=False
    ),
    reveal: bool = typer.Option(False, "--reveal", help="Say at the end what was true."),
    json_: bool = typer.Option(False, "--json", help="Print one JSON object instead of text."),
) -> None:
    """Show one simulated trial as a reader would meet it: abstract, flow, table 1, results."""
    from trialsim.cli.replay import replay_command

    replay_command(scenario, replicate, assumption, what_if, seed, changes, out, reveal, json_)


@app.command("list")
def list_(
    stage: str | None = typer.Argument(
        None, help="Stage, such as allocation; or keys.", show_default=False
    ),
    name: str | None = typer.Argument(
        None, help="A method of the stage, or a key.", show_default=False
    ),
    json_: bool = typer.Option(False, "--json", help="Print JSON instead of text."),
) -> None:
    """List methods by stage, their parameters, and the keys of a scenario."""
    from trialsim.cli.list import list_command

    list_command(stage, name, json_)


@app.command()
def new(
    file: str = typer.Argument(..., help="Scenario file to write.", show_default=False),
    title: str | None = typer.Option(None, help="What is compared in whom.", show_default=False),
    arms: str | None = typer.Option(
        None, help="Names of the arms, the comparator first: A,B", show_default=False
    ),
    n: int | None = typer.Option(None, help="Patients of all arms.", show_default=False),
    outcome: str | None = typer.Option(None, help="Name of the outcome.", show_default=False),
    min_: float | None = typer.Option(None, "--min", help="Lowest score.", show_default=False),
    max_: float | None = typer.Option(None, "--max", help="Highest score.", show_default=False),
    normal: bool = typer.Option(False, "--normal", help="A normal score without limits."),
    better: str | None = typer.Option(
        None, help="Direction of a good score: lower or higher.", show_default=False
    ),
    mean: str | None = typer.Option(
        None, help="Mean in the comparator arm; one, or one a visit: 10.5,9.5", show_default=False
    ),
    sd: str | None = typer.Option(
        None, help="SD in the comparator arm; one, or one a visit.", show_default=False
    ),
    correlation: str | None = typer.Option(
        None, help="Correlation of scores between visits.", show_default=False
    ),
    visits: str | None = typer.Option(
        None, help="Visits and their weeks: baseline:0,after:4", show_default=False
    ),
    difference: str | None = typer.Option(
        None, help="Expected mean difference from the comparator.", show_default=False
    ),
    schema: str = typer.Option(
        "", metavar="PATH", help="JSON schema for the editor, named in the first line."
    ),
    force: bool = typer.Option(False, "--force", help="Replace the file if it exists."),
) -> None:
    """Write a first scenario, every key explained; asks for what is missing at a terminal."""
    from trialsim.cli.new import Flags, new_command

    flags = Flags(
        title, arms, n, outcome, min_, max_, normal,
        better, mean, sd, correlation, visits, difference,
    )  # fmt: skip
    new_command(file, flags, schema, force)


@app.command()
def schema() -> None:
    """Print the JSON schema of scenarios, for editors that complete and check YAML."""
    from trialsim.cli.schema import schema_command

    schema_command()


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
