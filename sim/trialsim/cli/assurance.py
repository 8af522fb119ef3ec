"""trialsim assurance: power beside its mean over what is believed, and how far it spreads."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from trialsim import __version__
from trialsim.cli.run import cores, progress
from trialsim.core.errors import Problem, ScenarioError
from trialsim.core.memory import keep_freed_memory
from trialsim.operating.rounding import (
    frequency_sentence,
    percent,
    round_to_error,
    share_text,
    value_text,
)
from trialsim.planning.assurance.assurance import Assurance, assurance, assurance_curve
from trialsim.plots.base.figure import Drawn, Settings, save
from trialsim.plots.power_distribution import Averaged, draw_power_distribution
from trialsim.scenario.loaded import load
from trialsim.store.folder import check_writable, whole_folder, write_json

WIDTH = 112
SIZES_A_TABLE = 4
"""Sample sizes side by side, so that no number is broken."""
MOST_FAILED = 0.05
"""Share of failed analyses above which there is no headline."""


def assurance_command(
    path: str,
    sizes: str | None,
    assumption: str | None,
    analysis: str | None,
    contrast: str | None,
    replicates: int | None,
    seed: int | None,
    workers: int | None,
    out: str,
    changes: list[str],
    as_json: bool,
    quiet: bool,
) -> None:
    """Simulate every truth, and tell of them: tables or JSON on stdout, progress on stderr."""
    keep_freed_memory()
    scenario = load(path, changes)
    wanted = sizes_of(sizes)
    check_writable(Path(out) / scenario.name)
    began = time.perf_counter()
    with progress("Simulating every truth", as_json or quiet) as told:
        options = {
            "assumption": assumption,
            "analysis": analysis,
            "contrast": contrast,
            "replicates": replicates,
            "seed": seed,
            "workers": cores() if workers is None else workers,
            "progress": told,
        }
        found = (
            assurance_curve(scenario, wanted, **options)  # type: ignore[arg-type]
            if wanted
            else (assurance(scenario, **options),)  # type: ignore[arg-type]
        )
    elapsed = time.perf_counter() - began
    plain = {"scenario": scenario.name, "sizes": [one.to_json() for one in found]}
    first = found[0]
    folder = Path(out) / scenario.name / f"assurance-{first.digest}-{first.seed}"
    with whole_folder(folder) as draft:
        write_json(draft / "assurance.json", plain)
        for one in found:
            save(drawn(one, several=len(found) > 1), draft / "figures")
    if as_json:
        typer.echo(json.dumps({**plain, "results_dir": str(folder)}, allow_nan=False))
    elif quiet:
        typer.echo(str(folder))
    else:
        _print(found, elapsed, folder)


def sizes_of(text: str | None) -> list[int]:
    """Total sizes from an option such as `100,150,200`; none where it is left out."""
    if text is None:
        return []
    try:
        return [int(part) for part in text.split(",")]
    except ValueError:
        message = f"found '{text}', allowed: whole numbers, separated by commas."
        raise ScenarioError(Problem((), message, "Write for example 100,200.", "--n")) from None


def drawn(found: Assurance, several: bool) -> Drawn:
    """The distribution of power as a figure."""
    return draw_power_distribution(
        found.spread(),
        Averaged(
            power=found.power,
            power_mcse=found.power_mcse,
            assurance=found.assurance,
            mcse=found.mcse,
            below_half=found.below_half.value,
            below_half_mcse=found.below_half.mcse,
            favourable=found.favourable.value,
            favourable_mcse=found.favourable.mcse,
            n_total=found.n_total,
            assumption=found.assumption,
            believed=[f"{one.name} {one.prior}" for one in found.uncertain],
        ),
        Settings(found.n_total, found.replicates, found.seed, found.digest, found.analysis),
        name=f"power_distribution_{found.n_total}" if several else "power_distribution",
    )


def _print(found: Sequence[Assurance], elapsed: float, folder: Path) -> None:
    # Labels and paths are text: square brackets and colons in them mean nothing.
    console = Console(highlight=False, markup=False, emoji=False)
    console.width = max(console.width, WIDTH) if console.is_terminal else WIDTH
    first = found[0]
    console.print(
        f"trialsim {__version__}   {first.scenario}   digest {first.digest}   seed {first.seed}   "
        f"{first.replicates:,} simulated trials of each of {len(first.truths)} truths   "
        f"{elapsed:.1f} s\n"
    )
    console.print(f"Assumption  {first.assumption}; {first.analysis}, {first.contrast}")
    for one in first.uncertain:
        console.print(
            f"Not known   {one.name}: {one.path}, stated as {one.stated:g}; believed: {one.prior}"
        )
    for line in _headline(found):
        console.print(line, style="bold")
    for start in range(0, len(found), SIZES_A_TABLE):
        console.print(_table(found[start : start + SIZES_A_TABLE]))
    console.print(
        "Monte Carlo standard errors in brackets; all truths share their simulated patients."
    )
    error = max(one.error_of_nodes for one in found)
    console.print(
        f"{len(first.truths)} truths stand for all that is believed, with an error of at most "
        f"{error:.1g}."
    )
    if any(one.error_of_nodes > one.mcse for one in found):
        console.print(
            "Warning  That is more than the Monte Carlo error. Power changes too fast over what is "
            "believed: divide it between several priors."
        )
    if failed := max(one.failed for one in found):
        console.print(f"Failed analyses: {percent(failed, 0)} of all; they count nowhere.")
    console.print(f"\nResults  {folder}", soft_wrap=True)


def _headline(found: Sequence[Assurance]) -> Iterator[str]:
    yield ""
    for one in found:
        if one.failed > MOST_FAILED:
            yield f"{one.n_total} patients: too many analyses failed for a summary."
            continue
        mean = frequency_sentence(one.assurance).removesuffix(" of 100")
        stated = frequency_sentence(one.power).removesuffix(" of 100")
        yield (
            f"OUT OF 100 TRIALS OF {one.n_total:,} PATIENTS, {mean} reach p < {one.alpha:g} over "
            f"all that is believed; {stated} as stated."
        )


def _table(found: Sequence[Assurance]) -> Table:
    table = Table(box=box.SIMPLE, show_edge=False, pad_edge=False)
    table.add_column("Patients")
    for one in found:
        table.add_column(f"{one.n_total:,}", justify="right")
    for name, cells in _rows(found):
        table.add_row(name, *cells)
    return table


def _rows(found: Sequence[Assurance]) -> Iterator[tuple[str, list[str]]]:
    n = [one.replicates for one in found]

    def shares(values: Sequence[tuple[float, float]]) -> list[str]:
        return [share_text(*pair, size) for pair, size in zip(values, n, strict=True)]

    yield "Power, if the stated values are true", shares([(a.power, a.power_mcse) for a in found])
    if all(a.exact_power is not None for a in found):
        yield "  exact", [percent(a.exact_power or 0.0, 0) for a in found]
    yield (
        "Assurance, averaged over what is believed",
        shares([(a.assurance, a.mcse) for a in found]),
    )
    if all(a.exact_assurance is not None for a in found):
        yield "  exact", [percent(a.exact_assurance or 0.0, a.error_of_nodes) for a in found]
    yield (
        "  less power, on the same patients (points)",
        [value_text(100 * a.difference, 100 * a.difference_mcse) for a in found],
    )
    good = [(a.favourable.value, a.favourable.mcse) for a in found]
    yield "  significant in the good direction", shares(good)
    part = [(a.favourable_share.value, a.favourable_share.mcse) for a in found]
    yield "  that is, of all that is significant", shares(part)
    for level in found[0].quantiles:
        power = [(a.quantiles[level].value, a.quantiles[level].mcse) for a in found]
        yield f"Power in {100 * level:g} of 100 truths is below", shares(power)
    below = [(a.below_half.value, a.below_half.mcse) for a in found]
    yield "Chance of a power below 50 of 100", shares(below)
    for place, one in enumerate(found[0].worthwhile):
        given = [a.worthwhile[place].success for a in found]
        chance = round_to_error(100 * one.chance, 1)
        yield (
            f"Success if {one.name} is at least {one.value:g} (chance {chance}%)",
            shares([(success.value, success.mcse) for success in given]),
        )
