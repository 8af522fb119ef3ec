"""Commands for those who write scenarios, and for those who time the engine.

They import what they need when they are called, so that --help is quick.
"""

from __future__ import annotations

import typer

from trialsim.cli.commands.app import app


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
