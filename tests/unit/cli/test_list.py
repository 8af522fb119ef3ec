"""trialsim list: whatever is registered is shown, with what its docstrings say."""

from __future__ import annotations

import json
import sys
from typing import Annotated, Any, Literal

import pytest
import yaml
from pydantic import Field

from trialsim.cli import main
from trialsim.core import registry
from trialsim.core.registry import STAGES, as_tuples, load_methods, methods, register
from trialsim.core.stages import AllocationMethod, ObservationMethod
from trialsim.scenario.schema import NOT_YET, Scenario

load_methods()
ALL = [(stage, name) for stage in STAGES for name in methods(stage)]


@pytest.fixture
def trialsim(monkeypatch, capsys):
    """Runs a command as from a shell: exit code, stdout, stderr."""

    def run(*words: str) -> tuple[Any, str, str]:
        monkeypatch.setattr(sys, "argv", ["trialsim", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        return ended.value.code or 0, out, err

    return run


@pytest.fixture
def scratch_registry(monkeypatch):
    copy = {stage: dict(known) for stage, known in registry._REGISTRY.items()}
    monkeypatch.setattr(registry, "_REGISTRY", copy)


def as_json(trialsim, *words: str) -> Any:
    code, out, _ = trialsim("list", *words, "--json")
    assert code == 0
    return json.loads(out)


def test_everything_registered_is_listed_with_its_first_line(trialsim):
    code, out, err = trialsim("list")
    assert (code, err) == (0, "")
    for stage, name in ALL:
        assert f"\n  {name} " in out
        first_line = (methods(stage)[name].__doc__ or "").split("\n")[0]
        assert first_line[:30] in out
    told = as_json(trialsim)
    assert list(told) == list(STAGES)
    assert [(stage, name) for stage in told for name in told[stage]["methods"]] == ALL


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_shows_every_parameter_of_its_methods(stage, trialsim):
    code, out, _ = trialsim("list", stage)
    assert code == 0
    told = as_json(trialsim, stage)["methods"]
    for name, method in methods(stage).items():
        assert f"\n{name}\n" in out
        parameters = told[name]["parameters"]
        assert list(parameters) == [f.alias or key for key, f in method.model_fields.items()]
        for key, parameter in parameters.items():
            assert f"\n  {key} " in out
            assert parameter["type"]
            assert parameter["description"], f"no docstring under {key} of {stage} {name}"
            assert ("default" in parameter) is not parameter["required"]


@pytest.mark.parametrize(("stage", "name"), ALL)
def test_a_method_shows_its_docstring_its_paper_and_an_example(stage, name, trialsim):
    code, out, _ = trialsim("list", stage, name)
    assert code == 0
    told = as_json(trialsim, stage, name)
    method = methods(stage)[name]
    assert told["docstring"] in out
    assert told["source"] in out
    assert told["source"].startswith((sys.modules[method.__module__].__doc__ or "").split("\n")[0])
    example = yaml.safe_load(told["example"])
    assert list(example) == [told["example"].split(":")[0]]


@pytest.mark.parametrize(("stage", "name"), ALL)
def test_examples_are_valid(stage, name, trialsim):
    """A method for which typical values will not do gives its own: Field(examples=[...])."""
    written = yaml.safe_load(as_json(trialsim, stage, name)["example"])
    method = methods(stage)[name]
    while isinstance(written, dict) and written.get(STAGES[stage]) != name:
        (written,) = written.values()
    method.model_validate(as_tuples(written))


@pytest.mark.parametrize(("stage", "name"), ALL)
def test_a_method_shows_its_evidence(stage, name, trialsim):
    """That every method has some is asked in tests/unit/test_docs_methods.py."""
    _, out, _ = trialsim("list", stage, name)
    shown = " ".join(out.split("\nEvidence\n")[1].split())
    evidence = as_json(trialsim, stage, name)["evidence"]
    for told in evidence:
        text = f"{told['claim']} ({told['kind']}; {told['source']})"
        assert " ".join(text.split()) in shown
    assert evidence or shown == "none is recorded"


def test_shared_parameters_are_told_once(trialsim):
    _, out, _ = trialsim("list", "analysis")
    assert out.count("Outcome to analyse.") == 1
    assert "All of them take" in out


def test_types_and_defaults_are_in_plain_words(trialsim):
    _, out, _ = trialsim("list", "analyses")
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert "outcome text; required" in lines
    assert "adjust list of texts; default [baseline]" in lines
    assert "variance pooled or welch; default pooled" in lines
    assert "contrasts list of texts; optional" in lines
    told = as_json(trialsim, "observation")["methods"]["mcar"]["parameters"]
    share = "number at least 0 and below 1"
    assert told["rate"]["type"] == f"{share} or mapping of name: {share}"


def test_a_new_method_is_listed_without_further_ado(trialsim, scratch_registry):
    @register("by_weekday")
    class ByWeekday(ObservationMethod):
        """Scores are lost at weekends.

        Told at length.
        """

        pairs: tuple[Annotated[int, Field(gt=1)], str]
        """Two things."""
        size: Annotated[int, Field(ge=2, le=9)]
        """How many."""
        share: dict[str, float]
        """Shares by day."""
        day: Literal["saturday", "sunday"]
        """Which day."""
        open: bool
        """Whether the clinic is open."""
        own: float = Field(examples=[7.5])
        """A number that knows its example."""
        mean: Annotated[float, Field(lt=1)]
        """A number that cannot have the usual value of its name."""

        def missing(self, draws, purpose, visits, arm):
            return {}

    assert "  by_weekday" in trialsim("list")[1]
    told = as_json(trialsim, "observation", "by_weekday")
    assert told["docstring"] == "Scores are lost at weekends.\n\nTold at length."
    assert told["parameters"]["pairs"]["type"] == "list of 2: whole numbers above 1, texts"
    assert told["parameters"]["size"]["type"] == "whole number at least 2 and at most 9"
    example = yaml.safe_load(told["example"])["observation"]["missing"]["any_name"]
    assert example == {
        "method": "by_weekday",
        "pairs": [2, "any_name"],
        "size": 6,
        "share": {"any_name": 1},
        "day": "saturday",
        "open": True,
        "own": 7.5,
        "mean": 0,
    }
    ByWeekday.model_validate(as_tuples(example))
    assert told["evidence"] == []
    assert trialsim("list", "observation", "by_weekday")[1].endswith("  none is recorded\n")


def test_a_method_without_required_parameters_is_a_bare_name(trialsim):
    bare = [name for name, m in methods("allocation").items() if _all_defaults(m)]
    for name in bare:
        assert as_json(trialsim, "allocation", name)["example"] == f"allocation: {name}"


def _all_defaults(method: type[AllocationMethod]) -> bool:
    return not any(field.is_required() for field in method.model_fields.values())


def test_keys_of_a_scenario(trialsim):
    code, out, _ = trialsim("list", "keys")
    assert code == 0
    told = as_json(trialsim, "keys")
    assert list(told) == list(Scenario.model_fields)
    assert not set(told) & set(NOT_YET)
    for key, about in told.items():
        assert f"\n{key} " in f"\n{out}"
        assert about["description"]
    assert told["outcomes"]["type"] == "mapping of name: method (trialsim list outcomes)"


def test_a_key_shows_what_is_inside_it(trialsim):
    told = as_json(trialsim, "keys", "design")
    assert told["keys"]["design.arms.NAME.n"]["required"] is True
    assert told["keys"]["design.arms.NAME.n"]["description"] == "Patients planned for the arm."
    code, out, _ = trialsim("list", "keys", "evidence")
    assert code == 0
    assert "\nevidence.NAME.from " in out
    assert "reported, derived, recalled or assumed" in out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("alocation",), "no stage is called 'alocation'. Did you mean allocation?"),
        (("outcomes", "bounded_intger"), "Did you mean bounded_integer?"),
        (("keys", "desing"), "Did you mean design?"),
        (("decision", "xyz"), "no method of decision is called 'xyz'. Known: "),
        (("cohort", "norml"), "no distribution of cohort is called 'norml'. Did you mean normal?"),
    ],
)
def test_unknown_names_get_the_nearest_spelling(words, told, trialsim):
    code, out, err = trialsim("list", *words)
    assert (code, out) == (2, "")
    assert told in err
