"""Rules of analyses: changes to the data that change no estimate."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trialsim.core.draws import Draws
from trialsim.core.records import TrialData
from trialsim.core.stages import AnalysisMethod
from trialsim.testing._arrays import difference
from trialsim.testing._trial import (
    ROUNDING,
    TRIALS,
    TWO_SIDED,
    Trial,
    apart,
    changed,
    data_of,
    fresh,
)

HUGE = 1e300
"""What may stand where nothing was observed; no float can hold its square."""

SHIFT = 1e6
"""Of a score's origin, against an SD of 3: sums of raw squares lose half their digits."""

Change = Callable[[TrialData, Trial], TrialData]


def _changes(method: AnalysisMethod, change: Change, tolerance: float) -> Iterator[str]:
    """Estimates that a change of the data moves by more than `tolerance` standard errors."""
    for trial in TRIALS:
        data = data_of(method, trial)
        first = method.analyse(data, trial.pairs, TWO_SIDED)
        second = method.analyse(change(fresh(data), trial), trial.pairs, TWO_SIDED)
        found = apart(first, second, tolerance) if tolerance else difference(first, second)
        if found:
            yield f"With {trial}: {found}."


def unobserved_changes_nothing(method: AnalysisMethod) -> Iterator[str]:
    """Overwriting every unobserved score with 1e300 changes no estimate, not by a bit."""

    def change(data: TrialData, trial: Trial) -> TrialData:
        return changed(data, lambda x, seen: np.where(seen, x, HUGE))

    yield from _changes(method, change, tolerance=0)


def others_change_nothing(method: AnalysisMethod) -> Iterator[str]:
    """Places in which nobody is enrolled change no estimate, whatever is written there."""

    def change(data: TrialData, trial: Trial) -> TrialData:
        width = trial.n + trial.n // 4
        draws = Draws(seed=8, batch=0, replicates=trial.replicates)
        order = np.argsort(draws.uniform("testing.place", width), axis=1)
        taken = np.sort(order[:, : trial.n], axis=1)  # those enrolled, in the order they were in

        def widened(plane: NDArray[Any], fill: float) -> NDArray[Any]:
            wide = np.full((trial.replicates, width), fill, dtype=plane.dtype)
            np.put_along_axis(wide, taken, plane, axis=1)
            return wide

        return changed(
            data,
            lambda x, seen: widened(x, HUGE),
            lambda x: widened(x, 1),
            enrolled=widened(data.enrolled, False),
            sizes=(width,),
        )

    yield from _changes(method, change, ROUNDING)


def origin_changes_nothing(method: AnalysisMethod) -> Iterator[str]:
    """Adding 1e6 to every score and covariate, and to their centres, changes estimates by less
    than 1e-6 standard errors, once `with_origin_at` has moved what the method compares with."""
    moved = method.with_origin_at(SHIFT)
    for trial in TRIALS:
        data = data_of(method, trial)
        centres = {variable: centre + SHIFT for variable, centre in data.centres.items()}
        after = changed(data, lambda x, seen: x + SHIFT, centres=centres)
        first = method.analyse(data, trial.pairs, TWO_SIDED)
        found = apart(first, moved.analyse(after, trial.pairs, TWO_SIDED), 1e-6)
        if found:
            yield f"With {trial}: {found}."


def shifts_are_part_of_the_scores(method: AnalysisMethod) -> Iterator[str]:
    """What `shifts` adds to the scores of an arm counts as if it stood in the scores."""

    def change(data: TrialData, trial: Trial) -> TrialData:
        shifts, scores = {}, {}
        for outcome, by_visit in data.scores.items():
            scores[outcome] = dict(by_visit)
            for v, visit in enumerate(by_visit):
                constants = tuple(float((v + 1) * a) for a in range(trial.n_arms))
                shifts[outcome, visit] = constants
                scores[outcome][visit] = by_visit[visit] - np.array(constants)[data.arm]
        return replace(data, scores=scores, shifts=shifts)

    yield from _changes(method, change, ROUNDING)


def order_of_patients_changes_nothing(method: AnalysisMethod) -> Iterator[str]:
    """Patients in another order give the same estimates, but for rounding."""

    def change(data: TrialData, trial: Trial) -> TrialData:
        order = np.argsort(data.scores[method.outcome][method.visit], axis=1)

        def turned(plane: NDArray[Any]) -> NDArray[Any]:
            return np.take_along_axis(plane, order, axis=1)

        return changed(data, lambda x, seen: turned(x), turned)

    yield from _changes(method, change, ROUNDING)


def swapped_arms_flip_the_sign(method: AnalysisMethod) -> Iterator[str]:
    """An arm and its comparator swapped give the opposite estimate with the same error; arms that
    are only numbered otherwise give the same."""
    for trial in TRIALS:
        data, last = data_of(method, trial), trial.n_arms - 1
        first = method.analyse(data, trial.pairs, TWO_SIDED)
        swapped = [(comparator, arm) for arm, comparator in trial.pairs]
        second = method.analyse(fresh(data), swapped, TWO_SIDED)
        flipped = replace(
            second, estimate=-second.estimate, lower=-second.upper, upper=-second.lower
        )
        found = apart(first, flipped, ROUNDING)
        if found:
            yield f"With {trial}, each contrast turned round: {found}."
        numbered = changed(data, arm=(last - data.arm).astype(np.int8))
        pairs = [(last - arm, last - comparator) for arm, comparator in trial.pairs]
        found = apart(first, method.analyse(numbered, pairs, TWO_SIDED), ROUNDING)
        if found:
            yield f"With {trial}, the arms numbered from the other end: {found}."


RULES = (
    unobserved_changes_nothing,
    others_change_nothing,
    origin_changes_nothing,
    shifts_are_part_of_the_scores,
    order_of_patients_changes_nothing,
    swapped_arms_flip_the_sign,
)
