"""The bias ledger: contributions against closed forms, and accounts that add up."""

from __future__ import annotations

from math import exp, log, sqrt

import numpy as np
import pandas as pd
import pytest

import trialsim as ts
from trialsim.core.errors import ScenarioError
from verification.simulated import SCENARIOS, textbook

T_TEST = {"analyses": {"t_test": {"method": "t_test", "outcome": "score", "visit": "after"}}}
SIZES = {"expected": 0.2, "seen": 0.1, "cared_for": -0.05}
SHIFTS = {
    "expected": {"method": "expectation", "size": {"score": SIZES["expected"]}, "on": False},
    "seen": {"method": "assessor", "size": {"score": SIZES["seen"]}, "on": True},
    "cared_for": {"method": "performance", "size": {"score": SIZES["cared_for"]}},
}


def scenario(bias: dict, changes: dict | None = None) -> ts.LoadedScenario:
    return textbook({**T_TEST, "decision.primary": "t_test", "bias": bias, **(changes or {})})


def test_additive_shifts_of_normal_scores_cost_what_they_are():
    """Claim: each contribution, alone and on top, is the size stated, and the interaction is 0,
    under every assumption, whichever mechanisms the scenario has on. Exact: sums of shifts. The
    same in every trial, so 512 show it to 1e-9. Detects any shift that depends on another."""
    found = ts.ledger(scenario(SHIFTS), replicates=512, seed=91)
    assert [one.assumption for one in found.accounts] == ["no_effect", "small", "medium"]
    for account in found.accounts:
        for one in account.contributions:
            assert one.alone.value == pytest.approx(SIZES[one.name], abs=1e-9)
            assert one.on_top.value == pytest.approx(SIZES[one.name], abs=1e-9)
            assert one.alone.mcse < 1e-9
        for interaction in (account.interaction, account.again):
            assert interaction.value == pytest.approx(0, abs=1e-9)
            assert interaction.mcse < 1e-9
        assert account.apart == pytest.approx(0, abs=0.5)


def test_loss_does_not_depend_on_what_misleads_beside_it():
    """Claim: exclusions and an expectation add up exactly: the same patients are left out."""
    out = {"method": "exclusions", "outcome": "score", "share": {"treatment": 0.1}}
    found = ts.ledger(
        scenario({"out": out, "expected": SHIFTS["expected"]}), replicates=512, seed=92
    )
    for account in found.accounts:
        assert account.interaction.value == pytest.approx(0, abs=1e-9)
        assert account.contributions[0].alone.value > 0.1


def test_moves_on_a_bounded_scale_do_less_together():
    """Claim: two moves of 4 points of a score from 0 to 24 with mean 10, and an effect of 3,
    add on the logit of the mean's place. Exact: that sum. Replicates 6,400; tolerance 4 errors
    (0.1 points for the whole, 0.2 for the interaction). Detects moves that add in points, which
    would make the interaction 0 instead of -1.35."""
    score = {
        "method": "bounded_integer", "max": 24, "mean": 10, "sd": 5, "correlation": 0.5,
        "better": "lower",
    }  # fmt: skip
    sizes, effect = {"one": -4.0, "two": -4.0}, -3.0
    bias = {name: {"method": "assessor", "size": {"score": size}} for name, size in sizes.items()}
    truth = {"assumptions": {"works": {"score": {"treatment": effect}}}}
    found = ts.ledger(scenario(bias, {"outcomes.score": score, **truth}), replicates=6_400, seed=93)

    def together(*moves: float) -> float:
        def scale(mean: float) -> float:
            return log(mean / (24 - mean))

        x = scale(10) + sum(scale(10 + move) - scale(10) for move in moves)
        return 24 / (1 + exp(-x)) - 10

    account = found.account("works")
    alone = together(effect, -4) - effect
    whole = together(effect, -4, -4)
    assert abs(account.all.estimate.value - whole) <= 4 * account.all.estimate.mcse
    for one in account.contributions:
        assert abs(one.alone.value - alone) <= 4 * one.alone.mcse
        assert abs(one.on_top.value - (whole - effect - alone)) <= 4 * one.on_top.mcse
    interaction = whole - effect - 2 * alone
    assert interaction > 1
    for found_one in (account.interaction, account.again):
        assert abs(found_one.value - interaction) <= 4 * found_one.mcse


def test_differences_have_the_errors_of_paired_trials():
    """Claim: a co-intervention that half of an arm takes moves a trial's estimate by size x share
    taken, so the contribution has an error of size sqrt(0.25 / 64 / n). Exact: that binomial SD,
    0.0625 of the size; two runs that are not paired would have 0.25. Replicates 6,400; tolerance
    5%."""
    half = {"method": "co_intervention", "size": {"score": 1.0}, "share": 0.5}
    found = ts.ledger(scenario({"half": half}), replicates=6_400, seed=94)
    one = found.account("no_effect").contributions[0]
    assert one.alone.mcse == pytest.approx(sqrt(0.25 / 64 / 6_400), rel=0.05)
    assert abs(one.alone.value - 0.5) <= 4 * one.alone.mcse
    assert one.on_top == one.alone
    assert found.account("no_effect").interaction.value == pytest.approx(0, abs=1e-9)


@pytest.fixture(scope="module")
def library_fixture() -> ts.Ledger:
    """scenarios/bias.yaml, all twelve mechanisms."""
    return ts.ledger(ts.load(SCENARIOS / "bias.yaml"), replicates=512, seed=95, workers=2)


def test_accounts_of_the_library_add_up(library_fixture):
    """Truth, what the trial adds, each alone and the interaction are the mean with all on, to
    rounding; and the interaction is that of other random numbers, to 4 errors of both."""
    for account in library_fixture.accounts:
        parts = [account.truth, account.trial, account.interaction]
        parts += [one.alone for one in account.contributions]
        assert sum(one.value for one in parts) == pytest.approx(account.all.estimate.value)
        assert abs(account.apart) <= 4
        assert abs(account.trial.value) <= 4 * account.trial.mcse
        assert abs(account.none.coverage.value - 0.95) <= 4 * sqrt(0.95 * 0.05 / 512)
        assert account.all.coverage.value < 0.6


def test_numbers_of_the_library_are_those_of_its_what_ifs(library_fixture):
    """An identity: the state of one mechanism alone is the what_if of the scenario that turns it
    on, with the same replicates and seed."""
    results = ts.run(ts.load(SCENARIOS / "bias.yaml"), replicates=512, seed=95)
    table = results.performance()
    table = table[(table["analysis"] == "t_test") & (table["assumption"] == "one_point")]
    account = library_fixture.account("one_point")
    for one in account.contributions:
        own = table[table["what_if"] == one.name].set_index("measure")["value"]
        assert one.when_alone.estimate.value == pytest.approx(own["mean_estimate"], abs=1e-12)
        assert one.when_alone.significant.value == pytest.approx(own["rejection_rate"])
        assert one.when_alone.coverage.value == pytest.approx(own["coverage"])


def test_the_table_has_every_number_with_its_error(library_fixture):
    frame = library_fixture.to_frame()
    assert list(frame) == ["assumption", "item", "domain", "measure", "value", "mcse"]
    account = library_fixture.account("no_effect")
    rows = frame[frame["assumption"] == "no_effect"].set_index(["item", "measure"])
    for one in account.contributions:
        assert rows.loc[(one.name, "contribution_alone"), "value"] == one.alone.value
        assert rows.loc[(one.name, "contribution_on_top"), "mcse"] == one.on_top.mcse
        assert rows.loc[(one.name, "alone_coverage"), "value"] == one.when_alone.coverage.value
    assert rows.loc[("interaction", "contribution"), "value"] == account.interaction.value
    undefined = frame[frame["value"].isna()]
    assert set(undefined[undefined["assumption"] == "no_effect"]["measure"]) == {
        f"{prefix}wrong_sign" for prefix in ("", "alone_", "left_out_")
    }
    assert not frame["mcse"].isna().any() or set(frame[frame["mcse"].isna()]["measure"]) <= {
        f"{prefix}wrong_sign" for prefix in ("", "alone_", "left_out_")
    }


def test_the_wrong_sign_is_counted_among_all_estimates():
    """Claim: with a true difference of 0.2 SD the estimate of 65 and 64 has the wrong sign in
    Phi(-0.2 / SE) of the trials. Exact: the normal tail. Replicates 6,400; tolerance 4 errors."""
    found = ts.ledger(scenario(SHIFTS), assumptions=["small"], replicates=6_400, seed=96)
    from scipy import stats

    exact = float(stats.norm.cdf(-0.2 / sqrt(1 / 65 + 1 / 64)))
    wrong = found.account("small").none.wrong_sign.value
    assert abs(wrong - exact) <= 4 * sqrt(exact * (1 - exact) / 6_400)


def test_another_analysis_is_reported_in_place_of_the_primary():
    found = ts.ledger(
        ts.load(SCENARIOS / "bias.yaml"), analysis="ancova", assumptions=["no_effect"],
        replicates=256, seed=97,
    )  # fmt: skip
    assert (found.analysis, found.published) == ("ancova", None)
    by_name = {one.name: one for one in found.accounts[0].contributions}
    # It adjusts for the score that the recruiter goes by.
    assert abs(by_name["unconcealed"].alone.value) <= 4 * by_name["unconcealed"].alone.mcse


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ({"analysis": "ancvoa"}, "no analysis is called 'ancvoa'"),
        ({"assumptions": ["nothing"]}, "no assumption is called 'nothing'"),
    ],
)
def test_names_that_do_not_exist_are_told(words, complaint):
    with pytest.raises(ScenarioError, match=complaint):
        ts.ledger(ts.load(SCENARIOS / "bias.yaml"), replicates=16, **words)


def test_without_mechanisms_there_is_no_ledger():
    with pytest.raises(ScenarioError, match="has no mechanism to switch on"):
        ts.ledger(ts.load(SCENARIOS / "textbook.yaml"), replicates=16)


def test_steps_lead_from_the_truth_to_the_mean_estimate(library_fixture):
    from trialsim.appraisal.steps import steps

    for account in library_fixture.accounts:
        frame: pd.DataFrame = steps(account)
        assert list(frame["kind"]) == ["truth", "trial", *["alone"] * 12, "interaction", "all"]
        np.testing.assert_allclose(frame["start"].iloc[1:-1], frame["end"].iloc[:-2])
        assert frame["end"].iloc[-2] == pytest.approx(frame["end"].iloc[-1])
