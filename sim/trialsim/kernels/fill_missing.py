"""One value in the place of a missing score: carried forward, carried from baseline, or the worst.

A warning rather than a recommendation: Little and others 2012, doi 10.1056/NEJMsr1203730.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from trialsim.core.axes import Mask, Plane
from trialsim.core.records import TrialData
from trialsim.kernels.arm_sums import identity, once


def filled(
    data: TrialData, outcome: str, visit: str, stand_ins: Sequence[str], worst: float | None
) -> TrialData:
    """The data with missing scores of one visit taken from the first of `stand_ins` at which the
    patient was seen, or with `worst` for all of them. Nobody who is not enrolled is seen."""
    visits = [visit, *stand_ins]
    key = (
        "filled",
        worst,
        tuple(
            (
                identity(data, data.scores[outcome][name]),
                identity(data, data.observed[outcome][name]),
                data.shifts.get((outcome, name)),
            )
            for name in visits
        ),
    )

    def make() -> tuple[Plane, Mask]:
        score, seen = data.score(outcome, visit), data.observed[outcome][visit]
        for name in stand_ins:
            earlier = data.observed[outcome][name]
            score = np.where(seen, score, data.score(outcome, name))
            seen = seen | earlier
        if worst is not None:
            score = np.where(seen, score, worst)
            seen = np.ones_like(seen)
        return score, seen

    score, seen = once(data, key, make)
    by_visit = {**data.scores[outcome], visit: score}
    masks = {**data.observed[outcome], visit: seen}
    return replace(
        data,
        scores={**data.scores, outcome: by_visit},
        observed={**data.observed, outcome: masks},
        shifts={x: shift for x, shift in data.shifts.items() if x != (outcome, visit)},
    )
