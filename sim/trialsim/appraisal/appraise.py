"""appraise(): one published trial, what follows from its report, and where it falls among trials
of its design."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from trialsim.appraisal.as_data import plain_data, sibling_rows
from trialsim.appraisal.contradictions import (
    Contradiction,
    contradictions,
    implied_differences,
)
from trialsim.appraisal.credibility import POWERS, PRIORS, Credibility, credibility
from trialsim.appraisal.fragile import Fragile, fragile
from trialsim.appraisal.imbalance import Imbalance, imbalance
from trialsim.appraisal.numbers_needed import AtCut, Needed, by_cut, cuts_of, needed
from trialsim.appraisal.reported import (
    Bounded,
    Recovered,
    bounded_published,
    is_of_means,
    recover_published,
)
from trialsim.appraisal.risk_of_bias import RiskTable, risk_table
from trialsim.appraisal.siblings import Jointly, Sibling, jointly, siblings
from trialsim.core.errors import Problem, ScenarioError
from trialsim.scenario.loaded import LoadedScenario
from trialsim.scenario.resolve import AS_STATED
from trialsim.store.folder import whole_folder, write_json
from trialsim.study import Progress, Results, run


@dataclass(frozen=True)
class CutTable:
    """Numbers needed to treat by cut, for one published difference."""

    result: str
    outcome: str
    visit: str
    shift: float
    mean: float
    """Of the comparator, as the scenario has it."""
    sd: float
    cuts: tuple[AtCut, ...]


@dataclass(frozen=True)
class Appraisal:
    """A published trial among its siblings, and everything that its report says by itself."""

    scenario: LoadedScenario
    results: Results
    """Trials of the stated design, under every assumption and every set of changes."""
    strengths: Mapping[str, str]
    recovered: tuple[Recovered, ...]
    bounded: tuple[Bounded, ...]
    contradictions: tuple[Contradiction, ...]
    siblings: tuple[Sibling, ...]
    jointly: tuple[Jointly, ...]
    """The first pair of follow-up and change results, placed together; none where there is none."""
    credibility: tuple[Credibility, ...]
    """Of every recovered result that is significant."""
    needed: tuple[Needed, ...]
    by_cut: CutTable | None
    fragile: tuple[Fragile, ...]
    imbalance: Imbalance | None
    risk_of_bias: RiskTable | None

    @property
    def name(self) -> str:
        """That of the scenario."""
        return self.scenario.name

    @property
    def result(self) -> str:
        """The published result that the summary is about: the first that is placed."""
        return self.siblings[0].result

    def of(self, result: str) -> tuple[Sibling, ...]:
        """A published result in every cell."""
        return tuple(one for one in self.siblings if one.result == result)

    def to_frame(self) -> pd.DataFrame:
        """A row a published result and cell, every simulated number with its error."""
        return pd.DataFrame(sibling_rows(self.siblings))

    def to_json(self) -> dict[str, Any]:
        """Plain data; what is not defined is null."""
        results = self.results
        return {
            "scenario": self.name,
            "digest": results.plan.digest,
            "seed": results.seed,
            "replicates": results.replicates,
            "result_hash": results.result_hash,
            "strengths": dict(self.strengths),
            "recovered": plain_data(self.recovered),
            "bounded": plain_data(self.bounded),
            "contradictions": plain_data(self.contradictions),
            "siblings": plain_data(tuple(sibling_rows(self.siblings))),
            "jointly": plain_data(self.jointly),
            "credibility": plain_data(self.credibility),
            "needed": plain_data(self.needed),
            "by_cut": plain_data(self.by_cut),
            "fragility": plain_data(self.fragile),
            "imbalance": plain_data(self.imbalance),
            "risk_of_bias": plain_data(self.risk_of_bias),
        }

    def save(
        self, root: str | os.PathLike[str] = "results", *, show_fragility: bool = False
    ) -> Path:
        """Write appraisal.html, appraisal.json, siblings.csv and the figures, whole or not at all;
        returns their folder."""
        from trialsim.appraisal.page import appraisal_html  # imports matplotlib

        results = self.results
        target = Path(root) / self.name / f"appraisal-{results.plan.digest}-{results.seed}"
        with whole_folder(target) as draft:
            html = appraisal_html(self, draft / "figures", show_fragility=show_fragility)
            (draft / "appraisal.html").write_text(html, encoding="utf-8")
            write_json(draft / "appraisal.json", self.to_json())
            self.to_frame().to_csv(draft / "siblings.csv", index=False)
        return target


def appraise(
    scenario: LoadedScenario,
    *,
    priors: Sequence[float] = PRIORS,
    powers: Sequence[float] = POWERS,
    replicates: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Appraisal:
    """Appraise the results under `published:` of a scenario; writes nothing.

    Simulates the design as stated, without varied values, under every assumption and what_if, and
    prices the mechanisms that `risk_of_bias:` names. `priors` are shares of such treatments that
    may work, `powers` shares of trials of those that find it. Raises ScenarioError where nothing
    published can be placed, or for a belief that is no share.
    """
    _check_shares(priors, "--prior")
    _check_shares(powers, "--power")
    published, stated = scenario.written.published, _as_stated(scenario)
    design = stated.plan.designs[0]
    if not any(one.analysis is not None for one in published.values()):
        text = "holds no estimate with its analysis: there is nothing to place."
        hint = "Write {name: {analysis: ..., estimate: ..., interval: [lower, upper]}}."
        raise ScenarioError(Problem(("published",), text, hint, scenario.document.source))
    results = run(stated, replicates=replicates, seed=seed, workers=workers, progress=progress)
    placed = siblings(results)
    recovered = [recover_published(name, one, design) for name, one in published.items()]
    bounded = [bounded_published(name, one, design) for name, one in published.items()]
    worth = [credibility(one, priors, powers) for one in recovered if one is not None]
    counted = [needed(name, one, design) for name, one in published.items()]
    tables = tuple(one for one in counted if one is not None)
    implied = next(implied_differences(published, design), None)
    assumption, is_null = _priced_under(placed)
    return Appraisal(
        scenario=scenario,
        results=results,
        strengths=scenario.written.strengths,
        recovered=tuple(one for one in recovered if one is not None),
        bounded=tuple(one for one in bounded if one is not None),
        contradictions=contradictions(published, design),
        siblings=placed,
        jointly=() if implied is None else jointly(implied, results),
        credibility=tuple(one for one in worth if one is not None),
        needed=tables,
        by_cut=_cuts(results),
        fragile=tuple(fragile(one, design, design.decision.alpha) for one in tables),
        imbalance=None if implied is None else imbalance(implied, published, design),
        risk_of_bias=risk_table(
            scenario,
            assumption,
            is_null,
            replicates=results.replicates,
            seed=results.seed,
            workers=workers,
        ),
    )


def _check_shares(values: Sequence[float], option: str) -> None:
    for value in values:
        if not 0 < value < 1:
            text = f"found {value:g}, must lie between 0 and 1."
            raise ScenarioError(Problem((), text, "Write for example 0.1.", option))


def _as_stated(scenario: LoadedScenario) -> LoadedScenario:
    """The scenario without varied values, and without evidence that speaks of them."""
    data = scenario.document.data
    if not data.get("vary"):
        return scenario
    evidence = {
        path: one
        for path, one in (data.get("evidence") or {}).items()
        if path.split(".")[0] != "vary"
    }
    return scenario.changed({"vary": {}, "evidence": evidence})


def _priced_under(placed: Sequence[Sibling]) -> tuple[str, bool]:
    """The first assumption without an effect, else the first."""
    stated = [one for one in placed if one.what_if == AS_STATED]
    null = next((one for one in stated if one.is_null), None)
    return (null or stated[0]).assumption, null is not None


def _cuts(results: Results) -> CutTable | None:
    """The first published difference in means, as numbers needed at several cuts of its score."""
    design = results.plan.designs[0]
    for name, one in results.scenario.written.published.items():
        method = design.analyses.get(str(one.analysis))
        if method is None or not is_of_means(method) or not one.estimate:
            continue
        if method.name == "change_score":
            continue
        outcome, visits = design.outcomes[method.outcome], list(design.visits)
        visit = visits.index(method.visit)
        own = [
            float(getattr(other, "cut", 0.0))
            for other in design.analyses.values()
            if other.name == "responder"
            and (other.outcome, getattr(other, "of", "")) == (method.outcome, "score")
        ]
        cuts = cuts_of(outcome, visit, own)
        return CutTable(
            name,
            method.outcome,
            method.visit,
            one.estimate,
            outcome.at(outcome.mean, visit),
            outcome.at(outcome.sd, visit),
            by_cut(outcome, visit, one.estimate, cuts, visits=visits),
        )
    return None
