"""A first scenario from a few answers: valid, runnable, and every key explained."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from trialsim.core.errors import ScenarioError
from trialsim.core.registry import STAGES, field_docstrings, load_methods, methods
from trialsim.scenario.json_schema import first_line
from trialsim.scenario.keys.design import Arm, Design
from trialsim.scenario.limits import MAX_PATIENTS
from trialsim.scenario.load import parse_value
from trialsim.scenario.schema import Scenario

BOUNDED, UNLIMITED = "bounded_integer", "repeated_normal"
"""The outcome that a template writes: with limits, without."""
RAW, ADJUSTED = "t_test", "ancova"
"""The analyses that it writes: always, and first where there is a baseline."""

EXPECTED = "expected"
"""The assumption that holds the difference asked for."""

_WIDTH = 100
_SAFE = re.compile(r"[A-Za-z][A-Za-z0-9_ ./()-]*")
_INTRODUCTION = (
    "Written by `trialsim new`. Every number is a beginning: replace it, and say under evidence "
    "where yours comes from. Then `trialsim check` and `trialsim run` this file."
)


@dataclass(frozen=True)
class Answers:
    """What a first scenario needs to know. Numbers are written as given; none is checked here."""

    title: str
    arms: Sequence[str]
    """Names; the first is the comparator."""
    n_total: int
    """Patients of all arms, divided equally."""
    visits: Mapping[str, Any]
    """Weeks by name; week 0 is baseline."""
    outcome: str
    limits: tuple[Any, Any] | None
    """Lowest and highest score, or None where there are none."""
    better: str
    mean: Any
    sd: Any
    correlation: Any
    difference: Any
    """Mean difference of every other arm from the comparator."""


@dataclass(frozen=True)
class _Entry:
    """A key with its value, entries inside it or something to write on one line."""

    key: str
    value: Any
    comment: str = ""


def scenario_text(answers: Answers, schema: str = "") -> str:
    """A scenario in YAML; `schema` is where an editor finds the JSON schema."""
    load_methods()
    modeline = f"# yaml-language-server: $schema={' '.join(schema.split())}\n" if schema else ""
    introduction = "".join(f"{line}\n" for line in _comment(_INTRODUCTION, 0))
    parts = ["".join(f"{line}\n" for line in _lines([entry], 0)) for entry in _sections(answers)]
    return modeline + introduction + "\n" + "\n".join(parts)


def _sections(answers: Answers) -> Iterator[_Entry]:
    visits = list(answers.visits)
    baseline = next((name for name, week in answers.visits.items() if week == 0), None)
    visit = next((name for name in reversed(visits) if name != baseline), visits[-1])
    adjusted = baseline is not None and visit != baseline
    where = {"outcome": answers.outcome, "visit": visit}
    yield _key("format", 1)
    yield _key("title", answers.title)
    yield _key("design", list(_design(answers)))
    yield _key("allocation", _default("allocation"), _others("allocation"))
    yield _key("outcomes", [_Entry(answers.outcome, list(_outcome(answers)))], _others("outcomes"))
    difference = {arm: answers.difference for arm in answers.arms[1:]}
    truths = [
        _Entry("no_effect", {}, "Nothing differs: significant results are false alarms."),
        _Entry(EXPECTED, {answers.outcome: difference}, _scope(answers.difference)),
    ]
    yield _key("assumptions", truths)
    yield _key("observation", {}, "Nothing is missing here; reasons: `trialsim list observation`.")
    for arm in answers.arms[1:2]:
        primary = {**where, "contrast": [arm, answers.arms[0]]}
        yield _key("estimands", [_Entry("primary", primary)])
    analyses = [_analysis(RAW, where)]
    if adjusted:
        analyses.insert(0, _analysis(ADJUSTED, {**where, "adjust": [baseline]}))
    yield _key("analyses", analyses, _others("analysis"))
    yield _key("decision", list(_decision(analyses[0].key)), _others("decision"))
    if sizes := _sizes(answers):
        yield _key("vary", {"design.n_total": sizes}, "The same trial with other total sizes.")
    simulation = Scenario.model_fields["simulation"].default.model_dump()
    yield _key("simulation", _explained(Scenario.model_fields["simulation"].default, simulation))
    places = ["design.arms", *(f"outcomes.{answers.outcome}.{key}" for key in _ASSUMED)]
    source = {"status": "assumed", "from": "say where it comes from"}
    evidence = [_Entry(place, source) for place in [*places, f"assumptions.{EXPECTED}"]]
    hint = "Its status is reported, derived, recalled or assumed."
    yield _key("evidence", evidence, hint)


_ASSUMED = ("mean", "sd", "correlation")


def _design(answers: Answers) -> Iterator[_Entry]:
    n_arms = len(answers.arms)
    each, rest = divmod(answers.n_total, max(1, n_arms))
    arms = []
    for i, arm in enumerate(answers.arms):
        comment = f"n: {_said(Arm, 'n')}" if i == 0 else ""
        arms.append(_Entry(arm, {"n": each + (i < rest)}, comment))
    yield _Entry("arms", arms, _said(Design, "arms"))
    yield _Entry("visits_weeks", dict(answers.visits), _said(Design, "visits_weeks"))


def _outcome(answers: Answers) -> Iterator[_Entry]:
    name = UNLIMITED if answers.limits is None else BOUNDED
    method = methods("outcomes")[name]
    yield _Entry(STAGES["outcomes"], name, first_line(method))
    values: dict[str, Any] = {}
    if answers.limits is not None:
        values["min"], values["max"] = answers.limits
    values |= {"better": answers.better, "mean": answers.mean, "sd": answers.sd}
    values["correlation"] = answers.correlation
    for key, value in values.items():
        yield _Entry(key, value, _said(method, key))


def _analysis(name: str, values: Mapping[str, Any]) -> _Entry:
    """An analysis called after its method."""
    spec = {STAGES["analysis"]: name, **values}
    return _Entry(name, spec, first_line(methods("analysis")[name]))


def _decision(primary: str) -> Iterator[_Entry]:
    name = _default("decision")
    method = methods("decision")[name]
    yield _Entry(STAGES["decision"], name, first_line(method))
    for key, field in method.model_fields.items():
        value = primary if key == "primary" else field.default
        yield _Entry(key, value, _said(method, key))


def _sizes(answers: Answers) -> list[int]:
    """The total with half, one and a half times and twice as many, as far as they make a trial."""
    n, n_arms = answers.n_total, len(answers.arms)
    if n < 2 * n_arms:
        return []
    half = [n // 2] if n // 2 >= 4 * n_arms else []
    return [size for size in (*half, n, n + n // 2, 2 * n) if size <= MAX_PATIENTS]


def _scope(difference: Any) -> str:
    if isinstance(difference, list | tuple):
        return "A difference for each visit."
    return "One difference for every visit after baseline; [0, -1, -2] would be one a visit."


def _default(key: str) -> str:
    """The method that the grammar takes where a scenario names none."""
    return str(Scenario.model_fields[key].default)


def _others(stage: str) -> str:
    return f"Others: `trialsim list {stage}`."


def _key(name: str, value: Any, more: str = "") -> _Entry:
    return _Entry(name, value, f"{_said(Scenario, name)} {more}".rstrip())


def _explained(model: BaseModel, values: Mapping[str, Any]) -> list[_Entry]:
    return [_Entry(key, value, _said(type(model), key)) for key, value in values.items()]


def _said(model: type[BaseModel], field: str) -> str:
    """What a field's docstring says."""
    return " ".join(field_docstrings(model).get(field, "").split())


def _lines(entries: Sequence[_Entry], indent: int) -> Iterator[str]:
    for entry in entries:
        yield from _comment(entry.comment, indent)
        head = f"{' ' * indent}{_flow(entry.key)}:"
        if isinstance(entry.value, list) and entry.value and isinstance(entry.value[0], _Entry):
            yield head
            yield from _lines(entry.value, indent + 2)
        else:
            yield f"{head} {_flow(entry.value)}"


def _comment(text: str, indent: int) -> list[str]:
    mark = " " * indent + "# "
    return textwrap.wrap(text, _WIDTH, initial_indent=mark, subsequent_indent=mark)


def _flow(value: Any) -> str:
    """A value on one line, as YAML that is read back as the same value."""
    if isinstance(value, Mapping):
        inside = (f"{_flow(key)}: {_flow(inner)}" for key, inner in value.items())
        return "{" + ", ".join(inside) + "}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_flow, value))}]"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if not isinstance(value, str):
        return json.dumps(value)
    return value if _SAFE.fullmatch(value) and _reads_as_itself(value) else _quoted(value)


def _reads_as_itself(text: str) -> bool:
    try:
        return bool(parse_value(text) == text)
    except ScenarioError:
        return False


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
