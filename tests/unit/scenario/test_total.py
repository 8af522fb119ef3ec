"""`design.n_total`: a total shared among the arms at their ratio, by largest remainder."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialsim.core.errors import ScenarioError
from trialsim.scenario.load import Place, parse
from trialsim.scenario.overrides import override

TRIAL = """\
design:
  arms:
    physiotherapy: {n: 65}
    acupressure: {n: 64, label: A}
"""


@pytest.fixture
def trial():
    return parse(TRIAL, "hips.yaml")


def refusal(document, changes) -> str:
    with pytest.raises(ScenarioError) as caught:
        override(document, changes, "--set")
    return str(caught.value)


def arms(sizes: dict[str, int]):
    rows = "".join(f"    {name}: {{n: {n}}}\n" for name, n in sizes.items())
    return parse(f"design:\n  arms:\n{rows}", "hips.yaml")


def sizes_for(n_total: int, *planned: int) -> list[int]:
    document = arms({f"arm{i}": n for i, n in enumerate(planned)})
    changed = override(document, {"design.n_total": n_total}, "vary")
    return [arm["n"] for arm in changed.data["design"]["arms"].values()]


@pytest.mark.parametrize(
    ("n_total", "planned", "sizes"),
    [
        (129, (65, 64), [65, 64]),
        (60, (65, 64), [30, 30]),
        (300, (65, 64), [150, 150]),
        (61, (50, 50), [31, 30]),  # a tie goes to the earlier arm
        (10, (1, 1, 1), [4, 3, 3]),
        (11, (1, 1, 1), [4, 4, 3]),
        (100, (2, 1), [67, 33]),
        (7, (1, 2, 4), [1, 2, 4]),
        (8, (1, 2, 4), [1, 2, 5]),  # quotas 1.14, 2.29, 4.57
        (2, (65, 64), [1, 1]),
        (10**18 + 1, (1, 1), [5 * 10**17 + 1, 5 * 10**17]),  # no float would tell these apart
    ],
)
def test_a_total_is_shared_by_largest_remainder(n_total, planned, sizes):
    assert sizes_for(n_total, *planned) == sizes


@given(
    planned=st.lists(st.integers(1, 500), min_size=2, max_size=6),
    n_total=st.integers(3000, 10**6),
)
@settings(deadline=None)
def test_shared_totals_add_up_and_stay_within_one_of_the_ratio(planned, n_total):
    sizes = sizes_for(n_total, *planned)
    assert sum(sizes) == n_total
    if min(planned) >= 5 and max(planned) - min(planned) == 1:
        planned = [1] * len(planned)  # an odd total divided equally
    for size, n in zip(sizes, planned, strict=True):
        assert abs(size * sum(planned) - n * n_total) < sum(planned)


def test_the_total_leaves_no_key_of_its_own_and_marks_the_sizes(trial):
    changed = override(trial, {"design.n_total": 60}, "--set")
    assert changed.data["design"] == {
        "arms": {"physiotherapy": {"n": 30}, "acupressure": {"n": 30, "label": "A"}}
    }
    assert changed.place(("design", "arms", "acupressure", "n")) == Place("--set")
    assert changed.place(("design", "arms", "acupressure", "label")) == Place("hips.yaml", 4, 33)


def test_arms_with_dots_or_digits_in_their_names_are_shared_among():
    changed = override(arms({'"5.5 mg"': 10, '"1"': 10}), {"design.n_total": 30}, "--set")
    assert changed.data["design"]["arms"] == {"5.5 mg": {"n": 15}, "1": {"n": 15}}


@pytest.mark.parametrize(
    ("n_total", "found"),
    [
        (0, "found 0, which at the ratio 1:1 leaves an arm with nobody in it. From 2 every"),
        (1, "found 1, which at the ratio 1:1 leaves an arm with nobody"),
        (-10, "found -10, which"),
        (60.0, "found the number 60.0; a total size is a whole number."),
        (True, "found true; a total size is a whole number."),
        ("60", "found the text '60'; a total size is a whole number. Write a number of"),
        (None, "found nothing (null); a total size"),
        ([60, 90], "found a list; a total size"),
        ((60,), "found a list; a total size"),
    ],
)
def test_impossible_totals_are_refused(trial, n_total, found):
    assert f"--set: design.n_total: {found}" in refusal(trial, {"design.n_total": n_total})


def test_a_total_that_empties_an_arm_is_refused():
    said = refusal(arms({"a": 1, "b": 99}), {"design.n_total": 20})
    assert "at the ratio 1:99 leaves an arm with nobody in it. From 100 every arm" in said


@pytest.mark.parametrize(
    "other",
    ["design.arms.acupressure.n", "design.arms.acupressure", "design.arms", "design",
     "design.arms.sham.n"],
)  # fmt: skip
@pytest.mark.parametrize("total_first", [True, False])
def test_a_total_and_a_size_together_are_refused(trial, other, total_first):
    changes = {"design.n_total": 60, other: {"n": 5}}
    said = refusal(trial, changes if total_first else dict(reversed(changes.items())))
    assert f"--set: {other}: is set together with design.n_total" in said


def test_a_total_and_another_key_of_an_arm_go_together(trial):
    changes = {"design.n_total": 60, "design.arms.acupressure.label": "B"}
    changed = override(trial, changes, "--set")
    assert changed.data["design"]["arms"]["acupressure"] == {"n": 30, "label": "B"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("title: x", "f.yaml:1:1: design.arms: found no two arms; design.n_total (--set) shares"),
        ("design: 5", "f.yaml:1:9: design.arms: found no two arms"),
        ("design: {arms: [1, 2]}", "f.yaml:1:16: design.arms: found no two arms"),
        ("design: {arms: {a: {n: 5}}}", "f.yaml:1:16: design.arms: found no two arms"),
        ("design:\n  arms: {a: {n: 5}, b: {}}", "f.yaml:2:24: design.arms.b.n: found nothing"),
        ("design: {arms: {a: 5, b: {n: 5}}}", "f.yaml:1:20: design.arms.a.n: found nothing"),
        ("design: {arms: {a: {n: 0}, b: {n: 5}}}", "design.arms.a.n: found the number 0 for the"),
        ("design: {arms: {a: {n: true}, b: {n: 5}}}", "design.arms.a.n: found true for the size"),
        ("design: {arms: {a: {n: 5.5}, b: {n: 5}}}", "design.arms.a.n: found the number 5.5 for"),
        ("design: {arms: {a: {n: x}, b: {n: y}}}", "design.arms.b.n: found the text 'y' for the"),
    ],
)
def test_a_total_needs_arms_with_sizes(text, message):
    assert message in refusal(parse(text, "f.yaml"), {"design.n_total": 60})
