"""Bias mechanisms as a scenario has them: switches, digests, plans, and cells that share."""

from __future__ import annotations

import json

import numpy as np
import pytest

import trialsim as ts
from trialsim.core.plan import Plan
from trialsim.scenario.sources import assumed_values

TRIAL = """
format: 1
design:
  arms: {control: {n: 20}, treated: {n: 20}}
  visits_weeks: {baseline: 0, after: 4}
cohort:
  traits: {belief: {distribution: bernoulli, share: 0.5}}
allocation: {method: permuted_blocks, block_sizes: 4}
outcomes:
  score: {method: repeated_normal, better: higher, mean: 10, sd: 2, correlation: 0.5}
analyses:
  t_test: {method: t_test, outcome: score, visit: after}
  change: {method: change_score, outcome: score, visit: after}
simulation: {replicates: 256, seed: 1}
"""
EXPECTED = {"method": "expectation", "size": {"score": 0.5}, "unit": "sd"}


def trial(bias: dict, changes: dict | None = None) -> ts.LoadedScenario:
    return ts.loads(TRIAL).changed({"bias": bias, **(changes or {})})


def test_what_is_off_changes_no_digest_and_no_number():
    without, off = ts.loads(TRIAL), trial({"one": {**EXPECTED, "on": False}})
    assert off.plan.digest == without.plan.digest
    assert ts.run(off).result_hash == ts.run(without).result_hash


def test_turning_on_and_resizing_change_the_digest_and_sources_do_not():
    plans = [
        trial({"one": mechanism}).plan.digest
        for mechanism in (
            {**EXPECTED, "on": False},
            EXPECTED,
            {**EXPECTED, "size": {"score": 0.6}},
            {**EXPECTED, "between_trial_sd": 0.1},
        )
    ]
    assert len(set(plans)) == 4
    assert trial({"one": {**EXPECTED, "source": "a paper"}}).plan.digest == plans[1]


def test_a_plan_with_mechanisms_goes_to_json_and_back():
    bias = {
        "one": {**EXPECTED, "believers": "belief", "between_trial_sd": 0.2},
        "two": {"method": "exclusions", "outcome": "score", "share": {"treated": 0.1}},
        "three": {"method": "best_of", "analyses": ["change"]},
    }
    plan = trial(bias).plan
    again = Plan.from_json(json.loads(json.dumps(plan.to_json())))
    assert again.designs == plan.designs
    assert again.digest == plan.digest


def test_a_what_if_turns_a_mechanism_on():
    what_if = {"what_if": {"unblinded": {"bias.one.on": True}}}
    plan = trial({"one": {**EXPECTED, "on": False}}, what_if).plan
    assert [list(design.bias) for design in plan.designs] == [[], ["one"]]


def test_a_replay_shows_which_patients_changed():
    """Believers in the treated arm, and nobody else, by 0.5 SD of 2 points."""
    what_if = {"what_if": {"unblinded": {"bias.one.on": True}}}
    scenario = trial({"one": {**EXPECTED, "on": False, "believers": "belief"}}, what_if)
    off = ts.replay(scenario, replicate=7).data.to_frame()
    on = ts.replay(scenario, replicate=7, what_if="unblinded").data.to_frame()
    score = next(name for name in off if "after" in name)
    before = next(name for name in off if "baseline" in name)
    moved = on[score] - off[score]
    assert (on["arm"] == off["arm"]).all()
    assert (on[before] == off[before]).all()
    assert set(np.round(moved, 9)) == {0.0, 1.0}
    assert set(on["arm"][moved > 0.5]) == {"treated"}
    assert 0 < (moved > 0.5).sum() < 20


SHARED = [
    pytest.param(
        {"one": {**EXPECTED, "believers": "belief"}},
        {"few": {"cohort.traits.belief.share": 0.1}},
        id="believers of another cohort",
    ),
    pytest.param({"one": EXPECTED}, {"wide": {"outcomes.score.sd": 4}}, id="SDs of another score"),
    pytest.param(
        {"one": {"method": "broken_concealment", "outcome": "score"}},
        {"loose": {"outcomes.score.correlation": 0.2}, "small": {"design.n_total": 24}},
        id="recruiters of other scores and sizes",
    ),
    pytest.param(
        {"one": {"method": "exclusions", "outcome": "score", "share": {"treated": 0.2}}},
        {"more": {"bias.one.share.treated": 0.4}},
        id="other shares",
    ),
    pytest.param(
        {"one": {"method": "peeking", "looks": 3}},
        {"more": {"bias.one.looks": 5}, "small": {"design.n_total": 24}},
        id="other looks",
    ),
]


@pytest.mark.parametrize(("bias", "what_if"), SHARED)
def test_cells_that_share_stages_give_what_each_gives_alone(bias, what_if):
    """A what_if simulated beside the design as stated, and by itself as the design as stated."""
    together = ts.run(trial(bias, {"what_if": what_if}))
    cells = together.plan.cells
    for name, changes in what_if.items():
        alone = ts.run(trial(bias, changes))
        rows = [
            together.series(one)
            for one in together.plan.series()
            if cells[one.cell].what_if == name
        ]
        others = [alone.series(one) for one in alone.plan.series()]
        for row, other in zip(rows, others, strict=True):
            for column in ("estimate", "p_value", "n_analysed"):
                np.testing.assert_allclose(row[column], other[column], rtol=1e-12)


@pytest.mark.parametrize("allocation", ["random_allocation_rule", "simple"])
def test_sizes_that_share_patients_are_each_steered_by_themselves(allocation):
    bias = {"one": {"method": "broken_concealment", "outcome": "score"}}
    sizes = {"allocation": allocation, "vary": {"design.n_total": [16, 40]}}
    table = ts.run(trial(bias, sizes)).performance()
    for n in (16, 40):
        alone = ts.run(trial(bias, {"allocation": allocation, "design.n_total": n})).performance()
        rows = table[table["n_total"] == n].drop_duplicates(["analysis", "measure"])
        np.testing.assert_allclose(
            rows["value"].to_numpy(float), alone["value"].to_numpy(float), rtol=1e-12
        )


def test_sizes_are_assumed_and_switches_are_not():
    scenario = trial({"one": {**EXPECTED, "on": False, "source": "a paper"}})
    values = {one.path: one for one in assumed_values(scenario.written, scenario.plan.marks)}
    of_bias = [path for path in values if path[0] == "bias"]
    assert ("bias", "one", "size", "score") in of_bias
    assert not any(path[-1] in ("on", "source") for path in of_bias)
    assert values["bias", "one", "size", "score"].evidence.source == "a paper"
    assert values["bias", "one", "size", "score"].evidence.status == "assumed"


def test_the_evidence_of_a_scenario_comes_before_what_a_mechanism_says():
    told = {"evidence": {"bias.one": {"status": "reported", "from": "a table"}}}
    scenario = trial({"one": {**EXPECTED, "source": "a paper"}}, told)
    values = {one.path: one for one in assumed_values(scenario.written, scenario.plan.marks)}
    assert values["bias", "one", "size", "score"].evidence.status == "reported"
