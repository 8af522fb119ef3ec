"""trialsim list: the methods of every stage and the keys of a scenario, as their docstrings say."""

from __future__ import annotations

import importlib
import inspect
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from typing import Any

import typer
from pydantic import BaseModel

from trialsim.cli.example import example
from trialsim.cli.list_text import key_lines, keys_lines, method_lines, overview_lines, stage_lines
from trialsim.cli.places import inside, places
from trialsim.core.errors import Problem, ScenarioError
from trialsim.core.registry import STAGES, Method, load_methods, methods
from trialsim.core.stages import BiasMethod
from trialsim.scenario.json_schema import first_line, in_words, schema_of
from trialsim.scenario.schema import Scenario
from trialsim.scenario.validate import nearest, shown
from trialsim.scenario.written import MethodOf

KEYS = "keys"
"""What to write in place of a stage for the top-level keys of a scenario."""

Record = dict[str, Any]


def list_command(stage: str | None, name: str | None, as_json: bool) -> None:
    """Print what there is: everything, a stage, or one method; as text or as JSON."""
    load_methods()
    if stage is None:
        found, lines = overview(), overview_lines
    elif stage == KEYS:
        found, lines = (keys(), keys_lines) if name is None else (key(name), key_lines)
    elif name is None:
        found, lines = of_stage(_stage(stage)), stage_lines
    else:
        found, lines = of_method(_stage(stage), name), method_lines
    typer.echo(json.dumps(found, ensure_ascii=False) if as_json else "\n".join(lines(found)))


def overview() -> Record:
    """Every stage with its methods, a line each."""
    return {
        stage: {
            **_about(stage),
            "methods": {name: first_line(method) for name, method in methods(stage).items()},
        }
        for stage in STAGES
    }


def of_stage(stage: str) -> Record:
    """A stage with its methods and their parameters."""
    known = methods(stage).items()
    return {
        "stage": stage,
        **_about(stage),
        "methods": {
            name: {
                "summary": first_line(method),
                **_domain(method),
                "parameters": _parameters(method),
            }
            for name, method in known
        },
    }


def of_method(stage: str, name: str) -> Record:
    """One method: what it does, after whom, its parameters, and how a scenario writes it."""
    known = methods(stage)
    if name not in known:
        text = f"no {STAGES[stage]} of {stage} is called {shown(name)}."
        raise _unknown(text, name, list(known))
    method = known[name]
    return {
        "stage": stage,
        "name": name,
        "summary": first_line(method),
        "docstring": inspect.getdoc(method) or "",
        **_domain(method),
        "source": inspect.getdoc(sys.modules[method.__module__]) or "",
        "parameters": _parameters(method),
        "example": example(method),
        "evidence": evidence(stage, name),
    }


def evidence(stage: str, name: str) -> list[Record]:
    """What tests show of a method: claims, each with its kind and source; none for a plug-in."""
    stored = resources.files("trialsim").joinpath("evidence.json").read_text(encoding="utf-8")
    found: list[Record] = json.loads(stored).get(f"{stage}.{name}", [])
    return found


def keys() -> Record:
    """The top-level keys of a scenario."""
    return {path: told for path, told in _keys_in(Scenario, deep=False)}


def key(name: str) -> Record:
    """One top-level key and the keys inside it."""
    known = keys()
    if name not in known:
        raise _unknown(f"no key of a scenario is called {shown(name)}.", name, list(known))
    within = {path: told for path, told in _keys_in(Scenario) if path.startswith(f"{name}.")}
    return {"key": name, **known[name], "keys": within}


def _about(stage: str) -> Record:
    package = importlib.import_module(f"trialsim.{stage}")
    place = ".".join(places().get(stage, ()))
    return {"what": first_line(package), "written_under": place, "key": STAGES[stage]}


def _domain(method: type[Method]) -> Record:
    """The RoB 2 domain of a method that misleads."""
    return {"domain": method.domain} if issubclass(method, BiasMethod) else {}


def _stage(name: str) -> str:
    """A stage by its name, or by the top-level key under which its methods are written."""
    if name in STAGES:
        return name
    by_key = {place[0]: stage for stage, place in places().items()}
    if name in by_key:
        return by_key[name]
    raise _unknown(f"no stage is called {shown(name)}.", name, [*STAGES, KEYS])


def _unknown(text: str, found: str, known: Sequence[str]) -> ScenarioError:
    return ScenarioError(Problem((), text, nearest(found, known), "trialsim list"))


def _parameters(model: type[BaseModel]) -> Record:
    """The keys of a model: type, default, docstring; a method's name is none of them."""
    schema = schema_of(model)
    own = STAGES[model.stage] if issubclass(model, Method) else ""
    return {
        name: _told(told, name in schema.get("required", ()))
        for name, told in schema["properties"].items()
        if name != own
    }


def _told(schema: Mapping[str, Any], required: bool) -> Record:
    default = {} if required else {"default": schema.get("default")}
    text = schema.get("description", "")
    return {"type": in_words(schema), "required": required, **default, "description": text}


def _keys_in(model: type[BaseModel], path: str = "", deep: bool = True) -> Iterator[Any]:
    """Every key inside a model by its path, with what is told of it."""
    for (name, told), field in zip(
        _parameters(model).items(), model.model_fields.values(), strict=True
    ):
        parts = list(inside(field.annotation, field.metadata))
        for where, held in parts:
            if isinstance(held, MethodOf):
                kind = f"mapping of name: {STAGES[held.stage]}" if where else STAGES[held.stage]
                told["type"] = f"{kind} (trialsim list {held.stage})"
        yield f"{path}{name}", told
        for where, held in parts:
            if deep and not isinstance(held, MethodOf):
                yield from _keys_in(held, ".".join([f"{path}{name}", *where, ""]))
