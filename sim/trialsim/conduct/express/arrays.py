"""Arrays that may be absent because they would say nothing, and constants that take no memory."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from trialsim.core.axes import BoolArray, FloatArray

Days = NDArray[np.int32]
Index = NDArray[np.intp]
Rows = Index | None
"""Some replicates; None for all of them."""

_Array = TypeVar("_Array", bound="NDArray[Any] | None")


def of(array: _Array, rows: Rows) -> _Array:
    """An array (..., r) at some replicates."""
    if array is None or rows is None:
        return array
    return np.take(array, rows, axis=-1)  # type: ignore[return-value]  # an array stays one


def every(*masks: BoolArray | None) -> BoolArray | None:
    """Where all masks hold; None, a mask that holds everywhere, says nothing."""
    found = None
    for mask in masks:
        if mask is not None:
            found = mask if found is None else found & mask
    return found


def where(mask: BoolArray | None, values: FloatArray, other: float) -> FloatArray:
    """The values where the mask holds."""
    return values if mask is None else np.where(mask, values, other)


def constant(
    value: float, like: NDArray[Any], dtype: type[np.generic] = np.float64
) -> NDArray[Any]:
    """The same number everywhere, kept once; read-only."""
    return np.broadcast_to(np.array(value, dtype=dtype), like.shape)


def same_for_all(values: NDArray[Any]) -> Days:
    """One number if that is all there is to values by therapist."""
    found = values.astype(np.int32)
    return found[:1] if np.all(found == found[0]) else found


def by(values: Days, therapist: Days) -> Days:
    """The value of each therapist, of values so kept."""
    return values if len(values) == 1 else values[therapist]
