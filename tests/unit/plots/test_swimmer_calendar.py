"""Lanes and caseloads of a trial with a calendar: what is marked, and what the words count."""

from __future__ import annotations

import pandas as pd
import pytest

from trialsim.operating.timelines import timelines
from trialsim.plots.caseloads import caseloads_of, draw_caseloads
from trialsim.plots.swimmer_calendar import draw_swimmer_on_calendar
from unit.operating.hand_made import data, design

LABELS = {"control": "resting", "treatment": "walking in company, every other day"}


def drawn(replicate: int):
    frame = timelines(design(), data(), replicate)
    return draw_swimmer_on_calendar(frame, arms=LABELS, n_visits=3, which="Trial 1.")


def test_words_count_what_happened(faults_fixture):
    first = drawn(0)
    assert first.takeaway == (
        "Of 4 participants 2 were seen at every visit; 1 left the trial and 1 stopped treatment."
    )
    assert drawn(1).takeaway == "All 3 participants were seen at every visit."
    assert faults_fixture(first.figure) == []
    assert "Sessions missed stand on the day planned" in first.caption
    assert "Sessions missed" not in drawn(1).caption


def test_every_kind_of_event_has_its_mark():
    first = drawn(0)
    key = {text.get_text() for text in first.figure.axes[0].get_legend().get_texts()}
    assert key == {
        "session", "session missed", "visit", "visit missed", "stopped treatment", "left the trial"
    }  # fmt: skip
    of_treatment = first.figure.axes[1]
    marks = {line.get_marker(): line for line in of_treatment.lines if len(line.get_xdata())}
    assert sorted(marks["|"].get_xdata()) == pytest.approx([14.5 / 7, 46.5 / 7])
    assert list(marks["s"].get_xdata()) == pytest.approx([18 / 7])
    assert list(first.figure.axes[0].lines[-1].get_xdata()) == pytest.approx([30 / 7])


@pytest.mark.parametrize("n", [3, 6])
def test_many_arms_and_lanes_have_no_faults(n, faults_fixture):
    arms = {f"arm_{i}": f"treatment number {i}" for i in range(n)}
    rows = [
        (p, f"arm_{p % n}", event, "", 7.0 * p / 10 + day)
        for p in range(120 * n)
        for event, day in (("enrolled", 0), ("visit", 0), ("session", 9), ("visit", 28))
    ]
    frame = pd.DataFrame(rows, columns=["patient", "arm", "event", "of", "day"])
    one = draw_swimmer_on_calendar(frame, arms=arms, n_visits=2, which="Trial 1.")
    assert faults_fixture(one.figure) == []
    assert f"The first 100 of each arm; {20 * n} others are not drawn." in one.caption
    assert one.takeaway == f"All {120 * n} participants were seen at every visit."


def test_caseloads_are_of_appointments_where_they_are_known(faults_fixture):
    treated = pd.DataFrame(
        [(1, "a", "a", 1, 6, 5), (2, "a", "a", 1, 7, 6), (3, "a", "a", 2, 6, 0)],
        columns=["patient", "arm", "team", "therapist", "appointments", "held"],
    )
    numbers = caseloads_of(treated, ["a"], {"a": 2})
    assert numbers.to_numpy().tolist() == [["a", 1, "a", 2, 13, 11], ["a", 2, "a", 1, 6, 0]]
    one = draw_caseloads(treated, arms={"a": "walking"}, teams={"a": 2}, which="Trial 1.")
    assert one.takeaway == (
        "Walking: 2 therapists each with 1 to 2 participants and 6 to 13 appointments, 58% of "
        "them kept."
    )
    assert "not kept" in one.caption
    assert faults_fixture(one.figure) == []
