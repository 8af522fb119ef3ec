"""Picking one of several results, trial by trial."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trialsim.core.axes import FloatArray
from trialsim.core.records import Estimates


def picked(results: Sequence[Estimates], which: NDArray[np.intp]) -> Estimates:
    """The result `which` (c, k, r) of each contrast, size and trial."""

    def column(name: str) -> Any:
        stacked = np.stack([getattr(one, name) for one in results])
        return np.take_along_axis(stacked, which[None], axis=0)[0]

    return Estimates(**{field.name: column(field.name) for field in fields(Estimates)})


def p_or_last(found: Estimates) -> FloatArray:
    """p values (c, k, r), infinite where the analysis failed."""
    return np.where(np.isnan(found.p_value), np.inf, found.p_value)
