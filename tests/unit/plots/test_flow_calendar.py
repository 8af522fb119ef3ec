"""The flow diagram of a trial with a calendar: treatment, withdrawals and visits made too late."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd
from matplotlib.patches import Rectangle

from trialsim.core.clock import Switch
from trialsim.operating.flow_counts import flow_from, flow_of
from trialsim.plots.flow import draw_averages, draw_trial
from unit.operating.hand_made import TRIAL, data, design
from unit.small_trial import loaded


def label(arm: str) -> str:
    return arm


def counted(frame: pd.DataFrame, stage: str, at: str = "", reason: str = "") -> dict[str, int]:
    rows = frame[(frame["stage"] == stage) & (frame["at"] == at) & (frame["reason"] == reason)]
    return dict(zip(rows["arm"], rows["n"], strict=True))


def test_treatment_and_losses_by_hand():
    first = flow_from(design(), data()).trial(0)
    assert counted(first, "attended all") == {"treatment": 0}
    assert counted(first, "attended none") == {"treatment": 0}
    assert counted(first, "stopped") == {"treatment": 1}
    assert counted(first, "seen", "after") == {"control": 1, "treatment": 1}
    assert counted(first, "lost", "after", "withdrew") == {"control": 1, "treatment": 0}
    assert counted(first, "lost", "after", "came too late") == {"control": 0, "treatment": 1}
    assert first[first["at"] == "later"].query("stage == 'lost'")["n"].sum() == 0
    second = flow_from(design(), data()).trial(1)
    assert counted(second, "attended all") == {"treatment": 1}
    assert second.query("stage == 'lost'")["n"].sum() == 0


def test_whoever_is_in_the_trial_when_it_closes_is_lost_to_that():
    found = data()
    course = found.course
    assert course is not None
    after = course.made["after"] | np.array([[0, 0, 0, 1], [0, 0, 0, 0]], dtype=bool)
    there = replace(course, made={**course.made, "after": after})
    seen = {name: {**by, "after": after} for name, by in found.observed.items()}
    flow = flow_from(design(), replace(found, course=there, observed=seen)).trial(0)
    assert counted(flow, "lost", "later", "trial closed") == {"control": 0, "treatment": 1}


def test_those_who_change_over_are_counted_while_they_are_there():
    state = np.array([[1, 0, 1, 0], [1, 0, 0, 0]], dtype=np.int8)

    def counts(day: float) -> dict[str, int]:
        changed = replace(design(), switches={"control": Switch("treatment", 0.5, day)})
        there = replace(data(), beside={"later": state})
        return counted(flow_from(changed, there).trial(0), "changed over")

    assert counts(15) == {"control": 2}
    assert counts(17) == {"control": 1}, "patient 3, enrolled on day 14, leaves on day 30"


def test_scores_that_are_missing_come_after_what_the_calendar_took():
    missing = {"lost": {"method": "mcar", "rate": 0.2}, "tired": {"method": "mcar", "rate": 0.1}}
    for reasons in (["lost"], ["lost", "tired"]):
        observation = {"missing": {name: missing[name] for name in reasons}}
        plan = loaded({**TRIAL, "observation": observation}).plan
        flow = flow_of(plan, 0, 0)
        one = flow.averages()
        lost = one[one["stage"] == "lost"].groupby("reason")["mean"].sum()
        assert {"withdrew", "came too late", *reasons} <= set(lost.index)
        assert (lost[reasons] > 0.1).all()
        for replicate in (0, 17):
            trial = flow.trial(replicate)
            last = trial[trial["at"] == "later"].groupby("stage")["n"].sum()
            every = trial.groupby("stage")["n"].sum()
            assert last["seen"] + every["lost"] == every["allocated"]


def test_the_diagram_says_what_became_of_treatment(faults_fixture, visible_texts_fixture):
    plan = loaded(TRIAL).plan
    flow = flow_of(plan, 0, 0)
    for drawn in (
        draw_averages(flow, label, "Under something."),
        draw_trial(flow, 3, label, "Trial 4."),
    ):
        assert faults_fixture(drawn.figure) == []
        words = " ".join(text.get_text() for text in visible_texts_fixture(drawn.figure))
        for part in ("TREATMENT", "every session", "stopped early", "withdrew:", "no sessions"):
            assert part in words
        assert "Stopped early: stopped treatment before the last session planned." in (
            drawn.caption.replace("\n", " ")
        )
        boxes = [one.get_window_extent() for one in drawn.figure.findobj(Rectangle)]
        inside = [box for box in boxes if 20 < box.height < 0.9 * drawn.figure.bbox.height]
        assert len(inside) == 1 + 5 * 2
        assert not any(a.overlaps(b) for a, b in combinations(inside, 2))


def test_treatment_that_all_have_in_full_needs_no_box(visible_texts_fixture):
    conduct = {"sessions": {"planned": 2, "within_weeks": 2}, "method": "express"}
    flow = flow_of(loaded({**TRIAL, "conduct": conduct}).plan, 0, 0)
    assert counted(flow.trial(0), "attended all") == {"treatment": 2}
    drawn = draw_trial(flow, 0, label, "Trial 1.")
    words = " ".join(text.get_text() for text in visible_texts_fixture(drawn.figure))
    assert "TREATMENT" not in words
    assert "Every session" not in drawn.caption


def test_who_is_lost_before_leaving_did_not_withdraw_yet():
    """Patient 4 comes too late to one visit on day 70, and leaves on day 75, before the last."""
    found = data()
    course = found.course
    assert course is not None
    left = course.left_on.copy()
    left[0, 3] = 75
    trial = flow_from(design(), replace(found, course=replace(course, left_on=left))).trial(0)
    assert counted(trial, "lost", "after", "came too late") == {"control": 0, "treatment": 1}
    assert counted(trial, "lost", "after", "withdrew") == {"control": 1, "treatment": 0}
