"""Commands for a class.

They import what they need when they are called, so that --help is quick.
"""

from __future__ import annotations

import typer

from trialsim.cli.commands.app import SCENARIO, app


@app.command()
def lesson(
    scenario: str = SCENARIO,
    set_: str = typer.Option(
        "45", "--set", metavar="45|90|home", help="Minutes of the lesson, or all steps for home."
    ),
    out: str | None = typer.Option(
        None, help="Folder for the pages; lessons/NAME-SET when left out.", show_default=False
    ),
) -> None:
    """Write a worksheet about a trial, without answers, and the key for the teacher."""
    from trialsim.cli.lesson import lesson_command

    lesson_command(scenario, set_, out)


@app.command()
def mystery(
    ask: str = typer.Argument(..., help="new or answer.", metavar="new|answer"),
    folder: str | None = typer.Argument(
        None, help="With answer: the folder of the mystery.", show_default=False
    ),
    out: str = typer.Option("mystery", help="With new: folder for the trial and its key."),
    level: str = typer.Option(
        "medium", metavar="easy|medium|hard", help="With new: how plainly the report tells."
    ),
    judgement: str | None = typer.Option(
        None,
        metavar="DOMAIN",
        help="With answer: randomisation, deviations, missing, measurement, selection or none.",
        show_default=False,
    ),
    number: float | None = typer.Option(
        None,
        help="With answer: what you take the true difference to be, arm minus comparator.",
        show_default=False,
    ),
) -> None:
    """A simulated trial with a hidden flaw, or none: find it, and say what is true."""
    from trialsim.cli.mystery import mystery_command

    mystery_command(ask, folder, out, level, judgement, number)
