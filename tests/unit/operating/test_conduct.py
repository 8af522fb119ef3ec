"""Room, waiting, attendance and loss: counts by hand, errors by hand, shares at their formulas."""

from __future__ import annotations

from dataclasses import replace
from math import exp, inf

import numpy as np
import pytest

from trialsim.core.clock import Clock
from trialsim.operating.conduct import by_point, conducted, pooled, trials_of
from trialsim.operating.conduct_words import (
    calendar_leaves_out,
    conduct_lines,
    how_simulated,
    range_of,
    value_of,
)
from trialsim.operating.courses import MOST_SLOW, MOST_TRIALS, courses, n_followed
from trialsim.operating.whereabouts import arms_with_sessions
from trialsim.pipeline import trial_data
from unit.operating.hand_made import TRIAL, followed
from unit.small_trial import BASE, Written, loaded

WEEK = 7.0


def test_counts_are_those_of_the_courses_written_by_hand():
    trials = trials_of(followed())
    found = {key: (top[0], bottom[0]) for key, (top, bottom) in trials.parts.items()}
    assert found == {
        ("utilisation", "treatment", ""): (4, 10),
        ("place", "treatment", ""): (3, 2),  # patient 2 waits three days, patient 4 none
        ("first_session", "treatment", ""): (7.5 + 11.5, 2),
        ("delay", "treatment", ""): (4 + 1, 2),
        ("attended", "treatment", ""): (2, 4),
        ("unplaced", "treatment", ""): (1, 5),
        ("stopped", "treatment", ""): (1, 2),  # patient 4 stops when treatment is over
        ("left", "control", ""): (1, 2),
        ("left", "treatment", ""): (0, 2),
        ("not_made", "control", "after"): (1, 2),
        ("not_made", "control", "later"): (1, 2),
        ("not_made", "treatment", "after"): (1, 2),
        ("not_made", "treatment", "later"): (1, 2),
        ("unfinished", "", ""): (1, 1),
    }
    second = {key: (top[1], bottom[1]) for key, (top, bottom) in trials.parts.items()}
    assert second["attended", "treatment", ""] == (2, 2), "the last patient never came"
    assert second["not_made", "treatment", "later"] == (0, 1)
    assert second["unfinished", "", ""] == (0, 1)
    assert trials.last_in.tolist() == [35, 0]
    assert trials.over_on.tolist() == [84, 56], "the closing, and the last visit made"
    assert trials.n_enrolled.tolist() == [4, 3]


def test_the_error_of_a_ratio_by_hand():
    """Exact: 1 of 2 and 3 of 4 are 4/6; residuals -1/3 and 1/3, their SD sqrt(2)/3, over sqrt(2)
    trials and a mean of 3: 1/9."""
    one = pooled(("attended", "a", ""), np.array([1.0, 3.0, 0.0]), np.array([2.0, 4.0, 0.0]))
    assert one.value == pytest.approx(2 / 3)
    assert one.mcse == pytest.approx(1 / 9)
    assert one.replicates == 2, "a trial without patients says nothing"
    assert (one.low, one.high) == pytest.approx((0.50625, 0.74375))
    none = pooled(("attended", "a", ""), np.zeros(3), np.zeros(3))
    assert none.replicates == 0


def test_the_error_covers_the_spread_between_trials_of_unequal_size():
    """Claim: the error is that of repeated runs. 400 runs of 60 trials, sizes 1 to 20, a share
    that differs between trials (beta with mean 0.5); the SD of 400 ratios is known to 3.5%, so
    4 errors are 14%: a binomial error, half as large, would be found."""
    rng = np.random.Generator(np.random.Philox(4))
    found = []
    for _ in range(400):
        size = rng.integers(1, 21, 60)
        tops = rng.binomial(size, rng.beta(2, 2, 60)).astype(float)
        found.append(pooled(("attended", "a", ""), tops, size.astype(float)))
    spread = np.std([one.value for one in found], ddof=1)
    assert np.mean([one.mcse for one in found]) == pytest.approx(spread, rel=0.14)
    assert np.sqrt(0.25 / (60 * 10.5)) < 0.75 * spread


FREE: Written = {
    **BASE,
    "observation": {},
    "conduct": {
        "recruitment": {"per_week": 10},
        "sessions": {"planned": 4, "within_weeks": 4, "attend": 0.7},
        "visits": {"later": {"late_days": 6, "window_days": 9}},
        "discontinuation": {"per_week": 0.05},
        "withdrawal": {"per_week": 0.02, "by_arm": {"control": 0.04}},
    },
}


def test_shares_are_at_their_formulas():
    """Claims, of 1,024 trials of 20 patients an arm, 20,480 patients: those who stopped before
    the last session, planned for day 24.5, 1 - exp(-0.05 x 3.5) = 0.161 less those who left
    before: with independent clocks 0.05/0.07 (1 - exp(-0.07 x 3.5)) = 0.155; who left by week 26,
    1 - exp(-0.04 x 26) = 0.647 and 1 - exp(-0.02 x 26) = 0.405; and did not make the visit in week
    26, those and exp(-9/6) = 0.223 of the others who would come late. Tolerance 4 errors, at most
    0.014: a wrong rate or unit is further off."""
    found = {(one.what, one.where, one.visit): one for one in conducted(loaded(FREE).plan, 10_000)}
    late = exp(-9 / 6)
    share_stopped = 0.05 / 0.07 * (1 - exp(-0.07 * 3.5))
    left = {"control": 1 - exp(-0.04 * 26), "treatment": 1 - exp(-0.02 * 26)}
    exact = {("stopped", "treatment", ""): share_stopped}
    exact |= {("left", arm, ""): share for arm, share in left.items()}
    for key, share in exact.items():
        assert abs(found[key].value - share) < 4 * found[key].mcse < 0.016, key
    for arm, share in left.items():
        one = found["not_made", arm, "later"]
        # Whoever is late may leave before coming, so somewhat more than if all came in time.
        assert share + (1 - share) * late <= one.value + 4 * one.mcse
        assert one.value < share + (1 - share) * late + 0.03
    assert ("stopped", "control", "") not in found, "nobody is treated there"
    assert found["first_session", "treatment", ""].low >= 3.5
    assert {one.replicates for one in found.values()} == {MOST_TRIALS}


def test_everybody_who_comes_and_stays_attends_at_the_stated_rate():
    conduct = {**FREE["conduct"], "discontinuation": None, "withdrawal": None, "visits": {}}
    conduct = {key: value for key, value in conduct.items() if value is not None}
    plan = loaded({**FREE, "conduct": {**conduct, "method": "express"}}).plan
    (attended,) = [one for one in conducted(plan, 512) if one.what == "attended"]
    # 40,960 sessions at 0.7: error 0.0023; 4 of them would show 0.69 instead of 0.7.
    assert attended.mcse == pytest.approx(np.sqrt(0.21 / 40_960), rel=0.15)
    assert abs(attended.value - 0.7) < 4 * attended.mcse
    (delay,) = [one for one in conducted(plan, 512) if one.what == "delay"]
    assert delay.value == pytest.approx(0, abs=1e-9), "there is room at any time"


def test_courses_are_those_of_the_run():
    plan = loaded({**FREE, "vary": {"design.n_total": [30, 40]}}).plan
    from trialsim.core.draws import Draws
    from trialsim.core.program import Batch, prepare

    group = next(g for g in prepare(plan).groups if g.capacity == 40)
    data = trial_data(group, Batch(Draws(plan.seed, 1, 256)))
    cell = next(i for i, c in enumerate(plan.cells) if plan.designs[c.design].n_total == 40)
    *_, last = courses(plan, cell, batches=2)
    assert data.course is not None
    assert np.array_equal(last.course.left_on, data.course.left_on)
    assert np.array_equal(last.course.visit_on["later"], data.course.visit_on["later"])
    (few,) = courses(plan, cell, most=8)
    (all_of_it,) = courses(plan, cell)
    assert np.array_equal(few.course.left_on, all_of_it.course.left_on[:8])


def test_no_more_trials_are_followed_than_it_takes():
    design = loaded(FREE).plan.designs[0]
    assert isinstance(design.clock, Clock)
    assert n_followed(design, 100) == 100
    assert n_followed(design, 10_000) == MOST_TRIALS
    by_clinic = replace(design, clock=replace(design.clock, method="clinic"))
    assert n_followed(by_clinic, 10_000) == MOST_SLOW
    assert n_followed(replace(design, clock=None), 10_000) == 0
    assert conducted(loaded(BASE).plan, 10_000) == []


def test_sessions_are_of_those_whom_somebody_treats():
    written = {**FREE, "conduct": {**FREE["conduct"], "therapists": {"control": {"n": 2}}}}
    assert arms_with_sessions(loaded(FREE).plan.designs[0]) == ("treatment",)
    assert arms_with_sessions(loaded(written).plan.designs[0]) == ("control", "treatment")
    assert arms_with_sessions(loaded(BASE).plan.designs[0]) == ()


def test_every_design_point_has_its_own_row():
    plan = loaded({**FREE, "vary": {"conduct.withdrawal.per_week": [0.02, 0.2]}}).plan
    first, second = by_point(plan, 10_000)
    assert plan.cells[first.cell].design == 0

    def left(point):
        found = {(one.what, one.where): one.value for one in point.found}
        return found["left", "treatment"]

    assert left(first) == pytest.approx(1 - exp(-0.52), abs=0.04)
    assert left(second) == pytest.approx(1 - exp(-5.2), abs=0.02)
    assert by_point(loaded(FREE).plan, 100) == []


def test_words_have_values_errors_and_ranges():
    lines = conduct_lines(loaded(TRIAL).plan, 256, lambda arm: arm.upper())
    assert any(
        line.startswith("TREATMENT: sessions attended, of those planned: ") for line in lines
    )
    assert any("CONTROL: visit not made: later: " in line for line in lines)
    assert all("in 95 of 100 trials" in line for line in lines)
    assert conduct_lines(loaded(BASE).plan, 256) == []
    one = pooled(("left", "a", ""), np.zeros(50), np.full(50, 10.0))
    assert value_of(one).startswith("0% (to ")
    days = pooled(("delay", "a", ""), np.array([3.0, 30.0]), np.array([2.0, 2.0]))
    assert range_of(days) == "1.8 to 15"


def test_it_is_said_which_simulation_ran_and_why():
    clock = loaded(TRIAL).plan.designs[0].clock
    assert "“express”, for all simulated trials at once: appointments" in how_simulated(clock)
    free = loaded(FREE).plan.designs[0].clock
    assert "nobody has to wait for another" in how_simulated(free)
    asked = how_simulated(replace(clock, method="clinic"))
    assert "“clinic”" in asked
    assert "the scenario asks for it" in asked
    assert "wait in a room" in how_simulated(replace(clock, appointments="queue"))


def test_what_a_calendar_leaves_out_is_named():
    design = loaded(TRIAL).plan.designs[0]
    assert calendar_leaves_out(design) == ["slots that become free and are given to others"]
    clock = replace(design.clock, diaries={}, leaving=None, stopping=None, lateness={})
    found = " ".join(calendar_leaves_out(replace(design, clock=clock, sessions=None)))
    for part in ("room for everybody", "missed sessions", "stopping", "withdrawal", "late visits"):
        assert part in found
    assert calendar_leaves_out(replace(design, clock=None)) == []
    assert clock.last_day < inf


def test_design_points_that_conduct_does_not_see_are_one():
    conduct = {**FREE["conduct"], "therapists": {"treatment": {"n": 2, "icc": 0}}}
    written = {
        **FREE,
        "conduct": conduct,
        "vary": {"conduct.therapists.treatment.icc": [0, 0.1]},
        "what_if": {"half": {"conduct.sessions.attend": 0.35}},
    }
    plan = loaded(written).plan
    assert len(plan.designs) == 4
    first, second = by_point(plan, 512)
    assert plan.cells[second.cell].what_if == "half"

    def attended(point):
        (one,) = [one for one in point.found if one.what == "attended"]
        return one

    a, b = attended(first), attended(second)
    # Whoever comes half as often attends half of what they did, if nothing else differs.
    assert abs(b.value - a.value / 2) < 4 * np.hypot(b.mcse, a.mcse / 2)
