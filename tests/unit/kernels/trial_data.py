"""Random trial data for tests of kernels, and what its sums are, by loops."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator, Philox

from trialsim.core.records import TrialData

SCORES = ("baseline", "after", "later")
VARIABLES = (("score", "baseline"), ("score", "after"), ("", "age"))


def trial_data(
    n_arms: int = 2,
    sizes: tuple[int, ...] = (30,),
    *,
    replicates: int = 5,
    is_complete: bool = False,
    is_full: bool = True,
    order: str = "F",
    seed: int = 1,
) -> TrialData:
    """Random data: scores near 10, some not observed and, unless the trial is full, some
    places in which nobody is enrolled. What is hidden is huge."""
    rng = Generator(Philox(seed))
    shape = (replicates, sizes[-1])

    def plane(values):
        return np.array(values, order=order)

    enrolled = plane(np.ones(shape, dtype=bool) if is_full else rng.random(shape) < 0.8)
    seen = {v: plane((rng.random(shape) < 0.8) | is_complete) for v in SCORES}
    return TrialData(
        arms=tuple(f"arm_{a}" for a in range(n_arms)),
        visits=SCORES,
        sizes=sizes,
        enrolled=enrolled,
        arm=plane(rng.integers(0, n_arms, shape).astype(np.int8)),
        covariates={"age": plane(np.where(enrolled, rng.normal(50, 9, shape), 1e300))},
        scores={
            "score": {
                v: plane(np.where(seen[v] & enrolled, rng.normal(10, 3, shape), 1e300))
                for v in SCORES
            }
        },
        observed={"score": seen},
        centres={**{("score", v): 9.4 for v in SCORES}, ("", "age"): 48.0},
    )


def rows_of(
    data: TrialData,
    variables: tuple[tuple[str, str], ...],
    replicate: int,
    size: int,
    arm: int | None,
) -> np.ndarray:
    """Centred values (patient, variable) of those analysed, one patient after another."""
    rows = []
    for p in range(size):
        if arm is not None and data.arm[replicate, p] != arm:
            continue
        if not data.enrolled[replicate, p]:
            continue
        if any(outcome and not data.observed[outcome][v][replicate, p] for outcome, v in variables):
            continue
        row = []
        for outcome, name in variables:
            plane = data.scores[outcome][name] if outcome else data.covariates[name]
            row.append(plane[replicate, p] - data.centres[outcome, name])
        rows.append(row)
    return np.array(rows).reshape(len(rows), len(variables))
