"""Factors of the allocation: what is refused, and which analyses readers are warned of."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

import trialsim as ts
from trialsim.core.errors import ScenarioError
from trialsim.scenario.warnings import warnings

BASE: dict[str, Any] = {
    "format": 1,
    "design": {
        "arms": {"control": {"n": 20}, "treatment": {"n": 20}},
        "visits_weeks": {"baseline": 0, "after": 4},
    },
    "cohort": {
        "covariates": {
            "sex": {"distribution": "bernoulli", "share": 0.02},
            "centre": {"distribution": "categorical", "levels": {"north": 0.7, "south": 0.3}},
            "age": {"distribution": "normal", "mean": 50, "sd": 9},
        }
    },
    "outcomes": {"score": {"method": "repeated_normal", "mean": 0, "sd": 1}},
    "analyses": {
        "t_test": {"method": "t_test", "outcome": "score", "visit": "after"},
        "ancova": {
            "method": "ancova",
            "outcome": "score",
            "visit": "after",
            "adjust": ["baseline", "sex"],
        },
    },
}


def loaded(allocation: Any, **changes: Any) -> ts.LoadedScenario:
    written = {**BASE, "allocation": allocation, **changes}
    return ts.loads(yaml.safe_dump(written, sort_keys=False))


def refusal(allocation: Any, **changes: Any) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        loaded(allocation, **changes)
    return [str(problem).split(": ", 1)[1] for problem in caught.value.problems]


def test_unknown_factor_is_told_with_the_nearest_spelling():
    assert refusal({"method": "stratified_blocks", "strata": ["sex", "center"]}) == [
        "allocation.strata[1]: no covariate is called 'center'. Did you mean centre? "
        "Known: sex, centre."
    ]


def test_factor_without_levels_is_refused():
    assert refusal({"method": "minimisation", "balance": ["age"]}) == [
        "allocation.balance[0]: 'age' is a measurement (normal), without levels. "
        "Covariates with levels: sex, centre."
    ]
    analyses = {"t_test": BASE["analyses"]["t_test"]}
    allocation = {"method": "minimisation", "balance": ["sex"]}
    assert refusal(allocation, cohort={}, analyses=analyses) == [
        "allocation.balance[0]: no covariate is called 'sex'. "
        "Describe it under cohort.covariates, with distribution: bernoulli or categorical."
    ]


def test_factor_named_twice_and_weight_of_no_factor_are_refused():
    spec = {"method": "minimisation", "balance": ["sex", "sex"], "weights": {"sec": 2}}
    assert refusal(spec) == [
        "allocation.balance[1]: names 'sex' a second time. Delete one of the two.",
        "allocation.weights.sec: 'sec' is not among the factors to balance. "
        "Did you mean sex? Known: sex.",
    ]


@pytest.mark.parametrize(
    ("spec", "complaint"),
    [
        ({"method": "stratified_blocks", "strata": []}, "strata names no covariate"),
        ({"method": "minimisation", "balance": []}, "balance names no covariate"),
        ({"method": "stratified_blocks", "strata": ["sex"], "block_sizes": 3}, "multiples of 2"),
        ({"method": "minimisation", "balance": ["sex"], "probability": 0.4}, "below 0.5"),
        ({"method": "urn", "beta": 0}, "the urn stays empty"),
        ({"method": "biased_coin", "probability": 0.4}, "0.4"),
    ],
)
def test_impossible_parameters_are_refused(spec, complaint):
    (text,) = refusal(spec)
    assert complaint in text


def test_biased_coin_of_unequal_arms_is_refused():
    design = {**BASE["design"], "arms": {"control": {"n": 10}, "treatment": {"n": 20}}}
    (text,) = refusal("biased_coin", design=design)
    assert "found the ratio 1:2" in text


@pytest.mark.parametrize("levels", [[0.5, 0.4], [1.0], {"a": 0.5}, [0.5, 0.6]])
def test_levels_that_are_not_everybody_are_refused(levels):
    covariates = {"centre": {"distribution": "categorical", "levels": levels}}
    analyses = {"t_test": BASE["analyses"]["t_test"]}
    (text,) = refusal("simple", cohort={"covariates": covariates}, analyses=analyses)
    assert "levels" in text


def test_rare_levels_are_no_problem():
    assert loaded({"method": "stratified_blocks", "strata": ["sex", "centre"]}).plan.designs


def test_analyses_that_omit_a_factor_are_warned_of():
    plan = loaded({"method": "minimisation", "balance": ["sex", "centre"]}).plan
    assert warnings(plan) == [
        "t_test does not adjust for sex and centre, which the allocation (minimisation) balances: "
        "if prognostic, its p values are too large; use ancova with adjust: [sex, centre].",
        "ancova does not adjust for centre, which the allocation (minimisation) balances: "
        "if prognostic, its p values are too large; write adjust: [baseline, sex, centre].",
    ]


def test_nobody_is_warned_where_all_factors_are_known():
    analyses = {"ancova": BASE["analyses"]["ancova"]}
    plan = loaded({"method": "stratified_blocks", "strata": ["sex"]}, analyses=analyses).plan
    assert warnings(plan) == []
    assert warnings(loaded("urn").plan) == []
