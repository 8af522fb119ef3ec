"""Rules of analyses that cannot be done: a reason by code, never an error, a warning or a guess."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields

import numpy as np

from trialsim.core.records import FAILURES, Estimates, TrialData
from trialsim.core.stages import AnalysisMethod
from trialsim.testing._arrays import difference
from trialsim.testing._trial import COVARIATES, TWO_SIDED, Trial, changed, data_of

TRIAL = Trial(replicates=8)

LEVELS = (7.0, 10.0, 10.4, 0.1, 1e6)
"""Constant scores to try: what rounding leaves of their spread depends on the level."""

NUMBERS = ("estimate", "se", "df", "p_value", "lower", "upper")


def _spoilt(method: AnalysisMethod, spoil: Callable[[TrialData], TrialData]) -> TrialData:
    """A batch whose first half is spoilt."""
    data = data_of(method, TRIAL)
    spoilt, half = spoil(data), TRIAL.replicates // 2

    def mixed(after: np.ndarray, before: np.ndarray) -> np.ndarray:
        return np.concatenate([after[:half], before[half:]])

    return changed(
        data,
        enrolled=mixed(spoilt.enrolled, data.enrolled),
        arm=lambda x: mixed(spoilt.arm, x),
        covariates={k: mixed(spoilt.covariates[k], x) for k, x in data.covariates.items()},
        **{
            record: {
                o: {v: mixed(getattr(spoilt, record)[o][v], x) for v, x in by_visit.items()}
                for o, by_visit in getattr(data, record).items()
            }
            for record in ("scores", "observed")
        },
    )


def _analysed(method: AnalysisMethod, data: TrialData) -> tuple[Estimates, Estimates]:
    """Estimates of the spoilt half and of the other."""
    estimates, half = method.analyse(data, TRIAL.pairs, TWO_SIDED), TRIAL.replicates // 2
    parts = [
        Estimates(*(getattr(estimates, f.name)[..., rows] for f in fields(Estimates)))
        for rows in (slice(0, half), slice(half, None))
    ]
    return parts[0], parts[1]


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


def _problems(
    method: AnalysisMethod, what: str, spoil: Callable[[TrialData], TrialData], must_fail: bool
) -> Iterator[str]:
    spoilt, other = _analysed(method, _spoilt(method, spoil))
    for text in _shape_problems(spoilt):
        yield f"With {what}, {text}"
    if must_fail and not spoilt.failure.all():
        place = tuple(np.argwhere(spoilt.failure == 0)[0])
        found = ", ".join(f"{name} {getattr(spoilt, name)[place]:.3g}" for name in NUMBERS[:4])
        yield f"With {what}, it reports {found} and no failure."
    whole = _analysed(method, data_of(method, TRIAL))[1]
    found = difference(whole, other)
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
    """Where all scores are equal there is no spread to judge by: a failure with a code, at every
    level, whatever rounding leaves of the sum of squares."""
    for level in LEVELS:

        def constant(data: TrialData, level: float = level) -> TrialData:
            scores = {
                outcome: {visit: np.full_like(x, level) for visit, x in by_visit.items()}
                for outcome, by_visit in data.scores.items()
            }
            return changed(data, scores=scores)

        yield from _problems(method, f"all scores {level:g}", constant, must_fail=True)


def equal_covariates_are_coded(method: AnalysisMethod) -> Iterator[str]:
    """Adjusting variables that are constant or collinear give a failure with a code, or finite
    numbers where the analysis can do without them; the same for every constant."""
    adjusting = list(method.reads(COVARIATES))[1:]
    for name, values in (
        *((f"adjusting variables all {level:g}", level) for level in LEVELS),
        ("adjusting variables that are one and the same", None),
    ):

        def alike(data: TrialData, values: float | None = values) -> TrialData:
            first = data.scores[method.outcome][method.visit]
            source = np.roll(first, 1, axis=1) if values is None else np.full_like(first, values)
            scores = {o: dict(by_visit) for o, by_visit in data.scores.items()}
            covariates = dict(data.covariates)
            for outcome, variable in adjusting:
                if outcome:
                    scores[outcome][variable] = source
                else:
                    covariates[variable] = source
            return changed(data, scores=scores, covariates=covariates)

        yield from _problems(method, name, alike, must_fail=False)
        spoilt, _ = _analysed(method, _spoilt(method, alike))
        if len(set(spoilt.failure.ravel().tolist())) > 1:
            yield f"With {name}, some replicates fail and others do not, by rounding."


def _nobody_in_arm(data: TrialData) -> TrialData:
    return changed(data, arm=lambda x: np.zeros_like(x))


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
    first = [np.argmax(data.arm == a, axis=1)[:, None] for a in (0, 1)]
    enrolled = np.zeros_like(data.enrolled)
    np.put_along_axis(enrolled, np.concatenate(first, axis=1), True, axis=1)
    return changed(data, enrolled=enrolled)


RULES = (empty_arms_fail, equal_covariates_are_coded, equal_scores_fail)
