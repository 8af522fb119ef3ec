"""Rules of analyses: what may and what may not change an estimate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace

import numpy as np

from trialsim.core.records import FAILURES, Estimates
from trialsim.core.stages import AnalysisMethod, Rule
from trialsim.testing import _trial
from trialsim.testing._arrays import difference, impurity
from trialsim.testing._trial import TRIALS, TWO_SIDED, Trial, apart, changed, data_of, fresh

ROUNDING = 1e-9
"""In standard errors: what adding in another order may change."""

HUGE = 1e300
"""What may stand where nothing was observed. Its square is not a number that can be held."""

SHIFT = 1e6
"""Of a score's origin, against an SD of 3: sums of raw squares lose half their digits."""


def _estimates(method: AnalysisMethod, trial: Trial) -> Estimates:
    return method.analyse(data_of(method, trial), trial.pairs, TWO_SIDED)


def reads_are_variables(method: AnalysisMethod) -> Iterator[str]:
    """`reads` names each variable once, the analysed score first."""
    found = list(method.reads(_trial.COVARIATES))
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
        estimates = _estimates(method, trial)
        if estimates.failure.any():
            code = int(estimates.failure.max())
            reason = FAILURES[code] if code < len(FAILURES) else "which is no known code"
            yield f"With {trial}, {(estimates.failure > 0).sum()} fail, code {code}: {reason}."
        e, low, high = estimates.estimate, estimates.lower, estimates.upper
        right = (low < e) & (e < high) & (estimates.se > 0) & (estimates.df > 0)
        right &= (estimates.p_value >= 0) & (estimates.p_value <= 1)
        in_arms = 2 * trial.n / trial.n_arms
        right &= (estimates.n_analysed > 0) & (estimates.n_analysed <= in_arms)
        if not right.all():
            place = tuple(np.argwhere(~right)[0])
            found = ", ".join(f"{f.name} {getattr(estimates, f.name)[place]:g}" for f in fields(Estimates))
            yield f"With {trial}, replicate {place[-1]}: {found}."


def analysis_is_pure(method: AnalysisMethod) -> Iterator[str]:
    """The same data gives the same estimates, whether analysed before or not, and is left as it
    was."""
    for trial in TRIALS:
        data = data_of(method, trial)
        yield from impurity(lambda d=data, t=trial: method.analyse(d, t.pairs, TWO_SIDED), data)
        again = method.analyse(fresh(data), trial.pairs, TWO_SIDED)
        found = difference(_estimates(method, trial), again)
        if found:
            yield f"With {trial}: {found}."


def contrasts_are_apart(method: AnalysisMethod) -> Iterator[str]:
    """A contrast is estimated alike whatever other contrasts are."""
    for trial in TRIALS:
        whole = _estimates(method, trial)
        for c, pair in enumerate(trial.pairs):
            alone = method.analyse(data_of(method, trial), [pair], TWO_SIDED)
            part = Estimates(*(getattr(whole, f.name)[c : c + 1] for f in fields(Estimates)))
            found = apart(part, alone, ROUNDING)
            if found:
                yield f"With {trial}, contrast {pair}: {found}."


def unobserved_changes_nothing(method: AnalysisMethod) -> Iterator[str]:
    """Overwriting every unobserved score with 1e300 changes no estimate, not by a bit."""
    for trial in TRIALS:
        data = changed(data_of(method, trial), lambda x, seen: np.where(seen, x, HUGE))
        found = difference(_estimates(method, trial), method.analyse(data, trial.pairs, TWO_SIDED))
        if found:
            yield f"With {trial}: {found}."


def others_change_nothing(method: AnalysisMethod) -> Iterator[str]:
    """Places that nobody enrolled takes change no estimate, whatever is written there."""
    for trial in TRIALS:
        data = data_of(method, trial)
        empty = trial.n // 4
        width = trial.n + empty
        rng_free = np.arange(trial.replicates)[:, None] * 7 + np.arange(width)[None] * 13
        taken = np.sort(np.argsort(rng_free % 31, axis=1, kind="stable")[:, empty:], axis=1)

        def widened(plane, fill, taken=taken, shape=(trial.replicates, width)):
            wide = np.full(shape, fill, dtype=plane.dtype)
            np.put_along_axis(wide, taken, plane, axis=1)
            return wide

        wide = changed(
            data,
            lambda x, seen: widened(x, HUGE),
            lambda x: widened(x, True),
            lambda x: widened(x, 1),
            enrolled=widened(data.enrolled, False),
            sizes=(width,),
        )
        found = apart(
            _estimates(method, trial), method.analyse(wide, trial.pairs, TWO_SIDED), ROUNDING
        )
        if found:
            yield f"With {trial} and {empty} empty places: {found}."


def origin_changes_nothing(method: AnalysisMethod) -> Iterator[str]:
    """Adding 1e6 to every score and covariate, and to their centres, changes estimates by less
    than 1e-6 standard errors."""
    for trial in TRIALS:
        data = data_of(method, trial)
        far = changed(
            data,
            lambda x, seen: x + SHIFT,
            centres={name: centre + SHIFT for name, centre in data.centres.items()},
        )
        found = apart(_estimates(method, trial), method.analyse(far, trial.pairs, TWO_SIDED), 1e-6)
        if found:
            yield f"With {trial}: {found}."


def order_of_patients_changes_nothing(method: AnalysisMethod) -> Iterator[str]:
    """Patients in another order give the same estimates, but for rounding."""
    for trial in TRIALS:
        data = data_of(method, trial)
        order = np.argsort(next(iter(data.scores[method.outcome].values())), axis=1)

        def turned(plane, order=order):
            return np.take_along_axis(plane, order, axis=1)

        other = changed(data, lambda x, seen: turned(x), turned, turned)
        found = apart(
            _estimates(method, trial), method.analyse(other, trial.pairs, TWO_SIDED), ROUNDING
        )
        if found:
            yield f"With {trial}: {found}."


def swapped_arms_flip_the_sign(method: AnalysisMethod) -> Iterator[str]:
    """An arm and its comparator swapped, in the contrast or in the data, give the opposite
    estimate with the same error."""
    for trial in TRIALS:
        first, data = _estimates(method, trial), data_of(method, trial)
        last = trial.n_arms - 1
        swaps = {
            "contrast": (data, [(b, a) for a, b in trial.pairs]),
            "data": (
                changed(data, arm=lambda x, last=last: (last - x).astype(np.int8)),
                [(last - a, last - b) for a, b in trial.pairs],
            ),
        }
        for name, (other, pairs) in swaps.items():
            second = method.analyse(other, pairs, TWO_SIDED)
            if name == "contrast":
                second = replace(
                    second, estimate=-second.estimate, lower=-second.upper, upper=-second.lower
                )
            found = apart(first, second, ROUNDING)
            if found:
                yield f"With {trial}, arms swapped in the {name}: {found}."


def sizes_are_apart(method: AnalysisMethod) -> Iterator[str]:
    """Several trial sizes at once give what each gives alone."""
    for trial in TRIALS:
        data = data_of(method, trial)
        sizes = (trial.n // 2, trial.n // 2 + 5, trial.n)
        together = method.analyse(replace(fresh(data), sizes=sizes), trial.pairs, TWO_SIDED)
        if together.estimate.shape != (len(trial.pairs), 3, trial.replicates):
            yield f"With {trial} and {sizes} patients, estimates are {together.estimate.shape}."
        for k, n in enumerate(sizes):

            def first(plane, n=n):
                return plane[:, :n]

            short = changed(data, lambda x, seen, f=first: f(x), first, first, sizes=(n,))
            alone = method.analyse(short, trial.pairs, TWO_SIDED)
            part = Estimates(*(getattr(together, f.name)[:, k : k + 1] for f in fields(Estimates)))
            found = apart(part, alone, ROUNDING)
            if found:
                yield f"With {trial}, the first {n} alone: {found}."


def rule_changes_no_estimate(method: AnalysisMethod) -> Iterator[str]:
    """Level, sides and direction of the test change neither estimate nor error, and a one-sided
    p value and its opposite add up to 1."""
    trial = TRIALS[1]
    first = _estimates(method, trial)
    p_values = []
    for sign in (1, -1):
        rule = Rule(alpha=0.025, sides=1, sign=sign)
        second = method.analyse(data_of(method, trial), trial.pairs, rule)
        p_values.append(second.p_value)
        for name in ("estimate", "se", "df", "n_analysed", "failure"):
            found = difference(getattr(first, name), getattr(second, name))
            if found:
                yield f"Under {rule}, {name} changes: {found}."
    if np.abs(sum(p_values) - 1).max() > ROUNDING:
        yield f"They add up to {np.min(sum(p_values)):g} to {np.max(sum(p_values)):g}."


RULES = (
    reads_are_variables,
    estimates_are_planes,
    ordinary_trials_succeed,
    analysis_is_pure,
    contrasts_are_apart,
    unobserved_changes_nothing,
    others_change_nothing,
    origin_changes_nothing,
    order_of_patients_changes_nothing,
    swapped_arms_flip_the_sign,
    sizes_are_apart,
    rule_changes_no_estimate,
)
