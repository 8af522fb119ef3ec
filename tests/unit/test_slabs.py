"""What moves no number: slabs, and everything that is added beside what was there.

Numbers are compared bit for bit. Whatever is added to a scenario and changes an estimate that it
has no part in has read another's random numbers, or has made the same sum in another order.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import numpy as np
import pytest
import yaml

import trialsim as ts
from trialsim.core import axes, draws
from trialsim.core.axes import REPLICATES_PER_BATCH
from trialsim.core.program import prepare
from trialsim.pipeline import simulate_batch

Written = dict[str, Any]

BASE: Written = {
    "format": 1,
    "design": {
        "arms": {"control": {"n": 20}, "treatment": {"n": 20}},
        "visits_weeks": {"baseline": 0, "after": 4, "later": 26},
    },
    "cohort": {"covariates": {"age": {"distribution": "normal", "mean": 50, "sd": 9}}},
    "allocation": "random_allocation_rule",
    "outcomes": {
        "rmdq": {
            "method": "bounded_integer",
            "max": 24,
            "mean": [10.45, 9.5, 6.89],
            "sd": [5.3, 6.0, 4.6],
            "correlation": 0.5,
        },
        "pain": {
            "method": "repeated_normal",
            "mean": 50,
            "sd": 20,
            "correlation": 0.4,
            "correlated_with": {"rmdq": 0.5},
        },
    },
    "assumptions": {
        "no_effect": {},
        "effect": {"rmdq": {"treatment": -2}, "pain": {"treatment": -9}},
    },
    "observation": {"missing": {"lost": {"method": "mcar", "rate": 0.1}}},
    "analyses": {
        "t_test": {"method": "t_test", "outcome": "rmdq", "visit": "after"},
        "change": {"method": "change_score", "outcome": "pain", "visit": "after"},
        "ancova": {
            "method": "ancova",
            "outcome": "rmdq",
            "visit": "after",
            "adjust": ["baseline", "age"],
        },
    },
    "decision": "superiority",
    "simulation": {"replicates": 300, "seed": 7},
}


def loaded(written: Written) -> ts.LoadedScenario:
    return ts.loads(yaml.safe_dump(written, sort_keys=False))


def numbers(written: Written) -> dict[tuple[str, ...], np.ndarray]:
    """Columns of results (column, replicate) by what_if, assumption, analysis and contrast."""
    results = ts.run(loaded(written))
    found = {}
    for one, values in zip(results.plan.series(), results.values, strict=True):
        cell = results.plan.cells[one.cell]
        found[cell.what_if, cell.assumption, one.analysis, one.contrast] = values
    return found


def batch_of(written: Written, batch: int = 0) -> np.ndarray:
    return simulate_batch(prepare(loaded(written).plan), batch)


def complete() -> Written:
    return {**BASE, "observation": {}}


def with_failures() -> Written:
    """Arms so small that some trials lose one of them."""
    written = deepcopy(BASE)
    written["design"]["arms"] = {"control": {"n": 3}, "treatment": {"n": 3}}
    written["observation"]["missing"]["lost"]["rate"] = 0.3
    return written


def several_sizes() -> Written:
    return {**complete(), "allocation": "simple", "vary": {"design.n_total": [12, 40, 60]}}


@pytest.mark.parametrize("rows", [2, 3, 64, 100, 128, 255])
@pytest.mark.parametrize(
    "scenario",
    [lambda: BASE, complete, with_failures, several_sizes],
    ids=["lossy", "complete", "failing", "sizes"],
)
def test_slabs_move_no_number(scenario: Callable[[], Written], rows: int, monkeypatch):
    """As many replicates at a time as fit a cache, or all: the same numbers. A single replicate
    would be left over when 3 or 255 go into a slab, as they do with 300,000 or 4,100 patients."""
    written = scenario()
    whole = batch_of(written)
    assert np.isfinite(whole[:, 0]).any()
    patients = max(design.n_total for design in loaded(written).plan.designs)
    monkeypatch.setattr(axes, "SLAB_BYTES", 8 * patients * rows)
    assert len(axes.slabs(REPLICATES_PER_BATCH, patients)) > 1
    cut = batch_of(written)
    np.testing.assert_array_equal(whole, cut)


def added(section: str, name: str, value: Any, *, first: bool = False) -> Written:
    """The scenario with one more entry in a section, after the others or before them."""
    written = deepcopy(BASE)
    place = written
    for part in section.split("."):
        place = place[part]
    others = dict(place)
    place.clear()
    place.update({name: value, **others} if first else {**others, name: value})
    return written


DISABILITY = {
    "method": "bounded_integer",
    "max": 54,
    "mean": [22, 19.8, 15],
    "sd": [9.6, 9.6, 8],
    "correlation": 0.5,
}
READS_DISABILITY = {"method": "t_test", "outcome": "disability", "visit": "after"}


def with_outcome(first: bool, **more: Any) -> Written:
    """Another outcome, and an analysis that reads it: otherwise it would not be simulated."""
    written = added("outcomes", "disability", {**DISABILITY, **more}, first=first)
    analyses = added("analyses", "disability", READS_DISABILITY, first=first)["analyses"]
    return {**written, "analyses": analyses}


def with_covariate(first: bool) -> Written:
    severity = {"distribution": "truncated_normal", "mean": 5, "sd": 2, "min": 0, "max": 10}
    written = added("cohort.covariates", "severity", severity, first=first)
    adjusted = {
        "method": "ancova",
        "outcome": "rmdq",
        "visit": "later",
        "adjust": ["severity", "age"],
    }
    return {**written, "analyses": added("analyses", "severe", adjusted, first=first)["analyses"]}


def with_parent() -> Written:
    """An outcome that stands on its own becomes one on which a new one stands."""
    return with_outcome(True, correlated_with={"rmdq": 0.8, "pain": 0.5})


NEIGHBOURS: dict[str, Written] = {
    "an outcome written last": with_outcome(False),
    "an outcome written first": with_outcome(True),
    "an outcome correlated with one": with_outcome(False, correlated_with={"rmdq": 0.8}),
    "an outcome correlated with two, written first": with_parent(),
    "an outcome nobody reads": added("outcomes", "disability", DISABILITY, first=True),
    "an analysis of the same variables": added(
        "analyses", "raw", {"method": "ancova", "outcome": "rmdq", "visit": "after"}, first=True
    ),
    "an analysis of another visit": added(
        "analyses",
        "late",
        {"method": "change_score", "outcome": "rmdq", "visit": "later"},
        first=True,
    ),
    "an analysis by Welch": added(
        "analyses",
        "welch",
        {"method": "t_test", "variance": "welch", "outcome": "rmdq", "visit": "after"},
        first=True,
    ),
    "a covariate written last": with_covariate(False),
    "a covariate written first": with_covariate(True),
    "a loss at another visit": added(
        "observation.missing", "moved", {"method": "mcar", "rate": {"later": 0.3}}, first=True
    ),
    "a loss of an outcome nobody reads": {
        **added("outcomes", "disability", DISABILITY),
        "observation": added(
            "observation.missing",
            "skipped",
            {"method": "mcar", "rate": 0.3, "outcomes": ["disability"]},
        )["observation"],
    },
    "an assumption written first": added(
        "assumptions", "more", {"rmdq": {"treatment": {"difference": -4, "sd": 5}}}, first=True
    ),
    "an assumption that only shifts": added(
        "assumptions", "shift", {"pain": {"treatment": 3}}, first=True
    ),
    "a what_if": {**BASE, "what_if": {"no_loss": {"observation.missing.lost.rate": 0}}},
}


@pytest.mark.parametrize("name", NEIGHBOURS)
def test_what_is_added_moves_no_other_number(name):
    before, after = numbers(BASE), numbers(NEIGHBOURS[name])
    assert before.keys() <= after.keys()
    for series, values in before.items():
        np.testing.assert_array_equal(values, after[series], err_msg=str(series))


def test_a_loss_of_one_outcome_moves_no_number_of_another():
    rule = {"method": "mcar", "rate": 0.3, "outcomes": ["pain"]}
    before, after = numbers(BASE), numbers(added("observation.missing", "skipped", rule))
    for series, values in before.items():
        same = np.array_equal(values, after[series], equal_nan=True)
        assert same == (series[2] != "change"), series


def test_losses_add_up():
    """A second reason hides further scores, and the first one hides those that it hid before."""
    rule = {"method": "mcar", "rate": 0.3}
    before, after = numbers(BASE), numbers(added("observation.missing", "skipped", rule))
    n = 6  # column of the patients analysed
    for series, values in before.items():
        assert (after[series][n] <= values[n]).all()
        assert after[series][n].mean() < values[n].mean()


@pytest.mark.parametrize("allocation", ["simple", "permuted_blocks", "random_allocation_rule"])
def test_a_design_point_moves_numbers_by_rounding_only(allocation):
    """Trials that share their patients are summed together, in parts."""
    base = {**BASE, "allocation": allocation}
    before, varied = numbers(base), ts.run(loaded({**base, "vary": {"design.n_total": [16, 60]}}))
    plan = varied.plan
    for one, values in zip(plan.series(), varied.values, strict=True):
        cell = plan.cells[one.cell]
        if plan.designs[cell.design].n_total == 40:
            expected = before[cell.what_if, cell.assumption, one.analysis, one.contrast]
            np.testing.assert_allclose(values, expected, rtol=1e-9, atol=1e-9)


@pytest.fixture
def drawn(monkeypatch) -> list[str]:
    """Purposes of the tables that are drawn."""
    purposes: list[str] = []
    generator = draws._generator

    def noting(seed: int, purpose: str, batch: int, page: int) -> np.random.Generator:
        purposes.append(purpose)
        return generator(seed, purpose, batch, page)

    monkeypatch.setattr(draws, "_generator", noting)
    return purposes


def test_tables_that_nobody_reads_are_not_drawn(drawn):
    written = {**complete(), "analyses": {"t_test": BASE["analyses"]["t_test"]}}
    batch_of(written)
    # `after` stands on the normals of baseline, with which it is correlated, and its own.
    assert sorted(drawn) == ["allocation", "outcomes.rmdq.after", "outcomes.rmdq.baseline"]


def test_every_table_is_drawn_once(drawn):
    batch_of({**BASE, "vary": {"design.n_total": [16, 60]}})
    # `rmdq` later is read by nothing, but pain stands on the normals of all its visits.
    assert sorted(drawn) == [
        "allocation",
        "cohort.age",
        "observation.lost",
        "outcomes.pain.after",
        "outcomes.pain.baseline",
        "outcomes.rmdq.after",
        "outcomes.rmdq.baseline",
        "outcomes.rmdq.later",
    ]


@pytest.mark.parametrize("other", [{"seed": 8}, {"batch": 1}], ids=str)
def test_another_seed_or_batch_gives_other_trials(other):
    first = batch_of(BASE)
    seed = other.get("seed", BASE["simulation"]["seed"])
    written = {**BASE, "simulation": {"seed": seed}}
    second = batch_of(written, other.get("batch", 0))
    assert (first[:, 0] == second[:, 0]).mean() < 0.02  # means of few whole scores may agree


def test_replicates_of_a_batch_are_the_first_of_more():
    few, many = (ts.run(loaded(BASE), replicates=n) for n in (256, 700))
    np.testing.assert_array_equal(few.values, many.values[:, :, :256])
    assert many.first(256).result_hash == few.result_hash
