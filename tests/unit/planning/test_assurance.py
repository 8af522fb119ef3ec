"""trialsim.assurance: what it averages, what it leaves aside, and what it refuses."""

from __future__ import annotations

import dataclasses
import json
import re

import numpy as np
import pytest

import trialsim as ts
from trialsim.planning.assurance.assurance import assurance, assurance_curve

EFFECT = "assumptions.hope.score.b"

SMALL = f"""\
format: 1
design:
  arms: {{a: {{n: 20}}, b: {{n: 20}}}}
  visits_weeks: {{baseline: 0, after: 4}}
outcomes:
  score:
    {{method: bounded_integer, max: 10, better: lower, mean: [6, 4], sd: 2, correlation: 0.5}}
assumptions:
  no_effect: {{}}
  hope: {{score: {{b: -1}}}}
analyses:
  ancova: {{method: ancova, outcome: score, visit: after}}
  t_test: {{method: t_test, outcome: score, visit: after}}
decision: {{primary: t_test}}
uncertain:
  effect: {{path: {EFFECT}, prior: {{distribution: normal, mean: -1, sd: 0.6}}, worthwhile: -0.5}}
what_if:
  large: {{design.arms.a.n: 60}}
vary: {{design.n_total: [60, 80]}}
simulation: {{replicates: 300, seed: 4}}
"""


def small(**changes: object) -> ts.LoadedScenario:
    return ts.loads(SMALL).changed({key.replace("__", "."): v for key, v in changes.items()})


def prior(**numbers: object) -> dict[str, object]:
    return {"uncertain__effect__prior": numbers}


@pytest.fixture(scope="module")
def found() -> ts.Assurance:
    return ts.assurance(small())


def test_each_truth_has_the_numbers_of_an_ordinary_run(found):
    """A node is a design point: running it alone gives the same rejections, bit for bit."""
    for one in (found.truths[0], found.truths[len(found.truths) // 2], found.truths[-1]):
        alone = ts.run(small(assumptions__hope__score__b=one.values[0], vary={}, what_if={}))
        table = alone.performance().set_index(["assumption", "analysis", "measure"])["value"]
        assert one.power == table["hope", "t_test", "rejection_rate"]
        assert one.favourable == table["hope", "t_test", "favourable_rejection_rate"]


def test_assurance_is_the_weighted_mean_and_power_that_of_the_stated_value(found):
    frame = found.frame()
    assert frame["weight"].sum() == pytest.approx(1, abs=1e-12)
    assert found.assurance == pytest.approx((frame["weight"] * frame["power"]).sum(), abs=1e-12)
    assert found.favourable.value == pytest.approx(
        (frame["weight"] * frame["favourable"]).sum(), abs=1e-12
    )
    middle = frame.loc[frame[EFFECT] == -1, "power"].item()
    assert (found.power, found.n_total) == (middle, 40)  # vary and what_if are left aside


def test_the_error_of_assurance_is_that_of_the_weighted_rejections_of_each_replicate(found):
    """By hand, from the replicates of runs of their own."""
    weighted = np.zeros(300)
    for one in found.truths:
        run = ts.run(small(assumptions__hope__score__b=one.values[0], vary={}, what_if={}))
        series = next(
            s for s in run.plan.series()
            if run.plan.cells[s.cell].assumption == "hope" and s.analysis == "t_test"
        )  # fmt: skip
        weighted += one.weight * (run.series(series)["p_value"] < 0.05)
    assert found.assurance == pytest.approx(weighted.mean(), abs=1e-12)
    assert found.mcse == pytest.approx(weighted.std(ddof=1) / 300**0.5, rel=1e-9)


def test_no_doubt_returns_power_exactly():
    for stated in (-1.0, -1):
        one = assurance(small(**prior(distribution="normal", mean=stated, sd=0)))
        assert (one.assurance, one.mcse) == (one.power, one.power_mcse)
        assert (one.difference, one.difference_mcse, one.error_of_nodes) == (0, 0, 0)
        assert len(one.truths) == 1
        assert one.below_half.value == float(one.power < 0.5)
        assert {q.value for q in one.quantiles.values()} == {one.power}
        assert one.worthwhile[0].chance == 1
        assert one.worthwhile[0].success.value == one.favourable.value


def test_sizes_of_a_curve_are_those_of_runs_alone():
    curve = assurance_curve(small(), [40, 90])
    assert [one.n_total for one in curve] == [40, 90]
    for one in curve:
        alone = assurance(small(), n_total=one.n_total)
        assert alone.assurance == pytest.approx(one.assurance, abs=1e-12)
        assert alone.power == one.power
    assert curve[1].assurance > curve[0].assurance


def test_results_do_not_depend_on_workers_and_follow_the_seed(found):
    again = assurance(small(), workers=2)
    assert again == found
    assert assurance(small(), seed=5).assurance != found.assurance


def test_several_uncertain_values_are_averaged_together(found):
    spread = {"path": "outcomes.score.sd", "prior": {"distribution": "normal", "mean": 2, "sd": 0}}
    certain = assurance(small(uncertain__spread=spread))
    assert certain.assurance == pytest.approx(found.assurance, abs=1e-12)
    assert [one.name for one in certain.uncertain] == ["effect", "spread"]
    wide = {**spread, "prior": {"distribution": "uniform", "min": 1.7, "max": 2.3}}
    both = assurance(small(uncertain__spread=wide), replicates=60)
    assert len(both.truths) > 100
    assert 0 < both.assurance < 1
    assert both.frame().columns[:2].tolist() == [EFFECT, "outcomes.score.sd"]


def test_other_analyses_assumptions_and_contrasts_can_be_asked_for(found):
    assert assurance(small(), analysis="ancova").analysis == "ancova"
    for option, wrong in (("assumption", "hopes"), ("analysis", "t"), ("contrast", "a - b")):
        with pytest.raises(ts.ScenarioError, match=f"--{option}: no .* is called|has no contrast"):
            assurance(small(), **{option: wrong})
    # What is uncertain belongs to another assumption.
    with pytest.raises(ts.ScenarioError, match="nothing that is not known under no_effect"):
        assurance(small(), assumption="no_effect")
    with pytest.raises(ts.ScenarioError, match="nothing that is not known"):
        assurance(small(uncertain={}))


@pytest.mark.parametrize(("mean", "way"), [(-1.0, "min"), (4.0, "max")])
def test_an_impossible_truth_is_refused_with_a_way_out_that_works(mean, way):
    """Comparator mean 4 on a scale of 0 to 10: differences beyond -4 or 6 cannot be."""
    wide = {"distribution": "normal", "mean": mean, "sd": 1.2}
    with pytest.raises(ts.ScenarioError) as caught:
        assurance(small(**prior(**wide)))
    (problem,) = caught.value.problems
    assert problem.path == ("uncertain", "effect", "prior")
    assert "cannot be simulated" in problem.message and "outside the scale" in problem.message
    end = re.search(rf"`{way}: (\S+)`", problem.hint)
    assert end, problem.hint
    limit = float(end[1])
    assert -4 < limit < 6
    one = assurance(small(**prior(**wide, **{way: limit})), replicates=60)
    values = one.frame()[EFFECT]
    assert values.min() > -4 and values.max() < 6
    # Cut, not clamped: no probability is heaped up at the limit.
    assert values.is_unique


def test_whole_numbers_cannot_be_uncertain():
    patients = {
        "path": "design.arms.a.n",
        "prior": {"distribution": "uniform", "min": 20, "max": 30},
    }
    with pytest.raises(ts.ScenarioError, match="a whole number"):
        assurance(small(uncertain={"size": patients}))


def test_the_distribution_of_power_is_that_of_its_truths(found):
    spread = found.spread()
    assert spread["power"].is_monotonic_increasing and spread["chance"].is_monotonic_increasing
    quantiles = [one.value for one in found.quantiles.values()]
    assert quantiles == sorted(quantiles)
    # The truth at the median of what is believed has the median power, but for the 1 truth in 20
    # in which the effect is harm.
    assert found.quantiles[0.5].value == pytest.approx(found.power, abs=0.005)
    below = np.interp(0.5, spread["power"], spread["chance"])
    assert found.below_half.value == pytest.approx(below, abs=0.005)


def test_the_record_is_frozen_and_speaks_json(found):
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.power = 1.0
    plain = json.loads(json.dumps(found.to_json(), allow_nan=False))
    assert plain["assurance"] == found.assurance
    assert len(plain["truths"]) == len(found.truths)
    assert set(plain["quantiles"]) == {"0.05", "0.25", "0.5", "0.75", "0.95"}


def test_too_few_replicates_for_an_error_say_so():
    one = assurance(small(), replicates=30)
    assert np.isnan(one.below_half.mcse)
    assert one.to_json()["below_half"]["mcse"] is None
    assert one.mcse > 0
