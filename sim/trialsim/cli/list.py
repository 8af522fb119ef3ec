"""trialsim list: the methods of every stage and the keys of a scenario, as their docstrings say."""

from __future__ import annotations

import importlib
import inspect
import json
import math
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, get_args, get_origin

import typer
import yaml
from pydantic import BaseModel

from trialsim.core.errors import Problem, ScenarioError
from trialsim.core.registry import STAGES, Method, load_methods, methods
from trialsim.scenario.json_schema import first_line, in_words, schema_of
from trialsim.scenario.schema import Scenario
from trialsim.scenario.validate import nearest, shown
from trialsim.scenario.written import MethodOf

KEYS = "keys"
"""What to write in place of a stage for the top-level keys of a scenario."""

_WIDTH = 96
_ANY = "NAME"
"""Stands for a name that the author makes up."""

_TYPICAL = {
    "outcome": "score",
    "visit": "after",
    "mean": 50,
    "sd": 10,
    "min": 0,
    "max": 100,
    "rate": 0.1,
}
"""Values of an example by the name of the parameter. A method that needs others says so itself:
`Field(examples=[...])`."""

Record = dict[str, Any]


def list_command(stage: str | None, name: str | None, as_json: bool) -> None:
    """Print what there is: everything, a stage, or one method; as text or as JSON."""
    load_methods()
    if stage is None:
        found, lines = overview(), _overview_lines
    elif stage == KEYS:
        found, lines = (keys(), _keys_lines) if name is None else (key(name), _key_lines)
    elif name is None:
        found, lines = of_stage(_stage(stage)), _stage_lines
    else:
        found, lines = of_method(_stage(stage), name), _method_lines
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
            name: {"summary": first_line(method), "parameters": _parameters(method)}
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
        "source": inspect.getdoc(sys.modules[method.__module__]) or "",
        "parameters": _parameters(method),
        "example": example(method),
    }


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


def example(method: type[Method]) -> str:
    """The method as a scenario would write it, with no parameters but the required."""
    schema, own = schema_of(method), STAGES[method.stage]
    place = _places().get(method.stage, ())
    spec: Any = {own: method.name}
    for name in schema["properties"]:
        if name in schema["required"] and name != own:
            spec[name] = _value(schema["properties"][name], schema.get("$defs", {}), name)
    # A bare name is a method with its defaults, where nothing else could stand in its place.
    if is_bare := len(spec) == 1 and place and _ANY not in place:
        spec = method.name
    for part in reversed(place):
        spec = {"any_name" if part == _ANY else part: spec}
    flow = False if is_bare else None
    return yaml.safe_dump(spec, sort_keys=False, default_flow_style=flow, width=_WIDTH).strip()


def _about(stage: str) -> Record:
    package = importlib.import_module(f"trialsim.{stage}")
    place = ".".join(_places().get(stage, ()))
    return {"what": first_line(package), "written_under": place, "key": STAGES[stage]}


def _stage(name: str) -> str:
    """A stage by its name, or by the top-level key under which its methods are written."""
    if name in STAGES:
        return name
    by_key = {place[0]: stage for stage, place in _places().items()}
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
        inside = list(_inside(field.annotation, field.metadata))
        for where, held in inside:
            if isinstance(held, MethodOf):
                kind = f"mapping of name: {STAGES[held.stage]}" if where else STAGES[held.stage]
                told["type"] = f"{kind} (trialsim list {held.stage})"
        yield f"{path}{name}", told
        for where, held in inside:
            if deep and not isinstance(held, MethodOf):
                yield from _keys_in(held, ".".join([f"{path}{name}", *where, ""]))


def _places() -> dict[str, tuple[str, ...]]:
    """The path under which each stage's methods are written."""

    def within(model: type[BaseModel], path: tuple[str, ...]) -> Iterator[Any]:
        for name, field in model.model_fields.items():
            for where, held in _inside(field.annotation, field.metadata):
                here = (*path, field.alias or name, *where)
                if isinstance(held, MethodOf):
                    yield held.stage, here
                else:
                    yield from within(held, here)

    return dict(within(Scenario, ()))


def _inside(
    annotation: Any, metadata: Sequence[Any], path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], MethodOf | type[BaseModel]]]:
    """The methods and models that a field holds, each with its path from the field."""
    chosen = next((note for note in metadata if isinstance(note, MethodOf)), None)
    if chosen is not None:
        yield path, chosen
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield path, annotation
    elif get_origin(annotation) is Annotated:
        inner, *notes = get_args(annotation)
        yield from _inside(inner, notes, path)
    elif get_origin(annotation) is dict:
        yield from _inside(get_args(annotation)[1], (), (*path, _ANY))
    else:
        for one in get_args(annotation):
            yield from _inside(one, (), path)


def _value(schema: Mapping[str, Any], definitions: Mapping[str, Any], name: str = "") -> Any:
    """Something that a schema allows: what is typical for the name, where that is allowed."""
    if "$ref" in schema:
        schema = definitions[schema["$ref"].rsplit("/", 1)[1]]
    for given in ("examples", "enum"):
        if given in schema:
            return schema[given][0]
    if "anyOf" in schema:
        simplest = min(schema["anyOf"], key=lambda one: len(in_words(one)))
        return _value(simplest, definitions, name)
    kind = schema.get("type")
    if kind in ("number", "integer"):
        return _number(schema, _TYPICAL.get(name))
    if kind == "array":
        items = schema.get("prefixItems") or [schema["items"]] * max(1, schema.get("minItems", 1))
        return [_value(item, definitions) for item in items]
    if kind == "object" and "properties" in schema:
        inside = schema["properties"]
        return {key: _value(inside[key], definitions, key) for key in schema.get("required", ())}
    if kind == "object":
        held = [*schema.get("patternProperties", {}).values(), schema.get("additionalProperties")]
        return {"any_name": _value(held[0], definitions)} if isinstance(held[0], Mapping) else {}
    return {"boolean": True}.get(str(kind), _TYPICAL.get(name, "any_name"))


def _number(schema: Mapping[str, Any], typical: Any) -> float:
    """The typical number if it is within the limits, else one that is."""
    low = schema.get("minimum", schema.get("exclusiveMinimum", -math.inf))
    high = schema.get("maximum", schema.get("exclusiveMaximum", math.inf))
    if isinstance(typical, int | float) and low < typical < high:
        return typical
    if math.isfinite(low) and math.isfinite(high):
        middle = (low + high) / 2
        return round(middle) if schema["type"] == "integer" else middle
    return low + 1 if math.isfinite(low) else high - 1 if math.isfinite(high) else 1


def _overview_lines(found: Record) -> Iterator[str]:
    width = max(len(name) for told in found.values() for name in told["methods"])
    for stage, told in found.items():
        yield from _hanging("", f"{stage}: {told['what']}")
        for name, summary in told["methods"].items():
            yield from _hanging(f"  {name:<{width}}  ", summary)
        yield ""
    yield "More: trialsim list STAGE, trialsim list STAGE NAME, trialsim list keys"


def _stage_lines(found: Record) -> Iterator[str]:
    yield from _hanging("", f"{found['stage']}: {found['what']}")
    if found["written_under"]:
        yield f"Written under {found['written_under']}, named by the key `{found['key']}`."
    every = [told["parameters"] for told in found["methods"].values()]
    shared = {
        name: told
        for name, told in (every[0] if len(every) > 1 else {}).items()
        if all(other.get(name) == told for other in every)
    }
    for name, told in found["methods"].items():
        yield ""
        yield name
        yield from _hanging("  ", told["summary"])
        own = {key: value for key, value in told["parameters"].items() if key not in shared}
        yield from _parameter_lines(own)
    if shared:
        yield ""
        yield "All of them take"
        yield from _parameter_lines(shared)


def _method_lines(found: Record) -> Iterator[str]:
    yield f"{found['stage']} {found['name']}"
    yield ""
    yield found["source"]
    yield ""
    yield found["docstring"]
    if found["parameters"]:
        yield ""
        yield "Parameters"
        yield from _parameter_lines(found["parameters"])
    yield ""
    yield "Example"
    yield textwrap.indent(found["example"], "  ")


def _keys_lines(found: Record) -> Iterator[str]:
    yield from _parameter_lines(found, indent="")
    yield ""
    yield "More: trialsim list keys KEY"


def _key_lines(found: Record) -> Iterator[str]:
    yield from _parameter_lines({found["key"]: found, **found["keys"]}, indent="")


def _parameter_lines(parameters: Record, indent: str = "  ") -> Iterator[str]:
    width = max((len(name) for name in parameters), default=0)
    for name, told in parameters.items():
        yield from _hanging(f"{indent}{name:<{width}}  ", f"{told['type']}; {_status(told)}")
        yield from _hanging(" " * (len(indent) + width + 2), told["description"])


def _status(told: Record) -> str:
    if told["required"]:
        return "required"
    if isinstance(told["default"], dict) or told["default"] in (None, "", []):
        return "optional"
    # YAML ends a lone scalar with a mark of its own.
    text = yaml.safe_dump(told["default"], default_flow_style=True)
    return f"default {text.removesuffix(f'...{chr(10)}').strip()}"


def _hanging(head: str, text: str) -> list[str]:
    """Text behind a head, its further lines under its first."""
    lines = textwrap.wrap(text, max(_WIDTH - len(head), 40), break_on_hyphens=False) or [""]
    return [f"{head}{lines[0]}".rstrip(), *(" " * len(head) + line for line in lines[1:])]
