"""Small clinics, computed by hand: times are days, day 0 is a Monday, appointments are at noon."""

from dataclasses import replace
from math import inf, log

import numpy as np
import pytest

from trialsim.conduct.clinic.clinic import clinic
from trialsim.core.clock import Hazard, Lateness
from trialsim.core.errors import RunError
from unit.conduct.small_clinic import CLOCK, DIARY, told

HOUR = 1 / 24
ONE_A_DAY = replace(DIARY, hours=1, days_a_week=7)


def with_diary(diary=DIARY, **changes):
    return replace(CLOCK, diaries={"hands": diary}, **changes)


def held(course):
    """Days of the sessions of each patient of the only trial."""
    return np.stack([plane[0] for plane in course.held_on], axis=1).tolist()


def test_a_full_diary_gives_the_first_day_with_room():
    course = clinic(told(with_diary(ONE_A_DAY, planned=(0.0, 2.0)), [0.0, 0.2, 0.4]))
    assert held(course) == [[0.5, 2.5], [1.5, 3.5], [4.5, 5.5]]
    assert course.appointments.tolist() == [[2, 2, 2]]
    assert course.booked["hands"].tolist() == [6]
    assert course.offered["hands"].tolist() == [6]  # days 0 to 5


def test_two_therapists_have_diaries_of_their_own():
    tables = told(with_diary(ONE_A_DAY, planned=(0.0,)), [0.0, 0.1, 0.2], therapists=2)
    course = clinic(tables)
    assert held(course) == [[0.5], [0.5], [1.5]]
    assert course.offered["hands"].tolist() == [4]  # both of them on days 0 and 1


def test_nobody_works_at_weekends():
    course = clinic(told(with_diary(planned=(0.0,)), [4.4, 4.6]))  # Friday before and after noon
    assert held(course) == [[4.5], [7.5]]
    assert course.offered["hands"].tolist() == [8 * 6]  # Monday to Friday, and Monday


def test_nobody_works_on_leave():
    clock = with_diary(replace(DIARY, leave_weeks=2), planned=(0.0, 5.0))
    course = clinic(told(clock, [2.0], away={"hands": 7}))
    assert held(course) == [[2.5, 21.5]]  # leave on days 7 to 20
    assert course.offered["hands"].tolist() == [8 * 6]


def test_leave_comes_every_year():
    clock = with_diary(replace(DIARY, leave_weeks=1), planned=(0.0,))
    course = clinic(told(clock, [364.0 + 7.0], away={"hands": 7}))
    assert held(course) == [[364.0 + 14.5]]


def test_a_caseload_of_one_makes_patients_wait_for_a_place():
    clock = with_diary(replace(DIARY, caseload=1), planned=(0.0,), course=21.0)
    course = clinic(told(clock, [0.0, 1.0, 2.0], enrolled=np.array([[True, False, True]])))
    assert course.started_on.tolist() == [[0.0, inf, 21.0]]
    assert held(course) == [[0.5], [inf], [21.5]]
    assert course.enrolled_on.tolist() == [[0.0, 1.0, 2.0]]


def test_a_place_is_kept_by_who_has_left():
    clock = with_diary(
        replace(DIARY, caseload=1), leaving=Hazard((0.1,), "", 0.0, 0.0), course=21.0
    )
    course = clinic(told(clock, [0.0, 1.0], patiences={("leaving", 0): [0.1, inf]}))
    assert course.left_on.tolist() == [[1.0, inf]]
    assert held(course) == [[0.5, inf, inf], [21.5, 28.5, 35.5]]


def test_a_missed_session_is_made_up_after_all_others():
    clock = with_diary(closes=60.0, rebook=1.0)
    course = clinic(told(clock, [0.0], misses=[(0, 0, 1)]))
    assert held(course) == [[15.5, 7.5, 14.5]]
    assert course.appointments.tolist() == [[4]]


def test_a_made_up_session_may_be_missed_as_well():
    clock = with_diary(closes=60.0, rebook=1.0)
    course = clinic(told(clock, [0.0], misses=[(0, 1, 1), (0, 1, 2), (0, 2, 1)]))
    # Day 7 missed: day 15. Day 14 missed: day 16. Day 15 missed: day 17.
    assert held(course) == [[0.5, 17.5, 16.5]]
    assert course.appointments.tolist() == [[6]]


def test_the_lower_number_is_first_when_two_ask_at_the_same_moment():
    clock = with_diary(
        replace(ONE_A_DAY, caseload=2), planned=(0.0, 1.0), course=4.0, closes=9.0, rebook=1.0
    )
    # Patient 0 has days 0 and 1, patient 1 days 2 and 3 and misses the second; patient 1 asks
    # again at 4.0, as patient 2 does, who starts then on the place of patient 0.
    course = clinic(told(clock, [0.0, 0.0, 1.0], misses=[(1, 1, 1)]))
    assert course.started_on.tolist() == [[0.0, 0.0, 4.0]]
    assert held(course) == [[0.5, 1.5], [2.5, 4.5], [5.5, 6.5]]


def test_nobody_asks_again_who_does_not_want_to():
    clock = with_diary(closes=60.0, rebook=1.0)
    course = clinic(told(clock, [0.0], misses=[(0, 0, 1)], asks_again=False))
    assert held(course) == [[inf, 7.5, 14.5]]


def test_treatment_closes():
    clock = with_diary(closes=15.0, rebook=1.0)
    course = clinic(told(clock, [0.0], misses=[(0, 0, 1)]))
    assert held(course) == [[inf, 7.5, 14.5]]
    assert course.unplaced.tolist() == [[1]]
    course = clinic(told(with_diary(closes=14.0), [0.0]))
    assert held(course) == [[0.5, 7.5, inf]]
    assert course.appointments.tolist() == [[2]]
    assert course.unplaced.tolist() == [[1]]


def test_without_a_diary_sessions_are_on_their_day():
    clock = replace(CLOCK, closes=28.0, rebook=1.0, course=21.0)
    course = clinic(told(clock, [0.3, 0.3], misses=[(0, 0, 1), (0, 1, 1), (1, 2, 1), (1, 2, 2)]))
    # Made up 21/3 days after the latest appointment: 21.3 and 28.3; patient 1: 21.3, 28.3.
    assert np.allclose(held(course), [[21.3, 28.3, 14.3], [0.3, 7.3, 28.3]])
    assert course.appointments.tolist() == [[5, 5]]
    course = clinic(told(replace(clock, closes=27.0), [0.3], misses=[(0, 0, 1), (0, 1, 1)]))
    assert np.allclose(held(course), [[21.3, inf, 14.3]])
    assert course.unplaced.tolist() == [[1]]
    assert not course.booked


def test_a_session_of_the_day_of_a_visit_acts_on_it():
    """Level 2 on day 14, of which the second session is planned: the rate is the level."""
    hazard = Hazard((1.0,), "pain", 0.0, 1.0)
    clock = replace(CLOCK, planned=(0.0, 14.0), stopping=hazard)
    visits = {"baseline": 0.0, "mid": 14.0, "end": 28.0}
    course = clinic(
        told(
            clock,
            [0.7],
            visits=visits,
            score=lambda _o, visit, levels: np.log(np.maximum(levels, 1) * (visit == "mid") + 1e-9),
            patiences={("stopping", 1): [6.0]},
        )
    )
    assert course.stopped_on[0, 0] == pytest.approx(14.7 + 6.0 / 2)


def test_sessions_take_time_to_work():
    """On day 14 the first of sessions on days 0 and 7 has done 1, the second would have done 1/2
    had it been attended: 1/1.5, 67 in 100."""
    hazard = Hazard((0.1,), "pain", 0.0, log(2) / 67)
    clock = replace(CLOCK, planned=(0.0, 7.0), to_work=14.0, leaving=hazard)
    course = clinic(
        told(
            clock,
            [0.3],
            visits={"baseline": 0.0, "mid": 14.0, "end": 28.0},
            score=lambda _o, _v, levels: levels.astype(float),
            misses=[(0, 1, 1)],
            patiences={("leaving", 1): [1.0]},
        )
    )
    assert course.left_on[0, 0] == pytest.approx(14.3 + 1.0 / 0.2)


def test_severity_raises_the_rate():
    hazard = Hazard((0.1,), "pain", log(3), 0.0)
    clock = replace(CLOCK, stopping=hazard)
    course = clinic(
        told(
            clock,
            [0.0, 0.0],
            score=lambda _o, _v, levels: np.array([[0.0, 1.0]]),
            patiences={("stopping", 0): [1.05, 1.05]},
        )
    )
    assert np.allclose(course.stopped_on, [[10.5, 3.5]])
    assert held(course) == [[0.0, 7.0, inf], [0.0, inf, inf]]


def test_nothing_ends_between_visits_that_are_over():
    clock = replace(CLOCK, leaving=Hazard((0.1,), "", 0.0, 0.0))
    course = clinic(told(clock, [0.0, 0.0], patiences={("leaving", 0): [2.79, 2.81]}))
    assert np.allclose(course.left_on, [[27.9, inf]])
    assert course.made["end"].tolist() == [[False, True]]


def test_visits_are_late_or_lost():
    clock = replace(CLOCK, lateness={"end": Lateness(5.0, 7.0)}, last_day=33.0)
    tables = told(clock, [0.0, 0.0, 4.0], lates={"end": [6.0, 8.0, 2.0]})
    course = clinic(tables)
    assert course.visit_on["end"].tolist() == [[34.0, 36.0, 34.0]]
    assert course.made["end"].tolist() == [[False, False, False]]
    course = clinic(replace(tables, clock=replace(clock, last_day=34.0)))
    assert course.made["end"].tolist() == [[True, False, True]]
    assert course.made["baseline"].tolist() == [[True, True, True]]


def test_the_last_day_ends_sessions_and_requests():
    clock = with_diary(closes=60.0, rebook=1.0, last_day=14.9)
    course = clinic(told(clock, [0.0, 1.0], misses=[(0, 2, 1), (1, 0, 1)]))
    assert held(course) == [[0.5, 7.5, inf], [inf, 8.5, inf]]
    # Patient 0 would ask at 15.0, too late; patient 1 asked at 2.0 for day 16.
    assert course.appointments.tolist() == [[3, 4]]


def test_patients_wait_in_a_room_one_after_another():
    clock = with_diary(
        replace(DIARY, hours=24, days_a_week=7), appointments="queue", planned=(0.0,)
    )
    course = clinic(told(clock, [0.0, 0.01, 0.02]))
    assert np.allclose(held(course), [[0.0], [HOUR], [2 * HOUR]])
    assert np.allclose(course.waited[0], [[0.0, HOUR - 0.01, 2 * HOUR - 0.02]])
    assert course.booked["hands"] == pytest.approx(3 * HOUR)
    assert course.offered["hands"] == pytest.approx(3 * HOUR)
    two = clinic(told(clock, [0.0, 0.01, 0.02], therapists=2))
    assert np.allclose(held(two), [[0.0], [0.01], [HOUR]])
    assert two.offered["hands"] == pytest.approx(2 * 2 * HOUR)


def test_the_room_is_closed_at_night():
    clock = with_diary(replace(DIARY, hours=1.5), appointments="queue", planned=(0.0,))
    course = clinic(told(clock, [4.0, 4.0, 4.0, 4.0]))
    # Friday: one at midnight, one before closing; Monday the others.
    assert np.allclose(held(course), [[4.0], [4.0 + HOUR], [7.0], [7.0 + HOUR]])
    assert course.offered["hands"] == pytest.approx(5 * 1.5 * HOUR + 1.5 * HOUR)


def test_a_session_that_would_begin_after_the_last_day_is_not_held():
    clock = with_diary(
        replace(DIARY, hours=24, days_a_week=7), appointments="queue", planned=(0.0,), last_day=0.05
    )
    course = clinic(told(clock, [0.0, 0.01, 0.02]))
    assert np.allclose(held(course), [[0.0], [HOUR], [inf]])
    assert course.waited[0][0, 2] == 0
    assert course.booked["hands"] == pytest.approx(2 * HOUR)


def test_a_batch_is_so_many_trials():
    clock = with_diary(ONE_A_DAY, planned=(0.0,))
    one = told(clock, [0.0, 0.2])
    both = replace(
        one,
        arm=np.zeros((2, 2), dtype=np.int8),
        enrolled=np.ones((2, 2), dtype=bool),
        enrolled_on=np.array([[0.0, 0.2], [3.0, 9.0]]),
        therapist={"hands": np.zeros((2, 2), dtype=np.int16)},
    )
    course = clinic(both)
    assert course.held_on[0].tolist() == [[0.5, 1.5], [3.5, 9.5]]
    assert course.booked["hands"].tolist() == [2, 2]
    assert course.offered["hands"].tolist() == [2, 10]


def test_what_would_never_end_is_refused():
    never = with_diary(replace(DIARY, leave_weeks=52))
    with pytest.raises(RunError, match="never works"):
        clinic(told(never, [0.0], away={"hands": 0}))
    with pytest.raises(RunError, match="closes"):
        clinic(told(replace(CLOCK, rebook=0.5), [0.0]))
    with pytest.raises(RunError, match="no room for a session"):
        clinic(told(with_diary(replace(DIARY, minutes=600)), [0.0]))
    with pytest.raises(RunError, match="never work"):
        clinic(told(with_diary(replace(DIARY, days_a_week=0)), [0.0]))
