"""When patients come: Erlang times, and rates that ramp, follow the year and grow by centre."""

from math import sqrt

import numpy as np
import pytest
import yaml
from scipy import integrate, stats

import trialsim as ts
from trialsim.cohort.recruit import assessed, days
from trialsim.core.draws import Draws
from trialsim.operating.calendar import calendar
from trialsim.scenario.recruitment import recruitment_of
from verification.simulated import Runs, assert_matches, assert_share_matches

BATCHES = 40


def scenario(recruitment) -> ts.LoadedScenario:
    return ts.loads(
        yaml.safe_dump(
            {
                "format": 1,
                "design": {
                    "arms": {"control": {"n": 65}, "treated": {"n": 64}},
                    "visits_weeks": {"baseline": 0, "after": 4, "six_months": 26},
                },
                "conduct": {"recruitment": recruitment},
                "outcomes": {"score": {"method": "repeated_normal", "mean": 0, "sd": 1}},
                "analyses": {"t": {"method": "t_test", "outcome": "score", "visit": "after"}},
                "simulation": {"replicates": 1000, "seed": 7},
            },
            sort_keys=False,
        )
    )


def arrivals(recruitment, n=129, batches=BATCHES) -> np.ndarray:
    """Days (r, p) of many trials."""
    found = recruitment_of(scenario(recruitment).written)
    assert found is not None
    return np.concatenate([days(Draws(7, b, 256), found, n) for b in range(batches)])


def test_the_nth_recruit_comes_at_the_erlang_time():
    """Claim: at 7.2 a week the n-th patient comes after n/7.2 weeks on average, SD sqrt(n)/7.2.

    10,240 trials; tolerance 4 errors: 0.06 weeks of the mean of the 129th.
    """
    week = arrivals({"per_week": 7.2}) / 7
    for n in (1, 10, 129):
        time = week[:, n - 1]
        spread = sqrt(n) / 7.2
        assert_matches(float(time.mean()), n / 7.2, spread / sqrt(time.size), f"mean of {n}")
        kurtosis = 3 + 6 / n
        error = spread * sqrt((kurtosis - 1) / (4 * time.size))
        assert_matches(float(time.std()), spread, error, f"SD of {n}")
    assert stats.kstest(7.2 * week[:, 9], stats.gamma(10).cdf).pvalue > 1e-5


COURSES = {
    "ramp": {"per_week": 10, "ramp_weeks": 12},
    "seasonal": {"per_week": 10, "seasonal": 0.6, "peak_week": 20},
    "centres": {
        "per_week": 10,
        "centres": {"a": {"share": 0.3}, "b": {"share": 0.7, "start_week": 6}},
    },
    "all": {
        "per_week": 10, "ramp_weeks": 5, "seasonal": 0.9, "peak_week": 3,
        "centres": {"a": {"share": 0.5, "start_week": 2}, "b": {"share": 0.5, "start_week": 8}},
    },
}  # fmt: skip


def rate(week: float, course) -> float:
    """Patients a week, written from the meaning of the keys."""
    centres = course.get("centres") or {"one": {"share": 1}}
    total = 0.0
    for centre in centres.values():
        since = week - centre.get("start_week", 0)
        ramp = course.get("ramp_weeks", 0)
        if since >= 0:
            total += centre["share"] * (min(1, since / ramp) if ramp else 1)
    phase = 2 * np.pi * 7 * (week - course.get("peak_week", 0)) / 365.25
    return course["per_week"] * total * (1 + course.get("seasonal", 0) * np.cos(phase))


@pytest.mark.parametrize("name", COURSES)
def test_as_many_come_by_each_week_as_the_rate_says(name):
    """Claim: the number that came by a week is Poisson with the integral of the rate.

    10,240 trials, weeks 3, 7, 10 and 15; mean and variance to 4 errors, 0.4 patients of 150.
    """
    course = COURSES[name]
    week = arrivals(course, n=260) / 7
    for end in (3, 7, 10, 15):
        came = np.count_nonzero(week < end, axis=1)
        exact, _ = integrate.quad(rate, 0, end, args=(course,), points=[2, 5, 6, 7, 8, 12][:6])
        if exact == 0:
            assert (came == 0).all()
            continue
        assert_matches(float(came.mean()), exact, sqrt(exact / came.size), f"{name}, week {end}")
        error = exact * sqrt((2 + 1 / exact) / came.size)
        assert_matches(float(came.var()), exact, error, f"{name}, variance, week {end}")


def test_the_first_patients_come_on_the_same_days_in_a_larger_trial():
    small, large = (arrivals({"per_week": 5}, n, 1) for n in (50, 200))
    assert np.array_equal(small, large[:, :50])


def test_the_calendar_says_when_the_trial_is_over():
    found = {row.what: row for row in calendar(scenario({"per_week": 7.2}).plan, 5_000)}
    last = found["weeks to the last patient"]
    assert_matches(last.mean, 129 / 7.2, sqrt(129) / 7.2 / sqrt(5_000))
    assert last.mcse == pytest.approx(sqrt(129) / 7.2 / sqrt(5_000), rel=0.05)
    visit = found["weeks to the last visit"]
    assert visit.mean - last.mean == pytest.approx(26)
    law = stats.gamma(129)
    assert last.low == pytest.approx(law.ppf(0.025) / 7.2, rel=0.01)
    assert last.high == pytest.approx(law.ppf(0.975) / 7.2, rel=0.01)


def test_a_trial_that_ends_on_a_day_has_as_many_patients_as_came():
    """Claim: recruitment until week 10 at 7.2 a week enrols a Poisson number of mean 72, at most
    129, and the t test keeps its level. 20,000 replicates; 4 errors: 0.24 patients, 0.0062."""
    loaded = scenario({"per_week": 7.2, "until_week": 10})
    runs = Runs(loaded, 20_000, seed=9)
    columns = runs.columns("no_effect", "t")
    n = columns["n_analysed"]
    assert_matches(float(n.mean()), 72.0, sqrt(72 / n.size))
    assert_matches(float(n.var()), 72.0, 72 * sqrt(2 / n.size))
    assert_share_matches(columns["p_value"] < 0.05, 0.05)
    assert n.max() <= 129


def test_those_assessed_for_each_patient_are_geometric():
    """188 assessed for 129 randomised (Hsieh 2006): a share of 0.686 consents. 4 errors: 0.02."""
    people = np.concatenate([assessed(Draws(3, b, 256), 129 / 188, 129) for b in range(8)])
    p = 129 / 188
    assert_matches(float(people.mean()), 1 / p, sqrt((1 - p) / p**2 / people.size))
    assert_share_matches(people == 1, p)


def test_a_ramp_of_a_minute_is_none():
    """However short a ramp, the days can be worked out, and nearly nobody comes later for it: by
    half a minute at most."""
    minute = 1 / (7 * 24 * 60)
    with_ramp = arrivals({"per_week": 7.2, "ramp_weeks": minute}, batches=1)
    assert np.abs(with_ramp - arrivals({"per_week": 7.2}, batches=1)).max() < 7 * minute


def test_an_end_moves_nobody_who_came_before_it():
    """Bit for bit; those who would have come later come after the end, however slow the rate."""
    slow, end = {"per_week": 0.05}, 100
    open_ended = arrivals(slow, batches=1)
    ended = arrivals({**slow, "until_week": end}, batches=1)
    before = open_ended <= 7 * end
    assert 0 < before.mean() < 0.2
    np.testing.assert_array_equal(ended[before], open_ended[before])
    assert (ended[~before] > 7 * end).all()
