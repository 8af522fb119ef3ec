"""Commands that appraise what was published.

They import what they need when they are called, so that --help is quick.
"""

from __future__ import annotations

import typer

from trialsim.cli.commands.app import ASSUMED, SCENARIO, SET, Shares, Texts, app

PRIORS = typer.Option(
    [],
    "--prior",
    help="Share of such treatments that may work: 0.1. Repeatable; 0.1 and 0.5 if left out.",
)
POWERS = typer.Option(
    [], "--power", help="Share of trials that find those: 0.8. Repeatable; 0.8 and 0.2 if left out."
)


@app.command()
def appraise(
    scenario: str = SCENARIO,
    prior: Shares = PRIORS,
    power: Shares = POWERS,
    fragility: bool = typer.Option(
        False, "--fragility", help="Show the fragility index, and the figure that debunks it."
    ),
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
    """Place a published result among its siblings, and say what follows from its report."""
    from trialsim.cli.appraise import appraise_command

    appraise_command(
        scenario, prior, power, fragility, replicates, seed, workers, out, changes, json_, quiet
    )


@app.command()
def bias(
    scenario: str = SCENARIO,
    analysis: str | None = typer.Option(
        None, help="Analysis that is reported; the primary one when left out.", show_default=False
    ),
    assumption: Texts = ASSUMED,
    replicates: int | None = typer.Option(
        None, help="Simulated trials a set of mechanisms.", show_default=False
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
    """What each bias mechanism of a scenario adds, alone and on top of the others."""
    from trialsim.cli.bias import bias_command

    bias_command(
        scenario, analysis, assumption, replicates, seed, workers, out, changes, json_, quiet
    )


@app.command()
def literature(
    scenario: str = SCENARIO,
    replicates: int | None = typer.Option(None, help="Simulated literatures.", show_default=False),
    seed: int | None = typer.Option(None, help="Seed of every random number.", show_default=False),
    replicate: int | None = typer.Option(
        None,
        help="The literature to draw, counted from 0; the one nearest to the average if left out.",
        show_default=False,
    ),
    out: str = typer.Option("results", help="Folder for results."),
    changes: Texts = SET,
    json_: bool = typer.Option(False, "--json", help="Print one JSON object instead of tables."),
    quiet: bool = typer.Option(False, "--quiet", "-q", help="Print only where the results are."),
) -> None:
    """Pool many trials, selectively published, and say how far reviews are from the truth."""
    from trialsim.cli.literature import literature_command

    literature_command(scenario, replicates, seed, replicate, out, changes, json_, quiet)
