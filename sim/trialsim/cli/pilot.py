"""trialsim pilot: what becomes of the trials that significant pilots lead to."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import typer
from rich.console import Console

from trialsim import __version__
from trialsim.cli.run import cores
from trialsim.core.memory import keep_freed_memory
from trialsim.operating.rounding import with_error
from trialsim.planning.assurance.pilot import Pilots, plan_from_pilots
from trialsim.planning.assurance.rejections import Estimate
from trialsim.plots.base.figure import Settings, save
from trialsim.plots.pilot import Optimism, draw_pilot
from trialsim.scenario.loaded import load
from trialsim.store.folder import check_writable, whole_folder, write_json


def pilot_command(
    path: str,
    power: float,
    n_total: int | None,
    assumption: str | None,
    replicates: int | None,
    seed: int | None,
    workers: int | None,
    out: str,
    changes: list[str],
    as_json: bool,
) -> None:
    """Simulate pilots and the trials planned from them: text or JSON on stdout."""
    keep_freed_memory()
    scenario = load(path, changes)
    check_writable(Path(out) / scenario.name)
    found = plan_from_pilots(
        scenario,
        power=power,
        n_total=n_total,
        assumption=assumption,
        replicates=replicates,
        seed=seed,
        workers=cores() if workers is None else workers,
    )
    folder = Path(out) / scenario.name / f"pilot-{found.digest}-{found.seed}"
    with whole_folder(folder) as draft:
        write_json(draft / "pilot.json", _plain(found))
        found.frame().to_csv(draft / "pilots.csv", index=False)
        settings = Settings(
            found.n_total, found.replicates, found.seed, found.digest, found.analysis
        )
        save(draw_pilot(found.frame(), _told(found), settings), draft / "figures")
    if as_json:
        typer.echo(json.dumps({**_plain(found), "results_dir": str(folder)}, allow_nan=False))
    else:
        _print(found, folder)


def _told(found: Pilots) -> Optimism:
    return Optimism(
        assumption=found.assumption,
        per_arm=found.per_arm,
        true_d=found.true_d,
        wanted=found.wanted,
        needed_per_arm=found.needed_per_arm,
        share_significant=found.significant.value,
        share_mcse=found.significant.mcse,
        mean_observed=found.mean_observed.value,
        planned_per_arm=found.planned_per_arm,
        main_power=found.main_power.value,
        main_mcse=found.main_power.mcse,
        mean_main_power=found.mean_main_power.value,
        mean_main_mcse=found.mean_main_power.mcse,
    )


def _plain(found: Pilots) -> dict[str, Any]:
    """Plain data; what is not defined is null."""

    def number(value: float) -> float | None:
        return float(value) if math.isfinite(value) else None

    plain: dict[str, Any] = {
        "scenario": found.scenario,
        "assumption": found.assumption,
        "analysis": found.analysis,
        "contrast": found.contrast,
        "per_arm": found.per_arm,
        "true_d": found.true_d,
        "power": found.wanted,
        "alpha": found.alpha,
        "replicates": found.replicates,
        "seed": found.seed,
        "digest": found.digest,
        "needed_per_arm": found.needed_per_arm,
        "planned_per_arm": found.planned_per_arm,
    }
    for name in ("significant", "mean_observed", "main_power", "mean_main_power"):
        one = getattr(found, name)
        plain[name] = {"value": number(one.value), "mcse": number(one.mcse)}
    exact = found.exact
    plain["exact"] = None if exact is None else {k: float(v) for k, v in vars(exact).items()}
    return plain


def _print(found: Pilots, folder: Path) -> None:
    console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
    exact = found.exact
    console.print(
        f"trialsim {__version__}   {found.scenario}   digest {found.digest}   seed {found.seed}   "
        f"{found.replicates:,} simulated pilots\n"
    )
    console.print(
        f"Pilots     {found.per_arm:g} an arm, {found.assumption}: truly {found.true_d:.2f} SD; "
        f"{found.analysis}, {found.contrast}\n"
    )

    def line(text: str, simulated: str, known: float | None) -> None:
        beside = "" if known is None else f"   exact {known:.4g}"
        console.print(f"  {text:<52} {simulated}{beside}")

    def by_theory(name: str) -> float | None:
        return None if exact is None else float(getattr(exact, name))

    def shown(one: Estimate) -> str:
        return with_error(one.value, one.mcse)

    line(
        "Share of pilots that is significant",
        shown(found.significant),
        by_theory("share_significant"),
    )
    line(
        "Mean difference that those report, in observed SDs",
        shown(found.mean_observed),
        by_theory("mean_observed"),
    )
    planned = "none" if found.planned_per_arm is None else f"{found.planned_per_arm:,}"
    line(
        f"Planned from that, per arm, for power {found.wanted:g}",
        planned,
        by_theory("planned_per_arm"),
    )
    line("Really needed, per arm", f"{found.needed_per_arm:,}", by_theory("needed_per_arm"))
    line("True power of what is planned", shown(found.main_power), by_theory("true_power"))
    line(
        "The same, each pilot planning by its own result",
        shown(found.mean_main_power),
        by_theory("mean_true_power"),
    )
    console.print(f"\nResults  {folder}")
