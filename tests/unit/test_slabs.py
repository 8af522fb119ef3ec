"""Slabs move no number, and tables are drawn when something reads them, once.

Numbers are compared bit for bit.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy

import numpy as np
import pytest

import trialsim as ts
from trialsim.core import axes, draws
from trialsim.core.axes import REPLICATES_PER_BATCH
from unit.small_trial import BASE, Written, batch_of, complete, loaded


def with_failures() -> Written:
    """Arms so small that some trials lose one of them."""
    written = deepcopy(BASE)
    written["design"]["arms"] = {"control": {"n": 3}, "treatment": {"n": 3}}
    written["observation"]["missing"]["lost"]["rate"] = 0.3
    return written


def several_sizes() -> Written:
    return {**complete(), "allocation": "simple", "vary": {"design.n_total": [12, 40, 60]}}


def everything_that_is_done_to_patients() -> Written:
    """Limits, bands, a trait that modifies, therapists, missed sessions, an end, a lost tail."""
    written = deepcopy(BASE)
    severe = {"distribution": "bands", "of": "rmdq", "cuts": [8, 14]}
    belief = {"distribution": "bernoulli", "share": 0.6, "correlated_with": {"rmdq": 0.2}}
    written["cohort"]["covariates"]["severe"] = severe
    written["cohort"] |= {"traits": {"belief": belief}, "eligibility": {"rmdq": {"min": 4}}}
    written["allocation"] = {"method": "stratified_blocks", "strata": ["severe"]}
    severity = {"outcome": "rmdq", "strength": 0.5}
    written["conduct"] = {
        "recruitment": {"per_week": 5, "ramp_weeks": 2, "until_week": 8},
        "sessions": {
            "planned": 6, "within_weeks": 4, "attend": 0.8, "never": 0.1, "severity": severity,
        },
        "therapists": {"treatment": {"n": 2, "icc": 0.05}, "control": {"n": 3, "icc": 0.02}},
    }  # fmt: skip
    written["assumptions"] = {
        "by_belief": {"rmdq": {"treatment": {"modifier": "belief", "by_level": [0, -4]}}},
        "by_chance": {"pain": {"treatment": {"difference": -9, "responders": 0.5}}},
    }
    written["observation"]["missing"]["worst"] = {"method": "tail", "outcome": "rmdq", "rate": 0.1}
    written["analyses"]["means"] = {
        "method": "therapist_means", "outcome": "rmdq", "visit": "after",
    }  # fmt: skip
    return written


@pytest.mark.parametrize("rows", [2, 3, 64, 85, 100, 128])
@pytest.mark.parametrize(
    "scenario",
    [lambda: BASE, complete, with_failures, several_sizes, everything_that_is_done_to_patients],
    ids=["lossy", "complete", "failing", "sizes", "everything"],
)
def test_slabs_move_no_number(scenario: Callable[[], Written], rows: int, monkeypatch):
    """As many replicates at a time as fit a cache, or all: the same numbers. A single replicate
    would be left over when 3 or 85 go into a slab, as they do with 300,000 or 12,200 patients."""
    written = scenario()
    whole = batch_of(written)
    assert np.isfinite(whole[:, 0]).any()
    patients = max(design.n_total for design in loaded(written).plan.designs)
    monkeypatch.setattr(axes, "SLAB_BYTES", 8 * patients * rows)
    assert len(axes.slabs(REPLICATES_PER_BATCH, patients)) > 1
    cut = batch_of(written)
    np.testing.assert_array_equal(whole, cut)


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
