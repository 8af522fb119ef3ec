"""A design point has the numbers that it has alone: whatever else is varied, for every allocation.

Points of one run share tables, planes and sums. Only sums of trials that differ in nothing but
their size are made in another order, in parts: they may differ in the last digits, by far less than
anything that is shown. Points that differ in anything else are the same to the last bit.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import numpy as np
import pytest

import trialsim as ts
from trialsim.core.records import COLUMNS
from trialsim.core.registry import load_methods, methods
from unit.small_trial import BASE, Written, loaded

SIZE, TEAM = "design.n_total", "conduct.therapists.treatment.n"
BOUNDED, NORMAL = "assumptions.effect.rmdq.treatment", "assumptions.effect.pain.treatment"
ALLOCATIONS: dict[str, Written] = {
    "biased_coin": {},
    "minimisation": {"balance": ["female"]},
    "permuted_blocks": {"block_sizes": [4]},
    "random_allocation_rule": {},
    "simple": {},
    "stratified_blocks": {"strata": ["female"], "block_sizes": [4]},
    "urn": {},
}
REDRAWN = {"random_allocation_rule"}
"""Arms are drawn anew for every size, so nothing is summed in parts."""

ROUNDING = 1e-10
"""Relative to the number, or to 0.001 for smaller ones: fifteen times what was seen, and a tenth of
what is promised between machines. Another patient in a sum moves it by 1e-3 or more."""


def written(allocation: str, **more: Any) -> Written:
    trial = deepcopy(BASE)
    trial["cohort"]["covariates"]["female"] = {"distribution": "bernoulli", "share": 0.5}
    trial["allocation"] = {"method": allocation, **ALLOCATIONS[allocation]}
    teams = {"treatment": {"n": 2, "icc": 0.05}, "control": {"n": 3, "icc": 0.05}}
    return {**trial, "conduct": {"therapists": teams}, **more}


def alone(scenario: ts.LoadedScenario, changes: dict[str, Any]) -> ts.Results:
    """One design point, simulated by itself."""
    return ts.run(scenario.changed({"vary": {}, **changes}))


def compared(scenario: ts.LoadedScenario, paths: list[str]) -> float:
    """The largest relative distance between a point of a run and the point alone; fails where
    trials failed, or decided, differently."""
    together, furthest = ts.run(scenario), 0.0
    plan = together.plan
    assert len(plan.designs) > 4
    for design in range(len(plan.designs)):
        rows = [i for i, one in enumerate(plan.series()) if plan.cells[one.cell].design == design]
        varied = next(dict(cell.varied) for cell in plan.cells if cell.design == design)
        single = alone(scenario, {path: varied[path] for path in paths})
        ours, theirs = together.values[rows], single.values
        assert ours.shape == theirs.shape
        np.testing.assert_array_equal(np.isnan(ours), np.isnan(theirs))
        for name in ("n_analysed", "failure"):
            column = COLUMNS.index(name)
            np.testing.assert_array_equal(ours[:, column], theirs[:, column])
        scale = np.maximum(np.abs(np.nan_to_num(theirs)), 1e-3)
        furthest = max(furthest, float(np.max(np.nan_to_num(np.abs(ours - theirs)) / scale)))
    return furthest


def test_every_registered_allocation_is_here():
    load_methods()
    assert set(methods("allocation")) == set(ALLOCATIONS)


@pytest.mark.parametrize("allocation", ALLOCATIONS)
def test_a_size_among_others_is_that_size_alone(allocation):
    scenario = loaded(written(allocation, vary={SIZE: [20, 24, 36, 60, 100]}))
    apart = compared(scenario, [SIZE])
    assert apart < ROUNDING
    assert apart == 0 or allocation not in REDRAWN


@pytest.mark.parametrize("allocation", ALLOCATIONS)
def test_therapists_and_effects_that_vary_are_each_alone_to_the_last_bit(allocation):
    vary = {TEAM: [1, 3, 4], BOUNDED: [-1, -3]}
    assert compared(loaded(written(allocation, vary=vary)), list(vary)) == 0


@pytest.mark.parametrize("allocation", ALLOCATIONS)
def test_sizes_therapists_and_effects_that_vary_together_are_each_alone(allocation):
    vary = {SIZE: [20, 60], TEAM: [1, 3], BOUNDED: [-1, -3]}
    assert compared(loaded(written(allocation, vary=vary)), list(vary)) < ROUNDING


def test_effects_on_a_normal_outcome_share_one_fit_but_for_rounding():
    """Estimates shift with a constant effect: one fit serves all of them."""
    trial = written("permuted_blocks", vary={NORMAL: [-3, -6, -12], SIZE: [20, 36, 60]})
    assert compared(loaded({**trial, "conduct": {}}), [NORMAL, SIZE]) < ROUNDING


def test_listed_points_are_each_alone():
    points = {
        "small": {SIZE: 20, TEAM: 1},
        "large": {SIZE: 100, TEAM: 4, BOUNDED: -1},
        "few": {TEAM: 1},
        "strong": {BOUNDED: -4},
    }
    scenario = loaded(written("permuted_blocks", vary={"points": points}))
    assert compared(scenario, [SIZE, TEAM, BOUNDED]) < ROUNDING
