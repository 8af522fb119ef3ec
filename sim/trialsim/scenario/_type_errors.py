"""What pydantic finds wrong, in plain words: the place, what was written, what is allowed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from trialsim.core.errors import Path, Problem
from trialsim.core.registry import STAGES, Method, field_docstrings, methods
from trialsim.scenario._words import clipped, closest, counted, listed, nearest, number, shown

SMALLEST, LARGEST = 1e-12, 1e12
"""Size of the numbers that measure something; beyond them sums of squares lose all digits."""

_WANTED = {
    "int": "a whole number",
    "float": "a number",
    "string": "text",
    "bool": "true or false",
    "tuple": "a list",
    "dict": "a mapping (name: value)",
    "model": "a mapping (name: value)",
    "none": "null",
}
_LIMITS = {
    "greater_than": "must be above {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be below {lt}",
    "less_than_equal": "must be at most {le}",
    "too_short": "needs at least {min_length}",
    "too_long": "takes at most {max_length}",
    "string_too_long": "must be at most {max_length} characters long",
    "finite_number": "is no finite number",
}
_STAGE_OF_SECTION = {
    "cohort": "cohort",
    "allocation": "allocation",
    "outcomes": "outcomes",
    "observation": "observation",
    "bias": "bias",
    "analyses": "analysis",
    "decision": "decision",
}

Readers = Mapping[int, type[BaseModel]]
"""Which model read which mapping, by the mapping's id."""


def is_out_of_scale(value: object) -> bool:
    """Whether a finite number is too large or too small to measure anything."""
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) == math.inf:
        return False
    return abs(value) > LARGEST or 0 < abs(value) < SMALLEST


def type_problems(
    errors: Sequence[ErrorDetails], read: Any, written: Any, readers: Readers
) -> list[Problem]:
    """A problem for each place that is wrong.

    `read` is what pydantic was given, `written` what the author wrote.
    """
    by_path: dict[Path, list[ErrorDetails]] = {}
    for error in errors:
        by_path.setdefault(_data_path(error, read), []).append(error)
    has_errors_inside = {path[:n] for path in by_path for n in range(len(path))}
    misspelt = _misspelt(by_path, readers, read)
    problems = []
    for path, alike in by_path.items():
        # A union reports each alternative. Errors deeper inside say more than those about the
        # value as a whole, so a list with a bad entry is not also told that it is no number.
        if path in has_errors_inside and all(error["type"].endswith("_type") for error in alike):
            continue
        if alike[0]["type"] == "missing" and path in misspelt:
            continue  # told once, where the misspelt key stands
        problems.append(_problem(path, alike, _value_at(written, path), readers, read))
    return problems


def _data_path(error: ErrorDetails, data: Any) -> Path:
    """The path in the data; pydantic also names the alternatives of unions that it tried."""
    path: list[str | int] = []
    here = data
    location = error["loc"]
    for position, part in enumerate(location):
        if _holds(here, part):
            here = here[part]
        elif position < len(location) - 1 or error["type"] not in ("missing", "extra_forbidden"):
            continue
        path.append(part)
    return tuple(path)


def _misspelt(by_path: Mapping[Path, list[ErrorDetails]], readers: Readers, data: Any) -> set[Path]:
    """Required keys that are missing because an unknown key beside them should be theirs."""
    found = set()
    for path, alike in by_path.items():
        if alike[0]["type"] == "extra_forbidden":
            known = _keys_of(readers.get(id(_value_at(data, path[:-1]))))
            found.add((*path[:-1], closest(str(path[-1]), known)))
    return found


def _problem(
    path: Path, errors: Sequence[ErrorDetails], written: Any, readers: Readers, data: Any
) -> Problem:
    error = errors[0]
    kind = error["type"]
    reader = readers.get(id(_value_at(data, path[:-1])))
    if kind == "missing" and isinstance(path[-1], int):
        return Problem(path[:-1], "ends too early: the list needs more items.")
    if kind == "missing":
        docs = field_docstrings(reader) if reader else {}
        return Problem(path, "is required.", docs.get(str(path[-1]), ""))
    if kind == "extra_forbidden":
        return _unknown_key(path, reader)
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        return _no_method(path, written)
    if kind == "string_pattern_mismatch":
        return Problem(
            path,
            f"the name '{clipped(error['input'])}' is not allowed.",
            "Names begin with a letter and hold letters a to z, digits and underscores only.",
            at_key=True,
        )
    if kind == "value_error":
        return Problem(path, f"{error['ctx']['error']}.")
    read = _value_at(data, path)
    if isinstance(read, float) and math.isnan(read) and is_out_of_scale(written):
        return Problem(
            path,
            f"found {number(written)}; numbers here are 0 or between {SMALLEST:g} and "
            f"{LARGEST:g} in size.",
            "Write 0, or use another unit.",
        )
    for other in errors:  # a limit broken says more than a type not met
        if other["type"] in _LIMITS:
            value = other["input"] if other["type"] == "string_too_long" else written
            text = f"found {shown(value)}, which {_limit(other)}."
            return Problem(path, text, at_key=other["type"] == "string_too_long")
    return _not_of_the_type(path, errors, written)


def _unknown_key(path: Path, reader: type[BaseModel] | None) -> Problem:
    name, hint = str(path[-1]), ""
    if reader is not None and issubclass(reader, Method):
        others = [m for m in methods(reader.stage).values() if name in _keys_of(m)]
        hint = f"It is a key of {listed([m.name for m in others], 'and')}. " if others else ""
    hint += nearest(name, _keys_of(reader))
    return Problem(path, "is not a key here.", hint, at_key=True)


def _limit(error: ErrorDetails) -> str:
    context = dict(error.get("ctx", {}))
    for key, limit in context.items():
        if isinstance(limit, int | float):
            context[key] = f"{limit:,}" if isinstance(limit, int) else f"{limit:g}"
    if error["type"] in ("too_short", "too_long"):
        size = "min_length" if error["type"] == "too_short" else "max_length"
        n, has = int(error["ctx"][size]), error["ctx"]["actual_length"]
        return f"{_LIMITS[error['type']].split(' {')[0]} {counted(n, 'item')}, has {has}"
    return _LIMITS[error["type"]].format(**context)


def _not_of_the_type(path: Path, errors: Sequence[ErrorDetails], written: Any) -> Problem:
    allowed = list(dict.fromkeys(filter(None, (_allowed(error) for error in errors))))
    if not allowed:
        return Problem(path, f"found {shown(written)}, which is not allowed here.")
    hint = ""
    if "a whole number" in allowed and isinstance(written, float) and math.isfinite(written):
        hint = "Write it without a decimal point."
    elif isinstance(written, str) and {"a number", "a whole number"} & set(allowed):
        hint = "Remove the quotes." if _is_number(written) else ""
    elif allowed == ["a list"] and isinstance(written, str | int | float) and written != "":
        hint = f"Write [{clipped(str(written))}]."
    elif isinstance(written, int | float) and allowed == ["text"]:
        hint = "If it is text, put it in quotes."
    elif isinstance(written, str):
        guess = closest(written, _choices(errors))
        hint = f"Did you mean {guess}?" if guess else ""
    text = listed(allowed, "or") if len(allowed) > 1 else allowed[0]
    return Problem(path, f"found {shown(written)}, allowed: {text}.", hint)


def _allowed(error: ErrorDetails) -> str:
    if error["type"] == "literal_error":
        return str(error.get("ctx", {}).get("expected", "")).replace("'", "")
    return _WANTED.get(error["type"].removesuffix("_type"), "")


def _choices(errors: Sequence[ErrorDetails]) -> list[str]:
    texts = [_allowed(error) for error in errors if error["type"] == "literal_error"]
    return [choice for text in texts for choice in text.replace(" or ", ", ").split(", ")]


def _no_method(path: Path, written: Any) -> Problem:
    stage = _STAGE_OF_SECTION[str(path[0])]
    key, known = STAGES[stage], list(methods(stage))
    name = written.get(key) if isinstance(written, dict) else written
    if isinstance(written, dict) and key not in written:
        if guess := closest(key, written, alike=0.8):
            hint = f"Did you mean {key}?"
            return Problem((*path, guess), "is not a key here.", hint, at_key=True)
        return Problem((*path, key), "is required.", f"Known: {listed(known)}.")
    where = (*path, key) if isinstance(written, dict) else path
    if isinstance(name, str) and name:
        return Problem(where, f"no {key} is called {shown(name)}.", nearest(name, known))
    allowed = f"the name of a {key}"
    if not isinstance(written, dict):
        allowed += f", or a mapping with the key {key}"
    return Problem(where, f"found {shown(name)}, allowed: {allowed}.", f"Known: {listed(known)}.")


def _keys_of(reader: type[BaseModel] | None) -> list[str]:
    if reader is None:
        return []
    keys = [field.alias or name for name, field in reader.model_fields.items()]
    if issubclass(reader, Method):
        keys.insert(0, STAGES[reader.stage])
    return keys


def _holds(container: Any, part: str | int) -> bool:
    if isinstance(container, dict):
        return part in container
    is_index = isinstance(part, int) and not isinstance(part, bool)
    return isinstance(container, list | tuple) and is_index and int(part) < len(container)


def _value_at(data: Any, path: Iterable[str | int]) -> Any:
    """What stands at a path; None where nothing does."""
    for part in path:
        if not _holds(data, part):
            return None
        data = data[part]
    return data


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
