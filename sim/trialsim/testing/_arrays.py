"""Arrays of what goes into a method and comes out of it: comparing, locking, keeping copies."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Arrays = dict[str, NDArray[Any]]


def arrays_of(thing: Any, name: str = "") -> Arrays:
    """The arrays in an array, a mapping or a record, by place."""
    if isinstance(thing, np.ndarray):
        return {name or "the result": thing}
    if is_dataclass(thing):  # fields that do not count in comparisons are no data
        parts = {field.name: getattr(thing, field.name) for field in fields(thing) if field.compare}
    elif isinstance(thing, Mapping):
        parts = {str(key): part for key, part in thing.items()}
    else:
        return {}
    found: Arrays = {}
    for key, part in parts.items():
        found |= arrays_of(part, f"{name}.{key}" if name else key)
    return found


def copies_of(thing: Any) -> Arrays:
    """Copies of the arrays in a thing, by place."""
    return {name: array.copy() for name, array in arrays_of(thing).items()}


def locked(array: NDArray[Any]) -> NDArray[Any]:
    """A copy that refuses to be written to."""
    copy = array.copy()
    copy.setflags(write=False)
    return copy


def difference(first: Any, second: Any) -> str:
    """Where two things first differ, bit for bit, in words; empty where nowhere."""
    a, b = arrays_of(first), arrays_of(second)
    if a.keys() != b.keys():
        return f"{', '.join(a) or 'nothing'} against {', '.join(b) or 'nothing'}"
    for name, one in a.items():
        other = b[name]
        if one.dtype != other.dtype or one.shape != other.shape:
            return f"{name}: {one.dtype} {one.shape} against {other.dtype} {other.shape}"
        if not np.array_equal(one, other, equal_nan=one.dtype.kind == "f"):
            apart = (one != other) & ~((one != one) & (other != other))
            place = tuple(int(i) for i in np.argwhere(apart)[0])
            where = ", ".join(map(str, place))
            return f"{name} at [{where}]: {one[place]} against {other[place]}"
    return ""


def impurity(verb: Callable[[], Any], *inputs: Any) -> Iterator[str]:
    """What a verb does besides giving one output for one input."""
    before = [copies_of(given) for given in inputs]
    first = copies_of(verb())
    for given, was in zip(inputs, before, strict=True):
        changed = difference(was, arrays_of(given))
        if changed:
            yield f"It changed its input, {changed}."
    apart = difference(first, copies_of(verb()))
    if apart:
        yield f"Twice the same input gave two results, {apart}."
