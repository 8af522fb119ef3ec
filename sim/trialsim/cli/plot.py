"""trialsim plot: the figures of a saved run, drawn again."""

from __future__ import annotations

from pathlib import Path

import typer

from trialsim.core.errors import Problem, ScenarioError
from trialsim.plots.base.figure import save
from trialsim.plots.gallery import GALLERY
from trialsim.store.folder import check_writable
from trialsim.store.reading import find_run
from trialsim.study import open_results


def plot_command(place: str, wanted: list[str], out: str | None, only_list: bool) -> None:
    """Draw figures of a saved run into a folder and print the files; or print their names."""
    folder = find_run(Path(place))
    if unknown := [name for name in wanted if name not in GALLERY]:
        raise _refused(f"no figure is called '{unknown[0]}'.", list(GALLERY))
    target = folder / "figures" if out is None else Path(out)
    check_writable(target)
    figures = open_results(folder).plot
    names = figures.names()
    if only_list:
        typer.echo("\n".join(names))
        return
    if empty := [name for name in wanted if name not in names]:
        raise _refused(f"this run has no numbers for '{empty[0]}'.", names)
    for name in dict.fromkeys(wanted or names):
        for path in save(figures.draw(name), target):
            typer.echo(str(path))


def _refused(found: str, names: list[str]) -> ScenarioError:
    return ScenarioError(
        Problem((), found, f"Figures: {', '.join(names) or 'none'}.", source="--figure")
    )
