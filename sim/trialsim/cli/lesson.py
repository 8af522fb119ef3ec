"""trialsim lesson: the worksheet of a scenario for a class, and its key for the teacher."""

from __future__ import annotations

import sys
from pathlib import Path

import typer

from trialsim.scenario.loaded import load
from trialsim.store.folder import check_writable
from trialsim.teaching.lesson import Lesson, lesson


def lesson_command(place: str, set_: str, out: str | None) -> None:
    """Write worksheet.html and key.html, and say which steps they hold."""
    scenario = load(place)
    folder = Path("lessons") / f"{scenario.name}-{set_}" if out is None else Path(out)
    check_writable(folder)
    made = lesson(scenario, set_, progress=_progress if sys.stderr.isatty() else None)
    files = made.save(folder)
    typer.echo(_said(made))
    for path in files:
        typer.echo(str(path))


def _said(made: Lesson) -> str:
    """The steps, and those that do not apply."""
    lines = [f"{made.title}: {len(made.steps)} steps, about {made.minutes} minutes", ""]
    lines += [f"  {step.id:<4}{step.title} ({step.minutes} minutes)" for step in made.steps]
    if made.left_out:
        lines.append("")
        lines += [f"{one.id} {one.title} is left out: {one.reason}." for one in made.left_out]
    return "\n".join([*lines, "", "For the class, without answers, and for you:"])


def _progress(name: str, done: int, of: int) -> None:
    typer.echo(f"\r{done + 1} of {of}: {name:<40}", nl=done + 1 == of, err=True)
