"""trialsim bias: what every bias mechanism of a scenario adds to the estimate."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

from trialsim import __version__
from trialsim.appraisal.expectation import expectation_curve
from trialsim.appraisal.ledger import Account, Ledger, State, Value, ledger
from trialsim.appraisal.steps import steps
from trialsim.cli.run import cores, progress
from trialsim.core.memory import keep_freed_memory
from trialsim.operating.rounding import NOT_DEFINED, share_text, value_text
from trialsim.plots.base.effect_axis import Contrast
from trialsim.plots.base.figure import Drawn, Settings, save
from trialsim.plots.bias_waterfall import Priced, draw_bias_waterfall
from trialsim.plots.expectation import Expected, draw_expectation
from trialsim.scenario.loaded import LoadedScenario, load
from trialsim.store.folder import check_writable, whole_folder

WIDTH = 144
"""Columns where there is no terminal to ask, or a narrower one."""

FAR_APART = 4.0
"""Standard errors between two seeds at which somebody should look why."""


def bias_command(
    path: str,
    analysis: str | None,
    assumptions: list[str],
    replicates: int | None,
    seed: int | None,
    workers: int | None,
    out: str,
    changes: list[str],
    as_json: bool,
    quiet: bool,
) -> None:
    """Price the mechanisms: tables or JSON on stdout, figures and a table in a folder."""
    keep_freed_memory()
    scenario = load(path, changes)
    check_writable(Path(out) / scenario.name)
    chosen = cores() if workers is None else workers
    with progress(f"Pricing {len(scenario.written.bias)} mechanisms", quiet or as_json) as told:
        found = ledger(
            scenario,
            analysis=analysis,
            assumptions=assumptions or None,
            replicates=replicates,
            seed=seed,
            workers=chosen,
            progress=told,
        )
    folder = Path(out) / scenario.name / f"bias-{found.digest}-{found.seed}"
    with whole_folder(folder) as draft:
        found.to_frame().to_csv(draft / "ledger.csv", index=False)
        for drawn in _figures(scenario, found, chosen):
            save(drawn, draft / "figures")
    if as_json:
        typer.echo(json.dumps({**_plain(found), "results_dir": str(folder)}, allow_nan=False))
        return
    if not quiet:
        _print(found)
    typer.echo(f"Results  {folder}")


def _figures(scenario: LoadedScenario, found: Ledger, workers: int) -> Iterator[Drawn]:
    """A waterfall an assumption, and what expectation alone does where the scenario has one."""
    design = found.scenario.plan.designs[0]
    arm, comparator = design.contrasts[found.contrast]
    outcome = design.analyses[found.analysis].outcome
    method = design.outcomes[outcome]
    label = method.label or outcome
    contrast = Contrast(arm, comparator, label, method.better, method.unit)
    settings = Settings(design.n_total, found.replicates, found.seed, found.digest, found.analysis)
    for account in found.accounts:
        told = Priced(account.assumption, account.is_null, contrast, found.published)
        name = f"bias_waterfall_{account.assumption}"
        yield draw_bias_waterfall(steps(account), told, settings, name)
    if any(one.name == "expectation" for one in scenario.written.bias.values()):
        curve = expectation_curve(
            scenario,
            analysis=found.analysis,
            replicates=found.replicates,
            seed=found.seed,
            workers=workers,
        )
        settings = Settings(
            curve.n_total, curve.replicates, curve.seed, curve.digest, curve.analysis
        )
        expected = Expected(
            curve.n_total, len(design.arms), curve.sd, curve.unit, design.decision.alpha
        )
        yield draw_expectation(curve.frame, expected, settings)


def _plain(found: Ledger) -> dict[str, Any]:
    """Plain data; what is not defined is null."""
    rows = [
        {
            key: None if isinstance(value, float) and math.isnan(value) else value
            for key, value in row.items()
        }
        for row in found.to_frame().to_dict("records")
    ]
    return {
        "scenario": found.name,
        "analysis": found.analysis,
        "contrast": found.contrast,
        "published": found.published,
        "replicates": found.replicates,
        "seed": found.seed,
        "other_seed": found.other_seed,
        "digest": found.digest,
        "elapsed_s": round(found.elapsed_s, 3),
        "ledger": rows,
    }


def _print(found: Ledger) -> None:
    console = Console(highlight=False, markup=False, emoji=False)
    console.width = max(console.width, WIDTH) if console.is_terminal else WIDTH
    console.print(
        f"trialsim {__version__}   bias   {found.name}   digest {found.digest}   seed {found.seed}"
        f"   {found.replicates:,} simulated trials a row   {found.elapsed_s:.1f} s\n"
    )
    console.print(f"Analysis  {found.analysis}, {found.contrast}: the one that is reported\n")
    for account in found.accounts:
        for line in _account(console, account, found):
            console.print(line)
    console.print(
        "alone: on, less all off; on top: all on, less all on but this; Monte Carlo errors in "
        "brackets are those of paired trials.\nSignificant, CI and sign: of trials in which it "
        "alone is on. Published sizes of bias overlap: all together are a worst case.\n"
    )


def _account(console: Console, account: Account, found: Ledger) -> Iterator[str | Table]:
    is_null = account.is_null
    published = found.published is not None
    yield (
        f"{account.assumption}: true difference "
        f"{value_text(account.truth.value, account.truth.mcse)}"
    )
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("", no_wrap=True)
    for name in ("Alone", "On top", "False alarms" if is_null else "Significant", "CI holds truth"):
        table.add_column(name, justify="right", no_wrap=True)
    if not is_null:
        table.add_column("Wrong sign", justify="right", no_wrap=True)
    if published:
        table.add_column(f"{found.published:g} or beyond", justify="right", no_wrap=True)

    def row(name: str, alone: Value | None, on_top: Value | None, state: State | None) -> None:
        shares = [] if state is None else [state.significant, state.coverage]
        if state is not None and not is_null:
            shares.append(state.wrong_sign)
        if state is not None and published:
            shares.append(state.beyond)
        cells = ["" if one is None else value_text(one.value, one.mcse) for one in (alone, on_top)]
        table.add_row(name, *cells, *(_share(one, found.replicates) for one in shares))

    row("without any of them", account.trial, None, account.none)
    domain = ""
    for one in sorted(account.contributions, key=lambda each: _order(found, each.domain)):
        if one.domain != domain:
            table.add_row(one.domain)
            domain = one.domain
        row(f"  {one.name}", one.alone, one.on_top, one.when_alone)
    row("together, beyond the sum", account.interaction, None, None)
    row("all on (mean estimate)", account.all.estimate, None, account.all)
    yield table
    text = value_text(account.again.value, account.again.mcse)
    yield (
        f"With seed {found.other_seed} they do {text} together beyond the sum: "
        f"{abs(account.apart):.1f} standard errors apart."
        + (" That is far: look why." if abs(account.apart) > FAR_APART else "")
    )
    worst = max([account.all.failed, *(one.when_alone.failed for one in account.contributions)])
    if worst:
        yield f"Up to {100 * worst:.2g}% of the analyses failed; they count nowhere."
    yield ""


def _order(found: Ledger, domain: str) -> int:
    """Domains in the order in which they first stand in the scenario."""
    return [one.domain for one in found.accounts[0].contributions].index(domain)


def _share(one: Value, n: int) -> str:
    return NOT_DEFINED if math.isnan(one.value) else share_text(one.value, one.mcse, n)
