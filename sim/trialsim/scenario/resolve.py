"""From a scenario as written to a plan: design points, cells, and where each value comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path as FilePath
from typing import Any

from pydantic import BaseModel

from trialsim.core.errors import Path, ScenarioError, dotted
from trialsim.core.plan import Cell, Design, Marked, Plan
from trialsim.core.registry import STAGES, Method
from trialsim.core.stages import Effect, OutcomeMethod
from trialsim.scenario import _total
from trialsim.scenario._held import varied_values
from trialsim.scenario.claims import about_problems
from trialsim.scenario.design_point import design_point
from trialsim.scenario.latent import latent_model
from trialsim.scenario.limits import work_problems
from trialsim.scenario.load import Document
from trialsim.scenario.schema import Scenario
from trialsim.scenario.validate import located, read_models
from trialsim.scenario.variation import Point, design_points
from trialsim.scenario.varied_paths import AS_STATED

N_TOTAL = dotted(_total.N_TOTAL)

_SAID_OF_IT = (
    "source",
    "published",
    "strengths",
    "risk_of_bias",
    "evidence",
    "vary",
    "what_if",
    "literature",
)
"""Sections that hold no value of the trial as stated."""

__all__ = ["AS_STATED", "N_TOTAL", "resolve"]


def resolve(document: Document) -> tuple[Scenario, Plan]:
    """The scenario as models and its plan. Raises ScenarioError with all problems at once."""
    reading = read_models(document)
    scenario, readable = reading.scenario, reading.readable
    design, effects, found = design_point(scenario, readable)
    problems = [*reading.problems, *found, *about_problems(scenario, readable, document.data)]
    points: list[Point] = []
    if too_much := work_problems(scenario):
        problems += too_much
    else:
        points, found = design_points(scenario, document, readable, is_sound=not problems)
        problems += found
    if problems or design is None:
        raise ScenarioError(located(problems, document))
    stated = varied_values(scenario, document, scenario.vary)
    points = [Point(AS_STATED, stated, design, effects), *points]
    designs: list[Design] = []
    cells: list[Cell] = []
    seen = set()
    for point in points:
        identity = f"{point.what_if}{point.design.to_json()}{point.effects}"
        if identity not in seen:
            seen.add(identity)
            cells += _cells(len(designs), point)
            designs.append(point.design)
    plan = Plan(
        name=FilePath(document.source).stem,
        title=scenario.title,
        designs=tuple(designs),
        cells=tuple(cells),
        replicates=scenario.simulation.replicates,
        seed=scenario.simulation.seed,
        marks=dict(_marks(scenario, design, effects)),
    )
    return scenario, plan


def _cells(index: int, point: Point) -> Iterator[Cell]:
    for assumption, of_outcomes in point.effects.items():
        yield Cell(index, assumption, point.what_if, point.varied, of_outcomes)


def _marks(
    scenario: Scenario, design: Design, effects: Mapping[str, Mapping[str, Effect]]
) -> Iterator[tuple[str, Marked]]:
    """Every value of the scenario as stated: given, default or derived."""
    for name in Scenario.model_fields:
        if name in _SAID_OF_IT:
            continue
        given = name in scenario.model_fields_set
        yield from _walk(getattr(scenario, name), (name,), given)
    yield N_TOTAL, Marked(design.n_total, "derived")
    yield (
        "decision.primary",
        Marked(design.decision.primary, "given" if scenario.decision.primary else "default"),
    )
    if not scenario.design.contrasts:
        for name, pair in design.contrasts.items():
            yield f"design.contrasts.{name}", Marked(list(pair), "default")
    _, latent, _ = latent_model(scenario.outcomes, list(design.visits))
    for name, matrix in latent.items():
        rounded = [[round(float(value), 6) for value in row] for row in matrix]
        yield f"outcomes.{name}.latent_correlation", Marked(rounded, "derived")
    for assumption, of_outcomes in effects.items():
        yield from _arm_marks(assumption, of_outcomes, design)


def _arm_marks(
    assumption: str, effects: Mapping[str, Effect], design: Design
) -> Iterator[tuple[str, Marked]]:
    """What an assumption makes of every arm: means and SDs at every visit."""
    for outcome, effect in effects.items():
        method = design.outcomes[outcome]
        for a, arm in enumerate(design.arms):
            visits = range(len(design.visits))
            difference = effect.difference[a]
            means = [method.at(method.mean, v) + difference[v] for v in visits]
            sds = [_arm_sd(method, effect, a, v) for v in visits]
            place = f"assumptions.{assumption}.{outcome}.{arm}"
            yield f"{place}.mean", Marked([round(mean, 6) for mean in means], "derived")
            yield f"{place}.arm_sd", Marked([round(sd, 6) for sd in sds], "derived")


def _arm_sd(method: OutcomeMethod, effect: Effect, arm: int, visit: int) -> float:
    """SD of the scores of an arm, over all its classes; those go with nothing else."""
    classes = effect.by_class
    shares = (1.0,) if effect.modifier is None else effect.modifier.shares
    rows = range(arm * len(shares), (arm + 1) * len(shares))
    mean, square = effect.difference[arm][visit], 0.0
    for share, row in zip(shares, rows, strict=True):
        difference, own = classes.difference[row][visit], classes.sd[row][visit]
        within = own if own is not None else method.arm_sd(visit, difference)
        square += share * (within**2 + (difference - mean) ** 2)
    return square**0.5


def _walk(value: Any, path: Path, given: bool) -> Iterator[tuple[str, Marked]]:
    if isinstance(value, Method):
        key = STAGES[value.stage]
        yield dotted((*path, key)), Marked(value.name, "given" if given else "default")
    if isinstance(value, BaseModel):
        for name in type(value).model_fields:
            own = given and name in value.model_fields_set
            yield from _walk(getattr(value, name), (*path, name), own)
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _walk(inner, (*path, str(name)), given)
        if not value and given:
            yield dotted(path), Marked({}, "given")
    else:
        plain = list(value) if isinstance(value, tuple) else value
        yield dotted(path), Marked(plain, "given" if given else "default")
