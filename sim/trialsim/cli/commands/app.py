"""The application, and the arguments that several commands take."""

from __future__ import annotations

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

PRECISION = typer.Option(
    None,
    help="Simulate until the Monte Carlo standard error of the primary analysis's share of "
    "significant trials is at most this in every cell, e.g. 0.005; --replicates is then the most.",
    show_default=False,
)

ASSUMED = typer.Option(
    [], "--assumption", metavar="NAME", help="Only under this assumption. Repeatable."
)
FIGURES = typer.Option([], "--figure", metavar="NAME", help="Draw only this figure. Repeatable.")

Texts = list[str]
"""Named here because `list` is the module of that command as soon as it has been imported."""
Shares = list[float]

RESULTS = typer.Argument(
    ..., help="Folder of a run, or one that holds a single run.", show_default=False
)
