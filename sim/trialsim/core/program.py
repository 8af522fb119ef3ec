"""A plan prepared for simulation: which cells share which stages."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np

from trialsim.core.axes import Mask, Plane
from trialsim.core.draws import Draws
from trialsim.core.plan import Cell, Design, Plan
from trialsim.core.stages import (
    AllocationBias,
    AnalysisMethod,
    LossBias,
    ReportBias,
    Rule,
)

T = TypeVar("T")


@dataclass(frozen=True)
class Task:
    """One analysis as the analysis stage needs it."""

    method: AnalysisMethod
    pairs: tuple[tuple[int, int], ...]
    """Contrasts as indices of (arm, comparator)."""
    rule: Rule


@dataclass(frozen=True)
class Group:
    """Cells that differ in nothing but how many patients they enrol: simulated as one."""

    design: Design
    """The largest of their designs."""
    cell: Cell
    sizes: tuple[int, ...]
    """Trial sizes (k), ascending; the last is the capacity."""
    rows: tuple[int, ...]
    """First row of each size's cell in the results (k)."""
    keys: Mapping[str, int]
    """Identity of each stage's inputs: equal numbers mean equal inputs."""
    reads: tuple[tuple[str, str], ...]
    """Variables that some analysis reads: (outcome, visit) or ("", covariate). Nothing else is
    simulated."""
    centres: Mapping[tuple[str, str], float]
    """Planned middle of every variable."""
    tasks: tuple[Task, ...]
    knows_therapists: bool = False
    """Whether somebody looks at who treated whom."""
    kept: dict[Hashable, Any] = field(default_factory=dict, compare=False, repr=False)
    """What stages work out once for this group and keep for all batches."""

    @property
    def capacity(self) -> int:
        """Patients simulated."""
        return self.sizes[-1]


@dataclass(frozen=True)
class Program:
    """A plan prepared for simulation; made once in each process."""

    seed: int
    groups: tuple[Group, ...]
    n_series: int


@dataclass
class Batch:
    """The draws of a batch, and what its stages have made of them so far."""

    draws: Draws
    _made: dict[Hashable, Any] = field(default_factory=dict)

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` returns, made once for every cell that asks with the same key."""
        if key not in self._made:
            self._made[key] = make()
        value: T = self._made[key]
        return value

    def latent(
        self,
        terms: Iterable[tuple[str, float]],
        n: int,
        normal: Callable[[str, int], Plane] | None = None,
    ) -> Plane:
        """A latent value (r, p): a weighted sum of independent standard normals, variance 1.

        `normal` gives those of a purpose where not everybody may enter.
        """
        source = normal or self.draws.normal
        (purpose, weight), *others = terms
        z = source(purpose, n)
        if weight != 1:
            z = z * weight
        for purpose, weight in others:
            z = z + source(purpose, n) * weight
        return z

    def at_least(self, key: Hashable, n: int, make: Callable[[], Plane]) -> Plane:
        """The first `n` patients of a plane that is made once, for the largest trial that asks.

        Groups are simulated largest first, so that all others only look at its beginning. Only
        for what is prefix-stable: a patient's value must not depend on how many follow.
        """
        plane = self.once(key, make)
        return plane if plane.shape[1] == n else plane[:, :n]

    def everybody(self, n: int) -> Mask:
        """The mask (r, p) that holds all of the first `n` patients."""
        return self.once(("everybody", n), lambda: np.ones((self.draws.rows, n), bool, order="F"))


def prepare(plan: Plan) -> Program:
    """Group the plan's cells and number the distinct inputs of every stage."""
    identity: dict[str, int] = {}

    def number(*parts: Any) -> int:
        return identity.setdefault(json.dumps(parts, sort_keys=True), len(identity))

    series = list(plan.series())
    first_row: dict[int, int] = {}
    for row, one in enumerate(series):
        first_row.setdefault(one.cell, row)
    members: dict[Hashable, dict[int, int]] = {}
    shared: dict[Hashable, dict[str, int]] = {}
    for index, cell in enumerate(plan.cells):
        design = plan.designs[cell.design]
        keys, twin = _shared(design, cell, number), 0
        while design.n_total in members.get((tuple(keys.values()), twin), {}):
            twin += 1  # a second cell of the same size (arms 64 and 65, arms 65 and 64)
        shared[tuple(keys.values()), twin] = keys
        members.setdefault((tuple(keys.values()), twin), {})[design.n_total] = index
    groups = [
        _group(plan, shared[name], {n: (cells[n], first_row[cells[n]]) for n in sorted(cells)})
        for name, cells in members.items()
    ]
    # Largest first, so that every table is drawn once, at its full length.
    groups.sort(key=lambda group: -group.capacity)
    return Program(plan.seed, tuple(groups), len(series))


def _shared(design: Design, cell: Cell, number: Callable[..., int]) -> dict[str, int]:
    """What the cells of one group have in common, a number a stage."""
    plain, names = design.to_json(), list(design.arms)
    law = design.allocation.shared_law(tuple(design.arms.values()))
    known = plain["latent"].get("", {})
    factors = {n: (plain["covariates"][n], known.get(n)) for n in design.allocation.factors}
    effects = {name: effect.model_dump() for name, effect in cell.effects.items()}
    selected = plain["selected"]
    scores = (plain["outcomes"], plain["latent"], plain["visits"], names, selected)
    chosen, losses, choices = (
        {n: m for n, m in plain["bias"].items() if isinstance(design.bias[n], kind)}
        for kind in (AllocationBias, LossBias, ReportBias)
    )
    misled = {n: m for n, m in plain["bias"].items() if n not in {**chosen, **losses, **choices}}
    # Whoever is wanted in an arm is wanted for what they are, among as many as are planned.
    wanted = [chosen, scores, plain["covariates"], known, plain["arms"]] if chosen else []
    happening = [plain["sessions"], plain["clock"], plain["switches"], plain["cointerventions"]]
    # How alike a therapist makes patients says nothing about when they come.
    happening.append({name: (team.arms, team.n) for name, team in design.teams.items()})
    if design.clock is not None and design.clock.has_places:
        happening.append(plain["arms"])  # who must wait depends on how many others there are
    return {
        "cohort": number("cohort", plain["covariates"], known, selected, plain["recruitment"]),
        "allocation": number(
            "allocation", plain["allocation"], names, law, factors, selected, wanted
        ),
        "truth": number("truth", *scores),
        "course": number("course", *happening),
        "conduct": number("conduct", plain["teams"], plain["by_team"], *happening),
        "effects": number("effects", effects),
        "observation": number("observation", plain["missing"], losses),
        "misled": number("misled", misled),
        "reported": number("reported", choices),
        "analysis": number("analysis", plain["analyses"], plain["contrasts"], plain["decision"]),
        "name": number("name", cell.assumption, cell.what_if),
    }


def _group(plan: Plan, keys: dict[str, int], cells: dict[int, tuple[int, int]]) -> Group:
    largest = plan.cells[cells[max(cells)][0]]
    design = plan.designs[largest.design]
    reads = [v for a in design.analyses.values() for v in a.reads(design.measured)]
    for reason in design.missing.values():
        reads += reason.reads(tuple(design.outcomes), tuple(design.visits), design.baseline)
    for analysis in design.analyses.values():
        stand_ins = analysis.stand_ins(tuple(design.visits), design.baseline)
        reads += [(analysis.outcome, visit) for visit in stand_ins]
    for mechanism in design.bias.values():
        reads += mechanism.reads(tuple(design.outcomes), design.baseline)
        if isinstance(mechanism, LossBias):
            reason = mechanism.reason()
            reads += reason.reads(tuple(design.outcomes), tuple(design.visits), design.baseline)
    reads += [("", factor) for factor in design.allocation.factors]
    modifiers = [effect.modifier for effect in largest.effects.values()]
    reads += [("", m.variable) for m in modifiers if m is not None and m.variable]
    centres = {("", name): method.centre for name, method in design.covariates.items()}
    for name, outcome in design.outcomes.items():
        for v, visit in enumerate(design.visits):
            centres[name, visit] = outcome.at(outcome.mean, v)
    return Group(
        design,
        largest,
        tuple(cells),
        tuple(row for _, row in cells.values()),
        keys,
        tuple(dict.fromkeys(reads)),
        centres,
        tuple(_task(design, name) for name in design.analyses),
        any(analysis.knows_therapists for analysis in design.analyses.values()),
    )


def _task(design: Design, name: str) -> Task:
    method, arms = design.analyses[name], list(design.arms)
    pairs = [design.contrasts[contrast] for contrast in design.contrasts_of(name)]
    return Task(
        method,
        tuple((arms.index(arm), arms.index(other)) for arm, other in pairs),
        rule_of(design, name),
    )


def rule_of(design: Design, analysis: str) -> Rule:
    """How the estimates of an analysis are judged."""
    outcome = design.outcomes[design.analyses[analysis].outcome]
    decision = design.decision
    sign = -1 if outcome.better == "lower" else 1
    null = -sign * decision.margin_of_loss
    rule = Rule(alpha=decision.alpha, sides=decision.sides, sign=sign, null=null)
    return design.analyses[analysis].judged(rule)
