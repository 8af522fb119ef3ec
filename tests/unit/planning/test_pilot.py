"""From pilot to main trial: what is planned, from what each pilot found, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import trialsim as ts
from trialsim.planning.assurance.pilot import sizes_for
from trialsim.theory.two_means import t_test_sample_size

SCENARIOS = Path(__file__).parents[3] / "scenarios"


def pilot(**changes: object) -> ts.LoadedScenario:
    return ts.load(SCENARIOS / "pilot.yaml").changed(changes)


def test_sizes_are_those_of_the_t_test_to_one_patient():
    """Interpolation between worked-out sizes may round up where the exact one does not."""
    observed = np.array([-2.0, -0.5, 0.05, 0.2, 0.3, 0.5, 0.781, 1.3])
    for power in (0.8, 0.9):
        found = sizes_for(observed, power, 0.05, 2)
        exact = [t_test_sample_size(d, 1.0, power)[0] for d in np.abs(observed)]
        assert np.abs(found - exact).max() <= 1
    assert np.isinf(sizes_for(np.array([0.0, np.nan]), 0.8, 0.05, 2)).all()


def test_what_a_pilot_finds_is_its_difference_in_its_own_sds():
    found = ts.plan_from_pilots(pilot(), replicates=300)
    run = ts.run(pilot(uncertain={}), replicates=300)
    series = next(s for s in run.plan.series() if run.plan.cells[s.cell].assumption == "modest")
    columns = run.series(series)
    t = columns["estimate"] / columns["se"]
    np.testing.assert_allclose(found.observed, t * np.sqrt(2 / 22), rtol=1e-12)
    assert found.is_significant.tolist() == (columns["p_value"] < 0.05).tolist()
    frame = found.frame()
    assert (frame.loc[frame["significant"], "planned_per_arm"] < 60).all()
    assert frame.loc[frame["significant"], "main_power"].notna().all()


def test_less_is_planned_where_lower_is_better_too():
    changes = {
        "outcomes.score.better": "lower",
        "assumptions.modest": {"score": {"treatment": -0.3}},
    }
    found = ts.plan_from_pilots(pilot(uncertain={}, **changes), replicates=300)
    assert found.true_d == 0.3
    assert np.mean(found.observed) > 0.2
    assert (found.per_arm, found.n_total, found.needed_per_arm) == (22, 44, 176)


def test_without_a_significant_pilot_nothing_is_planned():
    found = ts.plan_from_pilots(pilot(**{"decision.alpha": 1e-6}), replicates=50)
    assert found.planned_per_arm is None
    assert found.significant.value == 0
    assert np.isnan(found.mean_observed.value) and np.isnan(found.main_power.value)


def test_a_single_significant_pilot_is_planned_from():
    found = ts.plan_from_pilots(pilot(), replicates=7, seed=1)
    assert found.is_significant.sum() == 1
    (own,) = np.abs(found.observed[found.is_significant])
    assert found.mean_observed.value == own and np.isnan(found.mean_observed.mcse)
    assert found.planned_per_arm == t_test_sample_size(own, 1.0, 0.8)[0]


def test_no_effect_and_impossible_powers_are_refused():
    with pytest.raises(ts.ScenarioError, match="no_effect has no effect"):
        ts.plan_from_pilots(pilot(), assumption="no_effect")
    for power in (0.05, 1.0):
        with pytest.raises(ts.ScenarioError, match="--power"):
            ts.plan_from_pilots(pilot(), power=power)


def test_pilots_of_a_bounded_score_and_three_arms_can_be_planned_from():
    """The bounded scores of Murphy 2019 have no closed form, and nothing exact beside them."""
    scenario = ts.load(SCENARIOS / "murphy2019.yaml")
    found = ts.plan_from_pilots(scenario, assumption="large_trials", replicates=300)
    assert found.exact is None
    assert found.true_d > 0  # fatigue falls, which is good
    assert found.mean_observed.value > 2 * found.true_d
    assert found.planned_per_arm is not None and found.planned_per_arm < found.needed_per_arm
