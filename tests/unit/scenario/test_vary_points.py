"""Listed design points: named mappings of path: value, alone or beside lists of values."""

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
TWO = "{small: {design.n_total: 60, decision.alpha: 0.01}, strict: {decision.alpha: 0.001}}"


def cells(extra: str):
    return ts.loads(TRIAL + extra).plan


def values(extra: str) -> list[tuple]:
    return [tuple(value for _, value in cell.varied) for cell in cells(extra).cells]


def refusal(extra: str) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        ts.loads(TRIAL + extra, "f.yaml")
    return str(caught.value).splitlines()


def test_every_point_is_a_design_beside_the_stated_one():
    plan = cells(f"vary: {{points: {TWO}}}")
    assert [path for path, _ in plan.cells[0].varied] == ["design.n_total", "decision.alpha"]
    assert [(d.n_total, d.decision.alpha) for d in plan.designs] == [
        (100, 0.05), (60, 0.01), (100, 0.001),
    ]  # fmt: skip


def test_a_path_that_a_point_leaves_out_keeps_its_stated_value_and_the_table_has_it():
    # 100 is written in the file as two arms, 0.05 is a default.
    assert values(f"vary: {{points: {TWO}}}") == [(100, 0.05), (60, 0.01), (100, 0.001)]


def test_points_meet_every_value_of_a_list():
    made = values(f"vary: {{points: {TWO}, decision.sides: [1, 2]}}")
    assert made == [
        (100, 0.05, None),
        (60, 0.01, 1), (60, 0.01, 2),
        (100, 0.001, 1), (100, 0.001, 2),
    ]  # fmt: skip


def test_points_meet_every_what_if():
    plan = cells(f"what_if: {{wide: {{outcomes.pain.sd: [2, 2.5]}}}}\nvary: {{points: {TWO}}}")
    assert [(cell.what_if, plan.designs[cell.design].n_total) for cell in plan.cells] == [
        ("as_stated", 100), ("as_stated", 60), ("as_stated", 100),
        ("wide", 100), ("wide", 60), ("wide", 100),
    ]  # fmt: skip


def test_a_what_if_holds_at_a_point_that_says_nothing_about_it():
    made = cells(
        f"what_if: {{strictest: {{decision.alpha: 0.0005}}}}\nvary: {{points: {TWO},"
        " decision.sides: [1]}"
    )
    found = {
        (cell.what_if, dict(cell.varied)["design.n_total"]): made.designs[cell.design].decision
        for cell in made.cells
    }
    # The point sets the level too, so it decides; at the stated size only the what_if does.
    assert found["strictest", 60].alpha == 0.01
    assert dict(made.cells[3].varied)["decision.alpha"] == 0.0005


def test_a_point_like_the_trial_as_stated_is_simulated_once():
    assert len(values("vary: {points: {same: {design.n_total: 100}, none: {}}}")) == 1


def test_points_and_the_grid_of_the_same_values_are_the_same_cells():
    """Claim: a cell does not depend on how it was asked for."""
    points = cells("vary: {points: {a: {design.n_total: 60}, b: {design.n_total: 80}}}")
    grid = cells("vary: {design.n_total: [60, 80]}")
    keys = [[plan.cell_key(i) for i in range(len(plan.cells))] for plan in (points, grid)]
    assert keys[0] == keys[1] and points.digest == grid.digest


def test_each_wrong_value_is_told_at_its_place():
    said = refusal("vary: {points: {small: {design.n_total: 1}, strict: {decision.alpha: 0.9}}}")
    assert [line.split(" ")[1] for line in said] == [
        "vary.points.small.design.n_total:",
        "vary.points.strict.decision.alpha:",
    ]
    assert "f.yaml:11:41:" in said[0] and "must be below 0.5" in said[1]


def test_a_list_is_no_way_to_write_points():
    (said,) = refusal("vary: {points: [{design.n_total: 60}]}")
    assert "vary.points: found a list, allowed: a mapping (name: value)." in said


def test_a_path_below_points_says_how_points_are_written():
    (said,) = refusal("vary: {points.small.design.n_total: [60]}")
    assert "Set vary.points as a whole" in said


def test_points_from_an_option():
    made = ts.loads(TRIAL).changed({"vary.points": {"small": {"design.n_total": 60}}})
    assert [design.n_total for design in made.plan.designs] == [100, 60]


def test_points_times_values_count_as_work():
    many = ", ".join(f"p{i}: {{decision.alpha: 0.0{i}}}" for i in range(10, 50))
    sizes = ", ".join(map(str, range(100, 151)))
    (said,) = refusal(f"vary: {{points: {{{many}}}, design.n_total: [{sizes}]}}")
    assert "makes 2,040 design points; at most 2,000" in said
