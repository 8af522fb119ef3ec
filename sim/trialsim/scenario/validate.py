"""From plain data to the models of what people write, with every problem told in plain words."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from trialsim.core.errors import Path, Problem, ScenarioError, dotted
from trialsim.core.registry import STAGES, Method, as_tuples, field_docstrings, methods
from trialsim.scenario.load import Document
from trialsim.scenario.schema import NOT_YET, Scenario

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
    "too_short": "needs at least {min_length} entries, has {actual_length}",
    "too_long": "takes at most {max_length} entries, has {actual_length}",
    "string_too_long": "must be at most {max_length} characters long",
    "finite_number": "must be a finite number",
}


def validate(document: Document) -> Scenario:
    """The scenario as strict models. Raises ScenarioError with all problems and places."""
    readers: dict[int, type[BaseModel]] = {}
    data = as_tuples(document.data)
    problems = list(_unsupported(data))
    for key in NOT_YET:
        data.pop(key, None)
    try:
        scenario = Scenario.model_validate(data, context=readers)
    except ValidationError as error:
        problems += _problems(error.errors(include_url=False), data, readers)
    if problems:
        raise ScenarioError(located(problems, document))
    return scenario


def located(problems: Iterable[Problem], document: Document) -> list[Problem]:
    """The problems with file, line and column, in the order of the file, none twice."""
    placed = []
    for problem in dict.fromkeys(problems):
        place = document.place(problem.path)
        if place is None or problem.line is not None or problem.source:
            placed.append(problem)
            continue
        placed.append(
            Problem(
                problem.path,
                problem.message,
                problem.hint,
                place.source,
                place.line,
                place.column,
            )
        )
    return sorted(placed, key=lambda problem: (problem.line or 0, problem.column or 0))


def nearest(found: str, known: Sequence[str]) -> str:
    """A way out for a name that is not known: the nearest spelling, and all there are."""
    close = difflib.get_close_matches(found, known, n=1, cutoff=0.6)
    guess = f"Did you mean {close[0]}? " if close else ""
    return f"{guess}Known: {', '.join(known)}." if known else "There are none here."


def shown(value: Any) -> str:
    """A value in a message: as written, but never long."""
    if isinstance(value, dict):
        return "a mapping" if value else "an empty mapping"
    if isinstance(value, list | tuple):
        return "a list" if value else "an empty list"
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    text = f"'{value}'" if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _unsupported(data: Mapping[str, Any]) -> Iterable[Problem]:
    for key, what in NOT_YET.items():
        if key in data:
            yield Problem(
                (key,),
                f"this version does not simulate {what}.",
                "Remove the key: nothing written there would have an effect.",
            )


def _problems(
    errors: Sequence[ErrorDetails], data: Any, readers: Mapping[int, type[BaseModel]]
) -> Iterable[Problem]:
    by_path: dict[Path, list[ErrorDetails]] = {}
    for error in errors:
        path = _data_path(error, data)
        by_path.setdefault(path, []).append(error)
    for path, alike in by_path.items():
        # A union reports each alternative. Errors deeper inside say more than those about the
        # value as a whole, so a list with a bad entry is not also told that it is no number.
        if any(other != path and other[: len(path)] == path for other in by_path) and all(
            error["type"].endswith("_type") for error in alike
        ):
            continue
        yield _problem(path, alike, data, readers)


def _data_path(error: ErrorDetails, data: Any) -> Path:
    """The path in the data; pydantic also names the alternatives of unions that it tried."""
    path: list[str | int] = []
    here = data
    location = list(error["loc"])
    for position, part in enumerate(location):
        last = position == len(location) - 1
        if (isinstance(here, dict) and part in here) or (
            isinstance(here, tuple) and isinstance(part, int)
        ):
            here = here[part]
        elif not (last and error["type"] in ("missing", "extra_forbidden")):
            continue
        path.append(part)
    return tuple(path)


def _problem(
    path: Path,
    errors: Sequence[ErrorDetails],
    data: Any,
    readers: Mapping[int, type[BaseModel]],
) -> Problem:
    error = errors[0]
    kind, context = error["type"], error.get("ctx", {})
    found = shown(error["input"])
    reader = readers.get(id(_value_at(data, path[:-1])))
    if kind == "missing":
        docs = field_docstrings(reader) if reader else {}
        return Problem(path, "is required.", docs.get(str(path[-1]), ""))
    if kind == "extra_forbidden":
        return Problem(path, "is not a key here.", nearest(str(path[-1]), _keys_of(reader)))
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        return _no_method(path, error)
    if kind == "string_pattern_mismatch":
        return Problem(
            path,
            f"the name {found} is not allowed.",
            "Names begin with a letter and hold letters, digits and underscores only.",
        )
    if kind == "value_error":
        return Problem(path, f"{context['error']}.")
    for other in errors:  # a limit broken says more than a type not met
        if other["type"] in _LIMITS:
            rule = _LIMITS[other["type"]].format(**other.get("ctx", {}))
            return Problem(path, f"found {shown(other['input'])}, which {rule}.")
    allowed = dict.fromkeys(filter(None, (_allowed(other) for other in errors)))
    if not allowed:
        return Problem(path, f"found {found}: {error['msg']}.")
    hint = ""
    if kind == "int_type" and isinstance(error["input"], float):
        hint = "Write it without a decimal point."
    if isinstance(error["input"], str) and "a number" in allowed and _is_number(error["input"]):
        hint = "Remove the quotes."
    return Problem(path, f"found {found}, allowed: {' or '.join(allowed)}.", hint)


def _allowed(error: ErrorDetails) -> str:
    if error["type"] == "literal_error":
        return str(error.get("ctx", {}).get("expected", "")).replace("'", "")
    return _WANTED.get(error["type"].removesuffix("_type"), "")


def _no_method(path: Path, error: ErrorDetails) -> Problem:
    written = error["input"]
    stage = {
        "allocation": "allocation",
        "outcomes": "outcomes",
        "covariates": "cohort",
        "missing": "observation",
        "analyses": "analysis",
        "decision": "decision",
    }[next(str(part) for part in reversed(path) if part in _METHOD_SECTIONS)]
    key, known = STAGES[stage], list(methods(stage))
    if isinstance(written, dict) and key not in written:
        return Problem((*path, key), "is required.", f"Known: {', '.join(known)}.")
    name = written.get(key) if isinstance(written, dict) else written
    if not isinstance(name, str):
        return Problem(
            path, f"found {shown(name)}, allowed: the name of a {key}.", nearest("", known)
        )
    where = (*path, key) if isinstance(written, dict) else path
    return Problem(where, f"no {key} is called '{name}'.", nearest(name, known))


_METHOD_SECTIONS = ("allocation", "outcomes", "covariates", "missing", "analyses", "decision")


def _keys_of(reader: type[BaseModel] | None) -> list[str]:
    if reader is None:
        return []
    keys = [field.alias or name for name, field in reader.model_fields.items()]
    if issubclass(reader, Method):
        keys.insert(0, STAGES[reader.stage])
    return keys


def _value_at(data: Any, path: Path) -> Any:
    for part in path:
        data = data[part]
    return data


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


__all__ = ["dotted", "located", "nearest", "shown", "validate"]
