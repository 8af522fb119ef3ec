"""Every registered method through the contract, and broken plug-ins that it must catch."""

from __future__ import annotations

from typing import Any

import pytest

from contract import broken_analyses as analyses
from contract import broken_bias as misleading
from contract import broken_methods as broken
from trialsim.analysis.t_test import TTest
from trialsim.core import registry
from trialsim.core.registry import STAGES, Method, load_methods, methods, register
from trialsim.core.stages import AnalysisMethod
from trialsim.testing import ContractError, check_method

RMDQ = {"min": 0, "max": 24, "mean": [10.45, 9.5, 6.89], "sd": [5.3, 6.0, 4.6]}
SCORE = {"outcome": "score", "visit": "after"}

EXAMPLES: dict[tuple[str, str], list[dict[str, Any]]] = {
    ("cohort", "normal"): [{"mean": 50, "sd": 10}, {"mean": -1e6, "sd": 1e-3}],
    ("cohort", "truncated_normal"): [
        {"mean": 51.4, "sd": 15.6, "min": 18, "max": 81},
        {"mean": 20, "sd": 1.8, "min": 18, "max": 81},  # nearly exponential
        {"mean": 50, "sd": 5, "min": 0, "max": 1000},  # limits out of reach
    ],
    ("cohort", "bernoulli"): [{"share": 0.5}, {"share": 0.03}, {"share": 0.9}],
    ("cohort", "categorical"): [
        {"levels": {"mild": 0.5, "moderate": 0.3, "severe": 0.2}},
        {"levels": [0.25, 0.75]},
        {"levels": [0.01, 0.01, 0.98]},
    ],
    ("cohort", "log_normal"): [
        {"mean": 30, "sd": 24},
        {"mean": 12, "sd": 1},
        {"mean": 10, "sd": 20},
    ],
    ("cohort", "bands"): [{"of": "age", "cuts": [0.5]}, {"of": "score", "cuts": [-1, 0, 1.5]}],
    ("allocation", "simple"): [{}],
    ("allocation", "random_allocation_rule"): [{}],
    ("allocation", "permuted_blocks"): [
        {},
        {"block_sizes": 2},
        {"block_sizes": 12},
        {"block_sizes": [4, 6, 8]},
        {"block_sizes": [6, 3, 9]},
    ],
    ("allocation", "stratified_blocks"): [
        {"strata": ["sex"]},
        {"strata": ["sex", "centre"], "block_sizes": 6},
        {"strata": ["sex", "centre"], "block_sizes": [4, 6, 8]},
        {"strata": ["centre"], "block_sizes": [6, 3, 9]},
    ],
    ("allocation", "minimisation"): [
        {"balance": ["sex"]},
        {"balance": ["sex", "centre"], "weights": {"centre": 2.5}, "measure": "variance"},
        {"balance": ["sex", "centre", "stage"], "measure": "sd", "probability": 0.9},
        {"balance": ["sex", "centre"], "probability": 1},
    ],
    ("allocation", "biased_coin"): [{}, {"probability": 0.9}, {"probability": 1}],
    ("allocation", "urn"): [{}, {"alpha": 1, "beta": 3}, {"alpha": 2, "beta": 0}],
    ("outcomes", "repeated_normal"): [
        {"mean": 0, "sd": 1},
        {"mean": [10.45, 9.2, 6.7], "sd": [5.5, 5.5, 4], "correlation": 0.55, "better": "higher"},
    ],
    ("outcomes", "bounded_integer"): [
        RMDQ,
        {"max": 100, "mean": 50, "sd": 26, "better": "higher"},
        {"max": 24, "mean": [1.2, 0.8], "sd": [1.5, 1.4]},  # at the floor
        {"min": 1, "max": 7, "step": 0.25, "mean": 5.8, "sd": 1.1},
        {"min": -4, "max": 4, "mean": 0, "sd": 3.6},  # heaped at both ends
        {"min": -10, "max": -2, "mean": -5, "sd": 2},
        {"max": 24, "mean": 12, "sd": 2.4494898},  # binomial
    ],
    ("outcomes", "binary"): [
        {"mean": 0.3},
        {"mean": [0.02, 0.5, 0.9], "correlation": 0.2, "better": "higher"},
    ],
    ("outcomes", "ordinal"): [
        {"shares": [0.2, 0.3, 0.3, 0.2]},
        {"shares": [[0.1, 0.2, 0.7], [0.2, 0.3, 0.5]], "better": "higher"},
    ],
    ("outcomes", "count"): [
        {"mean": 3, "sd": 4},
        {"mean": [8, 0.7], "sd": [2.8284272, 1.5]},
        {"mean": 60, "sd": 45},
    ],
    ("outcomes", "log_normal"): [{"mean": 10, "sd": 8}, {"mean": [50, 30], "sd": [5, 30]}],
    ("outcomes", "gamma"): [{"mean": 10, "sd": 8}, {"mean": [2.3, 5.0], "sd": [2.6, 5.1]}],
    ("observation", "mcar"): [
        {"rate": 0.1},
        {"rate": 0},
        {"rate": {"after": 0.05, "later": 0.2}},
        {"rate": {"baseline": 0.3, "later": 0.1}, "pattern": "intermittent"},
        {"overall": 0.2},
    ],
    ("observation", "mar"): [
        {"outcome": "score", "rate": 0.2},
        {"outcome": "score", "rate": {"after": 0.05, "later": 0.2}, "strength": -2},
        {"outcome": "score", "rate": {"later": 0.3}, "pattern": "intermittent"},
        {"outcome": "score", "overall": 0.3},
    ],
    ("observation", "tail"): [
        {"outcome": "score", "rate": 0.2},
        {"outcome": "score", "by_arm": {"arm": 0.3}, "side": "best", "at": ["after"]},
    ],
    ("observation", "mnar"): [
        {"outcome": "score", "rate": 0.2},
        {"outcome": "score", "rate": {"baseline": 0.1, "later": 0.4}, "strength": 3},
        {"outcome": "score", "rate": {"after": 0.4, "later": 0.1}, "pattern": "intermittent"},
    ],
    ("bias", "expectation"): [
        {"size": {"score": -0.8}},
        {"size": {"score": 0.3}, "unit": "sd", "between_trial_sd": 0.2, "believers": "belief"},
        {"size": {"score": 1}, "arm": ["control"], "visits": ["later"]},
    ],
    ("bias", "assessor"): [{"size": {"score": -0.23}, "unit": "sd", "between_trial_sd": 0.15}],
    ("bias", "performance"): [{"size": {"score": -0.5}}],
    ("bias", "response_shift"): [{"size": {"score": -0.5}, "arm": ["control", "treatment"]}],
    ("bias", "co_intervention"): [{"size": {"score": -2}, "share": 0.3}],
    ("bias", "contamination"): [
        {"arm": "control", "to": "treatment", "share": 0.2},
        {"arm": "treatment", "to": "control", "share": 1},
    ],
    ("bias", "broken_concealment"): [
        {"outcome": "score"},
        {"prognosis": "severity", "favours": "control", "exploited": 0.5},
    ],
    ("bias", "predicted_allocation"): [{"outcome": "score"}, {"prognosis": "severity"}],
    ("bias", "alternation"): [{"outcome": "score"}, {"outcome": "score", "favours": "control"}],
    ("bias", "outcome_driven_loss"): [
        {"outcome": "score", "rate": {"control": 0.2, "treatment": 0.2}},
        {"outcome": "score", "rate": {"treatment": 0.1}, "strength": {"treatment": -1.5}},
    ],
    ("bias", "exclusions"): [
        {"outcome": "score", "share": {"treatment": 0.05}},
        {"outcome": "score", "share": {"control": 0.1}, "side": "best"},
    ],
    ("bias", "per_protocol"): [
        {"visit": "after", "needed": 5},
        {"visit": "baseline", "needed": 1, "arm": ["control", "treatment"]},
    ],
    ("bias", "best_of"): [
        {"analyses": ["change", "ancova", "later"]},
        {"analyses": ["later"], "direction": "favourable"},
    ],
    ("bias", "switched_outcome"): [{"analyses": ["later", "change"]}],
    ("bias", "best_subgroup"): [{"by": ["sex"]}, {"by": ["sex", "stage"]}],
    ("bias", "peeking"): [
        {"looks": 5},
        {"looks": 100},
        {"looks": 2, "boundary": "pocock"},
        {"looks": 10, "boundary": "obrien_fleming"},
    ],
    ("analysis", "t_test"): [SCORE, {**SCORE, "variance": "welch"}],
    ("analysis", "therapist_means"): [SCORE],
    ("analysis", "change_score"): [SCORE, {**SCORE, "visit": "later", "from_visit": "after"}],
    ("analysis", "ancova"): [
        SCORE,
        {**SCORE, "adjust": []},
        {**SCORE, "adjust": ["age"]},
        {**SCORE, "visit": "later", "adjust": ["baseline", "after", "age", "severity"]},
        {**SCORE, "errors": "hc3"},
        {**SCORE, "errors": "hc3", "adjust": []},
        {**SCORE, "errors": "hc3", "adjust": ["baseline", "age"]},
    ],
    ("analysis", "responder"): [
        {**SCORE, "cut": 10, "event": "at_or_below"},
        {**SCORE, "cut": 11.5, "event": "above", "measure": "log_risk_ratio"},
        {**SCORE, "cut": 9, "event": "below", "measure": "log_odds_ratio", "test": "fisher"},
        {**SCORE, "cut": 1, "event": "at_or_above", "of": "change", "correction": True},
        {**SCORE, "visit": "later", "cut": 1, "event": "below", "of": "change"},
    ],
    ("analysis", "interaction"): [{**SCORE, "by": "age"}, {**SCORE, "by": "baseline"}],
    ("analysis", "mann_whitney"): [SCORE, {**SCORE, "continuity": True}],
    ("decision", "noninferiority"): [{"margin": 2}, {"margin": 0.5, "alpha": 0.05}],
    ("decision", "superiority"): [{}, {"alpha": 0.025, "sides": 1}],
}
"""Parameters with which each method is checked, as a scenario would write them. The trials have
the visits baseline, after and later, and the covariates age and severity. Those of bias also have
the factors sex and stage, the trait belief, and the analyses change, ancova and later."""


def _registered() -> list[Any]:
    load_methods()
    cases = []
    for stage in STAGES:
        for name, method in methods(stage).items():
            for i, example in enumerate(EXAMPLES.get((stage, name), [None])):
                cases.append(pytest.param(stage, method, example, id=f"{stage}-{name}-{i}"))
    return cases


@pytest.mark.parametrize(("stage", "method", "example"), _registered())
def test_registered_method_keeps_the_contract(stage, method, example):
    if example is None:
        place = "EXAMPLES in tests/contract/test_methods.py"
        pytest.fail(f"no example of the {stage} method '{method.name}': add parameters to {place}")
    check_method(method, **example)


def test_examples_are_of_registered_methods():
    load_methods()
    known = {(stage, name) for stage in STAGES for name in methods(stage)}
    assert set(EXAMPLES) <= known


@pytest.fixture
def scratch_registry(monkeypatch):
    """A registry in which plug-ins leave no trace."""
    load_methods()
    copy = {stage: dict(known) for stage, known in registry._REGISTRY.items()}
    monkeypatch.setattr(registry, "_REGISTRY", copy)


NORMAL = {"mean": 10, "sd": 3}
SHIFT = {"size": {"score": -0.8}}
MIXED_UP = {"arm": "control", "to": "treatment", "share": 0.2}

BROKEN: list[tuple[type[Method], dict[str, Any], str]] = [
    (broken.Loose, NORMAL, "frozen model"),
    (broken.Untold, NORMAL, "have a docstring.*There is none under skew"),
    (broken.Forgetful, {**NORMAL, "skew": 1}, "states every parameter"),
    (broken.Unfinished, {}, "defines all.*does not define values"),
    (broken.InPlace, NORMAL, "normals give the same values.*read-only"),
    (broken.Widened, NORMAL, "asked for are delivered.*sd of 3, it delivers 6"),
    (broken.ClaimsStability, {}, "`prefix_stable`.*declared true, but arms change"),
    (broken.DeniesStability, {}, "`prefix_stable`.*declared false, but no arm changed"),
    (broken.BiasedCoin, {}, "chance of an arm is the arm's share"),
    (broken.LevelsOff, {"share": 0.4}, "takes the values 0, 1, .*2 levels"),
    (broken.LooksAhead, {"strata": ["sex"]}, "none of a patient who enrolled before"),
    (broken.WrongLaw, {}, "`size_law` sums to 1 and is the distribution"),
    (broken.Clamped, {**NORMAL, "min": 6, "max": 24}, "are delivered at every visit"),
    (broken.Percentages, NORMAL, "mean difference.*delivered at every visit"),
    (broken.Standardised, NORMAL, "on that patient's latent value"),
    (broken.Turning, NORMAL, "higher latent value never gives a lower score"),
    (broken.ShiftsOnly, NORMAL, "`shift` gives a constant"),
    (broken.WrongHermite, RMDQ, "`hermite` gives the coefficients"),
    (broken.LostTwiceAsOften, {"rate": 0.1}, "`rate` asked for.*asked for 0.1, it hides 0.1990"),
    (broken.LostEverywhere, {"rate": 0.1}, "one for each visit asked.*baseline"),
    (broken.LostTogether, {"rate": 0.1}, "under the purpose given"),
    (broken.LostByRank, {"rate": 0.1}, "first patients are lost or seen alike"),
    (analyses.ReadsUnobserved, SCORE, "unobserved score with 1e300 changes no estimate"),
    (analyses.CountsPlaces, SCORE, "Places in which nobody is enrolled"),
    (analyses.RawSums, SCORE, "Adding 1e6 to every score"),
    (analyses.ForgetsShifts, SCORE, "`shifts` adds"),
    (analyses.NormalTail, SCORE, "share q of the p values lies below q"),
    (analyses.AlwaysTwoSided, SCORE, "p is below alpha exactly where the interval"),
    (analyses.SilentFailure, SCORE, "failure with a code"),
    (analyses.Shrunken, SCORE, "mean estimate is `true_value`"),
    (misleading.NoDomain, SHIFT, "one of the five of RoB 2.*wishful thinking"),
    (misleading.ActsAtBaseline, SHIFT, "acts at baseline"),
    (misleading.ActsWhileOff, {**SHIFT, "share": 0.5}, "changes nothing of what it does"),
    (misleading.TakesByRank, {**SHIFT, "share": 0.5}, "25 patients and the first 25 of 50"),
    (misleading.TakesFromOwn, MIXED_UP, "Patients of treatment are among them"),
    (
        misleading.WantsTheWorse,
        {"outcome": "score"},
        "never gets the worse patients.*They are worse by",
    ),
    (misleading.WantsMore, {"outcome": "score"}, "are in the second arm"),
    (misleading.MovesEstimates, {"analyses": ["later"]}, "never its own.*Nobody found"),
    (misleading.Across, {"visit": "after", "needed": 3}, "does not depend on the other replicates"),
    (broken.AtAlpha, {}, "below the rule's alpha, and not at alpha"),
    (broken.OwnAlpha, {}, "below the rule's alpha, and not at alpha"),
    (broken.FailuresCount, {}, "NaN, rejects nothing"),
]


@pytest.mark.parametrize(
    ("method", "example", "complaint"), [pytest.param(*b, id=b[0].__name__) for b in BROKEN]
)
def test_broken_plug_in_is_caught(method, example, complaint, scratch_registry):
    name = f"broken_{method.__name__.lower()}"
    register(name)(method)
    with pytest.raises(ContractError, match=rf"(?s){method.stage} method '{name}'.*{complaint}"):
        check_method(method, **example)


@pytest.mark.parametrize(
    ("method", "example"), [(analyses.PlainT, SCORE), (broken.Lost, {"rate": 0.1})]
)
def test_sound_plug_in_passes(method, example, scratch_registry):
    register(f"plug_in_{method.__name__.lower()}")(method)
    check_method(method, **example)
    check_method(method(**example))


def test_unregistered_plug_in_is_caught():
    class Fresh(TTest):
        """As its parent, but unknown to any scenario."""

    with pytest.raises(ContractError, match="registered under its name") as caught:
        check_method(Fresh, **SCORE)
    assert isinstance(caught.value, AssertionError)
    assert caught.value.found.startswith("Decorate the class with @register(name)")


def test_a_warning_breaks_the_rule_at_hand(scratch_registry, monkeypatch):
    def analyse(self, data, contrasts, rule) -> Any:
        import warnings

        warnings.warn("nothing a user can act on", stacklevel=2)

    monkeypatch.setattr(analyses.PlainT, "analyse", analyse)
    register("warns")(analyses.PlainT)
    with pytest.raises(ContractError, match="It raised UserWarning: nothing a user can act on"):
        check_method(analyses.PlainT, **SCORE)


def test_what_is_no_method_is_refused():
    with pytest.raises(TypeError, match="must be a Method"):
        check_method(dict)
    with pytest.raises(TypeError, match="takes no parameters"):
        check_method(TTest(**SCORE), **SCORE)
    with pytest.raises(ContractError, match="does not define analyse"):
        check_method(AnalysisMethod, **SCORE)
