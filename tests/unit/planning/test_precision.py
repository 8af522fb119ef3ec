"""A run to a precision: batches read in order, whoever simulated them, and nothing wasted."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

import trialsim as ts
from trialsim import workers as workers_module
from trialsim.core.axes import REPLICATES_PER_BATCH
from trialsim.core.records import COLUMNS
from trialsim.operating.enough import batches_needed, largest_error, most_replicates
from unit.small_trial import BASE, Written, loaded

POWER_80: Written = {
    "format": 1,
    "design": {
        "arms": {"control": {"n": 64}, "treatment": {"n": 64}},
        "visits_weeks": {"after": 4},
    },
    "outcomes": {"score": {"method": "repeated_normal", "mean": 0, "sd": 1}},
    "assumptions": {"no_effect": {}, "half_sd": {"score": {"treatment": 0.5}}},
    "analyses": {"t_test": {"method": "t_test", "outcome": "score", "visit": "after"}},
    "simulation": {"replicates": 10_000, "seed": 1},
}
"""Power 0.8015 (exact, noncentral t with 126 df): 6,364 replicates for an error of 0.005."""


def errors(results: ts.Results) -> np.ndarray:
    table = results.performance()
    return table.loc[table["measure"] == "rejection_rate", "mcse"].to_numpy()


def with_shares(*shares: list[int], failed: int = 0) -> tuple:
    """A plan of two cells, and results whose batches reject so often; some fail in each batch."""
    plan = loaded(POWER_80).plan
    plan = replace(plan, cells=plan.cells[: len(shares)])
    values = np.zeros((len(shares), len(COLUMNS), len(shares[0]) * REPLICATES_PER_BATCH))
    values[:, COLUMNS.index("estimate")] = 1.0
    for row, counts in zip(values, shares, strict=True):
        p = np.ones((len(counts), REPLICATES_PER_BATCH))
        for batch, count in enumerate(counts):
            p[batch, :count] = 0.001
        row[COLUMNS.index("p_value")] = p.ravel()
        failure = np.zeros_like(p)
        failure[:, REPLICATES_PER_BATCH - failed :] = 1
        row[COLUMNS.index("failure")] = failure.ravel()
    return plan, values


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_near_power_80_an_error_of_0_005_takes_6000_to_7000(seed):
    """Exact: 0.8015 x 0.1985 / 0.005^2 = 6,364. The observed share has an SD of 0.005 at that
    number, which moves the answer by about 240."""
    found = ts.run(loaded(POWER_80), seed=seed, precision=0.005)
    assert 6_000 <= found.replicates <= 7_000
    assert errors(found).max() <= 0.005
    assert found.replicates % REPLICATES_PER_BATCH == 0


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_the_answer_does_not_depend_on_who_simulated(workers, monkeypatch):
    """Every batch is a task of its own, done by whoever is first."""
    expected = ts.run(loaded(POWER_80), precision=0.01)
    monkeypatch.setattr(workers_module, "SEEN_SECONDS", 1e-9)
    monkeypatch.setattr(workers_module, "TASK_SECONDS", 1e-9)
    with ThreadPoolExecutor(workers) as executor:
        found = ts.run(loaded(POWER_80), precision=0.01, executor=executor)
        beside = ts.run(loaded(POWER_80), precision=0.01, workers=workers + 1, executor=executor)
    assert found.result_hash == beside.result_hash == expected.result_hash
    assert found.replicates == beside.replicates == expected.replicates


def test_a_run_of_that_many_replicates_is_the_same_run():
    found = ts.run(loaded(POWER_80), precision=0.02)
    again = ts.run(loaded(POWER_80), replicates=found.replicates)
    assert found.result_hash == again.result_hash
    assert found.plan == again.plan
    one_less = found.first(found.replicates - REPLICATES_PER_BATCH)
    assert errors(one_less).max() > 0.02, "the batch before was not enough"


def test_the_worst_cell_decides():
    alone = ts.run(loaded({**POWER_80, "assumptions": {"no_effect": {}}}), precision=0.01)
    both = ts.run(loaded(POWER_80), precision=0.01)
    assert alone.replicates < both.replicates
    assert errors(both).max() <= 0.01


def test_only_the_primary_analysis_decides():
    two = {**POWER_80["analyses"], "other": {**POWER_80["analyses"]["t_test"], "variance": "welch"}}
    loud = loaded({**POWER_80, "analyses": two})
    assert ts.run(loud, precision=0.02).replicates == (
        ts.run(loaded(POWER_80), precision=0.02).replicates
    )


def test_replicates_are_the_most_that_it_takes():
    capped = ts.run(loaded(POWER_80), precision=0.005, replicates=1_000)
    assert capped.replicates == 1_000
    assert capped.result_hash == ts.run(loaded(POWER_80), replicates=1_000).result_hash
    assert largest_error(capped.plan, capped.values) > 0.005
    roomy = ts.run(loaded(POWER_80), precision=0.02, replicates=50_000)
    assert roomy.replicates == ts.run(loaded(POWER_80), precision=0.02).replicates


def test_an_interrupted_run_goes_on(tmp_path):
    class Interrupted(Exception):
        pass

    def stop(done: int, total: int) -> None:
        if done >= 6:
            raise Interrupted

    scenario = loaded(POWER_80)
    with pytest.raises(Interrupted):
        ts.run(scenario, precision=0.01, out=tmp_path, progress=stop)
    told: list[tuple[int, int]] = []
    found = ts.run(scenario, precision=0.01, out=tmp_path, progress=lambda *both: told.append(both))
    assert found.resumed >= 6
    assert found.result_hash == ts.run(scenario, precision=0.01).result_hash
    assert len(told) < found.replicates / REPLICATES_PER_BATCH, "kept batches are not redone"
    assert ts.open_results(found.save(tmp_path)).replicates == found.replicates


@pytest.mark.parametrize("precision", [0.0, -0.01, 0.5, 1e-5, float("nan")])
def test_impossible_precisions_are_refused(precision):
    with pytest.raises(ts.ScenarioError, match="precision"):
        ts.run(loaded(BASE), precision=precision)


# The rule


def test_the_first_batch_that_is_enough_ends_the_run_whatever_follows():
    """Errors of 4 batches of 256 with half rejected: 0.5/sqrt(256 k), at most 0.02 from k = 3."""
    plan, values = with_shares([128] * 6)
    assert batches_needed(plan, values, 0.02) == 3
    assert batches_needed(plan, values[:, :, : 3 * REPLICATES_PER_BATCH], 0.02) == 3


def test_too_few_batches_say_about_how_many_it_takes():
    plan, values = with_shares([128] * 4)
    assert batches_needed(plan, values, 0.01) == 10  # 0.25 / 0.01^2 = 2,500
    plan, values = with_shares([1] * 4)
    assert batches_needed(plan, values, 1e-4) > 4


def test_a_share_of_zero_ends_no_run_at_once():
    """0 of 256 has an error of 0 by the formula; with two more of each it is about 0.0055."""
    plan, values = with_shares([0] * 8)
    assert largest_error(plan, values) == 0
    assert batches_needed(plan, values, 0.005) == 2
    assert batches_needed(plan, values, 0.001) > 4


def test_trials_that_fail_make_no_error_smaller():
    """64 of 128 that converged in each batch: 0.5/sqrt(128 k), at most 0.02 from k = 5."""
    plan, values = with_shares([64] * 8, failed=128)
    assert batches_needed(plan, values, 0.02) == 5
    plan, values = with_shares([0] * 4, failed=256)
    assert batches_needed(plan, values, 0.02) == 8, "nobody can tell; try as many again"
    assert np.isnan(largest_error(plan, values))


def test_a_run_gives_up_after_twice_what_a_share_of_one_half_needs():
    assert most_replicates(0.005) == 20_224  # 2 x 10,000, in whole batches
    every_trial_fails = {
        **BASE,
        "design": {**BASE["design"], "arms": {"control": {"n": 1}, "treatment": {"n": 1}}},
        "observation": {},
    }
    found = ts.run(loaded(every_trial_fails), precision=0.05)
    assert found.replicates == most_replicates(0.05)
