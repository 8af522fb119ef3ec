"""Changing a scenario by dotted path: what is changed, its place from then on, what is refused."""

import copy

import pytest

from trialsim.core.errors import ScenarioError
from trialsim.scenario.load import Place, parse
from trialsim.scenario.overrides import override

TRIAL = """\
title: Hips
design:
  arms:
    physiotherapy: {n: 65}
    acupressure: {n: 64, label: A}
outcomes:
  rmdq:
    mean: [10.45, 9.5, 6.89]
    margins: [{low: 1}, {low: 2}]
allocation: permuted_blocks
bias:
evidence:
  outcomes.rmdq.sd: {status: derived}
  outcomes.rmdq.mean[1]: {status: reported}
vary: {design.n_total: [60, 90]}
"""


@pytest.fixture
def trial():
    return parse(TRIAL, "hips.yaml")


def refusal(document, changes) -> str:
    with pytest.raises(ScenarioError) as caught:
        override(document, changes, "--set")
    return str(caught.value)


def test_a_change_makes_a_new_document(trial):
    before = copy.deepcopy(trial)
    changed = override(trial, {"outcomes.rmdq.mean[1]": 9.0, "title": "Knees"}, "--set")
    assert changed.data["outcomes"]["rmdq"]["mean"] == [10.45, 9.0, 6.89]
    assert changed.data["title"] == "Knees"
    assert changed.text == TRIAL
    assert changed.source == "hips.yaml"
    changed.data["design"]["arms"].clear()
    assert trial == before


def test_no_change_is_an_equal_copy(trial):
    assert override(trial, {}, "--set") == trial


def test_the_value_is_copied(trial):
    mean = [1, 2, 3]
    changed = override(trial, {"outcomes.rmdq.mean": mean, "outcomes.rmdq.sd": mean}, "--set")
    mean.append(4)
    changed.data["outcomes"]["rmdq"]["sd"].append(5)
    assert changed.data["outcomes"]["rmdq"]["mean"] == [1, 2, 3]


def test_tuples_become_lists(trial):
    changed = override(trial, {"outcomes.rmdq.sd": (1, {"a": (2,)})}, "--set")
    assert changed.data["outcomes"]["rmdq"]["sd"] == [1, {"a": [2]}]
    again = override(changed, {"outcomes.rmdq.sd[1].a[0]": 3}, "--set")
    assert again.data["outcomes"]["rmdq"]["sd"] == [1, {"a": [3]}]


def test_a_changed_value_names_the_option_as_its_place(trial):
    changed = override(trial, {"outcomes.rmdq.mean[1]": 9.0}, "--set")
    assert changed.place(("outcomes", "rmdq", "mean", 1)) == Place("--set")
    assert changed.place(("outcomes", "rmdq", "mean", 0)) == Place("hips.yaml", 8, 12)
    assert trial.place(("outcomes", "rmdq", "mean", 1)) == Place("hips.yaml", 8, 19)


def test_parts_of_a_replaced_value_lose_their_places(trial):
    changed = override(trial, {"design.arms": {"physiotherapy": {"n": 5}}}, "--set")
    assert changed.place(("design", "arms", "physiotherapy", "n")) == Place("--set")
    assert changed.place(("design", "arms")) == Place("--set")
    assert ("design", "arms", "acupressure") not in changed.key_places
    # The key itself still stands in the file.
    assert changed.key_places["design", "arms"] == Place("hips.yaml", 3, 3)


def test_absent_keys_are_made_with_the_mappings_around_them(trial):
    changed = override(
        trial, {"decision.alpha": 0.01, "outcomes.rmdq.better": "lower"}, "what_if.strict"
    )
    assert changed.data["decision"] == {"alpha": 0.01}
    assert changed.data["outcomes"]["rmdq"]["better"] == "lower"
    assert changed.place(("decision",)) == Place("what_if.strict")
    assert changed.key_places["decision", "alpha"] == Place("what_if.strict")
    assert changed.key_places[("decision",)] == Place("what_if.strict")


def test_a_key_with_nothing_behind_it_is_an_empty_mapping(trial):
    changed = override(trial, {"bias.unblinded.on": True}, "--set")
    assert changed.data["bias"] == {"unblinded": {"on": True}}


def test_mappings_in_lists_are_reached(trial):
    changed = override(trial, {"outcomes.rmdq.margins.1.low": 3}, "--set")
    assert changed.data["outcomes"]["rmdq"]["margins"] == [{"low": 1}, {"low": 3}]


def test_keys_that_hold_dots_are_found(trial):
    changed = override(
        trial,
        {
            "evidence.outcomes.rmdq.sd.status": "assumed",
            "evidence.outcomes.rmdq.mean[1].from": "table 2",
            "vary.design.n_total[1]": 120,
            'vary."decision.alpha"': [0.01],
        },
        "--set",
    )
    assert changed.data["evidence"] == {
        "outcomes.rmdq.sd": {"status": "assumed"},
        "outcomes.rmdq.mean[1]": {"status": "reported", "from": "table 2"},
    }
    assert changed.data["vary"] == {"design.n_total": [60, 120], "decision.alpha": [0.01]}
    assert changed.place(("vary", "design.n_total", 1)) == Place("--set")


def test_keys_that_are_paths_are_made_whole(trial):
    changed = override(
        trial,
        {
            "vary.decision.alpha": [0.05],
            "what_if.strict.decision.alpha": 0.01,
            "evidence.outcomes.rmdq.mean[0].status": "assumed",
            "evidence.design.arms": {"status": "reported"},
        },
        "--set",
    )
    assert changed.data["vary"]["decision.alpha"] == [0.05]
    assert changed.data["what_if"] == {"strict": {"decision.alpha": 0.01}}
    assert changed.data["evidence"]["outcomes.rmdq.mean[0]"] == {"status": "assumed"}
    assert changed.data["evidence"]["design.arms"] == {"status": "reported"}


def test_a_name_of_digits_is_a_key_of_a_mapping():
    document = parse("design: {arms: {'1': {n: 5}}}")
    changed = override(document, {"design.arms.1.n": 6}, "--set")
    assert changed.data == {"design": {"arms": {"1": {"n": 6}}}}


def test_changes_on_top_of_changes(trial):
    once = override(trial, {"decision.alpha": 0.01}, "what_if.strict")
    twice = override(once, {"decision.alpha": 0.02, "title": "Knees"}, "--set")
    assert twice.data["decision"] == {"alpha": 0.02}
    assert twice.place(("decision", "alpha")) == Place("--set")
    assert twice.place(("decision",)) == Place("what_if.strict")


@pytest.mark.parametrize(
    ("path", "message"),
    [
        (
            "outcomes.rmdq.mean[3]",
            "--set: outcomes.rmdq.mean[3]: no item '3': outcomes.rmdq.mean is a list of 3."
            " Its items are [0] to [2].",
        ),
        ("outcomes.rmdq.mean.low", "no item 'low': outcomes.rmdq.mean is a list of 3."),
        (
            "outcomes.rmdq.sd[1]",
            "--set: outcomes.rmdq.sd[1]: there is no list 'outcomes.rmdq.sd' to set an item of."
            " Set 'outcomes.rmdq.sd' as a whole.",
        ),
        ("nowhere.at.all[0]", "nowhere.at.all[0]: there is no list 'nowhere.at.all'"),
        ("bias[0]", "there is no list 'bias' to set an item of."),
        (
            "design.arms[0].n",
            "--set: design.arms[0]: no item 0: design.arms is a mapping."
            " Its keys: physiotherapy, acupressure.",
        ),
        (
            "allocation.block_sizes",
            "--set: allocation.block_sizes: cannot be set: allocation is the text"
            " 'permuted_blocks', which has no parts. Set allocation as a whole, to",
        ),
        ("outcomes.rmdq.mean[0].x", "outcomes.rmdq.mean[0] is the number 10.45, which has no"),
        ("a..b", "--set: found 'a..b', which is not a path."),
    ],
)
def test_paths_that_lead_nowhere_are_refused(trial, path, message):
    assert message in refusal(trial, {path: 1})


def test_an_empty_list_has_no_items_to_set():
    assert "a is a list of 0. Set a as a whole." in refusal(parse("a: []"), {"a[0]": 1})


def test_all_impossible_changes_are_told_at_once(trial):
    said = refusal(trial, {"title.x": 1, "design.n_total": 0, "outcomes.rmdq.mean[9]": 1})
    assert [line.split(": ")[1] for line in said.splitlines()] == [
        "title.x",
        "design.n_total",
        "outcomes.rmdq.mean[9]",
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("outcomes.rmdq.mean[1]", "outcomes.rmdq.mean.1"),
        ("evidence.outcomes.rmdq.sd.status", 'evidence."outcomes.rmdq.sd".status'),
        ("title", " title"),
    ],
)
def test_setting_one_value_twice_is_refused(trial, first, second):
    assert f"is set twice: as '{first}' and as '{second}'" in refusal(trial, {first: 1, second: 1})
