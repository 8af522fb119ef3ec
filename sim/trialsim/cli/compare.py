"""trialsim compare: designs against one another on the same simulated trials."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import typer

from trialsim.cli.run import cores, others, plain, progress
from trialsim.core.errors import Problem, ScenarioError
from trialsim.core.memory import keep_freed_memory
from trialsim.planning.compare.compare import Comparison, compare
from trialsim.scenario.loaded import load
from trialsim.scenario.overrides import parse_assignment
from trialsim.store.folder import check_writable, whole_folder


def compare_command(
    words: list[str],
    analyses: list[str],
    changes: list[str],
    assumption: str | None,
    replicates: int | None,
    seed: int | None,
    smallest: float | None,
    hours_per_session: float,
    workers: int | None,
    out: str,
    as_json: bool,
    quiet: bool,
) -> None:
    """Compare designs and tell about it: tables or JSON on stdout, progress on stderr."""
    keep_freed_memory()
    paths, names = _sorted(words, analyses)
    is_one = len(paths) == 1
    scenarios = [load(path, () if is_one else changes) for path in paths]
    variants = [dict([parse_assignment(change)]) for change in changes] if is_one else []
    check_writable(Path(out) / "compare")
    chosen = workers if workers is not None else cores()
    with others(chosen) as pool, progress("Simulating", quiet or as_json) as told:
        found = compare(
            *scenarios,
            variants=variants,
            analyses=names,
            replicates=replicates,
            seed=seed,
            smallest=smallest,
            hours_per_session=hours_per_session,
            workers=chosen,
            executor=pool,
            progress=told,
        )
    effect = _known(found, assumption)
    folder = _save(found, effect, out)
    if as_json:
        typer.echo(json.dumps(as_object(found, effect, folder), allow_nan=False))
    elif quiet:
        typer.echo(str(folder))
    else:
        from trialsim.cli.compare_text import print_comparison

        print_comparison(found, effect, folder)


def _sorted(words: list[str], analyses: list[str]) -> tuple[list[str], list[str]]:
    """Files, and names of analyses: those of `--analyses`, with commas or with spaces.

    A word after the first that names no file belongs to the option, where that was given.
    """
    names = [name.strip() for text in analyses for name in text.split(",") if name.strip()]
    files = words[:1]
    for word in words[1:]:
        is_name = analyses and not word.endswith((".yaml", ".yml")) and not Path(word).exists()
        (names if is_name else files).append(word)
    return files, names


def _known(found: Comparison, assumption: str | None) -> str:
    known = list(dict.fromkeys(place.assumption for place in found.places))
    if assumption is not None and assumption not in known:
        text, hint = f"found '{assumption}'.", f"There are {', '.join(known)}."
        raise ScenarioError(Problem((), text, hint, source="--assumption"))
    return assumption or found.under_an_effect


def _save(found: Comparison, assumption: str, out: str) -> Path:
    """Write tables and figures; returns their folder."""
    from trialsim.plots.base.figure import save

    name = f"{found.plan.name}-{found.plan.digest}-{found.seed}"
    target = Path(out) / "compare" / name
    with whole_folder(target) as draft:
        found.designs.to_csv(draft / "designs.csv", index=False)
        found.differences.to_csv(draft / "differences.csv", index=False)
        found.pareto(assumption).to_csv(draft / "pareto.csv", index=False)
        for drawn in found.figures(assumption):
            save(drawn, draft / "figures")
    return target


def as_object(found: Comparison, assumption: str, folder: Path) -> dict[str, Any]:
    """The comparison as one JSON object; what is not defined is null."""

    def rows(table: Any) -> list[dict[str, Any]]:
        return [{k: plain(v) for k, v in row.items()} for row in table.to_dict("records")]

    return {
        "first": found.candidates[0].label,
        "digest": found.plan.digest,
        "seed": found.seed,
        "replicates": found.replicates,
        "elapsed_s": round(found.elapsed_s, 3),
        "smallest": found.smallest,
        "results_dir": str(folder),
        "designs": rows(found.designs),
        "differences": rows(found.differences),
        "pareto": rows(found.pareto(assumption)),
    }
