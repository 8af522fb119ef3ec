"""Contrasts side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

import numpy as np

from trialsim.core.records import Estimates


def stack_contrasts(each: Sequence[Estimates]) -> Estimates:
    """Estimates (k, r) of several contrasts as one record (c, k, r)."""
    names = [field.name for field in fields(Estimates)]
    if len(each) == 1:
        return Estimates(**{name: getattr(each[0], name)[None] for name in names})
    return Estimates(**{name: np.stack([getattr(e, name) for e in each]) for name in names})
