"""P26: counts by hand, what the words say, and boxes that never touch."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from matplotlib.patches import Rectangle

import trialsim as ts
from trialsim.core.records import TrialData
from trialsim.operating.flow_counts import flow_from, flow_of
from trialsim.plots import patients_of
from trialsim.plots.caseloads import caseloads_of, draw_caseloads
from trialsim.plots.flow import applies, draw, draw_averages, draw_trial
from trialsim.plots.flow_boxes import Box, Row, draw_boxes
from trialsim.plots.swimmer import draw_swimmer, states_of
from unit.small_trial import BASE, loaded

VISITS = ("baseline", "after", "later")


def by_hand() -> TrialData:
    """Two trials of four patients: arms 0 1 0 1. In the first the second patient misses a visit,
    the third never comes again, the fourth is lost after the first visit."""
    seen = {
        "baseline": [[1, 1, 1, 1], [1, 1, 1, 1]],
        "after": [[1, 0, 0, 1], [1, 1, 1, 1]],
        "later": [[1, 1, 0, 0], [1, 1, 1, 0]],
    }
    observed = {visit: np.array(rows, dtype=bool) for visit, rows in seen.items()}
    zero = np.zeros((2, 4))
    return TrialData(
        arms=("control", "treatment"),
        visits=VISITS,
        sizes=(4,),
        enrolled=np.ones((2, 4), dtype=bool),
        arm=np.array([[0, 1, 0, 1]] * 2, dtype=np.int8),
        covariates={"age": zero},
        scores={name: dict.fromkeys(VISITS, zero) for name in ("rmdq", "pain")},
        observed={"rmdq": observed, "pain": {v: m & False for v, m in observed.items()}},
        centres={},
    )


def counted(frame: pd.DataFrame, stage: str, at: str) -> list[int]:
    return frame[(frame["stage"] == stage) & (frame["at"] == at)]["n"].tolist()


def test_counts_are_those_made_by_hand():
    design = loaded(BASE).plan.designs[0]
    flow = flow_from(design, by_hand())
    first, second = flow.trial(0), flow.trial(1)
    assert first["n"].iloc[0] == 4
    # Control has patients 1 and 3, treatment 2 and 4.
    assert counted(first, "seen", "after") == [1, 1]
    assert counted(first, "missed", "after") == [0, 1]
    assert counted(first, "lost", "after") == [1, 0]
    assert counted(first, "seen", "later") == [1, 1]
    assert counted(first, "lost", "later") == [0, 1]
    assert counted(first, "analysed", "t_test") == [1, 1]
    assert counted(first, "excluded", "t_test") == [1, 1]
    assert counted(second, "lost", "later") == [0, 1]
    # No pain score was ever recorded.
    assert counted(first, "analysed", "change") == [0, 0]
    averages = flow.averages().set_index(["stage", "at", "arm"])
    row = averages.loc[("seen", "after", "treatment")]
    assert (row["mean"], row["lowest"], row["highest"]) == (1.5, 1, 2)
    assert row["mcse"] == pytest.approx(0.5)  # SD of 1 and 2 is 0.7071, over sqrt(2)


def test_reasons_share_out_those_lost():
    design = loaded(BASE).plan.designs[0]
    nobody = np.zeros((2, 4), dtype=bool)
    third = np.array([[0, 0, 1, 0], [0, 0, 0, 0]], dtype=bool)
    hidden = {
        "moved": {"baseline": nobody, "after": third, "later": third},
        "unwell": {"baseline": nobody, "after": nobody, "later": ~nobody},
    }
    frame = flow_from(design, by_hand(), hidden).trial(0)
    lost = frame[frame["stage"] == "lost"].groupby(["at", "reason"])["n"].sum()
    assert lost["after", "moved"] == 1
    assert lost["after", "unwell"] == 0
    assert lost["later", "moved"] == 0
    assert lost["later", "unwell"] == 1


def test_several_reasons_explain_every_loss():
    missing = {
        "moved": {"method": "mcar", "rate": 0.15, "pattern": "intermittent"},
        "unwell": {"method": "mnar", "outcome": "rmdq", "overall": 0.3},
    }
    plan = loaded({**BASE, "observation": {"missing": missing}}).plan
    flow = flow_of(plan, 0, 0)
    for replicate in (0, 100, 255):
        one = flow.trial(replicate)
        total = one.groupby("stage")["n"].sum()
        assert total["allocated"] == total["randomised"] == 40
        last = one[one["at"] == "later"].groupby("stage")["n"].sum()
        assert last["seen"] + total["lost"] == 40
    lost = flow.averages().query("stage == 'lost'").groupby("reason")["mean"].sum()
    assert (lost > 1).all()


def test_means_are_of_the_share_that_is_lost():
    """Claim: a tenth is lost. Exact mean: 4 of 40. 256 trials, SD of a binomial 1.9, so an error
    of 0.12; 4 of them are 0.48, which would show a rate of 0.12 instead of 0.1."""
    flow = flow_of(loaded(BASE).plan, 0, 0)
    averages = flow.averages()
    out = averages[(averages["stage"] == "excluded") & (averages["at"] == "t_test")]
    assert out["mean"].sum() == pytest.approx(4, abs=0.48)


@pytest.fixture(scope="module")
def results_fixture() -> ts.Results:
    return ts.run(loaded(BASE), replicates=256)


def test_every_run_has_the_figure_at_the_front(results_fixture):
    assert applies(results_fixture.plot.run)
    assert results_fixture.plot.names()[0] == "flow"
    assert applies(ts.run(loaded({**BASE, "observation": {}}), replicates=2).plot.run)


def test_the_figure_says_means_and_ranges(results_fixture, visible_texts_fixture):
    run = results_fixture.plot.run
    drawn = draw(run)
    analysed = run.estimates(run.under_an_effect, "t_test")["n_analysed"]
    low, high = int(analysed.min()), int(analysed.max())
    said = drawn.takeaway.replace("\u00a0", " ")
    assert f"({low} to {high}) are in the primary analysis" in said
    words = " ".join(text.get_text() for text in visible_texts_fixture(drawn.figure))
    for part in ("ENROLMENT", "randomised 40", "allocated 20", "FOLLOW-UP", "lost", "excluded"):
        assert part in words
    assert drawn.name == "flow"
    assert "fewest and most" in drawn.caption
    one = drawn.numbers[(drawn.numbers["stage"] == "analysed") & (drawn.numbers["at"] == "t_test")]
    assert one["mean"].sum() == pytest.approx(analysed.mean())
    assert "baseline" not in set(drawn.numbers["at"]), "where everybody was seen"


def test_one_trial_says_its_own_numbers(results_fixture):
    run = results_fixture.plot.run
    flow = flow_of(run.plan, 0, 0)
    drawn = [draw_trial(flow, k, run.arm_label, f"Trial {k + 1}.") for k in (0, 1, 2)]
    analysed = run.estimates("no_effect", "t_test")["n_analysed"].astype(int)
    for k, one in enumerate(drawn):
        assert f"{analysed[k]} are in the primary analysis and {40 - analysed[k]}" in one.takeaway
        assert f"Trial {k + 1}." in one.caption
        assert "fewest" not in one.caption
    complete = flow_of(loaded({**BASE, "observation": {}}).plan, 0, 0)
    whole = draw_trial(complete, 0, run.arm_label, "")
    assert whole.takeaway == "All 40 participants who were randomised are in the primary analysis."


def test_a_trial_too_large_for_memory_is_drawn_from_fewer_trials(results_fixture, monkeypatch):
    monkeypatch.setattr(patients_of, "_MOST_BYTES", 0)
    run = results_fixture.plot.run
    drawn = draw(replace(run, plan=replace(run.plan, seed=3)))
    assert "trials of the same kind" in drawn.caption


LONG = "the_treatment_that_everybody_waits_for_since_the_pilot"


def arms(n: int) -> dict[str, dict[str, int]]:
    names = ["control", LONG, "d" * 40, "brief advice", "walking", "swimming_with_company"]
    return {name.replace(" ", "_"): {"n": 12} for name in names[:n]}


@pytest.mark.parametrize("n", [2, 3, 4, 5, 6])
def test_boxes_and_texts_never_touch(n, faults_fixture):
    missing = {
        "moved_to_another_part_of_the_country": {"method": "mcar", "rate": 0.2},
        "unwell": {"method": "mcar", "rate": 0.2, "pattern": "intermittent"},
    }
    written = {
        **BASE,
        "design": {**BASE["design"], "arms": arms(n)},
        "assumptions": {"nothing": {}},
        "observation": {"missing": missing},
        "analyses": {"t": {"method": "t_test", "outcome": "rmdq", "visit": "after"}},
    }
    plan = loaded(written).plan
    flow = flow_of(plan, 0, 0)
    for drawn in (
        draw_averages(flow, lambda arm: arm.replace("_", " "), "Under something."),
        draw_trial(flow, 3, lambda arm: arm.replace("_", " "), "Trial 4."),
    ):
        assert faults_fixture(drawn.figure) == []
        boxes = [one.get_window_extent() for one in drawn.figure.findobj(Rectangle)]
        inside = [box for box in boxes if 20 < box.height < 0.9 * drawn.figure.bbox.height]
        assert len(inside) == 1 + 4 * n
        assert not any(a.overlaps(b) for a, b in combinations(inside, 2))
        assert all(drawn.figure.bbox.x0 <= b.x0 < b.x1 <= drawn.figure.bbox.x1 for b in inside)


def test_rows_are_as_tall_as_their_text():
    from trialsim.plots.base.page import new_page

    page = new_page("A heading", "A caption")
    rows = [Row("A", "", (Box(("one",)),)), Row("B", "", (Box(("many",) * 9), Box(("few",))))]
    ax = draw_boxes(page, rows)
    heights = [patch.get_height() for patch in ax.patches]
    assert heights[1] == heights[2] > 4 * heights[0]


def test_states_of_a_swimmer_by_hand():
    rows = [(p, "a", v, s) for p, seen in ((1, "110"), (2, "101"), (3, "000")) for v, s in
            zip(VISITS, seen, strict=True)]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["patient", "arm", "visit", "seen"])
    states = states_of(frame.assign(seen=frame["seen"] == "1"), list(VISITS))
    by_patient = states.groupby("patient")["state"].agg(list)
    assert by_patient[1] == ["seen", "seen", "lost"]
    assert by_patient[2] == ["seen", "missed", "seen"]
    assert by_patient[3] == ["lost"] * 3


@pytest.mark.parametrize("n", [2, 4, 6])
def test_a_swimmer_has_no_faults(n, faults_fixture):
    names = list(arms(n))
    rng = np.random.Generator(np.random.Philox(5))
    rows = [(p, names[p % n], v, rng.random() < 0.8) for p in range(60 * n) for v in VISITS]
    drawn = draw_swimmer(
        pd.DataFrame(rows, columns=["patient", "arm", "visit", "seen"]),
        arms={name: name.replace("_", " ") for name in names},
        visits_weeks={"baseline": 0.0, "after": 4.0, "later": 26.0},
        which="Trial 1.",
    )
    assert faults_fixture(drawn.figure) == []
    assert len(drawn.numbers) == 180 * n
    whole = sum(all(row[3] for row in rows[i : i + 3]) for i in range(0, len(rows), 3))
    assert f"Of {60 * n:,} participants {whole:,} were seen at every visit" in drawn.takeaway


def test_caseloads_by_hand(faults_fixture):
    treated = pd.DataFrame(
        [(1, "a", "a", 1), (2, "a", "a", 1), (3, "a", "a", 3), (4, "b", "b", 1), (5, "c", "b", 1)],
        columns=["patient", "arm", "team", "therapist"],
    )
    numbers = caseloads_of(treated, ["a", "b", "c"], {"a": 3, "b": 1})
    assert numbers.to_numpy().tolist() == [
        ["a", 1, "a", 2],
        ["a", 2, "a", 0],
        ["a", 3, "a", 1],
        ["b", 1, "b", 1],
        ["b", 1, "c", 1],
    ]
    labels = {"a": "walking", "b": "swimming", "c": "diving " * 12}
    drawn = draw_caseloads(treated, arms=labels, teams={"a": 3, "b": 1}, which="Trial 1.")
    assert drawn.takeaway.startswith("Walking: 3 therapists each with 0 to 2 participants;")
    assert "1 therapist with 2 participants" in drawn.takeaway
    assert faults_fixture(drawn.figure) == []
