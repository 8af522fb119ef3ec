"""Contrasts side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

import numpy as np

from trialsim.core.records import Estimates


def stack_contrasts(each: Sequence[Estimates]) -> Estimates:
    """Estimates (k, r) of several contrasts as one record (c, k, r)."""
    return Estimates(
        **{
            field.name: np.stack([getattr(estimates, field.name) for estimates in each])
            for field in fields(Estimates)
        }
    )
