"""The plan: a scenario with every value explicit, as frozen records. What workers are sent.

A *design* is one combination of varied values, fully resolved. A *cell* is a design under one
assumption and one what_if. A *series* is one analysis and contrast of one cell.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import product
from math import isfinite
from typing import Any, NamedTuple

from trialsim.core.clock import Clock, CoIntervention, Switch
from trialsim.core.effect import Beside
from trialsim.core.recruitment import Recruitment
from trialsim.core.registry import Method, build
from trialsim.core.sessions import Sessions
from trialsim.core.stages import (
    AllocationMethod,
    AnalysisMethod,
    BiasMethod,
    CovariateMethod,
    DecisionMethod,
    Effect,
    LossBias,
    ObservationMethod,
    OutcomeMethod,
)
from trialsim.core.team import Team

NUMBERS_VERSION = 1
"""Raised with every entry under *Numbers change* in the changelog; part of every digest."""

Latent = Mapping[str, Mapping[str, tuple[tuple[str, float], ...]]]
"""By outcome and visit, or "" and covariate: the independent standard normals (by purpose) and
weights whose sum is the latent value, of variance 1."""


@dataclass(frozen=True)
class Design:
    """One design point: everything about the trial but the truth."""

    arms: Mapping[str, int]
    """Planned size of every arm; the first is the comparator."""
    visits: Mapping[str, float]
    """Day of every visit, ascending."""
    baseline: str | None
    """The visit at day 0, if there is one."""
    contrasts: Mapping[str, tuple[str, str]]
    """Comparisons by name: (arm, its comparator)."""
    covariates: Mapping[str, CovariateMethod]
    """Baseline characteristics by name, latent traits included."""
    traits: tuple[str, ...]
    """Those of the covariates that nobody measures: they act, and no statistician sees them."""
    eligible: Mapping[str, tuple[float | None, float | None]]
    """By outcome: lowest and highest baseline score of those who may enter."""
    selected: Mapping[str, tuple[float, float]]
    """By purpose of a standard normal: between which values those who may enter have it. Follows
    from `eligible`."""
    recruitment: Recruitment | None
    """When patients come; None where that is not asked."""
    allocation: AllocationMethod
    teams: Mapping[str, Team]
    """Therapists, by the arm that they are named after."""
    sessions: Sessions | None
    """Sessions of the treatments that have an effect; None where all get the full dose."""
    clock: Clock | None
    """What happens on a calendar; None where nothing asks for one."""
    switches: Mapping[str, Switch]
    """By arm: who changes over to another treatment."""
    cointerventions: Mapping[str, CoIntervention]
    """By name: what patients take beside their treatment."""
    hypothetical: tuple[tuple[str, str], ...]
    """Outcomes and visits whose truth is that of the full dose, whatever was attended."""
    outcomes: Mapping[str, OutcomeMethod]
    latent: Latent
    by_team: Mapping[str, Latent]
    """By team that makes scores alike: what `latent` is in its arms, the normal of the therapist
    included, whose purpose begins with "conduct.therapists". Follows from the rest."""
    missing: Mapping[str, ObservationMethod]
    bias: Mapping[str, BiasMethod]
    """What misleads, by name; mechanisms that are off are left out."""
    analyses: Mapping[str, AnalysisMethod]
    decision: DecisionMethod

    @property
    def measured(self) -> tuple[str, ...]:
        """Covariates that a statistician is handed."""
        return tuple(name for name in self.covariates if name not in self.traits)

    @property
    def n_total(self) -> int:
        """Planned number of patients."""
        return sum(self.arms.values())

    @property
    def hides_scores(self) -> bool:
        """Whether some reason, stated or misleading, keeps scores from being seen."""
        return bool(self.missing) or any(isinstance(m, LossBias) for m in self.bias.values())

    @property
    def loses_visits(self) -> bool:
        """Whether visits are not made because patients leave, come too late or the trial ends."""
        clock = self.clock
        return clock is not None and bool(
            clock.leaving
            or isfinite(clock.last_day)
            or any(isfinite(late.window) for late in clock.lateness.values())
        )

    @property
    def to_work(self) -> float:
        """Days that a session takes to work in full; 0 for at once."""
        return 0.0 if self.clock is None else self.clock.to_work

    @property
    def targets(self) -> tuple[str, ...]:
        """Arms whose treatment patients of other arms change over to."""
        return tuple(dict.fromkeys(switch.to for switch in self.switches.values()))

    def states(self, outcome: str) -> list[Beside]:
        """What may act on an outcome beside the treatment allocated: every combination of the
        treatment changed over to (none first) and of things taken (the first varies slowest)."""
        arms, taken = list(self.arms), list(self.cointerventions.values())
        sizes = product(*([0.0, one.size.get(outcome, 0.0)] for one in taken))
        instead = [None, *(arms.index(arm) for arm in self.targets)]
        return [Beside(arm, each) for arm, each in product(instead, sizes)]

    def contrasts_of(self, analysis: str) -> Sequence[str]:
        """The contrasts that an analysis estimates, by name."""
        own = self.analyses[analysis].contrasts
        return tuple(self.contrasts) if own is None else own

    def to_json(self) -> dict[str, Any]:
        """Plain data from which `from_json` makes the design again."""
        plain: dict[str, Any] = {
            "arms": dict(self.arms),
            "visits": dict(self.visits),
            "baseline": self.baseline,
            "contrasts": {name: list(pair) for name, pair in self.contrasts.items()},
            "latent": _plain_latent(self.latent),
            "recruitment": None if self.recruitment is None else self.recruitment.to_json(),
            "teams": {name: team.to_json() for name, team in self.teams.items()},
            "sessions": None if self.sessions is None else self.sessions.to_json(),
            "clock": None if self.clock is None else self.clock.to_json(),
            "switches": {name: switch.to_json() for name, switch in self.switches.items()},
            "cointerventions": {name: one.to_json() for name, one in self.cointerventions.items()},
            "hypothetical": [list(place) for place in self.hypothetical],
            "by_team": {name: _plain_latent(latent) for name, latent in self.by_team.items()},
            "traits": list(self.traits),
            "eligible": {name: list(limits) for name, limits in self.eligible.items()},
            "selected": {purpose: list(limits) for purpose, limits in self.selected.items()},
            "allocation": self.allocation.to_spec(),
            "decision": self.decision.to_spec(),
        }
        for section in ("covariates", "outcomes", "missing", "bias", "analyses"):
            named: Mapping[str, Method] = getattr(self, section)
            plain[section] = {name: method.to_spec() for name, method in named.items()}
        return plain

    @staticmethod
    def from_json(plain: Mapping[str, Any]) -> Design:
        """The design that `to_json` wrote, with the methods of this process's registry."""

        def named(section: str, stage: str) -> dict[str, Any]:
            return {name: build(stage, spec) for name, spec in plain[section].items()}

        return Design(
            arms=plain["arms"],
            visits=plain["visits"],
            baseline=plain["baseline"],
            contrasts={name: (a, b) for name, (a, b) in plain["contrasts"].items()},
            covariates=named("covariates", "cohort"),
            traits=tuple(plain["traits"]),
            eligible={name: (low, high) for name, (low, high) in plain["eligible"].items()},
            selected={name: (low, high) for name, (low, high) in plain["selected"].items()},
            allocation=build("allocation", plain["allocation"]),  # type: ignore[arg-type]
            outcomes=named("outcomes", "outcomes"),
            teams={name: Team.from_json(team) for name, team in plain["teams"].items()},
            recruitment=None
            if plain["recruitment"] is None
            else Recruitment.from_json(plain["recruitment"]),
            sessions=None if plain["sessions"] is None else Sessions.from_json(plain["sessions"]),
            clock=None if plain["clock"] is None else Clock.from_json(plain["clock"]),
            switches={name: Switch(**switch) for name, switch in plain["switches"].items()},
            cointerventions={
                name: CoIntervention(**one) for name, one in plain["cointerventions"].items()
            },
            hypothetical=tuple((outcome, visit) for outcome, visit in plain["hypothetical"]),
            latent=_latent_of(plain["latent"]),
            by_team={name: _latent_of(latent) for name, latent in plain["by_team"].items()},
            missing=named("missing", "observation"),
            bias=named("bias", "bias"),
            analyses=named("analyses", "analysis"),
            decision=build("decision", plain["decision"]),  # type: ignore[arg-type]
        )


def _plain_latent(latent: Latent) -> dict[str, Any]:
    return {
        outcome: {visit: [list(term) for term in terms] for visit, terms in rows.items()}
        for outcome, rows in latent.items()
    }


def _latent_of(plain: Mapping[str, Any]) -> Latent:
    return {
        outcome: {
            visit: tuple((purpose, weight) for purpose, weight in terms)
            for visit, terms in rows.items()
        }
        for outcome, rows in plain.items()
    }


@dataclass(frozen=True)
class Cell:
    """A design point under one assumption and one what_if."""

    design: int
    """Index into the plan's designs."""
    assumption: str
    what_if: str
    varied: tuple[tuple[str, Any], ...]
    """Varied paths and the values that they have here."""
    effects: Mapping[str, Effect]
    """By outcome: what the assumption says of every arm and visit."""

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        plain = asdict(self)
        plain["effects"] = {
            name: effect.model_dump(exclude_none=True) for name, effect in self.effects.items()
        }
        plain["varied"] = dict(self.varied)
        return plain

    @staticmethod
    def from_json(plain: Mapping[str, Any]) -> Cell:
        """The cell that `to_json` wrote."""
        effects = {name: Effect.model_validate(e) for name, e in plain["effects"].items()}
        varied = tuple(plain["varied"].items())
        return Cell(plain["design"], plain["assumption"], plain["what_if"], varied, effects)


@dataclass(frozen=True)
class Marked:
    """A resolved value and where it comes from."""

    value: Any
    status: str
    """given (written in the scenario), default, or derived (worked out from other values)."""


class Series(NamedTuple):
    """One analysis and contrast of one cell: a row of the table of results."""

    cell: int
    analysis: str
    contrast: str


@dataclass(frozen=True)
class Plan:
    """A resolved scenario: what will be simulated, completely."""

    name: str
    title: str
    designs: tuple[Design, ...]
    cells: tuple[Cell, ...]
    replicates: int
    seed: int
    marks: Mapping[str, Marked]
    """Every value of the scenario as stated, by dotted path, with its status."""

    def series(self) -> Iterator[Series]:
        """The rows of the results, in the order in which they are stored."""
        for index, cell in enumerate(self.cells):
            design = self.designs[cell.design]
            for analysis in design.analyses:
                for contrast in design.contrasts_of(analysis):
                    yield Series(index, analysis, contrast)

    def cell_key(self, index: int) -> str:
        """Short hash of a cell: the same wherever the same cell appears."""
        cell = self.cells[index]
        design = _moving_numbers(self.designs[cell.design])
        return _hash([cell.assumption, cell.what_if, cell.to_json()["effects"], design])[:8]

    @property
    def digest(self) -> str:
        """Hash of everything that moves numbers; titles, sources, seed and replicates do not."""
        designs = [_moving_numbers(design) for design in self.designs]
        parts: list[Any] = [NUMBERS_VERSION, designs, [cell.to_json() for cell in self.cells]]
        return _hash([*parts, *self._corrected()])[:12]

    def _corrected(self) -> list[str]:
        """Corrections that moved the numbers of this plan and of few others: their digests alone
        are new."""
        by_score = any(
            reason.reads(tuple(design.outcomes), tuple(design.visits), design.baseline)
            for design in self.designs
            for reason in design.missing.values()
        )
        conducts = {
            _hash([d.sessions and d.sessions.to_json(), [t.to_json() for t in d.teams.values()]])
            for d in self.designs
        }
        return ["loss by scores under each conduct"] if by_score and len(conducts) > 1 else []

    def to_json(self) -> dict[str, Any]:
        """Plain data: the content of plan.json, and what a worker is sent."""
        return {
            "name": self.name,
            "title": self.title,
            "numbers_version": NUMBERS_VERSION,
            "replicates": self.replicates,
            "seed": self.seed,
            "designs": [design.to_json() for design in self.designs],
            "cells": [cell.to_json() for cell in self.cells],
            "values": {path: asdict(marked) for path, marked in self.marks.items()},
        }

    @staticmethod
    def from_json(plain: Mapping[str, Any]) -> Plan:
        """The plan that `to_json` wrote; call `load_methods` first."""
        return Plan(
            name=plain["name"],
            title=plain["title"],
            designs=tuple(Design.from_json(design) for design in plain["designs"]),
            cells=tuple(Cell.from_json(cell) for cell in plain["cells"]),
            replicates=plain["replicates"],
            seed=plain["seed"],
            marks={path: Marked(**marked) for path, marked in plain["values"].items()},
        )


_MAY_BE_WITHOUT = (
    "traits",
    "eligible",
    "recruitment",
    "teams",
    "sessions",
    "clock",
    "switches",
    "cointerventions",
    "hypothetical",
    "bias",
)


def _moving_numbers(design: Design) -> dict[str, Any]:
    """A design without what only names it, and without latent weights and limits, which follow
    from the rest and whose last bits depend on the machine."""
    plain = design.to_json()
    del plain["latent"], plain["selected"], plain["by_team"]
    # What a scenario does without leaves its digest as it was before the key existed.
    for key in _MAY_BE_WITHOUT:
        if not plain[key]:
            del plain[key]
    for outcome in plain["outcomes"].values():
        del outcome["label"], outcome["unit"]
    for mechanism in plain.get("bias", {}).values():
        del mechanism["source"]
    return plain


def _hash(plain: Any) -> str:
    text = json.dumps(plain, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()
