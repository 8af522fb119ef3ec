"""A covariate with levels as variables of 0 and 1, one for each level but the first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from trialsim.core.axes import Plane
from trialsim.core.records import TrialData
from trialsim.kernels.arm_sums import Variable, identity, once


def with_dummies(
    data: TrialData, variables: Sequence[Variable]
) -> tuple[TrialData, list[Variable]]:
    """The data with dummies for covariates of more than two levels, and the variables to use.

    Two levels are numbers already. A level that nobody has leaves a constant dummy.
    """
    covariates, centres = dict(data.covariates), dict(data.centres)
    used: list[Variable] = []
    for outcome, name in variables:
        n_levels = 0 if outcome else data.levels.get(name, 0)
        if n_levels <= 2:
            used.append((outcome, name))
            continue
        plane = data.covariates[name]

        def make(plane: Plane = plane, n_levels: int = n_levels) -> list[Plane]:
            return [(plane == level).astype(np.float64) for level in range(1, n_levels)]

        made = once(data, ("dummies", identity(data, plane)), make)
        for level, dummy in enumerate(made, start=1):
            covariates[f"{name}={level}"] = dummy
            centres["", f"{name}={level}"] = 0.0
            used.append(("", f"{name}={level}"))
    return replace(data, covariates=covariates, centres=centres), used
