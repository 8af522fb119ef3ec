"""The search itself, on quantities that are known exactly: no engine, no noise but what is made."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from scipy import special

from trialsim.planning.size.dial import by_theory
from trialsim.planning.size.fit import Log, Probit
from trialsim.planning.size.search import Dial, Evaluate, Found, Missed, Sample, Target, search

PATIENTS = Dial(8, 100_000, step=2, by_root=True, improves=True)
POWER = Target(0.9, Probit(), at_least=True)


def exactly(quantity: Callable[[float], float]) -> Evaluate:
    """Simulations without an error: means as they are, with errors of a millionth."""

    def evaluate(places: Sequence[float], replicates: int) -> Sample:
        x = np.array(places, dtype=float)
        assert np.all(np.diff(x) > 0), "places must ascend"
        mean = np.array([quantity(one) for one in x])
        return Sample(x, mean, np.full(len(x), float(replicates)), np.eye(len(x)) * 1e-12)

    return evaluate


def z_test(d: float) -> Callable[[float], float]:
    return lambda n: float(special.ndtr(d * math.sqrt(n) - special.ndtri(0.975)))


def ladder(middle: float) -> list[float]:
    return [middle * rung for rung in (0.64, 0.8, 1.0, 1.25, 1.56)]


@pytest.mark.parametrize("d", [0.02, 0.15, 0.5, 0.9])
@pytest.mark.parametrize("begin", [20.0, 600.0, 20_000.0])
def test_smallest_size_is_found_wherever_the_search_begins(d, begin):
    """Claim: the first even n with power 0.9 of a z test, (1.96 + 1.2816)^2 / d^2 rounded up."""
    exact = 2 * math.ceil((special.ndtri(0.975) + special.ndtri(0.9)) ** 2 / d**2 / 2)
    found = search(exactly(z_test(d)), PATIENTS, POWER, ladder(begin), 10_000)
    assert isinstance(found, Found)
    assert found.x == exact
    assert found.lower <= exact <= found.upper
    assert found.more


def test_where_the_smallest_size_is_enough_there_is_nothing_to_find():
    found = search(exactly(z_test(2.0)), PATIENTS, POWER, ladder(60), 1000)
    assert isinstance(found, Missed)
    assert found.is_met


def test_width_is_reached_from_above():
    """Widths 30 / sqrt(n) are 2.51 at n = 142.9, and first below it at 144 on an even grid."""
    found = search(
        exactly(lambda n: 30 / math.sqrt(n)),
        PATIENTS,
        Target(2.51, Log(), at_least=False),
        ladder(500),
        1000,
    )
    assert isinstance(found, Found)
    assert (found.x, found.more) == (144, True)


def test_a_number_that_harms_is_bounded_from_above():
    """Power falls with the SD, d = 10 / sd at 100 patients: 0.8 at 100 / (1.96 + 0.8416)."""
    exact = 100 / float(special.ndtri(0.975) + special.ndtri(0.8))
    quantity = z_test(1.0)
    found = search(
        exactly(lambda sd: quantity((100 / sd) ** 2)),
        Dial(0, math.inf),
        Target(0.8, Probit(), at_least=True),
        [5, 10, 20],
        1000,
    )
    assert isinstance(found, Found)
    assert found.x == pytest.approx(exact, rel=1e-3)
    assert not found.more


def test_a_plateau_is_given_up_before_the_largest_size():
    """Six therapists: power goes to 0.75 and no further."""
    tried = []

    def quantity(n: float) -> float:
        tried.append(n)
        return float(special.ndtr(2.63 / math.sqrt(1 + 100 / n) - special.ndtri(0.975)))

    found = search(exactly(quantity), PATIENTS, POWER, ladder(200), 10_000)
    assert isinstance(found, Missed)
    assert not found.is_met
    assert max(tried) < PATIENTS.highest


def test_nothing_larger_than_the_limit_is_tried():
    found = search(exactly(z_test(0.003)), PATIENTS, POWER, ladder(50_000), 1000)
    assert isinstance(found, Missed)
    assert max(one.x for one in found.tried) <= PATIENTS.highest


def test_impossible_places_are_left_out():
    """A share cannot exceed 1: the search ends at the last that is possible, and finds what lies
    before it."""

    def quantity(share: float) -> float:
        assert share <= 1
        return z_test(1.0)(11 * share)

    found = search(
        exactly(quantity),
        Dial(0, math.inf),
        POWER,
        [0.1, 0.2, 0.3],
        1000,
        is_possible=lambda x: x <= 1,
    )
    exact = float(special.ndtri(0.975) + special.ndtri(0.9)) ** 2 / 11
    assert isinstance(found, Found)
    assert found.x == pytest.approx(exact, rel=1e-3)


def test_interval_holds_the_answer_at_the_ends_of_the_grid():
    """Very few patients: the grid is coarse, and its neighbours are the interval."""
    found = search(exactly(z_test(1.1)), PATIENTS, POWER, ladder(10), 1000)
    assert isinstance(found, Found)
    assert found.x == 2 * math.ceil((special.ndtri(0.975) + special.ndtri(0.9)) ** 2 / 1.21 / 2)
    assert found.upper - found.lower <= 2


def test_no_answer_where_analyses_fail_everywhere():
    found = search(exactly(lambda n: math.nan), PATIENTS, POWER, ladder(100), 1000)
    assert isinstance(found, Missed)
    assert not found.is_met


@pytest.mark.parametrize("d", [0.05, 0.3, 0.9])
def test_root_of_an_exact_power_is_the_first_on_the_grid(d):
    exact = 2 * math.ceil((special.ndtri(0.975) + special.ndtri(0.9)) ** 2 / d**2 / 2)
    assert by_theory(z_test(d), PATIENTS, POWER, 129) == exact


def test_no_root_without_a_closed_form():
    assert by_theory(lambda n: None, PATIENTS, POWER, 129) is None
