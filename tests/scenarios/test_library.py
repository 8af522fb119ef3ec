"""The scenario library: every file runs, and what it assumes says where it is from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import trialsim as ts
from trialsim.core.errors import dotted
from trialsim.scenario.overrides import split_path

FILES = sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"))

ASSUMED = ("mean", "sd", "correlation", "correlated_with")
"""What is assumed about an outcome; its limits and steps are facts about the questionnaire."""


def numbers(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    """The paths of all numbers inside a value."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from numbers(inner, (*path, key))
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from numbers(inner, (*path, i))
    elif isinstance(value, int | float):
        yield path


def assumed(data: dict[str, Any]) -> Iterator[tuple[str | int, ...]]:
    """The paths of all numbers that need a source: truths, and whatever describes a real trial."""
    yield from numbers(data.get("assumptions", {}), ("assumptions",))
    if "source" not in data:
        return
    yield from numbers(data.get("cohort", {}), ("cohort",))
    for name, outcome in data["outcomes"].items():
        for key in ASSUMED:
            yield from numbers(outcome.get(key), ("outcomes", name, key))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_scenario_runs(file):
    results = ts.run(ts.load(file), replicates=256)
    table = results.performance()
    failed = table[table["measure"] == "failed"].set_index("analysis")["value"]
    # A small trial in which nobody has the event is a failure of responder analyses, and counted.
    counts = {name for name, a in results.plan.designs[0].analyses.items() if not a.needs_spread}
    assert (failed[~failed.index.isin(counts)] == 0).all()
    assert (failed < 0.05).all()


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_assumed_number_has_evidence(file):
    data = ts.load(file).document.data
    evidence = [split_path(text) for text in data["evidence"]]
    bare = [
        dotted(path)
        for path in assumed(data)
        if not any(path[: len(given)] == given for given in evidence)
    ]
    assert bare == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_evidence_says_from_where(file):
    for path, entry in ts.load(file).written.evidence.items():
        assert entry.source, path
