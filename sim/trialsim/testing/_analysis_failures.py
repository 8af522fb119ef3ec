"""Rules of analyses that cannot be done: a reason by code, never an error, a warning or a guess."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, replace
from typing import Any

import numpy as np

from trialsim.core.records import FAILURES, Estimates, TrialData
from trialsim.core.stages import AnalysisMethod
from trialsim.testing._trial import COVARIATES, ROUNDING, TWO_SIDED, Trial, apart, changed, data_of

Spoil = Callable[[TrialData], TrialData]

TRIALS = (Trial(replicates=8), Trial(n_arms=3, n=60, replicates=8))

LEVELS = (7.0, 10.0, 10.4, 0.1, 1e6)
"""Constant scores to try: what rounding leaves of their spread depends on the level."""

NUMBERS = ("estimate", "se", "df", "p_value", "lower", "upper")


def _spoilt(method: AnalysisMethod, trial: Trial, spoil: Spoil) -> TrialData:
    """A batch whose first half is spoilt."""
    data, half = data_of(method, trial), trial.replicates // 2
    after = spoil(data)

    def mixed(after: Any, before: Any) -> Any:
        if isinstance(before, Mapping):
            return {name: mixed(after[name], part) for name, part in before.items()}
        return np.concatenate([after[:half], before[half:]])

    names = ("enrolled", "arm", "covariates", "scores", "observed")
    halves = {name: mixed(getattr(after, name), getattr(data, name)) for name in names}
    return replace(data, memo={}, **halves)


def _halves(method: AnalysisMethod, trial: Trial, data: TrialData) -> tuple[Estimates, Estimates]:
    """Estimates of the spoilt half and of the other."""
    estimates, half = method.analyse(data, trial.pairs, TWO_SIDED), trial.replicates // 2
    first, second = (
        Estimates(*(getattr(estimates, field.name)[..., rows] for field in fields(Estimates)))
        for rows in (slice(0, half), slice(half, None))
    )
    return first, second


def _shape_problems(estimates: Estimates) -> Iterator[str]:
    """Numbers beside a code, or NaN without one."""
    if not np.isin(estimates.failure, range(len(FAILURES))).all():
        yield f"found the failure code {estimates.failure.max()}, which is not in FAILURES."
    for name in NUMBERS:
        nan = np.isnan(getattr(estimates, name))
        if not np.array_equal(nan, estimates.failure > 0):
            yield (
                f"{name} is NaN in {nan.sum()} replicates of which "
                f"{(nan & (estimates.failure > 0)).sum()} have a failure code; "
                f"{(~nan & (estimates.failure > 0)).sum()} have a code and a number."
            )
    if not np.isfinite(estimates.n_analysed).all():
        yield "n_analysed is not finite."


def _problems(method: AnalysisMethod, what: str, spoil: Spoil, must_fail: bool) -> Iterator[str]:
    for trial in TRIALS:
        spoilt, other = _halves(method, trial, _spoilt(method, trial, spoil))
        for text in _shape_problems(spoilt):
            yield f"With {what}, {text}"
        if must_fail and not spoilt.failure.all():
            place = tuple(np.argwhere(spoilt.failure == 0)[0])
            found = ", ".join(f"{name} {getattr(spoilt, name)[place]:.3g}" for name in NUMBERS[:4])
            yield f"With {what}, it reports {found} and no failure."
        judges_spread = method.needs_spread or must_fail
        if judges_spread and len(set(spoilt.failure.ravel().tolist())) > 1:
            yield f"With {what}, replicates get different codes, which only rounding can decide."
        found = apart(_halves(method, trial, data_of(method, trial))[1], other, ROUNDING)
        if found:
            yield f"With {what} in some replicates, others change: {found}."


def empty_arms_fail(method: AnalysisMethod) -> Iterator[str]:
    """An arm without patients, or without an observed score, is a failure with a code, and so is
    one patient an arm."""
    yield from _problems(method, "an arm nobody is in", _nobody_in_arm, must_fail=True)
    yield from _problems(method, "an arm nobody was seen in", _nobody_seen, must_fail=True)
    yield from _problems(method, "nobody seen at all", _nobody_at_all, must_fail=True)
    yield from _problems(method, "one patient an arm", _one_an_arm, must_fail=True)


def equal_scores_fail(method: AnalysisMethod) -> Iterator[str]:
    """Where all scores are equal, or all those of an arm, there is no spread to judge by: a failure
    with a code at every level, whatever rounding leaves of the sum of squares. A method without
    `needs_spread` fails where all scores are equal, and may judge arms that are apart."""
    for level in LEVELS:
        for step in (0.0, 0.3):  # between neighbouring arms

            def constant(data: TrialData, level: float = level, step: float = step) -> TrialData:
                values = level + step * data.arm
                scores = {o: dict.fromkeys(named, values) for o, named in data.scores.items()}
                return changed(data, scores=scores)

            what = f"all scores {level:g}" if not step else f"all scores of the first arm {level:g}"
            must_fail = method.needs_spread or not step
            yield from _problems(method, what, constant, must_fail)


def equal_covariates_are_coded(method: AnalysisMethod) -> Iterator[str]:
    """Adjusting variables that are constant or collinear give a failure with a code, or finite
    numbers where the analysis can do without them; the same for every constant."""
    adjusting = list(method.reads(COVARIATES))[1:]
    for level in (*LEVELS, None):

        def alike(data: TrialData, level: float | None = level) -> TrialData:
            score = data.scores[method.outcome][method.visit]
            same = np.roll(score, 1, axis=1) if level is None else np.full_like(score, level)
            scores = {outcome: dict(named) for outcome, named in data.scores.items()}
            covariates = dict(data.covariates)
            for outcome, name in adjusting:
                (scores[outcome] if outcome else covariates)[name] = same
            return changed(data, scores=scores, covariates=covariates)

        all_are = "one and the same" if level is None else f"{level:g}"
        yield from _problems(method, f"adjusting variables all {all_are}", alike, must_fail=False)


def _nobody_in_arm(data: TrialData) -> TrialData:
    return changed(data, arm=np.zeros_like(data.arm))


def _nobody_seen(data: TrialData) -> TrialData:
    return changed(
        data,
        observed={
            outcome: {visit: seen & (data.arm == 0) for visit, seen in by_visit.items()}
            for outcome, by_visit in data.observed.items()
        },
    )


def _nobody_at_all(data: TrialData) -> TrialData:
    return changed(data, enrolled=np.zeros_like(data.enrolled))


def _one_an_arm(data: TrialData) -> TrialData:
    first = [np.argmax(data.arm == a, axis=1)[:, None] for a in range(len(data.arms))]
    enrolled = np.zeros_like(data.enrolled)
    np.put_along_axis(enrolled, np.concatenate(first, axis=1), True, axis=1)
    return changed(data, enrolled=enrolled)


RULES = (empty_arms_fail, equal_covariates_are_coded, equal_scores_fail)
