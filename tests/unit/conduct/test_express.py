"""The vectorised clinic: its limits, clinics worked out by hand, and what it leaves alone."""

from dataclasses import dataclass, field, fields, replace
from math import inf

import numpy as np
import pytest

from trialsim.conduct.express.express import express
from trialsim.conduct.tables import Tables
from trialsim.core.clock import Clock, Diary, Hazard, Lateness
from trialsim.core.draws import Draws
from trialsim.core.records import Course
from trialsim.core.sessions import Sessions
from trialsim.core.team import Team

VISITS = {"baseline": 0.0, "after": 28.0}


@dataclass(frozen=True)
class Told(Tables):
    """Tables that say who comes and who asks again: missed (session, attempt) by patient."""

    missed: dict[int, set[tuple[int, int]]] = field(default_factory=dict)

    def comes(self, session, attempt):
        comes = np.ones(self.arm.shape, dtype=bool)
        for patient, appointments in self.missed.items():
            comes[:, patient] = (session, attempt) not in appointments
        return comes

    def rebooks(self, session, attempt):
        return ~self.comes(session, attempt) if self.clock.rebook else None


def a_diary(**changes) -> Diary:
    """One appointment a day, from Monday to Friday."""
    stated = {"minutes": 60, "hours": 1, "days_a_week": 5, "leave_weeks": 0, "caseload": 0}
    return Diary(**{**stated, **changes}, exponential=False)


def a_clock(diary: Diary | None = None, **changes) -> Clock:
    """Two sessions on following days, and nothing else."""
    stated = {"planned": (0.0, 1.0), "course": 2.0, "closes": inf, "rebook": 0.0, "to_work": 0.0}
    rules = {"lateness": {}, "stopping": None, "leaving": None, "last_day": inf}
    diaries = {} if diary is None else {"team": diary}
    return Clock("auto", "diary", diaries=diaries, **{**stated, **rules, **changes})


def some_tables(clock, enrolled_on, n_therapists=1, therapist=0, kind=Tables, **changes) -> Tables:
    """Patients of one arm who are enrolled on these days, and all of whom the team treats."""
    enrolled_on = np.asfortranarray(np.atleast_2d(np.array(enrolled_on, dtype=np.float64)))
    shape = enrolled_on.shape
    teams = {team: Team(("treated",), n_therapists, {}) for team in clock.diaries}
    whose = np.broadcast_to(np.asarray(therapist, dtype=np.int16), shape)
    stated = {
        "arm": np.zeros(shape, dtype=np.int8),
        "enrolled": np.ones(shape, dtype=bool),
        "therapist": dict.fromkeys(teams, whose),
        "draws": Draws(5, batch=0, replicates=shape[0]),
        "sessions": None,
        "severity": None,
        "score": lambda *_: np.zeros(shape),
    }
    return kind(
        clock=clock,
        enrolled_on=enrolled_on,
        teams=teams,
        visits=VISITS,
        **{**stated, **changes},
    )


def busy_tables(replicates=6, patients=40, **changes) -> Tables:
    """Two therapists with more to do than they can, and nobody who asks again."""
    draws = Draws(11, batch=0, replicates=replicates)
    enrolled_on = np.cumsum(draws.exponential("test.gaps", patients), axis=1)
    whose = (draws.uniform("test.therapists", patients) < 0.5).astype(np.int16)
    hazard = Hazard((0.01,), "", 0.0, 0.0)
    clock = a_clock(
        a_diary(caseload=8, leave_weeks=3),
        planned=(0.0, 2.0, 4.0, 9.0),
        course=10.0,
        closes=60.0,
        lateness={"after": Lateness(3.0, 7.0)},
        stopping=hazard,
        leaving=hazard,
    )
    sessions = Sessions(clock.planned, 0.8, 0.1, "", 0.0, "linear", 0, 0.0)
    stated = {"therapist": whose, "sessions": sessions, "draws": draws, "n_therapists": 2}
    return some_tables(clock, enrolled_on, **{**stated, **changes})


def days(course: Course) -> list[list[float]]:
    """Days on which the sessions of each patient of the first replicate were held."""
    return np.stack([session[0] for session in course.held_on], axis=1).tolist()


def planes(course: Course) -> dict[str, np.ndarray]:
    """Every array of a course, by name."""
    found = {}
    for one in fields(course):
        value = getattr(course, one.name)
        if isinstance(value, tuple):
            value = dict(enumerate(value))
        parts = value.items() if isinstance(value, dict) else [("", value)]
        found |= {f"{one.name} {key}": part for key, part in parts}
    return found


def test_a_queue_is_refused():
    tables = some_tables(replace(a_clock(a_diary()), appointments="queue"), [0.0])
    with pytest.raises(ValueError, match="queue"):
        express(tables)


def test_without_limits_sessions_are_held_as_planned_to_the_last_bit():
    enrolled_on = np.cumsum(Draws(3, batch=0).exponential("test.gaps", 50), axis=1)
    planned = tuple(28 / 6 * session for session in range(6))
    course = express(some_tables(a_clock(planned=planned), enrolled_on))
    for held_on, day in zip(course.held_on, planned, strict=True):
        np.testing.assert_array_equal(held_on, enrolled_on + day)
    assert np.all(course.appointments == 6)
    assert course.booked == course.offered == {}


def test_an_empty_diary_has_the_first_working_day_at_or_after_half_a_day_before():
    """Wanted on Monday 0.4, Monday 0.6, Friday 4.6 and Saturday 5.2: held at noon."""
    clock = a_clock(a_diary(), planned=(0.0,))
    course = express(some_tables(clock, [0.4, 0.6, 4.6, 5.2], 4, [0, 1, 2, 3]))
    assert days(course) == [[0.5], [1.5], [7.5], [7.5]]


def test_a_full_diary_goes_by_the_order_of_booking():
    """One a day: the first has Monday and Tuesday, the second the two days after, the third
    Friday and, over the weekend, Monday."""
    course = express(some_tables(a_clock(a_diary()), [0.0, 0.0, 0.25]))
    assert days(course) == [[0.5, 1.5], [2.5, 3.5], [4.5, 7.5]]
    assert course.booked["team"].tolist() == [6]
    assert course.offered["team"].tolist() == [6]


def test_a_session_that_is_sent_on_takes_the_day_of_the_next_one():
    """The second patient would have Tuesday and Wednesday, but the first has Tuesday: the first
    session is sent on to Wednesday, and the next one to Thursday. The third would have
    Wednesday and Thursday, and gets Friday and Monday."""
    course = express(some_tables(a_clock(a_diary()), [0.0, 0.9, 1.9]))
    assert days(course) == [[0.5, 1.5], [2.5, 3.5], [4.5, 7.5]]


def test_what_finds_no_day_before_treatment_closes_is_not_booked():
    """Closing two days after the start leaves the second patient no second session."""
    course = express(some_tables(a_clock(a_diary(), closes=3.0), [0.0, 0.0]))
    assert days(course) == [[0.5, 1.5], [2.5, inf]]
    assert course.appointments.tolist() == [[2, 1]]
    assert course.unplaced.tolist() == [[0, 1]]
    assert course.booked["team"].tolist() == [3]


def test_a_caseload_is_a_line_of_places():
    """Two places of ten days each: the third waits for the first, the fourth for the second; who
    comes when a place is free does not wait, and another therapist has places of her own."""
    clock = a_clock(a_diary(caseload=2), course=10.0)
    whose = [0, 0, 1, 0, 0, 0]
    course = express(some_tables(clock, [0.0, 1.0, 2.0, 3.0, 4.0, 30.5], 2, whose))
    assert course.started_on.tolist() == [[0.0, 1.0, 2.0, 10.0, 11.0, 30.5]]


def test_nobody_is_treated_during_leave():
    """Away for 51 of 52 weeks, therapists work in the first week of the year or in the last."""
    clock = a_clock(a_diary(leave_weeks=51), planned=(0.0,))
    tables = some_tables(clock, np.zeros((64, 1)))
    first = tables.away_from("team", 0)[:, 0]
    assert set(first) == {0, 7}
    (held_on,) = express(tables).held_on
    assert held_on[:, 0].tolist() == np.where(first == 0, 51 * 7 + 0.5, 0.5).tolist()


def test_a_missed_session_is_made_up_for_after_all_others():
    """Missed on Monday and asked for again that night; the patient's last day is Tuesday."""
    clock = a_clock(a_diary(), closes=30.0, rebook=1.0)
    tables = some_tables(clock, [0.0], kind=Told, missed={0: {(0, 1)}})
    course = express(tables)
    assert days(course) == [[2.5, 1.5]]
    assert course.appointments.tolist() == [[3]]


@pytest.mark.parametrize(
    ("third_enrolled_on", "made_up_on", "third"),
    [(0.9, 8.5, [4.5, 7.5]), (1.1, 4.5, [7.5, 8.5])],
)
def test_who_asks_first_gets_the_day(third_enrolled_on, made_up_on, third):
    """The second patient booked Wednesday and Thursday before the first asks on Monday night; the
    third patient books before that, or after."""
    clock = a_clock(a_diary(), closes=30.0, rebook=1.0)
    enrolled_on = [0.0, 0.2, third_enrolled_on]
    tables = some_tables(clock, enrolled_on, kind=Told, missed={0: {(0, 1)}})
    assert days(express(tables)) == [[made_up_on, 1.5], [2.5, 3.5], third]


def test_a_session_missed_again_and_again_is_asked_for_until_treatment_closes():
    """Days 0, 1 and then 2, 3, 4, 7: the next would be later than day 8."""
    clock = a_clock(a_diary(), closes=8.0, rebook=1.0)
    never = {(0, attempt) for attempt in range(1, 20)}
    course = express(some_tables(clock, [0.0], kind=Told, missed={0: never}))
    assert days(course) == [[inf, 1.5]]
    assert course.appointments.tolist() == [[6]]
    assert course.unplaced.tolist() == [[1]]


def test_without_a_diary_a_session_is_made_up_for_at_the_planned_pace():
    clock = a_clock(planned=(0.0, 3.0), course=8.0, closes=30.0, rebook=1.0)
    tables = some_tables(clock, [0.25], kind=Told, missed={0: {(0, 1), (1, 1), (0, 2)}})
    assert days(express(tables)) == [[0.25 + 3 + 4 + 4 + 4, 0.25 + 3 + 4 + 4]]


def test_no_session_is_held_after_the_trial_is_closed():
    course = express(some_tables(a_clock(last_day=1.0), [0.0, 0.5]))
    assert days(course) == [[0.0, 1.0], [0.5, inf]]
    assert course.made["baseline"].all()
    assert not course.made["after"].any()


def test_hazards_of_nobody_and_of_all():
    """A rate of 0 moves nobody; at a thousand a day all have left before the second session."""
    clock = a_clock(stopping=Hazard((0.0,), "", 0.0, 0.0), leaving=Hazard((1e3,), "", 0.0, 0.0))
    course = express(some_tables(clock, np.zeros((4, 100))))
    assert np.all(course.stopped_on == inf)
    assert np.all(course.left_on < 0.5)
    assert np.all(course.held_on[0] == 0)
    assert np.all(course.held_on[1] == inf)
    assert course.made["baseline"].all()
    assert not course.made["after"].any()


def test_those_not_enrolled_take_no_place():
    clock = a_clock(a_diary(caseload=1))
    tables = some_tables(clock, [0.0, 0.0], enrolled=np.array([[False, True]]))
    course = express(tables)
    assert course.started_on.tolist() == [[inf, 0.0]]
    assert days(course) == [[inf, inf], [0.5, 1.5]]
    assert course.appointments.tolist() == [[0, 2]]
    assert [made.tolist() for made in course.made.values()] == [[[False, True]]] * 2


def test_what_nothing_asks_for_is_neither_drawn_nor_made():
    """No table is read, and what says nothing takes no memory of its own."""
    tables = some_tables(a_clock(a_diary(hours=200)), np.zeros((3, 5)))
    course = express(tables)
    assert not tables.draws._tables
    for plane in (course.started_on, course.visit_on["baseline"]):
        assert np.shares_memory(plane, tables.enrolled_on)
    nothing = [*course.waited, course.stopped_on, course.left_on, course.unplaced]
    assert all(plane.strides == (0, 0) for plane in [*nothing, course.appointments])
    assert all(np.shares_memory(made, tables.enrolled) for made in course.made.values())


def test_without_sessions_nothing_is_booked():
    course = express(some_tables(a_clock(a_diary(), planned=()), np.zeros((2, 3))))
    assert course.held_on == course.waited == ()
    assert course.booked["team"].tolist() == course.offered["team"].tolist() == [0, 0]


def test_replicates_do_not_know_one_another():
    """A slab of the batch finds what the whole batch found there."""
    tables = busy_tables()
    rows = slice(2, 5)
    part = replace(
        tables,
        draws=tables.draws.slab(rows),
        arm=tables.arm[rows],
        enrolled=tables.enrolled[rows],
        enrolled_on=tables.enrolled_on[rows],
        therapist={team: whose[rows] for team, whose in tables.therapist.items()},
    )
    whole, slab = planes(express(tables)), planes(express(part))
    for name, plane in slab.items():
        np.testing.assert_array_equal(plane, whole[name][rows], err_msg=name)


def test_permuted_replicates_have_permuted_courses():
    """Those whose own tables say who misses what; with days that are full."""
    order = np.array([3, 0, 2, 1])
    enrolled_on = np.cumsum(Draws(7, batch=0, replicates=4).exponential("test.gaps", 30), axis=1)
    clock = a_clock(a_diary(), closes=50.0, rebook=1.0)
    missed = {patient: {(0, 1), (1, 1), (0, 2)} for patient in range(0, 30, 3)}
    one = planes(express(some_tables(clock, enrolled_on, kind=Told, missed=missed)))
    other = planes(express(some_tables(clock, enrolled_on[order], kind=Told, missed=missed)))
    assert np.any(one["unplaced "] > 0)
    for name, plane in one.items():
        np.testing.assert_array_equal(plane[order], other[name], err_msg=name)


def test_later_patients_do_not_matter_to_earlier_ones():
    """Where nobody asks again: the first 25 of 40 patients are treated as if they were all."""
    tables, n = busy_tables(), 25
    first = replace(
        tables,
        arm=tables.arm[:, :n],
        enrolled=tables.enrolled[:, :n],
        enrolled_on=tables.enrolled_on[:, :n],
        therapist={team: whose[:, :n] for team, whose in tables.therapist.items()},
    )
    whole, part = planes(express(tables)), planes(express(first))
    assert np.any(whole["started_on "][:, :n] > tables.enrolled_on[:, :n])
    for name, plane in part.items():
        if plane.ndim == 2:
            np.testing.assert_array_equal(plane, whole[name][:, :n], err_msg=name)
