"""What vary and what_if make, and what is said where they make nothing: one design, many values."""

import pytest

import trialsim as ts
from trialsim.core.errors import ScenarioError

TRIAL = """\
format: 1
design:
  arms: {control: {n: 50}, treatment: {n: 50}}
  visits_weeks: {baseline: 0, after: 4}
outcomes:
  pain: {method: bounded_integer, max: 10, mean: [6, 5], sd: [2, 2.2], correlation: 0.5}
assumptions:
  helps: {pain: {treatment: -1}}
analyses:
  ancova: {method: ancova, outcome: pain, visit: after}
"""


def points(extra: str) -> list[tuple[str, tuple]]:
    return [(cell.what_if, cell.varied) for cell in ts.loads(TRIAL + extra).plan.cells]


def refusal(extra: str, text: str = TRIAL) -> str:
    with pytest.raises(ScenarioError) as caught:
        ts.loads(text + extra, "f.yaml")
    return str(caught.value)


def test_paths_multiply_and_the_stated_design_comes_first():
    made = points("vary: {decision.alpha: [0.05, 0.01], design.n_total: [60, 100]}")
    values = [dict(varied) for _, varied in made]
    assert values[0] == {"decision.alpha": None, "design.n_total": 100}
    # 0.05 at 100 patients is the design as stated.
    assert [(v["decision.alpha"], v["design.n_total"]) for v in values[1:]] == [
        (0.05, 60), (0.01, 60), (0.01, 100),
    ]  # fmt: skip


def test_every_what_if_is_a_cell_even_if_it_changes_nothing():
    made = points("what_if: {same: {}, strict: {decision.alpha: 0.01}}")
    assert [name for name, _ in made] == ["as_stated", "same", "strict"]


def test_a_decision_needs_no_method_to_be_changed():
    assert ts.loads(TRIAL + "decision: {alpha: 0.01}").plan.designs[0].decision.alpha == 0.01
    assert len(points("vary: {decision.alpha: [0.01]}")) == 2


def test_a_wrong_value_is_told_at_the_value():
    said = refusal("vary: {decision.alpha: [0.05, 0.9, 0.01, small]}")
    assert said.splitlines() == [
        "f.yaml:11:31: vary.decision.alpha[1]: found 0.9, which must be below 0.5.",
        "f.yaml:11:42: vary.decision.alpha[3]: found 'small', allowed: a number.",
    ]


def test_a_wrong_path_is_told_once_at_the_key():
    said = refusal("vary: {decision.alfa: [0.05, 0.01]}")
    assert said.startswith(
        "f.yaml:11:8: vary.decision.alfa: is not a key here. Did you mean alpha?"
    )
    assert len(said.splitlines()) == 1


def test_what_a_value_breaks_elsewhere_is_named_with_the_value():
    said = refusal("vary: {outcomes.pain.max: [10, 5]}")
    assert "f.yaml:11:32: vary.outcomes.pain.max[1]: outcomes.pain.max = 5 makes" in said
    said = refusal("what_if: {short: {outcomes.pain.max: 4, decision.alpha: 0.01}}")
    assert "what_if.short.outcomes.pain.max: outcomes.pain.max = 4 makes outcomes.pain.mean" in said


def test_only_the_values_that_clash_are_named():
    said = refusal(
        "vary: {decision.sides: [1, 2], outcomes.pain.max: [10, 8], "
        "assumptions.helps.pain.treatment: [-1, 3.5]}"
    )
    assert said.splitlines() == [
        "f.yaml:11:99: vary.assumptions.helps.pain.treatment[1]: outcomes.pain.max = 8 and "
        "assumptions.helps.pain.treatment = 3.5 together make assumptions.helps.pain.treatment "
        "wrong: at after, a mean of 8.5 is outside the scale: it must lie between 0 and 8, both "
        "excluded. The comparator has mean 5 there."
    ]


def test_faults_of_the_scenario_are_not_blamed_on_its_values():
    broken = TRIAL.replace("mean: [6, 5]", "mean: [6, 15]")
    said = refusal("vary: {decision.alpha: [0.01, 0.9]}\nwhat_if: {x: {decision.sides: 1}}", broken)
    assert said.splitlines() == [
        "f.yaml:6:54: outcomes.pain.mean[1]: at after, a mean of 15 is outside the scale: it must "
        "lie between 0 and 10, both excluded.",
        "f.yaml:11:31: vary.decision.alpha[1]: found 0.9, which must be below 0.5.",
    ]


def test_a_change_in_python_names_its_own_source():
    scenario = ts.loads(TRIAL)
    with pytest.raises(ScenarioError, match=r"^change: decision\.alpha: found 2, which must be"):
        scenario.changed({"decision.alpha": 2})
