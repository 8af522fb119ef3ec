"""What a reader of a replayed trial is shown: flow, table 1, data and abstract, and no truth."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

import trialsim as ts
from unit.replay.replayed_trial import TRIAL, scenario
from unit.small_trial import BASE, loaded

ARMS = ["resting", "walking", "swimming"]


@pytest.fixture(scope="module")
def trial_fixture() -> ts.ReplayedTrial:
    return ts.replay(scenario(), 17)


def test_the_flow_adds_up(trial_fixture):
    flow, frame = trial_fixture.flow, trial_fixture.data.to_frame()
    assert flow["n"].iloc[0] == len(frame) == 90
    for arm in ARMS:
        own = flow[flow["arm"] == arm].set_index(["stage", "at"]).sort_index()["n"]
        there = frame[frame["arm"] == arm]
        assert own["allocated", ""].item() == len(there)
        lost = 0
        for visit in ("baseline", "after", "later"):
            lost += own["lost", visit].sum()
            assert own["seen", visit].sum() + own["missed", visit].sum() + lost == len(there)
            recorded = there[[f"rmdq_{visit}", f"pain_{visit}"]].notna().any(axis=1)
            assert own["seen", visit].item() == recorded.sum()
    assert set(flow.loc[flow["stage"] == "lost", "reason"]) == {"moved", "unwell"}
    assert (flow.loc[flow["stage"] == "lost", "n"] > 0).sum() > 2
    assert flow.loc[flow["stage"] == "missed", "n"].sum() > 0


@pytest.mark.parametrize("replicate", ["17", 17.0, None])
def test_a_trial_is_named_by_a_whole_number(replicate):
    with pytest.raises(ts.ScenarioError, match=r"replicate: found .*, not a whole number"):
        ts.replay(scenario(), replicate)


def test_as_many_are_analysed_as_the_run_says(trial_fixture):
    flow = trial_fixture.flow
    contrasts = {"walking": ["resting", "walking"], "swimming": ["resting", "swimming"]}
    for one in trial_fixture.results:
        at = flow[flow["at"] == one.analysis].set_index(["stage", "arm"])["n"]
        pair = contrasts[one.contrast]
        assert sum(at["analysed", arm] for arm in pair) == one.n_analysed, one
        assert sum(at["analysed", arm] + at["excluded", arm] for arm in pair) == 60
    assert not (flow[flow["at"] == "therapists"]["arm"] == "swimming").any()


def test_table_one_has_every_characteristic_and_no_p_value(trial_fixture):
    table, frame = trial_fixture.table1(), trial_fixture.data.to_frame()
    assert list(table.columns[2:]) == ["resting", "walking in company", "swimming"]
    rows = table.set_index("characteristic")
    walking = frame[frame["arm"] == "walking"]
    age = walking["age"]
    assert rows.loc["age", "walking in company"] == f"{age.mean():.1f} ({age.std():.1f})"
    smokers = int(walking["smoker"].sum())
    assert rows.loc["smoker", "walking in company"] == f"{smokers} ({100 * smokers / 30:.0f}%)"
    severe = int((walking["stage"] == "severe").sum())
    assert rows.loc["stage: severe", "walking in company"].startswith(f"{severe} (")
    assert "rmdq at baseline" in rows.index
    words = " ".join(map(str, [*table.columns, *table.to_numpy().ravel()]))
    assert "p =" not in words
    assert not {"p", "p_value"} & {str(name).lower() for name in table.columns}
    assert table.attrs["note"].startswith("No p values")


def test_unseen_scores_are_empty_and_traits_are_absent(trial_fixture):
    frame, truth = trial_fixture.data.to_frame(), trial_fixture.truth
    assert list(frame.columns[:6]) == ["patient", "arm", "therapist", "age", "smoker", "stage"]
    assert "grit" not in frame.columns
    assert "grit" not in set(trial_fixture.dictionary()["name"])
    assert "grit" in truth.patients.columns
    known = truth.patients.set_index(["patient", "outcome", "visit"])
    for visit in ("baseline", "after", "later"):
        true = known.xs(("rmdq", visit), level=("outcome", "visit"))
        shown = frame.set_index("patient")[f"rmdq_{visit}"]
        assert (shown.notna() == true["observed"]).all()
        assert (shown.dropna() == true.loc[true["observed"], "score"]).all()
        assert np.isfinite(true["score"]).all()
    assert frame["rmdq_later"].isna().any()
    assert frame.loc[frame["arm"] == "resting", "therapist"].isna().all()
    loads = frame.groupby("therapist").size()
    assert loads.to_dict() == {f"walking {j}": 10 for j in (1, 2, 3)} | {
        f"swimming {j}": 15 for j in (1, 2)
    }


def test_the_dictionary_has_every_column(trial_fixture):
    dictionary = trial_fixture.dictionary()
    assert list(dictionary["name"]) == list(trial_fixture.data.to_frame().columns)
    rows = dictionary.set_index("name")
    assert rows.loc["stage", "values"] == "mild and severe"
    assert rows.loc["smoker", "values"] == "0 = no; 1 = yes"
    assert rows.loc["rmdq_later", "values"] == "0 to 24; lower is better"
    assert rows.loc["rmdq_later", "missing"] == "empty: the score was not recorded"
    assert "week 26" in rows.loc["rmdq_later", "label"]


def test_names_of_columns_never_collide():
    outcomes = {"a": BASE["outcomes"]["pain"], "a_b": BASE["outcomes"]["pain"]}
    outcomes = {k: {**v, "correlated_with": {}} for k, v in outcomes.items()}
    written = {
        **BASE,
        "design": {**BASE["design"], "visits_weeks": {"b_c": 0, "c": 4}},
        "outcomes": outcomes,
        "assumptions": {"nothing": {}},
        "analyses": {"t": {"method": "t_test", "outcome": "a", "visit": "c"}},
    }
    frame = ts.replay(loaded(written), 1).data.to_frame()
    assert {"a__b_c", "a__c", "a_b__b_c", "a_b__c"} < set(frame.columns)


def everything_shown(trial: ts.ReplayedTrial) -> str:
    """All that investigators and their readers are shown, as one text."""
    parts = [trial.abstract().markdown(), trial.abstract().text()]
    for table in (trial.flow, trial.table1(), trial.dictionary(), trial.results_table()):
        parts.append(table.to_csv())
    for drawn in trial.figures():
        parts += [drawn.takeaway, drawn.caption, drawn.alt, *drawn.numbers.columns]
    return " ".join(parts).lower()


@pytest.mark.parametrize("what_if", [None, "harsh"])
def test_nothing_that_readers_see_tells_the_truth(what_if):
    trial = ts.replay(scenario(), 5, "zorbing", what_if)
    shown = everything_shown(trial)
    for secret in ("zorbing", "harsh", "grit", "3.14", "as_stated", "as stated", "assumption"):
        assert secret not in shown, secret
    truth = trial.truth
    assert truth.assumption == "zorbing"
    row = truth.values.set_index(["analysis", "contrast"]).loc[("ancova", "walking")]
    assert row["true_value"] == pytest.approx(-3.1416)
    assert row["interval_holds_it"] == (row["lower"] <= -3.1416 <= row["upper"])


def test_the_abstract_changes_with_the_trial():
    first, second = (ts.replay(scenario(), k).abstract() for k in (1, 2))
    changed = {heading for heading, _ in {*first.sections} ^ {*second.sections}}
    assert "Results" in changed
    assert "Methods" not in changed
    assert [heading for heading, _ in first.sections] == [
        "Background and objective",
        "Methods",
        "Results",
        "Conclusion",
    ]
    assert "simulated" in first.markdown()


def two_arms(**changes: object) -> dict:
    return {
        **BASE,
        "observation": {},
        "assumptions": {"effect": {"pain": {"treatment": [0, -9, -9]}}},
        "analyses": {"t": {"method": "t_test", "outcome": "pain", "visit": "after"}},
        "simulation": {"replicates": 256, "seed": 3},
        **changes,
    }


Condition = Callable[[np.ndarray, np.ndarray], np.ndarray]


def conclusion(written: dict, where: Condition) -> tuple[str, ts.ReplayedTrial]:
    """Conclusion of the first trial whose estimate and p value are as asked."""
    estimate, _, _, p = ts.run(loaded(written)).values[0, :4]
    found = np.flatnonzero(where(estimate, p))
    trial = ts.replay(loaded(written), int(found[0]) + 1)
    return dict(trial.abstract().sections)["Conclusion"], trial


def test_conclusions_say_what_the_interval_allows_and_no_more():
    said, trial = conclusion(two_arms(), lambda d, p: (p < 0.05) & (d < 0))
    assert "pain was lower with treatment than with control, which favours treatment" in said
    assert trial.analyse("t").rejected
    said, trial = conclusion(two_arms(), lambda d, p: (p > 0.2) & (d < 0))
    assert "does not show that treatment and control differ in pain" in said
    assert "nor does it show that they are alike" in said
    assert "in favour of treatment to" in said
    assert said.endswith("in favour of control.")
    # Without an effect some trials are significant the wrong way round.
    null = two_arms(assumptions={"nothing": {}})
    said, _ = conclusion(null, lambda d, p: (p < 0.05) & (d > 0))
    assert "pain was higher with treatment than with control, which favours control" in said


def test_conclusions_of_other_questions():
    one_sided = two_arms(decision={"method": "superiority", "sides": 1})
    assert "to the advantage of treatment" in conclusion(one_sided, lambda d, p: p > 0.3)[0]
    margin = two_arms(
        decision={"method": "noninferiority", "margin": 4}, assumptions={"nothing": {}}
    )
    said, _ = conclusion(margin, lambda d, p: p < 0.025)
    assert said == "Treatment was not inferior to control by more than the margin of 4 points."
    assert "nor does the trial show that it is" in conclusion(margin, lambda d, p: p > 0.3)[0]


def test_power_is_never_worked_out_from_a_result():
    for replicate in range(1, 9):
        said = ts.replay(scenario(), replicate).abstract().text().lower()
        assert "power" not in said
        assert "equivalen" not in said
        assert " equal" not in said


def test_ratios_are_printed_as_ratios(trial_fixture):
    text = dict(trial_fixture.abstract().sections)["Results"]
    odds = trial_fixture.analyse("odds", "walking")
    assert f"odds ratio {np.exp(odds.estimate):.2f}"[:14] in text
    share = trial_fixture.analyse("improved", "walking").estimate
    assert f"{abs(100 * share):.0f} percentage points" in text


def test_files_hold_the_same_data_twice_and_no_truth(tmp_path):
    trial = ts.replay(scenario(), 9)
    files = {path.name for path in trial.save(tmp_path / "out")}
    names = {"patients.csv", "patients.parquet", "dictionary.csv", "flow.csv", "table1.csv"}
    assert names | {"abstract.md", "flow.png", "flow.svg", "caseloads.png"} <= files
    assert not any("true" in name or "truth" in name for name in files)
    csv = pd.read_csv(tmp_path / "out" / "patients.csv")
    parquet = pd.read_parquet(tmp_path / "out" / "patients.parquet")
    pd.testing.assert_frame_equal(csv, parquet, check_dtype=False)
    pd.testing.assert_frame_equal(parquet, trial.data.to_frame(), check_dtype=False)
    for path in (tmp_path / "out").glob("*.*"):
        if path.suffix in (".csv", ".md"):
            assert "zorbing" not in path.read_text(encoding="utf-8")


def test_revealed_files_have_the_truth(tmp_path):
    trial = ts.replay(loaded({**TRIAL, "conduct": {}, "analyses": ONLY}), 9)
    trial.save(tmp_path, reveal=True)
    truth = pd.read_csv(tmp_path / "truth.csv")
    assert set(truth["assumption"]) == {"zorbing"}
    assert len(pd.read_csv(tmp_path / "true_scores.csv")) == 90 * 6


ONLY = {"t": {"method": "t_test", "outcome": "rmdq", "visit": "after"}}


def test_a_failed_analysis_is_told_as_failed():
    # 2 an arm: ANCOVA with two covariates has no degrees of freedom left.
    arms = {"control": {"n": 2}, "treatment": {"n": 2}}
    written = {
        **BASE,
        "design": {**BASE["design"], "arms": arms},
        "observation": {},
        "analyses": {"ancova": BASE["analyses"]["ancova"]},
    }
    trial = ts.replay(loaded(written), 1)
    assert not trial.analyse("ancova").converged
    assert not trial.analyse("ancova").rejected
    text = trial.abstract().text().replace("\n", " ")
    assert "could not be estimated (fewer patients than the model needs)" in text
    assert "does not tell whether treatment and control differ" in text
    assert trial.truth.values["interval_holds_it"].isna().all()
    assert json.loads(trial.results_table().to_json())["estimate"] == {"0": None}
