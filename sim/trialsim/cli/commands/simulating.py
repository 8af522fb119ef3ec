"""Commands that simulate, and that show what a run left.

They import what they need when they are called, so that --help is quick.
"""

from __future__ import annotations

import typer

from trialsim.cli.commands.app import FIGURES, PRECISION, RESULTS, SCENARIO, SET, Texts, app


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
    precision: float | None = PRECISION,
) -> None:
    """Simulate a scenario, say how often its trials reach significance, and draw it."""
    from trialsim.cli.run import run_command

    run_command(scenario, replicates, seed, workers, out, changes, json_, quiet, precision)


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
