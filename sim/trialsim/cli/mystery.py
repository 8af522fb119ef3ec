"""trialsim mystery: write a trial with a hidden flaw, or score an answer to one."""

from __future__ import annotations

import typer

from trialsim.core.errors import Problem, ScenarioError
from trialsim.teaching.mystery.answer import answer_mystery
from trialsim.teaching.mystery.bundle import new_mystery


def mystery_command(
    ask: str,
    folder: str | None,
    out: str,
    level: str,
    judgement: str | None,
    number: float | None,
) -> None:
    """`new` writes the bundle and the key; `answer FOLDER` scores and reveals."""
    if ask == "new":
        if folder is not None:
            found, hint = f"found '{folder}' after new.", "Name the folder with --out."
            raise ScenarioError(Problem((), found, hint, source="mystery"))
        _say_new(out, level)
    elif ask == "answer":
        if folder is None:
            found = "needs the folder of the mystery."
            raise ScenarioError(Problem((), found, source="mystery answer"))
        typer.echo(answer_mystery(folder, judgement, number).text())
    else:
        found, hint = f"found '{ask}'.", "Choose new or answer."
        raise ScenarioError(Problem((), found, hint, source="mystery"))


def _say_new(out: str, level: str) -> None:
    written = new_mystery(out, level)
    typer.echo("For the class:")
    for path in written.students:
        typer.echo(f"  {path}")
    typer.echo("For you alone, until they have answered:")
    typer.echo(f"  {written.key}")
