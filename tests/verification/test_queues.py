"""Waiting rooms against queueing theory: Poisson arrivals, open round the clock, steady state."""

from dataclasses import replace
from math import factorial, sqrt

import numpy as np
import pytest

from trialsim.conduct.clinic.clinic import clinic
from trialsim.conduct.tables import Tables
from trialsim.core.draws import Draws
from trialsim.core.team import Team
from unit.conduct.small_clinic import CLOCK, DIARY, average

MINUTES_A_DAY = 24 * 60
SESSION = 30 / MINUTES_A_DAY
PATIENTS, WARM_UP = 3_500, 500
"""Trials begin with an empty room. At load 0.8 the room forgets that within about 100 sessions;
the first 500 patients of every trial are left out."""


def waits(load: float, therapists: int, exponential: bool, trials: int, seed: int) -> np.ndarray:
    """Sessions' lengths waited (r, p), warm-up left out: one session a patient."""
    diary = replace(DIARY, minutes=30, hours=24, days_a_week=7, exponential=exponential)
    clock = replace(CLOCK, appointments="queue", planned=(0.0,), diaries={"hands": diary})
    draws, shape = Draws(seed, batch=0, replicates=trials), (trials, PATIENTS)
    gap = SESSION / (load * therapists)
    tables = Tables(
        clock=clock,
        draws=draws,
        arm=np.zeros(shape, dtype=np.int8),
        enrolled=np.ones(shape, dtype=bool),
        enrolled_on=np.cumsum(draws.exponential("arrivals", PATIENTS) * gap, axis=1),
        teams={"hands": Team(("treated",), therapists, {})},
        therapist={"hands": np.zeros(shape, dtype=np.int16)},
        visits={"baseline": 0.0},
        sessions=None,
        severity=None,
        score=average,
    )
    return clinic(tables).waited[0][:, WARM_UP:] / SESSION


def erlang_c(therapists: int, load: float) -> float:
    """Chance of having to wait, M/M/c (Erlang 1917)."""
    a = load * therapists
    busy = a**therapists / factorial(therapists) / (1 - load)
    return busy / (sum(a**k / factorial(k) for k in range(therapists)) + busy)


def assert_mean(by_trial: np.ndarray, exact: float, detectable: float) -> None:
    """The mean of independent trials is exact within 4 Monte Carlo errors, which are no more
    than `detectable` of it."""
    mcse = by_trial.std(ddof=1) / sqrt(len(by_trial))
    assert 4 * mcse < detectable * exact
    assert abs(by_trial.mean() - exact) < 4 * mcse


def test_mean_wait_of_one_therapist_with_fixed_sessions_is_that_of_m_d_1():
    """Load 0.8: 2 session lengths, rho / (2 (1 - rho)); 0.8 of the patients wait at all.

    32 trials of 3,000 patients after warm-up: an error of 12% of the wait would be seen, or of 2%
    of the share.
    """
    found = waits(0.8, therapists=1, exponential=False, trials=32, seed=1)
    assert_mean(found.mean(axis=1), 0.8 / (2 * (1 - 0.8)), detectable=0.12)
    assert_mean((found > 0).mean(axis=1), 0.8, detectable=0.02)


@pytest.mark.parametrize("therapists", [1, 3])
def test_mean_wait_with_exponential_sessions_is_erlang_c(therapists):
    """Load 0.6: C / (c (1 - rho)) session lengths, where a share C of the patients waits.

    24 trials of 3,000 patients after warm-up: an error of 15% of the wait would be seen, or of 6%
    of the share.
    """
    load = 0.6
    wait = erlang_c(therapists, load)
    found = waits(load, therapists, exponential=True, trials=24, seed=2)
    assert_mean(found.mean(axis=1), wait / (therapists * (1 - load)), detectable=0.15)
    assert_mean((found > 0).mean(axis=1), wait, detectable=0.06)
