"""From a scenario as written to a plan: design points, cells, and where each value comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import product
from pathlib import Path as FilePath
from typing import Any

from pydantic import BaseModel

from trialsim.core.errors import Path, Problem, ScenarioError, dotted
from trialsim.core.plan import Cell, Design, Marked, Plan
from trialsim.core.registry import STAGES, Method
from trialsim.core.stages import Effect
from trialsim.scenario.design_point import design_point
from trialsim.scenario.latent import latent_model
from trialsim.scenario.load import Document
from trialsim.scenario.overrides import override, split_path
from trialsim.scenario.references import reference_problems
from trialsim.scenario.schema import Scenario
from trialsim.scenario.validate import located, validate

AS_STATED = "as_stated"
N_TOTAL = "design.n_total"
_NOT_DESIGN = (
    "format",
    "title",
    "source",
    "simulation",
    "vary",
    "what_if",
    "published",
    "evidence",
)
MAX_CELLS = 10_000


def resolve(document: Document) -> tuple[Scenario, Plan]:
    """The scenario as models and its plan. Raises ScenarioError with all problems at once."""
    scenario = validate(document)
    design, effects, problems = design_point(scenario)
    problems += reference_problems(scenario, document.data)
    problems += _variation_problems(scenario)
    if problems:
        raise ScenarioError(located(problems, document))
    designs, cells = [design], list(_cells(0, AS_STATED, effects, _as_stated(scenario, document)))
    seen = {_identity(design, effects, AS_STATED)}
    for what_if, varied, changed in _points(scenario, document):
        point, point_effects = _resolve_point(changed)
        identity = _identity(point, point_effects, what_if)
        if identity in seen:
            continue
        seen.add(identity)
        designs.append(point)
        cells += _cells(len(designs) - 1, what_if, point_effects, varied)
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


def _cells(
    design: int,
    what_if: str,
    effects: Mapping[str, Mapping[str, Effect]],
    varied: tuple[tuple[str, Any], ...],
) -> Iterator[Cell]:
    for assumption, of_outcomes in effects.items():
        yield Cell(design, assumption, what_if, varied, of_outcomes)


def _identity(design: Design, effects: Mapping[str, Mapping[str, Effect]], what_if: str) -> str:
    return f"{what_if}{design.to_json()}{effects}"


def _points(
    scenario: Scenario, document: Document
) -> Iterator[tuple[str, tuple[tuple[str, Any], ...], Document]]:
    """Every combination of varied values under every what_if, and the document that says so."""
    sets: dict[str, Mapping[str, Any]] = {AS_STATED: {}, **scenario.what_if}
    for name, changes in sets.items():
        base = override(document, changes, f"what_if {name}") if changes else document
        if scenario.vary and name != AS_STATED:
            yield name, _as_stated(scenario, base), base
        for values in product(*scenario.vary.values()):
            varied = dict(zip(scenario.vary, values, strict=True))
            text = ", ".join(f"{path} {value}" for path, value in varied.items())
            changed = override(base, varied, f"vary {text}") if varied else base
            yield name, tuple(varied.items()), changed


def _resolve_point(document: Document) -> tuple[Design, dict[str, dict[str, Effect]]]:
    design, effects, problems = design_point(validate(document))
    if problems:
        raise ScenarioError(located(problems, document))
    return design, effects


def _as_stated(scenario: Scenario, document: Document) -> tuple[tuple[str, Any], ...]:
    """The values that varied paths have in a document that varies nothing."""
    return tuple((path, _value_at(document, path)) for path in scenario.vary)


def _value_at(document: Document, path: str) -> Any:
    """The value written at a path, or None where a default holds."""
    if path == N_TOTAL:
        return sum(arm["n"] for arm in document.data["design"]["arms"].values())
    value: Any = document.data
    for part in split_path(path):
        if isinstance(value, dict):
            value = value.get(str(part))
        elif isinstance(value, list) and isinstance(part, int) and part < len(value):
            value = value[part]
        else:
            return None
    return value


def _variation_problems(scenario: Scenario) -> list[Problem]:
    problems = []
    paths: list[tuple[Path, str]] = [(("vary", path), path) for path in scenario.vary]
    for name, changes in scenario.what_if.items():
        if name == AS_STATED:
            problems.append(
                Problem(("what_if", name), "always exists and cannot be redefined.", "Rename it.")
            )
        paths += [(("what_if", name, path), path) for path in changes]
    for place, path in paths:
        try:
            head = str(split_path(path)[0])
        except ScenarioError as error:
            problems += [replace(problem, path=place) for problem in error.problems]
            continue
        if head in _NOT_DESIGN:
            problems.append(Problem(place, f"'{head}' is no part of the design and cannot vary."))
    for path, values in scenario.vary.items():
        if not values:
            problems.append(Problem(("vary", path), "is an empty list.", "List values to try."))
    n_points = 1 + len(scenario.what_if)
    for values in scenario.vary.values():
        n_points *= max(1, len(values))
    if n_points * len(scenario.assumptions) > MAX_CELLS:
        text = f"makes {n_points} design points; at most {MAX_CELLS} cells can be run at once."
        problems.append(Problem(("vary",), text))
    return problems


def _marks(
    scenario: Scenario, design: Design, effects: Mapping[str, Mapping[str, Effect]]
) -> Iterator[tuple[str, Marked]]:
    """Every value of the scenario as stated: given, default or derived."""
    for name in Scenario.model_fields:
        if name in ("source", "published", "evidence", "vary", "what_if"):
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
            difference, own = effect.difference[a], effect.sd[a]
            means = [method.at(method.mean, v) + difference[v] for v in visits]
            sds = [
                given if (given := own[v]) is not None else method.arm_sd(v, difference[v])
                for v in visits
            ]
            place = f"assumptions.{assumption}.{outcome}.{arm}"
            yield f"{place}.mean", Marked([round(mean, 6) for mean in means], "derived")
            yield f"{place}.arm_sd", Marked([round(sd, 6) for sd in sds], "derived")


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
