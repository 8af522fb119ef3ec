"""The JSON schema of scenarios accepts what trialsim accepts and refuses most of what it refuses.

What a JSON schema cannot say (names that refer to one another, SDs that no scale has) is left to
`trialsim check`.
"""

from __future__ import annotations

import copy
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import pytest
from jsonschema import Draft202012Validator

from trialsim.cli import main
from trialsim.core import registry
from trialsim.core.errors import ScenarioError
from trialsim.core.registry import STAGES, load_methods, methods, register
from trialsim.core.stages import AllocationMethod
from trialsim.scenario.json_schema import scenario_schema, schema_of
from trialsim.scenario.load import parse, read
from trialsim.scenario.schema import NOT_YET, Scenario
from trialsim.scenario.validate import validate
from trialsim.scenario.written import MethodOf, Written
from unit.small_trial import BASE

ROOT = Path(__file__).parents[3]
STORED = ROOT / "docs" / "scenario.schema.json"
VALID = sorted([*ROOT.glob("scenarios/*.yaml"), *ROOT.glob("tests/scenarios/valid/*.yaml")])
INVALID = sorted(ROOT.glob("tests/scenarios/invalid/*.yaml"))

SCHEMA = scenario_schema()
VALIDATOR = Draft202012Validator(SCHEMA)


def complaints(data: Any) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in VALIDATOR.iter_errors(data)]


def test_it_is_a_schema():
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_stored_copy_is_current():
    """Update it with: .venv/bin/trialsim schema > docs/scenario.schema.json"""
    assert STORED.exists(), test_stored_copy_is_current.__doc__
    assert json.loads(STORED.read_text("utf-8")) == SCHEMA, test_stored_copy_is_current.__doc__


def test_the_command_prints_it(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["trialsim", "schema"])
    with pytest.raises(SystemExit) as ended:
        main()
    out, err = capsys.readouterr()
    assert (ended.value.code or 0, err) == (0, "")
    assert json.loads(out) == SCHEMA


@pytest.mark.parametrize("file", VALID, ids=lambda file: file.name)
def test_valid_scenarios_are_accepted(file):
    assert complaints(read(file).data) == []


def test_small_trial_is_accepted():
    assert complaints(BASE) == []


def _of_the_wrong_type() -> Iterator[Path]:
    """Files that can be read as YAML, but in which a value is not of its type."""
    for file in INVALID:
        try:
            document = read(file)
        except ScenarioError:
            continue
        try:
            validate(document)
        except ScenarioError:
            yield file


def test_most_wrong_types_in_the_library_of_mistakes_are_refused():
    wrong = list(_of_the_wrong_type())
    missed = [file.name for file in wrong if not complaints(read(file).data)]
    assert len(missed) <= 0.25 * len(wrong), missed


MISTAKES: dict[str, tuple[str, Any]] = {
    "an unknown key": ("colour", "blue"),
    "an unknown key inside": ("design.colour", "blue"),
    "a mapping without its method": ("outcomes.rmdq.method", ...),
    "an unknown method": ("outcomes.rmdq.method", "no_such_method"),
    "an unknown bare name": ("allocation", "no_such_method"),
    "a bare name that needs parameters": ("outcomes.rmdq", "bounded_integer"),
    "an unknown parameter of a method": ("outcomes.rmdq.maxx", 24),
    "a parameter of another method": ("outcomes.pain.max", 24),
    "a required parameter left out": ("analyses.ancova.visit", ...),
    "a required key left out": ("design.visits_weeks", ...),
    "text for a number": ("outcomes.rmdq.max", "24"),
    "true for a number": ("outcomes.rmdq.max", True),
    "true for the format": ("format", True),
    "a number for text": ("title", 5),
    "half a patient": ("design.arms.control.n", 19.5),
    "nobody": ("design.arms.control.n", 0),
    "one arm": ("design.arms.control", ...),
    "a list where names belong": ("analyses", [{"method": "t_test"}]),
    "a name with a space": ("outcomes.my score", {"method": "repeated_normal", "mean": 1, "sd": 1}),
    "a name that is too long": ("what_if." + "a" * 61, {}),
    "a choice that is none": ("outcomes.rmdq.better", "louder"),
    "a level that is none": ("decision", {"alpha": 0.7}),
    "a level under a method": ("decision", {"method": "superiority", "alpha": 0.7}),
    "a pair of three": ("design.contrasts", {"c": ["treatment", "control", "control"]}),
    "nothing where a value belongs": ("design", None),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes_are_refused(mistake):
    written = _changed(*MISTAKES[mistake])
    with pytest.raises(ScenarioError):
        validate(parse(json.dumps(written)))
    assert complaints(written)


SHORTHANDS: dict[str, tuple[str, Any]] = {
    "a bare name": ("allocation", "simple"),
    "a mapping with its name only": ("allocation", {"method": "simple"}),
    "the method left out where one is natural": ("decision", {"alpha": 0.01}),
    "an empty mapping": ("cohort", None),
    "an empty mapping inside": ("assumptions.no_effect", None),
    "a whole number for a number": ("outcomes.rmdq.max", 24),
    "an alias": ("evidence", {"outcomes.rmdq.sd": {"status": "assumed", "from": "here"}}),
}


@pytest.mark.parametrize("shorthand", SHORTHANDS)
def test_shorthands_are_accepted(shorthand):
    written = _changed(*SHORTHANDS[shorthand])
    validate(parse(json.dumps(written)))
    assert complaints(written) == []


def _changed(path: str, value: Any) -> dict[str, Any]:
    """The small trial with a value changed, or taken out where it is `...`."""
    written = copy.deepcopy(BASE)
    *parents, last = path.split(".")
    here: Any = written
    for part in parents:
        here = here.setdefault(part, {})
    if value is ...:
        del here[last]
    else:
        here[last] = value
    return written


def test_every_method_is_there_under_its_name():
    load_methods()
    titles = {told.get("title") for told in SCHEMA["$defs"].values()}
    titles |= {choice.get("title") for choice in SCHEMA["properties"]["decision"]["oneOf"]}
    assert {name for stage in STAGES for name in methods(stage)} <= titles


def test_keys_are_described_and_defaults_shown():
    properties = SCHEMA["properties"]
    assert list(properties) == list(Scenario.model_fields)
    assert all(told["description"] for told in properties.values())
    assert properties["allocation"]["default"] == Scenario.model_fields["allocation"].default
    for name, definition in SCHEMA["$defs"].items():
        # Keys of vary are paths, beside `points`; everything else lists its keys.
        assert definition["additionalProperties"] is False or name == "Vary"
        for key, told in definition["properties"].items():
            assert told.get("description"), f"no docstring under {key} of {definition}"


def test_what_cannot_be_simulated_is_absent():
    assert not set(NOT_YET) & set(SCHEMA["properties"])
    assert all(complaints({**BASE, key: {}}) for key in NOT_YET)


def test_a_new_method_is_in_the_schema_without_further_ado(monkeypatch):
    load_methods()
    copied = {stage: dict(known) for stage, known in registry._REGISTRY.items()}
    monkeypatch.setattr(registry, "_REGISTRY", copied)

    @register("alternation")
    class Alternation(AllocationMethod):
        """By turns."""

        first: int = 0
        """Who begins."""

    class Trial(Written):
        """A trial of this test."""

        allocation: Annotated[Any, MethodOf("allocation")]
        """Who gets what."""

    known = Draft202012Validator(schema_of(Trial))
    assert known.is_valid({"allocation": "alternation"})
    assert known.is_valid({"allocation": {"method": "alternation", "first": 1}})
    assert not known.is_valid({"allocation": {"method": "alternation", "second": 1}})
    assert not known.is_valid({"allocation": {"first": 1}})
