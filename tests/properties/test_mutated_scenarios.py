"""A right scenario with parts deleted, replaced or renamed is read or refused in words, never more.

Whatever is read can be described, counted, sent to a worker and given a digest.
"""

from __future__ import annotations

import copy
import math
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

import trialsim as ts
from trialsim.core.errors import ScenarioError
from trialsim.core.plan import Plan
from trialsim.scenario.describe import paragraph, work_of
from trialsim.scenario.load import parse

VALID = Path(__file__).parents[1] / "scenarios" / "valid"
RIGHT = {
    name: parse((VALID / f"{name}.yaml").read_text("utf-8")).data
    for name in (
        "covariates",
        "everything",
        "kinds_of_scores",
        "names",
        "people_and_conduct",
        "two_outcomes",
        "what_ifs",
    )
}

Place = tuple[str | int, ...]

NUMBERS = st.one_of(
    st.integers(-3, 200),
    st.integers(),
    st.floats(),
    st.sampled_from([0, -1, 0.5, 1e308, 1e-300, 10**30, math.nan, math.inf, 2**63, 100_000]),
)
WORDS = st.one_of(
    st.sampled_from(
        ["", "null", "1", "method", "mcar", "simple", "ancova", "after", "pain", "baseline", "x"]
    ),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8),
    st.just("long" * 1000),
)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)


class Quoting(yaml.SafeDumper):
    """Quotes all text: PyYAML writes YAML 1.1, where other words need quotes than in 1.2."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


Quoting.add_representer(
    str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"')
)


def written(data: Any) -> str:
    return yaml.dump(data, Dumper=Quoting, sort_keys=False, allow_unicode=True, width=1_000_000)


def places(value: Any, place: Place = ()) -> list[Place]:
    """Every place below a value."""
    inside = enumerate(value) if isinstance(value, list) else ()
    inside = value.items() if isinstance(value, dict) else inside
    return [p for key, inner in inside for p in ((*place, key), *places(inner, (*place, key)))]


def mutated(data: Any, place: Place, how: str, value: Any, name: str) -> Any:
    """A copy in which the value at a place is deleted, replaced, copied or renamed."""
    data = copy.deepcopy(data)
    container = data
    for part in place[:-1]:
        container = container[part]
    last = place[-1]
    if how == "delete":
        del container[last]
    elif how == "replace":
        container[last] = value
    elif isinstance(container, list):
        container.insert(last, copy.deepcopy(container[last]))
    else:
        items = [
            (name if key == last and how == "rename" else key, v) for key, v in container.items()
        ]
        container.clear()
        container.update(items)
        container.setdefault(name, copy.deepcopy(container.get(last)))
    return data


@st.composite
def mutations(draw: st.DrawFn) -> Any:
    """One of the right scenarios after one to three mutations."""
    data = RIGHT[draw(st.sampled_from(sorted(RIGHT)))]
    for _ in range(draw(st.integers(1, 3))):
        if not (known := places(data)):
            break
        how = draw(st.sampled_from(["delete", "replace", "replace", "rename", "copy"]))
        data = mutated(data, draw(st.sampled_from(known)), how, draw(VALUES), draw(WORDS))
    return data


@given(data=mutations())
@settings(max_examples=400, deadline=None)
@example(data={**RIGHT["everything"], "format": True})
@example(data={**RIGHT["everything"], "vary": {"design.n_total": [10**30]}})
@example(data={**RIGHT["everything"], "what_if": {"x": {"outcomes.pain": None}}})
def test_a_mutated_scenario_is_read_or_refused_in_words(data):
    try:
        scenario = ts.loads(written(data), "mutated.yaml")
    except ScenarioError as error:
        assert error.problems
        for problem in error.problems:
            assert problem.message
            assert problem.source == "mutated.yaml"
            assert str(problem).isprintable()
            assert len(str(problem)) < 2000
        return
    assert paragraph(scenario.written, scenario.plan)
    assert work_of(scenario.plan).series > 0
    assert Plan.from_json(scenario.plan.to_json()).digest == scenario.plan.digest


@cache
def everything() -> ts.LoadedScenario:
    """Read once; it is never changed."""
    return ts.loads(written(RIGHT["everything"]))


@given(changes=st.dictionaries(st.sampled_from([
    "decision.alpha", "design.n_total", "outcomes.pain.mean", "outcomes.pain.mean[1]",
    "design.arms.low.n", "analyses.ancova.adjust", "vary.design.n_total", "vary", "what_if.x",
    "assumptions.dose_response.pain.high", "evidence.design.arms", "nowhere.at[0].all", "title",
]), VALUES, max_size=4))  # fmt: skip
@settings(max_examples=200, deadline=None)
def test_any_change_is_made_or_refused_in_words(changes):
    scenario = everything()
    try:
        assert scenario.changed(changes).plan.cells
    except ScenarioError as error:
        assert all(str(problem).isprintable() for problem in error.problems)


@pytest.mark.parametrize("name", sorted(RIGHT))
def test_the_scenarios_are_right_before_they_are_mutated(name):
    assert ts.loads(written(RIGHT[name])).plan.cells
