"""The day on which each patient is randomised.

Inhomogeneous Poisson arrivals by inversion (Çinlar 1975, Introduction to Stochastic Processes,
section 4.7): the k-th comes when the expected number reaches the sum of k standard exponentials.
"""

from __future__ import annotations

import numpy as np

from trialsim.core.axes import FloatArray, Plane
from trialsim.core.draws import Draws
from trialsim.core.recruitment import Recruitment

PURPOSE = "conduct.recruitment"

_APART = 0.25
"""Days between which the expected number is taken to be straight; the year's course bends it by
less than a ten-thousandth of a patient."""

_STEPS_OF_A_RAMP = 512
"""Parts of a ramp that are taken to be straight, however short it is."""


def days(draws: Draws, recruitment: Recruitment, n: int) -> Plane:
    """Day (r, p) of each patient's randomisation, in the order in which they come.

    With recruitment that ends, the days of those who would have come later are later than that.
    """
    reached = np.cumsum(draws.exponential(PURPOSE, n), axis=1)
    grid, expected = _course(recruitment, float(reached.max(initial=1.0)))
    return np.asfortranarray(np.interp(reached, expected, grid))


def assessed(draws: Draws, consent: float, n: int) -> Plane:
    """People assessed (r, p) for each patient randomised, that patient included: geometric."""
    if consent == 1:
        return np.ones((draws.rows, n))
    uniform = draws.uniform("conduct.recruitment.consent", n)
    return np.asarray(1 + np.floor(np.log1p(-uniform) / np.log1p(-consent)))


def _course(recruitment: Recruitment, most: float) -> tuple[FloatArray, FloatArray]:
    """Days and the patients expected by them, up to more than `most`, fine enough to go between
    straight."""
    end = max(start for *_, start in recruitment.centres) + recruitment.ramp + 1.0
    over = np.inf if recruitment.until is None else recruitment.until
    while end <= over and recruitment.expected(np.array([end]))[0] < most:
        end *= 2
    # The spacing does not depend on `most`: more patients move nobody's day by a last bit.
    grid = np.arange(np.ceil(end / _APART) + 1) * _APART
    rising = np.linspace(0, recruitment.ramp, _STEPS_OF_A_RAMP + 1)
    ramps = [start + rising for *_, start in recruitment.centres]
    grid = np.unique(np.concatenate([grid, *ramps]))
    expected = recruitment.expected(grid)
    rises = np.concatenate([[True], np.diff(expected) > 0])
    rises[:-1] |= rises[1:]  # the last day of a rest is the first from which it rises again
    return grid[rises], np.maximum.accumulate(expected[rises])
