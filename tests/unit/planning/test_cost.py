"""What designs take: patients, weeks and hours of therapists."""

from __future__ import annotations

import numpy as np
import pytest

from trialsim.operating.calendar import calendar
from trialsim.planning.compare.cost import Cost, costs, hours_a_patient
from unit.small_trial import BASE, Written, loaded

REPLICATES = 600


def with_conduct(**conduct: object) -> Written:
    return {**BASE, "conduct": conduct}


def cost_of(*written: Written, hours: float = 1.0) -> list[Cost]:
    scenarios = [loaded(one) for one in written]
    designs = [(one.plan.designs[0], one.written.conduct) for one in scenarios]
    return costs(designs, 7, REPLICATES, hours)


def hours(conduct: object, hours_per_session: float = 1.0) -> float | None:
    scenario = loaded({**BASE, "conduct": conduct})
    return hours_a_patient(scenario.plan.designs[0], scenario.written.conduct, hours_per_session)


def test_without_recruitment_and_sessions_only_patients_are_known():
    (cost,) = cost_of(BASE)
    assert cost.weeks is None and cost.therapist_hours is None
    np.testing.assert_array_equal(cost.patients, np.full(REPLICATES, 40.0))


def test_weeks_are_those_of_the_calendar_of_a_run():
    written = with_conduct(recruitment={"per_week": 3, "ramp_weeks": 8})
    (cost,) = cost_of(written)
    expected = {row.what: row for row in calendar(loaded(written).plan, REPLICATES)}
    assert cost.weeks is not None
    row = expected["weeks to the last visit"]
    assert cost.weeks.mean() == pytest.approx(row.mean, rel=1e-12)
    assert cost.weeks.std(ddof=1) / REPLICATES**0.5 == pytest.approx(row.mcse, rel=1e-12)


def test_mean_weeks_are_those_of_a_poisson_process():
    """Exact: the 40th of a Poisson process of 3 a week comes after 40/3 weeks on average, SD
    sqrt(40)/3; the last visit is 26 weeks later. 600 replicates, tolerance 4 standard errors
    (0.34 weeks): one patient more or less (0.33) would just be found, a week would."""
    (cost,) = cost_of(with_conduct(recruitment={"per_week": 3}))
    assert cost.weeks is not None
    error = 40**0.5 / 3 / REPLICATES**0.5
    assert abs(cost.weeks.mean() - (40 / 3 + 26)) <= 4 * error


def test_recruitment_that_ends_enrols_who_came():
    written = with_conduct(recruitment={"per_week": 3, "until_week": 10})
    (cost,) = cost_of(written)
    rows = {row.what: row for row in calendar(loaded(written).plan, REPLICATES)}
    assert cost.weeks is not None
    assert cost.patients.mean() == pytest.approx(rows["patients enrolled"].mean, rel=1e-12)
    assert cost.weeks.max() <= 10 + 26 + 1e-9
    assert (cost.patients <= 40).all() and cost.patients.std() > 0


def test_designs_meet_the_same_stream_of_patients():
    """A larger trial of the same clinic is never over sooner, in any simulated trial."""
    small = with_conduct(recruitment={"per_week": 3})
    large = {
        **small,
        "design": {**BASE["design"], "arms": {"control": {"n": 30}, "treatment": {"n": 30}}},
    }
    one, other = cost_of(small, large)
    assert one.weeks is not None and other.weeks is not None
    assert (other.weeks > one.weeks).all()
    (alone,) = cost_of(small)
    np.testing.assert_array_equal(alone.weeks, one.weeks)


SIX = {"planned": 6, "within_weeks": 4}


def test_no_sessions_are_planned_no_hours_are_known():
    assert hours({}) is None


def test_all_arms_but_the_comparator_are_treated_when_no_therapists_are_written():
    assert hours({"sessions": SIX}) == pytest.approx(0.5 * 6)


def test_arms_with_therapists_are_treated():
    both = {"control": {"n": 2, "also": ["treatment"]}}
    assert hours({"sessions": SIX, "therapists": both}, 0.5) == pytest.approx(6 * 0.5)
    assert hours({"sessions": SIX, "therapists": {"control": {"n": 2}}}) == pytest.approx(0.5 * 6)


def test_missed_sessions_take_nobodys_time():
    """0.8 of six sessions, of the nine in ten who come at all."""
    found = hours({"sessions": {**SIX, "attend": 0.8, "never": 0.1}})
    assert found == pytest.approx(0.5 * 6 * 0.8 * 0.9)


def test_the_length_that_is_written_wins():
    team = {"treatment": {"n": 2, "session_minutes": 45}}
    found = hours({"sessions": SIX, "therapists": team, "recruitment": {"per_week": 1}}, 2.0)
    assert found == pytest.approx(0.5 * 6 * 0.75)


def test_hours_go_with_the_patients_who_came():
    written = with_conduct(recruitment={"per_week": 3, "until_week": 10}, sessions=SIX)
    (cost,) = cost_of(written)
    assert cost.therapist_hours is not None
    np.testing.assert_allclose(cost.therapist_hours, cost.patients * 3)
