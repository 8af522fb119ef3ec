"""ts.size: what it answers, that its numbers are those of ordinary runs, and what it refuses."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import trialsim as ts
from trialsim.planning.size.points import Asked, Engine, points_of, scaled
from trialsim.planning.size.text import lines

SCENARIOS = Path(__file__).parents[3] / "scenarios"

NESTED = """\
format: 1
design:
  arms: {usual_care: {n: 40}, exercise: {n: 40}}
  visits_weeks: {baseline: 0, after: 6}
outcomes:
  rmdq: {method: bounded_integer, min: 0, max: 24, mean: [11, 8], sd: [5, 5.5], correlation: 0.5}
  pain: {method: repeated_normal, mean: 50, sd: 20, correlation: 0.4}
cohort: {covariates: {age: {distribution: normal, mean: 50, sd: 9}}}
assumptions:
  nothing: {}
  effect: {rmdq: {exercise: -4}}
  other: {pain: {exercise: -8}}
observation: {missing: {lost: {method: mcar, rate: 0.2}}}
analyses:
  ancova: {method: ancova, outcome: rmdq, visit: after, adjust: [baseline]}
  pain: {method: t_test, outcome: pain, visit: after}
what_if:
  one_therapist: {conduct.therapists: {exercise: {n: 1, icc: 0.1}, usual_care: {n: 6, icc: 0.1}}}
vary: {design.n_total: [40, 80]}
simulation: {replicates: 1024, seed: 3}
"""


@pytest.fixture
def nested_fixture() -> ts.LoadedScenario:
    return ts.loads(NESTED, "nested")


def rejection_rate(scenario: ts.LoadedScenario, assumption: str, **options: int) -> float:
    """Of the primary analysis of the trial as stated, by an ordinary run."""
    table = ts.run(scenario, **options).performance()
    chosen = table[
        (table["assumption"] == assumption)
        & (table["analysis"] == "ancova")
        & (table["what_if"] == "as_stated")
        & (table["n_total"] == scenario.plan.designs[0].n_total)
        & (table["measure"] == "rejection_rate")
    ]
    return float(chosen["value"].iloc[0])


def test_answer_is_the_ordinary_run_of_that_size(nested_fixture):
    """Power and false alarms beside the answer are those of `run` with the same seed."""
    found = ts.size(nested_fixture, 0.8)
    there = nested_fixture.changed({"design.n_total": found.n_total, "vary": {}})
    assert found.assumption == "effect"
    assert found.power.value == rejection_rate(there, "effect")
    assert found.false_alarms is not None
    assert found.false_alarms.assumption == "nothing"
    assert found.false_alarms.rate.value == rejection_rate(there, "nothing")
    assert found.lower <= found.value <= found.upper
    assert dict(found.arms) == dict(there.plan.designs[0].arms)


def test_reduced_trials_have_the_numbers_of_the_whole_run(nested_fixture):
    """Every column of one analysis, simulated alone, and within everything the scenario has."""
    asked = Asked("design.n_total", "effect", "one_therapist", "ancova", "exercise v usual_care")
    names = nested_fixture.plan.designs[0].contrasts_of("ancova")
    asked = replace(asked, contrast=names[0])
    alone = points_of(nested_fixture, asked, Engine(3)).columns([40, 80], 300)
    whole = ts.run(nested_fixture, replicates=300)
    seen = 0
    for series in whole.plan.series():
        cell = whole.plan.cells[series.cell]
        n = whole.plan.designs[cell.design].n_total
        key = (cell.what_if, cell.assumption, series.analysis)
        if key == ("one_therapist", "effect", "ancova") and n in (40, 80):
            columns = whole.series(series)
            for name, values in alone[(40, 80).index(n)].items():
                np.testing.assert_array_equal(values, columns[name], err_msg=f"{n} {name}")
            seen += 1
    assert seen >= 2


def test_processes_change_no_number(nested_fixture):
    alone = ts.size(nested_fixture, 0.8, replicates=512)
    with ThreadPoolExecutor(2) as pool:
        shared = ts.size(nested_fixture, 0.8, replicates=512, workers=3, executor=pool)
    assert replace(alone, elapsed_s=0) == replace(shared, elapsed_s=0)


def test_other_seeds_give_other_numbers(nested_fixture):
    first, second = (ts.size(nested_fixture, 0.8, replicates=512, seed=seed) for seed in (1, 2))
    assert first.power.value != second.power.value


def test_precision_chooses_the_replicates(nested_fixture):
    """0.8 (1 - 0.8) / 0.02^2 = 400."""
    found = ts.size(nested_fixture, 0.8, precision=0.02)
    assert found.replicates == 400
    assert found.power.mcse == pytest.approx(0.02, rel=0.15)


def test_null_is_made_where_the_scenario_has_none():
    text = NESTED.replace("  nothing: {}\n", "").replace("  other: {pain: {exercise: -8}}\n", "")
    found = ts.size(ts.loads(text, "nested"), 0.8)
    given = ts.size(ts.loads(NESTED, "nested"), 0.8)
    assert found.false_alarms is not None and given.false_alarms is not None
    assert found.false_alarms.is_made
    assert not given.false_alarms.is_made
    assert found.false_alarms.rate == given.false_alarms.rate
    assert "if nothing differed" in "\n".join(lines(found, ts.loads(text, "nested")))


def test_power_is_not_the_word_for_one_therapist(nested_fixture):
    """One therapist in an arm, ICC 0.1, an analysis that does not look at who treated whom."""
    found = ts.size(nested_fixture, 0.8, what_if="one_therapist")
    assert found.false_alarms is not None
    assert found.false_alarms.exceeds
    assert not found.is_power
    told = "\n".join(lines(found, nested_fixture))
    assert "Power is not the word" in told
    assert "Scores differ between therapists" in told
    assert "\nPower " not in told


def test_loss_of_the_scenario_is_already_in(nested_fixture):
    found = ts.size(nested_fixture, 0.8, loss=0.2)
    assert found.loses == ("lost",)
    assert found.loss is None
    assert found.analysed == pytest.approx(0.8 * found.n_total, rel=0.02)
    assert any("--loss was not added" in note for note in found.notes)


def test_loss_that_is_not_in_the_scenario_inflates_the_size():
    complete = ts.loads(NESTED.replace("{lost: {method: mcar, rate: 0.2}}", "{}"), "complete")
    found = ts.size(complete, 0.8, loss=0.2)
    assert found.loss is not None
    assert found.loss.n_total >= found.n_total / 0.8 > found.loss.n_total - 2
    assert sum(found.loss.arms.values()) == found.loss.n_total


def test_effect_is_scaled_in_natural_units(nested_fixture):
    """At the size that has 0.8 for 4 points, the smallest difference found with 0.8 is 4."""
    n = ts.size(nested_fixture, 0.8).n_total
    sized = nested_fixture.changed({"design.n_total": n, "vary": {}})
    found = ts.size(sized, 0.8, solve="effect")
    assert found.n_total == n
    assert found.lower <= -4 * 0.98
    assert found.upper >= -4 * 1.02
    assert found.truth == pytest.approx(found.value)


def test_any_path_is_solved_whichever_way_it_acts(nested_fixture):
    """More loss, less power; the answer is a bound from above, and power there is the target."""
    sized = nested_fixture.changed({"design.n_total": 80, "vary": {}})
    found = ts.size(sized, 0.8, solve="observation.missing.lost.rate", between=(0.01, 0.8))
    assert found.at_most
    assert found.n_total == 80
    assert 0.01 < found.value < 0.8
    assert abs(found.power.value - 0.8) < 4 * found.power.mcse


def test_width_of_the_interval(nested_fixture):
    found = ts.size(nested_fixture, criterion="ci_width", width=4)
    assert found.reached.value == pytest.approx(4, rel=0.02)
    smaller = ts.size(nested_fixture, criterion="ci_width", width=3)
    assert 1.5 < smaller.value / found.value < 2.1  # (4 / 3)^2 is 1.78


def test_three_arms_keep_their_ratio():
    found = ts.size(ts.load(SCENARIOS / "textbook_three_arms.yaml"), 0.8, replicates=512)
    assert len(set(found.arms.values())) == 1


def test_assumption_without_an_effect_has_no_answer(nested_fixture):
    with pytest.raises(ts.NoAnswer, match="every rejection is a false alarm"):
        ts.size(nested_fixture, assumption="nothing")
    with pytest.raises(ts.NoAnswer, match="Under other there is nothing"):
        ts.size(nested_fixture, assumption="other")


def test_no_size_within_the_limits_says_how_far_it_got(nested_fixture):
    with pytest.raises(ts.NoAnswer, match=r"No size reaches a power of 0\.9 .* at 30 patients"):
        ts.size(nested_fixture, between=(10, 30))


def test_few_therapists_are_named_as_what_limits_an_analysis_that_knows_them():
    text = NESTED.replace(
        "cohort:", "conduct: {therapists: {exercise: {n: 3, icc: 0.3}}}\ncohort:"
    ).replace(
        "  ancova: {method: ancova, outcome: rmdq, visit: after, adjust: [baseline]}",
        "  ancova: {method: therapist_means, outcome: rmdq, visit: after}",
    )
    weak = text.replace("exercise: -4", "exercise: -2")
    with pytest.raises(ts.NoAnswer, match="Therapists limit it"):
        ts.size(ts.loads(weak, "weak"), 0.9, between=(20, 2000))


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"power": 1.2}, "--power: found 1.2"),
        ({"criterion": "luck"}, "--criterion: there is none called 'luck'"),
        ({"criterion": "ci_width"}, "needs a width"),
        ({"width": 3.0}, "--width: found a width"),
        ({"assumption": "efect"}, "Did you mean effect?"),
        ({"analysis": "ancava"}, "Did you mean ancova?"),
        ({"contrast": "a"}, "--contrast: there is none called 'a'"),
        ({"what_if": "two"}, "--what-if: there is none called 'two'"),
        ({"solve": "title"}, "a search needs a number"),
        ({"solve": "outcomes.rmdq.mode"}, "a search needs a number"),
        ({"solve": "effect", "criterion": "ci_width", "width": 3.0}, "does not depend on"),
        ({"loss": 1.0}, "--loss: found 1"),
        ({"replicates": 10}, "--replicates: found 10"),
        ({"replicates": 1000, "precision": 0.01}, "Keep one."),
        ({"precision": 0.6}, "--precision: found 0.6"),
        ({"between": (30, 10)}, "not a lower and an upper limit"),
        ({"seed": -1}, "--seed: found -1"),
    ],
)
def test_impossible_options_are_refused_in_words(nested_fixture, options, told):
    with pytest.raises(ts.ScenarioError) as error:
        ts.size(nested_fixture, **options)
    assert told in str(error.value)


def test_assumptions_are_scaled_but_not_their_spread():
    stated = {
        "rmdq": {"a": {"difference": [0, -2], "sd": [None, 4]}, "b": -1},
        "pain": {"a": {"modifier": "sex", "by_level": [-3, [0, -1]]}},
        "nothing": None,
    }
    assert scaled(stated, 1.5) == {
        "rmdq": {"a": {"difference": [0, -3.0], "sd": [None, 4]}, "b": -1.5},
        "pain": {"a": {"modifier": "sex", "by_level": [-4.5, [0, -1.5]]}},
        "nothing": {},
    }
