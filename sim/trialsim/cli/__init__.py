"""The command line: one file a command, each calling only the public Python API."""

from __future__ import annotations

import os
import sys

import typer

from trialsim.cli.commands.app import app

# Each puts its commands into the application, in the order in which --help lists them.
from trialsim.cli.commands import simulating, planning, appraising, teaching, writing  # isort: skip

__all__ = ["app", "appraising", "main", "planning", "simulating", "teaching", "writing"]


def main() -> None:
    """Entry point: run a command, turn what went wrong into a message and an exit code.

    0 done; 1 failed or interrupted; 2 the scenario or an option is wrong; 3 the question has no
    answer. Errors in trialsim itself are not caught: their traceback is what a report of the fault
    needs.
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
    from trialsim.core.errors import NoAnswer, ScenarioError, TrialsimError

    if isinstance(error, ScenarioError):
        for problem in error.problems:
            typer.echo(str(problem), err=True)
        n = len(error.problems)
        typer.echo(f"{n} problem{'s' if n > 1 else ''} found; nothing was simulated.", err=True)
        return 2
    if isinstance(error, TrialsimError | OSError):
        typer.echo(f"trialsim: {error}", err=True)
        return 3 if isinstance(error, NoAnswer) else 1
    raise error
