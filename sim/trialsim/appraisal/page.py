"""appraisal.html: one page to hand out, that needs nothing but itself."""

from __future__ import annotations

import json
import shlex
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import ChoiceLoader, Environment, PackageLoader

from trialsim.appraisal import sibling_tables, tables, words
from trialsim.appraisal.figures import figures
from trialsim.plots.base.figure import save
from trialsim.plots.base.words import plain
from trialsim.report.render import environment
from trialsim.report.shown import Shown
from trialsim.scenario.describe import not_simulated

if TYPE_CHECKING:
    from trialsim.appraisal.appraise import Appraisal


@cache
def _environment() -> Environment:
    """Templates of this package beside those of the report, with its style."""
    base = environment()
    assert base.loader is not None
    return base.overlay(loader=ChoiceLoader([PackageLoader("trialsim.appraisal"), base.loader]))


def appraisal_html(found: Appraisal, folder: Path, *, show_fragility: bool = False) -> str:
    """The whole page, as one file; draws and saves its figures in a folder."""
    shown = {}
    for drawn in figures(
        found.results, found.credibility, found.fragile, show_fragility=show_fragility
    ):
        _, svg, _ = save(drawn, folder)
        shown[drawn.name] = Shown.of(drawn, svg.read_text(encoding="utf-8"))
    results, design = found.results, found.results.plan.designs[0]
    pair = found.imbalance
    arm = "" if pair is None else design.contrasts[pair.implied.contrast][0]
    return (
        _environment()
        .get_template("appraisal.html")
        .render(
            title=results.plan.title or plain(found.name),
            source=found.scenario.written.source,
            headline=words.headline(found),
            beyond_chance=words.beyond_chance(found),
            strengths={plain(name): text for name, text in found.strengths.items()},
            recovered=tables.recovered(found),
            bounded=tables.bounded(found),
            contradictions=list(words.contradiction_lines(found)),
            nothing=words.not_compared(found),
            placed=[
                (sibling_tables.placed(found, name), sibling_tables.errors(found, name))
                for name in sibling_tables.order(found)
            ],
            jointly=sibling_tables.jointly(found),
            worth=[
                (words.risk(one), tables.beliefs(one), words.repeat(one), words.shrunk(one))
                for one in found.credibility[:1]
            ],
            needed=tables.needed(found),
            reconstructed=any(one.is_reconstructed for one in found.needed),
            cuts=None if found.by_cut is None else tables.cuts(found.by_cut),
            cut_lesson=words.cut_lesson(found),
            fragility=[words.fragility(one) for one in found.fragile] if show_fragility else [],
            imbalance=None if pair is None else tables.three_analyses(pair),
            baseline="" if pair is None else words.baseline(pair, arm),
            risks=None if found.risk_of_bias is None else tables.risks(found.risk_of_bias),
            unpriced="" if found.risk_of_bias is None else found.risk_of_bias.unpriced,
            left_out=not_simulated(results.plan),
            figures=shown,
            command=_command(found),
            text=found.scenario.document.text,
            digest=results.plan.digest,
            seed=results.seed,
            replicates=results.replicates,
            result_hash=results.result_hash,
            version=results.made_with["packages"]["trialsim"],
        )
    )


def _command(found: Appraisal) -> str:
    """What to type for the same page."""
    results, scenario = found.results, found.scenario
    parts = ["trialsim", "appraise", scenario.document.source]
    parts += ["--replicates", str(results.replicates), "--seed", str(results.seed)]
    for path, value in scenario.changes.items():
        parts += ["--set", f"{path}={json.dumps(value, default=dict)}"]
    return shlex.join(parts)
