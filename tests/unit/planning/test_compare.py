"""compare(): which designs, whose numbers, and what is said of their differences."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import yaml

import trialsim as ts
from trialsim.planning.compare.tables import APART, EQUAL, NOT_APART, SAME
from unit.small_trial import BASE, Written, loaded

NORMAL: Written = {
    "format": 1,
    "design": {
        "arms": {"control": {"n": 50}, "treatment": {"n": 50}},
        "visits_weeks": {"baseline": 0, "after": 4},
    },
    "allocation": "permuted_blocks",
    "conduct": {"recruitment": {"per_week": 4}, "sessions": {"planned": 5, "within_weeks": 3}},
    "outcomes": {"score": {"method": "repeated_normal", "mean": 0, "sd": 1, "correlation": 0.5}},
    "assumptions": {"no_effect": {}, "effect": {"score": {"treatment": -0.5}}},
    "analyses": {
        "t_test": {"method": "t_test", "outcome": "score", "visit": "after"},
        "ancova": {"method": "ancova", "outcome": "score", "visit": "after"},
        "responder": {
            "method": "responder",
            "outcome": "score",
            "visit": "after",
            "cut": 0,
            "event": "below",
        },
    },
    "decision": {"method": "superiority", "primary": "t_test"},
    "simulation": {"replicates": 1_000, "seed": 5},
}
LARGER: Written = {
    **NORMAL,
    "design": {**NORMAL["design"], "arms": {"control": {"n": 80}, "treatment": {"n": 80}}},
}
VARIED: Written = {**NORMAL, "vary": {"design.n_total": [60, 160]}}


def named(written: Written, name: str) -> ts.LoadedScenario:
    return ts.loads(yaml.safe_dump(written, sort_keys=False), name)


def rows(found: ts.Comparison, **wanted: object) -> pd.DataFrame:
    table = found.differences
    for column, value in wanted.items():
        table = table[table[column] == value]
    return table


def one(found: ts.Comparison, **wanted: object) -> pd.Series:
    (row,) = (row for _, row in rows(found, **wanted).iterrows())
    return row


def labels(found: ts.Comparison) -> list[str]:
    return [candidate.label for candidate in found.candidates]


# Which designs


def test_scenarios_are_compared_with_the_first_as_they_are_stated():
    found = ts.compare(named(VARIED, "a"), named(LARGER, "b"), named(NORMAL, "b"))
    assert labels(found) == ["a", "b (1)", "b (2)"]
    assert [candidate.design.n_total for candidate in found.candidates] == [100, 160, 100]
    assert set(found.differences["first"]) == {"a"}
    assert (found.seed, found.replicates) == (5, 1_000)


def test_one_scenario_alone_is_compared_over_its_varied_values():
    found = ts.compare(loaded(VARIED), replicates=256)
    assert labels(found) == ["n_total 100 (as stated)", "n_total 60", "n_total 160"]


def test_without_varied_values_what_ifs_are_compared():
    sets = {"strict": {"decision.alpha": 0.01}, "more": {"conduct.sessions.planned": 9}}
    found = ts.compare(loaded({**NORMAL, "what_if": sets}), replicates=256)
    assert labels(found) == ["as stated", "strict", "more"]
    strict = one(found, other="strict", assumption="effect", measure="rejection_rate")
    assert strict["difference"] < 0


def test_variants_are_designs_of_their_own():
    found = ts.compare(
        loaded(VARIED),
        variants=[{"design.n_total": 120}, {"conduct.sessions.planned": 9}],
        replicates=256,
    )
    assert labels(found) == ["as stated", "n_total 120", "planned 9"]
    hours = one(found, other="planned 9", measure="therapist_hours")
    assert (hours["value_first"], hours["value_other"]) == (250, 450)
    same = one(found, other="planned 9", assumption="effect", measure="rejection_rate")
    assert same["verdict"] == SAME


def test_analyses_of_one_scenario_are_compared_on_the_same_data():
    found = ts.compare(loaded(VARIED), analyses=["t_test", "ancova"])
    assert labels(found) == ["t_test", "ancova"]
    assert len(found.plan.cells) == 2, "the trials are simulated once for both"
    gained = one(found, assumption="effect", measure="mean_ci_width")
    assert gained["difference"] < 0 and gained["verdict"] == APART


def test_one_name_replaces_the_primary_analysis_of_all():
    found = ts.compare(loaded(NORMAL), loaded(LARGER), analyses=["ancova"], replicates=256)
    assert {candidate.analysis for candidate in found.candidates} == {"ancova"}


def test_only_what_is_compared_is_simulated():
    found = ts.compare(loaded(VARIED), replicates=256)
    assert {series.analysis for series in found.plan.series()} == {"t_test"}


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({}, "is one design"),
        ({"analyses": ["t_tset", "ancova"]}, "t_test"),
        ({"variants": [{"design.n_totl": 9}]}, "n_totl"),
        ({"variants": [{"design.n_total": 120}], "analyses": ["t_test", "ancova"]}, "one scenario"),
        ({"variants": [{"design.n_total": 120}], "smallest": 0.0}, "smallest"),
        ({"variants": [{"design.n_total": 120}], "hours_per_session": 0.0}, "hours"),
        ({"variants": [{"design.n_total": 120}], "replicates": 0}, "replicates"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_words(options, told):
    with pytest.raises(ts.ScenarioError, match=told):
        ts.compare(loaded(NORMAL), **options)


def test_designs_without_a_common_assumption_are_refused():
    other = {**NORMAL, "assumptions": {"hope": {"score": {"treatment": -1}}}}
    with pytest.raises(ts.ScenarioError, match="no assumption"):
        ts.compare(named(NORMAL, "a"), named(other, "b"))


def test_single_contrasts_are_compared_whatever_the_arms_are_called():
    text = {
        **NORMAL,
        "design": {**NORMAL["design"], "arms": {"waiting": {"n": 50}, "yoga": {"n": 50}}},
        "assumptions": {"no_effect": {}, "effect": {"score": {"yoga": -0.5}}},
    }
    found = ts.compare(named(NORMAL, "a"), named(text, "b"), replicates=256)
    row = one(found, assumption="effect", measure="rejection_rate")
    # The same patients, the same draws: what an arm is called moves no number.
    assert row["difference"] == 0


# Whose numbers


@pytest.mark.parametrize("allocation", ["permuted_blocks", "random_allocation_rule"])
def test_numbers_are_those_of_each_scenario_run_alone(allocation):
    a, b = ({**written, "allocation": allocation} for written in (NORMAL, LARGER))
    found = ts.compare(named(a, "a"), named(b, "b"))
    measures = ["rejection_rate", "mean_ci_width", "mean_estimate"]
    for written, name, end in ((a, "a", "first"), (b, "b", "other")):
        table = ts.run(loaded(written)).performance()
        table = table[(table["analysis"] == "t_test") & table["measure"].isin(measures)]
        for row in table.to_dict("records"):
            ours = one(found, assumption=row["assumption"], measure=row["measure"])
            assert ours[f"value_{end}"] == pytest.approx(row["value"], rel=1e-12, abs=1e-13)
            own = found.designs[
                (found.designs["design"] == name)
                & (found.designs["assumption"] == row["assumption"])
                & (found.designs["measure"] == row["measure"])
            ]
            assert own["mcse"].item() == pytest.approx(row["mcse"], rel=1e-9)


@pytest.mark.parametrize("workers", [1, 2])
def test_workers_move_no_number(workers):
    expected = ts.compare(loaded(VARIED), replicates=600)
    found = ts.compare(loaded(VARIED), replicates=600, workers=workers)
    pd.testing.assert_frame_equal(found.differences, expected.differences)


def test_identical_designs_differ_by_exactly_nothing_and_are_said_to_be_the_same():
    found = ts.compare(loaded(NORMAL), loaded({**NORMAL, "title": "Another name"}))
    estimates = found.differences[found.differences["assumption"] != ""]
    assert (estimates["difference"] == 0).all() and (estimates["paired_mcse"] == 0).all()
    assert set(estimates["verdict"]) == {SAME}
    costs = found.differences[found.differences["assumption"] == ""]
    assert set(costs["verdict"]) == {EQUAL}
    assert len(found.plan.cells) == 2, "and they are simulated once"


def test_seeds_make_other_comparisons():
    one_seed = ts.compare(loaded(VARIED), replicates=256, seed=1).differences
    other = ts.compare(loaded(VARIED), replicates=256, seed=2).differences
    assert not one_seed["difference"].equals(other["difference"])


# What is said


def test_verdicts_and_replicates_go_together():
    found = ts.compare(loaded(VARIED), smallest=0.01)
    table = found.differences
    open_ = table["verdict"] == NOT_APART
    assert open_.any() and (table["verdict"] == APART).any()
    assert table.loc[~open_, "replicates_to_tell"].isna().all()
    rates = table[table["measure"] == "rejection_rate"]
    assert (rates["replicates_for_smallest"] > 0).all()
    assert table.loc[table["measure"] != "rejection_rate", "replicates_for_smallest"].isna().all()
    z = (table["difference"] / table["paired_mcse"]).abs()
    apart = table["verdict"] == APART
    assert (z[apart] >= 1.96).all() and (z[open_] < 1.96).all()


def test_a_difference_smaller_than_worth_knowing_is_said_to_be():
    found = ts.compare(loaded(VARIED), smallest=0.2)
    null = one(found, other="n_total 160", assumption="no_effect", measure="rejection_rate")
    effect = one(found, other="n_total 60", assumption="effect", measure="rejection_rate")
    assert null["within_smallest"] and not effect["within_smallest"]


def test_estimates_of_different_quantities_are_not_subtracted():
    found = ts.compare(loaded(NORMAL), analyses=["t_test", "responder"], replicates=256)
    assert set(rows(found, assumption="effect")["measure"]) == {"rejection_rate"}


def test_failures_are_counted_and_left_out_of_both():
    few = {
        **BASE,
        "design": {**BASE["design"], "arms": {"control": {"n": 3}, "treatment": {"n": 3}}},
        "observation": {"missing": {"lost": {"method": "mcar", "rate": 0.5}}},
    }
    more = {**few, "design": BASE["design"]}
    found = ts.compare(named(few, "few"), named(more, "more"))
    row = one(found, assumption="no_effect", measure="rejection_rate")
    alone = ts.run(loaded(few)).performance()
    failed = alone[(alone["measure"] == "failed") & (alone["analysis"] == "t_test")]
    assert row["failed_first"] == round(failed["value"].iloc[0] * 300) > 30
    assert row["failed_other"] == 0
    assert row["n_pairs"] == 300 - row["failed_first"]


def test_three_arms_have_a_row_a_contrast():
    arms = {**NORMAL["design"]["arms"], "sham": {"n": 50}}
    three = {
        **NORMAL,
        "allocation": "random_allocation_rule",
        "design": {**NORMAL["design"], "arms": arms},
    }
    found = ts.compare(loaded(three), variants=[{"design.n_total": 180}], replicates=256)
    assert rows(found, assumption="effect", measure="rejection_rate")["contrast"].nunique() == 2


# Power against cost


def test_what_costs_more_and_gains_nothing_is_no_better():
    found = ts.compare(
        loaded(NORMAL),
        variants=[{"conduct.sessions.planned": 9}, {"design.n_total": 200}],
        replicates=1_000,
    )
    table = found.pareto().set_index(["quantity", "design"])
    assert set(table["assumption"]) == {"effect"}
    hours = table.loc["therapist_hours"]
    assert hours["standing"].to_dict() == {
        "as stated": "efficient",
        "planned 9": "no better",
        "n_total 200": "efficient",
    }
    assert hours.loc["planned 9", "because_of"] == "as stated"
    assert (table.loc["patients"]["standing"] == "efficient").all()


def test_what_costs_more_and_gains_less_is_dominated():
    strict = {**LARGER, "decision": {"method": "superiority", "alpha": 0.001}}
    found = ts.compare(named(NORMAL, "good"), named(strict, "strict"), replicates=1_000)
    table = found.pareto().set_index(["quantity", "design"])
    assert table.loc[("patients", "strict"), "standing"] == "dominated"
    assert table.loc[("patients", "strict"), "because_of"] == "good"


def test_costs_that_are_the_same_for_all_are_no_trade():
    found = ts.compare(loaded(NORMAL), analyses=["t_test", "ancova"], replicates=256)
    assert found.pareto().empty


def test_figures_have_the_numbers_of_the_tables():
    found = ts.compare(loaded(VARIED), replicates=600)
    drawn = {figure.name: figure for figure in found.figures()}
    assert list(drawn) == [
        "paired_difference",
        "pareto_patients",
        "pareto_weeks",
        "pareto_therapist_hours",
    ]
    rates = rows(found, measure="rejection_rate")
    np.testing.assert_array_equal(
        drawn["paired_difference"].numbers["difference"], rates["difference"]
    )
    np.testing.assert_array_equal(
        drawn["pareto_weeks"].numbers["power"],
        found.pareto().query("quantity == 'weeks'")["power"],
    )
