"""A method as a scenario would write it: what its schema requires, with typical values."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import yaml

from trialsim.cli.places import ANY, places
from trialsim.core.registry import STAGES, Method
from trialsim.scenario.json_schema import in_words, schema_of

_WIDTH = 96

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


def example(method: type[Method]) -> str:
    """The method as a scenario would write it, with no parameters but the required."""
    schema, own = schema_of(method), STAGES[method.stage]
    place = places().get(method.stage, ())
    spec: Any = {own: method.name}
    for name in schema["properties"]:
        if name in schema["required"] and name != own:
            spec[name] = _value(schema["properties"][name], schema.get("$defs", {}), name)
    # A bare name is a method with its defaults, where nothing else could stand in its place.
    if is_bare := len(spec) == 1 and place and ANY not in place:
        spec = method.name
    for part in reversed(place):
        spec = {"any_name" if part == ANY else part: spec}
    flow = False if is_bare else None
    return yaml.safe_dump(spec, sort_keys=False, default_flow_style=flow, width=_WIDTH).strip()


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
