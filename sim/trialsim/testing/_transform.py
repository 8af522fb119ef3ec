"""Rules shared by covariates and scores: both are transforms of a standard normal."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from trialsim.core.axes import Plane
from trialsim.core.draws import Draws
from trialsim.testing._arrays import difference, impurity, locked

Transform = Callable[[Plane], Plane]

EXTREME = np.array([[-8.0, 8.0, -6.0, 6.0]])
"""Standard normals (1, p) of which one in 10**15 is beaten."""


def normals(replicates: int = 6, n: int = 40) -> Plane:
    """Some standard normals (r, p), read-only."""
    return locked(Draws(seed=1, batch=0, replicates=replicates).normal("testing.z", n))


def form_problems(transform: Transform) -> Iterator[str]:
    """Not a float64 plane of the shape of its argument."""
    z = normals()
    values = transform(z)
    if not isinstance(values, np.ndarray) or values.dtype != np.float64 or values.shape != z.shape:
        found = f"{getattr(values, 'dtype', type(values))} {getattr(values, 'shape', '')}"
        yield f"Found {found} for {z.shape}."


def purity_problems(transform: Transform) -> Iterator[str]:
    """Another result the second time, or a changed argument."""
    z = normals()
    yield from impurity(lambda: transform(z), z)


def own_value_problems(transform: Transform) -> Iterator[str]:
    """A value that depends on the normals of others."""
    z = normals()
    whole = transform(z)
    parts = {"the first patients": z[:, :7], "the first replicates": z[:2], "all turned": z[::-1]}
    same = {"the first patients": whole[:, :7], "the first replicates": whole[:2]}
    same["all turned"] = whole[::-1]
    for name, part in parts.items():
        apart = difference(same[name], transform(part))
        if apart:
            yield f"Given {name} alone it gave other values, {apart}."


def order_problems(transform: Transform) -> Iterator[str]:
    """A value that falls as its normal rises."""
    z = np.sort(normals(1, 4_000))
    falls = np.flatnonzero(np.diff(transform(z)[0]) < 0)
    if falls.size:
        first = falls[0]
        below, above = transform(z[:, first : first + 2])[0]
        yield f"z {z[0, first]:.4f} gave {below:g} and z {z[0, first + 1]:.4f} gave {above:g}."


def limit_problems(
    transform: Transform, lowest: float | None, highest: float | None
) -> Iterator[str]:
    """Values that are not finite or not within the limits, where there are any."""
    z = np.concatenate([EXTREME, normals(1, 4_000)], axis=1)
    values = transform(z)
    low, high = (-np.inf if lowest is None else lowest), (np.inf if highest is None else highest)
    wrong = np.argwhere(~(np.isfinite(values) & (values >= low) & (values <= high)))
    if wrong.size:
        place = tuple(wrong[0])
        yield f"z {z[place]:g} gave {values[place]:g}; the limits are {low:g} and {high:g}."
