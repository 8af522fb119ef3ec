"""The grammar of scenarios as JSON Schema (draft 2020-12), for editors; and its types in words."""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from trialsim.core.registry import STAGES, Method, field_docstrings
from trialsim.scenario._words import listed
from trialsim.scenario.schema import Scenario
from trialsim.scenario.written import MaybeEmpty, MethodOf

JsonSchema = dict[str, Any]


def scenario_schema() -> JsonSchema:
    """What a scenario may hold: every key and method of this version, nothing else."""
    title = {"$schema": GenerateJsonSchema.schema_dialect, "title": "trialsim scenario"}
    return {**title, **schema_of(Scenario)}


def schema_of(model: type[BaseModel]) -> JsonSchema:
    """What one mapping of a scenario may hold, with the definitions that it needs."""
    return model.model_json_schema(schema_generator=_Grammar)


def as_text(schema: JsonSchema) -> str:
    """A schema as it is stored in a file."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


class _Grammar(GenerateJsonSchema):
    """Pydantic's schema of the models, with what only trialsim knows about them added."""

    def sort(self, value: JsonSchemaValue, parent_key: str | None = None) -> JsonSchemaValue:
        """Keys stay in the order in which models list them: editors offer them in it."""
        return value

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Never: a title would repeat the key."""
        return False

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        """Docstrings describe the keys, and a method is recognised by its name."""
        written = super().model_schema(schema)
        model: type[BaseModel] = schema["cls"]
        written.pop("title", None)
        for name, text in field_docstrings(model).items():
            field = model.model_fields.get(name)
            if field is not None:
                written["properties"][field.alias or name]["description"] = " ".join(text.split())
        if issubclass(model, Method):
            key = STAGES[model.stage]
            choice = {"const": model.name, "description": first_line(model)}
            written["title"] = model.name
            written["properties"] = {key: choice, **written["properties"]}
            written["required"] = [key, *written.get("required", ())]
        return written

    def tagged_union_schema(self, schema: core_schema.TaggedUnionSchema) -> JsonSchemaValue:
        """One of the methods of a stage, as a mapping or by its bare name."""
        field = getattr(schema["discriminator"], "__self__", None)
        if not isinstance(field, MethodOf):
            return super().tagged_union_schema(schema)
        key, names, mappings = STAGES[field.stage], [], []
        for name, choice in schema["choices"].items():
            mapping = self.generate_inner(choice)
            definition = self.resolve_ref_schema(mapping)
            required = [other for other in definition["required"] if other != key]
            if not required:
                names.append({"const": name, "description": definition["description"]})
            if name == field.default:  # a mapping that leaves the name out is this method
                mapping = {k: v for k, v in definition.items() if k != "required"}
                mapping |= {"required": required} if required else {}
            mappings.append(mapping)
        return {"oneOf": [*names, *mappings]}

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        """Mappings by name hold no other keys than names."""
        written = super().dict_schema(schema)
        if "patternProperties" in written:
            written["additionalProperties"] = False
        return written

    def function_before_schema(
        self, schema: core_schema.BeforeValidatorFunctionSchema
    ) -> JsonSchemaValue:
        """Mappings that may be left empty may be null."""
        written = super().function_before_schema(schema)
        if schema["function"]["function"] is not MaybeEmpty.func:
            return written
        if written.get("type") == "object":
            return {**written, "type": ["object", "null"]}
        return {"anyOf": [written, {"type": "null"}]}


def first_line(documented: object) -> str:
    """What a docstring says first, of a class or a module."""
    return (inspect.getdoc(documented) or "").split("\n", 1)[0]


_TYPES = {
    "number": ("number", "numbers"),
    "integer": ("whole number", "whole numbers"),
    "string": ("text", "texts"),
    "boolean": ("true or false", "true or false"),
    "object": ("mapping", "mappings"),
    "array": ("list", "lists"),
    "null": ("null", "null"),
}
_LIMITS = {
    "exclusiveMinimum": "above",
    "minimum": "at least",
    "exclusiveMaximum": "below",
    "maximum": "at most",
}


def in_words(schema: Mapping[str, Any], many: bool = False) -> str:
    """The type that a schema allows, in plain words.

    >>> in_words({"anyOf": [{"type": "array", "items": {"type": "number"}}, {"type": "number"}]})
    'number or list of numbers'
    """
    if "const" in schema or "enum" in schema:
        return listed(map(str, schema.get("enum", [schema.get("const")])), "or")
    alternatives = schema.get("anyOf") or schema.get("oneOf")
    if alternatives:
        # Nobody need write the null of an optional key; among the items of a list it has a place.
        said = (one for one in alternatives if many or one.get("type") != "null")
        return " or ".join(sorted({in_words(one, many) for one in said}, key=lambda w: (len(w), w)))
    kind = schema.get("type", "object" if "$ref" in schema else "")
    if isinstance(kind, list):  # a mapping that may be empty: nobody need write null
        kind = kind[0]
    if not kind:
        return "any values" if many else "any value"
    words_of_kind = _TYPES[kind][many]
    inner = _inner(schema)
    if inner:
        return f"{words_of_kind} of {inner}"
    limits = [f"{word} {_number(schema[key])}" for key, word in _LIMITS.items() if key in schema]
    return " ".join([words_of_kind, " and ".join(limits)]).strip()


def _number(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:g}"


def _inner(schema: Mapping[str, Any]) -> str:
    """What a list or mapping holds."""
    if "prefixItems" in schema:
        words = list(dict.fromkeys(in_words(item, many=True) for item in schema["prefixItems"]))
        n = len(schema["prefixItems"])
        return f"{n} {words[0]}" if len(words) == 1 else f"{n}: {', '.join(words)}"
    if "items" in schema:
        return in_words(schema["items"], many=True)
    held = [*schema.get("patternProperties", {}).values(), schema.get("additionalProperties")]
    if isinstance(held[0], Mapping):
        return f"name: {in_words(held[0])}"
    return ""
