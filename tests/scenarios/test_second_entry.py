"""Published scenarios entered twice: by hand, from the same sources, in other forms.

The digest of a plan keeps the form in which a correlation or a rate was written, so two plans are
compared fact by fact: what every patient, visit and analysis of them is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import trialsim as ts
from trialsim.core.errors import ScenarioError
from trialsim.core.plan import Design

FIRST = Path(__file__).parents[2] / "scenarios"
SECOND = Path(__file__).parent / "second_entry"
NAMES = sorted(file.stem for file in SECOND.glob("*.yaml"))

SAME = 1e-12

SPREAD = ("mean", "sd")

DISAGREEMENTS: dict[str, dict[str, float]] = {
    "hsieh2006": {
        # The first entry rounds 9.2 + 0.58 x 0.42 = 9.44 to 9.5.
        "outcomes.rmdq.mean[1]": 9.5,
        # The sources give an SD of 6 with a difference of -6.03; the first entry has 8.
        "outcomes.oswestry.sd[2]": 8,
    }
}
"""Numbers of the second entry that differ, and what the first has; every other number agrees."""

TRIAL = (
    "design",
    "cohort",
    "conduct",
    "outcomes",
    "assumptions",
    "observation",
    "what_if",
    "analyses",
)
PARTS = (*TRIAL, "published", "vary")


def leaves(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Everything inside plain data that is no mapping or list, by path."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list | tuple):
        for i, inner in enumerate(value):
            yield from leaves(inner, (*path, i))
    else:
        yield path, value


def facts(scenario: ts.LoadedScenario) -> dict[tuple[Any, ...], Any]:
    """What a scenario says of its trials and their publication, however it was written."""
    plain = {
        "designs": [of_design(design) for design in scenario.plan.designs],
        "cells": [cell.to_json() for cell in scenario.plan.cells],
        "published": {
            name: result.model_dump(exclude={"note"})
            for name, result in scenario.written.published.items()
        },
    }
    return dict(leaves(plain))


def of_design(design: Design) -> dict[str, Any]:
    """A design with one value for every visit, pair of visits and contrast."""
    plain = design.to_json()
    visits = list(design.visits)
    plain["outcomes"] = {
        name: plain["outcomes"][name]
        | {
            key: [outcome.at(getattr(outcome, key), v) for v in range(len(visits))]
            for key in SPREAD
        }
        | {
            "correlation": [
                [outcome.score_correlation(v, w) for w in range(len(visits))]
                for v in range(len(visits))
            ],
            # Between outcomes the latent correlations below say it, for every pair of visits.
            "correlated_with": sorted(outcome.correlated_with),
            "label": None,
            "unit": None,
        }
        for name, outcome in design.outcomes.items()
    }
    for name in plain["analyses"]:
        plain["analyses"][name]["contrasts"] = list(design.contrasts_of(name))
    after_baseline = [visit for visit in visits if visit != design.baseline]
    for reason in plain["missing"].values():
        if isinstance(reason["rate"], float):
            reason["rate"] = dict.fromkeys(after_baseline, reason["rate"])
    plain["latent"] = {
        f"{one} and {other}": correlation for one, other, correlation in latent_correlations(design)
    }
    return plain


def latent_correlations(design: Design) -> Iterator[tuple[str, str, float]]:
    """Correlation of the latent normals of every two scores or covariates."""
    terms = {
        f"{outcome} {visit}": dict(parts)
        for outcome, rows in design.latent.items()
        for visit, parts in rows.items()
    }
    names = list(terms)
    for i, one in enumerate(names):
        for other in names[:i]:
            shared = terms[one].keys() & terms[other].keys()
            yield one, other, sum(terms[one][key] * terms[other][key] for key in shared)


def differences(first: ts.LoadedScenario, second: ts.LoadedScenario) -> dict[Any, Any]:
    """Facts of which two scenarios say different things: both versions, by path."""
    one, other = facts(first), facts(second)
    return {
        path: (one.get(path, "nothing"), other.get(path, "nothing"))
        for path in one.keys() | other.keys()
        if not same(one.get(path, "nothing"), other.get(path, "nothing"))
    }


def same(one: Any, other: Any) -> bool:
    """Equal, or numbers within rounding."""
    if isinstance(one, int | float) and isinstance(other, int | float):
        return abs(one - other) <= SAME
    return bool(one == other)


def first_and_second(name: str) -> tuple[ts.LoadedScenario, ts.LoadedScenario]:
    """Both entries; the second with what the first has where they are known to differ."""
    second = ts.load(SECOND / f"{name}.yaml").changed(DISAGREEMENTS.get(name, {}))
    return ts.load(FIRST / f"{name}.yaml"), second


def at(data: Any, path: tuple[Any, ...]) -> Any:
    for part in path:
        data = data[part]
    return data


def dotted(path: tuple[Any, ...]) -> str:
    """A path as changes are written, with quotes around keys that hold dots."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += ("." if text else "") + (f'"{part}"' if "." in part else part)
    return text


def one_digit_changed(number: float) -> float:
    """The number with its last digit one higher, 9 becoming 0: 5.3 is 5.4, 65 is 66."""
    written = Decimal(str(number))
    sign, digits, exponent = written.as_tuple()
    last = (digits[-1] + 1) % 10
    changed = Decimal((sign, (*digits[:-1], last), exponent))
    return int(changed) if isinstance(number, int) else float(changed)


def test_every_publication_was_entered_twice():
    published = {
        file.stem for file in FIRST.glob("*.yaml") if "published" in ts.load(file).document.data
    }
    simplified = {"hsieh2006_normal", "bias", "hsieh2006_sweden"}
    assert published - simplified <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_second_entry_agrees_with_the_first(name):
    assert differences(*first_and_second(name)) == {}


@pytest.mark.parametrize("name", DISAGREEMENTS)
def test_known_disagreements_still_exist(name):
    """So that the list of them shrinks when a number is corrected."""
    first = ts.load(FIRST / f"{name}.yaml")
    for path, value in DISAGREEMENTS[name].items():
        others = {key: kept for key, kept in DISAGREEMENTS[name].items() if key != path}
        second = ts.load(SECOND / f"{name}.yaml").changed(others)
        outcome, key, place = (
            path.removeprefix("outcomes.").replace("[", ".").rstrip("]").split(".")
        )
        where = ("designs", 0, "outcomes", outcome, key, int(place))
        found, own = differences(first, second)[where]
        assert found == value != own


@pytest.mark.parametrize("name", NAMES)
def test_one_digit_typed_wrong_is_noticed(name):
    """Every number of a second entry in turn: the entries differ, or the scenario is refused."""
    first, second = first_and_second(name)
    numbers = [
        path
        for part in PARTS
        for path, value in leaves(second.document.data.get(part, {}), (part,))
        if isinstance(value, int | float) and not isinstance(value, bool)
    ]
    assert len(numbers) >= 20
    missed, compared = [], 0
    attended = second.plan.designs[0].sessions is None
    for path in numbers:
        if path[:2] == ("conduct", "sessions") and attended:
            continue  # everybody attends all: how many there are moves nothing
        wrong = one_digit_changed(at(second.document.data, path))
        try:
            mistyped = second.changed({dotted(path): wrong})
        except ScenarioError:
            continue
        compared += 1
        if not differences(first, mistyped):
            missed.append(f"{dotted(path)}: {wrong}")
    assert missed == []
    assert compared >= len(numbers) / 2
