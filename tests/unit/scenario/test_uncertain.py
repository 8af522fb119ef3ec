"""The key `uncertain`: it is read strictly, and moves no number of a run."""

from __future__ import annotations

from pathlib import Path

import pytest

import trialsim as ts

SCENARIOS = Path(__file__).parents[3] / "scenarios"
EFFECT = "assumptions.small.score.treatment"
NORMAL = {"path": EFFECT, "prior": {"distribution": "normal", "mean": 0.2, "sd": 0.1}}


def textbook(**changes: object) -> ts.LoadedScenario:
    return ts.load(SCENARIOS / "textbook.yaml").changed(changes)


def test_it_is_no_part_of_the_digest_nor_of_the_results():
    plain, uncertain = textbook(vary={}), textbook(vary={}, uncertain={"effect": NORMAL})
    assert uncertain.plan.digest == plain.plan.digest
    runs = [ts.run(one, replicates=300) for one in (plain, uncertain)]
    assert runs[0].result_hash == runs[1].result_hash


def test_it_may_be_empty():
    assert textbook(uncertain=None).written.uncertain == {}


def test_every_distribution_can_be_written():
    priors = {
        "normal": {"mean": 0.2, "sd": 0.1, "min": 0},
        "uniform": {"min": 0.1, "max": 0.4},
        "beta": {"a": 2, "b": 3},
        "from_interval": {"estimate": 0.3, "lower": 0.1, "upper": 0.5, "level": 0.9},
        "from_pilot": {
            "estimate": 0.8,
            "sd": 1,
            "n_per_arm": 22,
            "selected": "significant",
            "before": {"mean": 0, "sd": 1},
        },
        "cochrane": {"se": 0.2},
    }
    for distribution, numbers in priors.items():
        prior = {"distribution": distribution, **numbers}
        written = textbook(uncertain={"effect": {"path": EFFECT, "prior": prior}}).written
        assert written.uncertain["effect"].prior.distribution == distribution


@pytest.mark.parametrize("path", ["outcomes.score.sd", "outcomes.score.correlation", EFFECT])
def test_any_number_of_the_scenario_may_be_uncertain(path):
    textbook(uncertain={"one": {**NORMAL, "path": path}})


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("outcomes.score.correlations", "leads nowhere"),
        ("outcomes.score.mean[4]", "leads nowhere"),
        ("outcomes.score", "only a number"),
        ("outcomes.score.better", "only a number"),
        ("simulation.seed", "is decided"),
        ("design.n_total", "is decided"),
        ("a..b", "is not a path"),
    ],
)
def test_what_is_no_number_is_refused(path, said):
    with pytest.raises(ts.ScenarioError, match=said) as caught:
        textbook(uncertain={"one": {**NORMAL, "path": path}})
    assert caught.value.problems[0].path == ("uncertain", "one", "path")


def test_a_truth_value_is_no_number():
    reason = {"lost": {"method": "mcar", "rate": 0.1}}
    with pytest.raises(ts.ScenarioError, match="leads nowhere"):
        textbook(uncertain={"one": {**NORMAL, "path": "observation.missing.lost.rate"}})
    changes = {"observation.missing": reason}
    path = "observation.missing.lost.rate"
    textbook(**changes, uncertain={"one": {**NORMAL, "path": path}})


def test_it_cannot_vary():
    with pytest.raises(ts.ScenarioError, match="uncertain is no part of the design"):
        textbook(uncertain={"effect": NORMAL}, vary={"uncertain.effect.prior.sd": [0.1, 0.2]})
