"""The curve of a search: where it passes a target, and how sure it is of that."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special

from trialsim.planning.size.fit import Log, Probit, Sample, fit, sample

SIZES = np.array([100.0, 121, 144, 169, 196])
ROOTS = np.sqrt(SIZES)


def independent(mean: np.ndarray, n: float) -> Sample:
    covariance = np.diag(mean * (1 - mean) / n)
    return Sample(SIZES, mean, np.full(len(mean), n), covariance)


def test_curve_through_exact_powers_passes_where_they_do():
    """Power of a z test, probit(power) = 0.25 sqrt(n) - 1.96: 0.8 at ((0.8416 + 1.96) / 0.25)^2."""
    power = special.ndtr(0.25 * ROOTS - special.ndtri(0.975))
    curve = fit(ROOTS, independent(power, 1e6), Probit())
    crossing = curve.crossing(float(special.ndtri(0.8)))
    assert crossing is not None
    assert crossing.at == pytest.approx(
        (special.ndtri(0.8) + special.ndtri(0.975)) / 0.25, abs=1e-4
    )
    assert crossing.slope == pytest.approx(0.25, rel=1e-3)


def test_curve_through_widths_passes_where_they_do():
    """Widths 30 / sqrt(n) are 2.5 at n = 144."""
    width = 30 / ROOTS
    found = Sample(SIZES, width, np.full(5, 1e4), np.diag(width**2 * 1e-8))
    crossing = fit(ROOTS, found, Log()).crossing(float(np.log(2.5)))
    assert crossing is not None
    assert crossing.at**2 == pytest.approx(144, abs=0.5)


def test_target_outside_the_sizes_is_not_passed():
    power = special.ndtr(0.25 * ROOTS - 1.96)
    assert fit(ROOTS, independent(power, 1e4), Probit()).crossing(special.ndtri(0.99)) is None


def test_shared_replicates_say_less_about_the_level_than_as_many_independent_ones():
    """Five sizes whose replicates are all but the same know the level no better than one size."""
    power = special.ndtr(0.25 * ROOTS - 1.96)
    n = 4000.0
    sd = np.sqrt(power * (1 - power) / n)
    alike = Sample(SIZES, power, np.full(5, n), 0.999 * np.outer(sd, sd) + 0.001 * np.diag(sd**2))
    middle = ROOTS[2:3]
    _, shared = fit(ROOTS, alike, Probit()).predictor(middle)
    _, apart = fit(ROOTS, independent(power, n), Probit()).predictor(middle)
    one_size = sd[2] / Probit().slope(special.ndtri(power[2:3]))
    assert shared[0] == pytest.approx(one_size[0], rel=0.02)
    assert apart[0] < 0.75 * shared[0]


def test_jumps_are_seen():
    """Powers that go up and down by 0.02, twenty errors, lie on no parabola; smooth ones do."""
    power = special.ndtr(0.25 * ROOTS - 1.96)
    saw = power + 0.02 * np.array([1, -1, 1, -1, 1])
    assert fit(ROOTS, independent(power, 1e5), Probit()).misfit > 0.9
    assert fit(ROOTS, independent(saw, 1e5), Probit()).misfit < 1e-6


def test_failed_replicates_count_nowhere():
    values = np.array([[1.0, 0, 1, np.nan], [1, 1, 1, 0]])
    found = sample([10, 20], values)
    assert found.mean.tolist() == pytest.approx([2 / 3, 0.75])
    assert found.n_used.tolist() == [3, 4]
    # Of a share of 2/3 in 3 replicates: 2/3 * 1/3 / 3.
    assert found.covariance[0, 0] == pytest.approx(2 / 27)
    # Deviations 1/3, -2/3, 1/3 of 3 and 1/4, 1/4, 1/4, -3/4 of 4, multiplied by replicate.
    assert found.covariance[0, 1] == pytest.approx(0.0)
