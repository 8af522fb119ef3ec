"""Rules of baseline characteristics."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from trialsim.core.stages import CovariateMethod
from trialsim.testing import _transform
from trialsim.testing._grid import Z, moments

TOLERANCE = 1e-3
"""In SD; the grid is exact to a tenth of it."""


def values_are_a_plane(method: CovariateMethod) -> Iterator[str]:
    """Values are float64, in the shape of the standard normals."""
    yield from _transform.form_problems(method.values)


def values_are_pure(method: CovariateMethod) -> Iterator[str]:
    """The same normals give the same values, and are left as they were."""
    yield from _transform.purity_problems(method.values)


def values_are_a_patients_own(method: CovariateMethod) -> Iterator[str]:
    """A patient's value depends on that patient's normal and on no other."""
    yield from _transform.own_value_problems(method.values)


def values_rise(method: CovariateMethod) -> Iterator[str]:
    """A higher normal never gives a lower value."""
    yield from _transform.order_problems(method.values)


def values_stay_within_limits(method: CovariateMethod) -> Iterator[str]:
    """Values are finite and between `min` and `max`, even 8 SD out."""
    limits = getattr(method, "min", None), getattr(method, "max", None)
    yield from _transform.limit_problems(method.values, *limits)


def mean_and_sd_are_delivered(method: CovariateMethod) -> Iterator[str]:
    """The `mean` and the `sd` asked for are delivered, to 0.001 SD."""
    mean, sd = moments(method.values(Z[None])[0])
    for name, found in (("mean", mean), ("sd", sd)):
        asked = getattr(method, name, None)
        if asked is not None and abs(found - asked) > TOLERANCE * sd:
            yield f"Asked for a {name} of {asked:g}, it delivers {found:.6g}."


def centre_is_near_the_middle(method: CovariateMethod) -> Iterator[str]:
    """The centre is a number within an SD of the mean."""
    mean, sd = moments(method.values(Z[None])[0])
    if not np.isfinite(method.centre) or abs(method.centre - mean) > sd:
        yield f"The centre is {method.centre:g}, the mean {mean:g} and the SD {sd:g}."


def levels_are_counted_from_0(method: CovariateMethod) -> Iterator[str]:
    """What has `n_levels` takes the values 0, 1, ... up to one less, each of them."""
    if method.n_levels is None:
        return
    found = np.unique(method.values(Z[None]))
    if not np.array_equal(found, np.arange(method.n_levels)):
        yield f"Of {method.n_levels} levels, it gives the values {', '.join(map(str, found))}."


RULES = (
    values_are_pure,
    values_are_a_plane,
    values_are_a_patients_own,
    values_rise,
    values_stay_within_limits,
    mean_and_sd_are_delivered,
    centre_is_near_the_middle,
    levels_are_counted_from_0,
)
