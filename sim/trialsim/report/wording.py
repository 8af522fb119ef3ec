"""Values and places of a scenario as a reader meets them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trialsim.plots.base.words import MINUS, plain


def shown(value: Any) -> str:
    """A value in words and digits: `10.45, 9.5, 6.89`; a matrix row by row."""
    if value is None:
        return "the comparator's"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value + 0.0:.6g}".replace("-", MINUS)
    if isinstance(value, Mapping):
        return ", ".join(f"{plain(str(key))} {shown(one)}" for key, one in value.items())
    if isinstance(value, list | tuple):
        inner = any(isinstance(one, list | tuple) for one in value)
        return ("; " if inner else ", ").join(shown(one) for one in value)
    return plain(str(value))
