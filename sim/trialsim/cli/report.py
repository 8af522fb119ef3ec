"""trialsim report: the page of a saved run, written again."""

from __future__ import annotations

import webbrowser
from pathlib import Path

import typer

from trialsim.store.reading import find_run
from trialsim.study import open_results


def report_command(place: str, show: bool) -> None:
    """Write report.html of a saved run into its folder, print its path, and show it if asked."""
    folder = find_run(Path(place))
    path = open_results(folder).report(folder)
    typer.echo(str(path))
    if show and not webbrowser.open(path.absolute().as_uri()):
        typer.echo("No browser was found here: open the file in one.", err=True)
