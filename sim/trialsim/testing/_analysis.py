"""Rules of analyses: what they read, what they return, and what they must not depend on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trialsim.core.records import FAILURES, Estimates
from trialsim.core.stages import AnalysisMethod, Rule
from trialsim.testing._arrays import difference, impurity
from trialsim.testing._trial import (
    COVARIATES,
    ROUNDING,
    TRIALS,
    TWO_SIDED,
    Trial,
    apart,
    changed,
    data_of,
    fresh,
)


def _estimates(method: AnalysisMethod, trial: Trial) -> Estimates:
    return method.analyse(data_of(method, trial), trial.pairs, TWO_SIDED)


def reads_are_variables(method: AnalysisMethod) -> Iterator[str]:
    """`reads` names each variable once, the analysed score first."""
    found = list(method.reads(COVARIATES))
    if found[:1] != [(method.outcome, method.visit)] or len(set(found)) < len(found):
        yield f"It gave {found}."


def estimates_are_planes(method: AnalysisMethod) -> Iterator[str]:
    """Estimates are arrays (contrast, trial size, replicate): float64, and int8 for failures."""
    for trial in TRIALS:
        estimates = _estimates(method, trial)
        shape = (len(trial.pairs), 1, trial.replicates)
        for field in fields(Estimates):
            array = getattr(estimates, field.name)
            wanted = np.dtype("int8" if field.name == "failure" else "float64")
            if array.dtype != wanted or array.shape != shape:
                found = f"{array.dtype} {array.shape}"
                yield f"With {trial}, {field.name} is {found}, not {wanted} {shape}."


def ordinary_trials_succeed(method: AnalysisMethod) -> Iterator[str]:
    """In an ordinary trial no analysis fails: the estimate lies within its interval, SE and
    degrees of freedom are positive, and nobody is analysed who is not in the two arms."""
    for trial in TRIALS:
        found = _estimates(method, trial)
        if found.failure.any():
            code = int(found.failure.max())
            reason = FAILURES[code] if code < len(FAILURES) else "which is no known code"
            yield f"With {trial}, {(found.failure > 0).sum()} fail, code {code}: {reason}."
        right = (found.lower < found.estimate) & (found.estimate < found.upper)
        right &= (found.se > 0) & (found.df > 0) & (found.n_analysed > 0)
        right &= (found.p_value >= 0) & (found.p_value <= 1)
        right &= found.n_analysed <= 2 * trial.n / trial.n_arms
        if not right.all():
            place = tuple(np.argwhere(~right)[0])
            names = [field.name for field in fields(Estimates)]
            text = ", ".join(f"{name} {getattr(found, name)[place]:g}" for name in names)
            yield f"With {trial}, replicate {place[-1]}: {text}."


def analysis_is_pure(method: AnalysisMethod) -> Iterator[str]:
    """The same data gives the same estimates, whether analysed before or not, and is left as it
    was."""
    for trial in TRIALS:
        data = data_of(method, trial)
        yield from impurity(partial(method.analyse, data, trial.pairs, TWO_SIDED), data)
        again = method.analyse(fresh(data), trial.pairs, TWO_SIDED)
        found = difference(_estimates(method, trial), again)
        if found:
            yield f"With {trial}: {found}."


def replicates_are_alone(method: AnalysisMethod) -> Iterator[str]:
    """A replicate is analysed alike, to 1e-9 standard errors, whatever the others are."""
    for trial in TRIALS:
        data = data_of(method, trial)

        def some(plane: NDArray[Any]) -> NDArray[Any]:
            return plane[7:9]

        part = changed(data, lambda x, seen: x[7:9], some)
        found = apart(
            _some(_estimates(method, trial), np.s_[:, :, 7:9]),
            method.analyse(part, trial.pairs, TWO_SIDED),
            ROUNDING,
        )
        if found:
            yield f"With {trial}, replicates 7 and 8 alone: {found}."


def contrasts_are_apart(method: AnalysisMethod) -> Iterator[str]:
    """A contrast is estimated alike whatever other contrasts are."""
    for trial in TRIALS:
        whole = _estimates(method, trial)
        for c, pair in enumerate(trial.pairs):
            alone = method.analyse(data_of(method, trial), [pair], TWO_SIDED)
            found = apart(_some(whole, np.s_[c : c + 1]), alone, ROUNDING)
            if found:
                yield f"With {trial}, contrast {pair}: {found}."


def sizes_are_apart(method: AnalysisMethod) -> Iterator[str]:
    """Several trial sizes at once give what each gives alone."""
    for trial in TRIALS:
        data = data_of(method, trial)
        sizes = (trial.n // 2, trial.n // 2 + 5, trial.n)
        together = method.analyse(replace(fresh(data), sizes=sizes), trial.pairs, TWO_SIDED)
        if together.estimate.shape != (len(trial.pairs), 3, trial.replicates):
            yield f"With {trial} and {sizes} patients, estimates are {together.estimate.shape}."
        for k, n in enumerate(sizes):

            def first(plane: NDArray[Any], n: int = n) -> NDArray[Any]:
                return plane[:, :n]

            short = changed(data, partial(lambda x, seen, n: x[:, :n], n=n), first, sizes=(n,))
            alone = method.analyse(short, trial.pairs, TWO_SIDED)
            found = apart(_some(together, np.s_[:, k : k + 1]), alone, ROUNDING)
            if found:
                yield f"With {trial}, the first {n} alone: {found}."


def rule_changes_no_estimate(method: AnalysisMethod) -> Iterator[str]:
    """Level, sides and direction of the test change neither estimate nor error, and a one-sided
    p value and its opposite add up to 1, or to more where the test counts a tie on both sides."""
    trial = TRIALS[1]
    first = _estimates(method, trial)
    total = np.zeros_like(first.p_value)
    for sign in (1, -1):
        rule = Rule(alpha=0.025, sides=1, sign=sign)
        second = method.analyse(data_of(method, trial), trial.pairs, rule)
        total += second.p_value
        for name in ("estimate", "se", "df", "n_analysed", "failure"):
            found = difference(getattr(first, name), getattr(second, name))
            if found:
                yield f"Under {rule}, {name} changes: {found}."
    if total.min() < 1 - ROUNDING or (method.is_exact and total.max() > 1 + ROUNDING):
        yield f"They add up to {total.min():g} to {total.max():g}."


def _some(estimates: Estimates, part: Any) -> Estimates:
    return Estimates(*(getattr(estimates, field.name)[part] for field in fields(Estimates)))


RULES = (
    reads_are_variables,
    estimates_are_planes,
    ordinary_trials_succeed,
    analysis_is_pure,
    replicates_are_alone,
    contrasts_are_apart,
    sizes_are_apart,
    rule_changes_no_estimate,
)
