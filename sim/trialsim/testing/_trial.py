"""Small simulated trials on which analyses are tried."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from trialsim.core.axes import ArmPlane, FloatArray, Plane
from trialsim.core.draws import Draws
from trialsim.core.records import Estimates, TrialData
from trialsim.core.stages import AnalysisMethod, Effect, Rule
from trialsim.core.truth import Truth
from trialsim.operating.truth import TrueContrast
from trialsim.outcomes.repeated_normal import RepeatedNormal
from trialsim.testing._arrays import locked

VISITS = ("baseline", "after", "later")
COVARIATES = ("age", "severity")
MEAN, SD, CORRELATION = 10.0, 3.0, 0.5
"""Of every score and covariate, and of every two of them."""

CENTRE = MEAN + 0.4
"""A trial never has exactly the mean that was planned."""

ROUNDING = 1e-9
"""In standard errors: what adding in another order may change."""

TWO_SIDED = Rule(alpha=0.05, sides=2, sign=1)


@dataclass(frozen=True)
class Trial:
    """How a simulated trial looks."""

    n_arms: int = 2
    n: int = 48
    replicates: int = 64
    is_complete: bool = True
    effect: float = 0.0
    """Mean difference of every arm from the comparator at the visit analysed."""

    def __str__(self) -> str:
        seen = "" if self.is_complete else ", some scores missing"
        return f"{self.n_arms} arms, {self.n} patients{seen}"

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """Contrasts: every arm against every one before it."""
        return [(a, b) for a in range(self.n_arms) for b in range(a)]


TRIALS = (
    Trial(),
    Trial(is_complete=False),
    Trial(n_arms=3, n=60),
    Trial(n_arms=3, n=60, is_complete=False, effect=2.0),
)


def data_of(method: AnalysisMethod, trial: Trial) -> TrialData:
    """What an analysis of this trial is handed: the variables that it reads, and no other."""
    draws = Draws(seed=7, batch=0, replicates=trial.replicates)
    arm = _arms(draws, trial)
    shared = draws.normal("testing.patient", trial.n) * np.sqrt(CORRELATION)
    covariates: dict[str, Plane] = {}
    scores: dict[str, dict[str, Plane]] = {}
    observed: dict[str, dict[str, np.ndarray]] = {}
    for outcome, name in method.reads(COVARIATES):
        own = draws.normal(f"testing.{outcome}.{name}", trial.n) * np.sqrt(1 - CORRELATION)
        values = MEAN + SD * (shared + own)
        if not outcome:
            covariates[name] = locked(values)
            continue
        if (outcome, name) == (method.outcome, method.visit):
            values += trial.effect * (arm > 0)
        seen = np.ones(values.shape, dtype=bool)
        if not trial.is_complete:
            seen = draws.uniform(f"testing.seen.{outcome}.{name}", trial.n) > 0.1
        scores.setdefault(outcome, {})[name] = locked(values)
        observed.setdefault(outcome, {})[name] = locked(seen)
    return TrialData(
        arms=tuple(f"arm_{a}" for a in range(trial.n_arms)),
        visits=VISITS,
        sizes=(trial.n,),
        enrolled=locked(np.ones(arm.shape, dtype=bool)),
        arm=locked(arm),
        covariates=covariates,
        scores=scores,
        observed=observed,
        centres={variable: CENTRE for variable in method.reads(COVARIATES)},
    )


def truth_of(method: AnalysisMethod, trial: Trial) -> Truth:
    """What is true of the first arm after the comparator."""
    difference = tuple(trial.effect * (visit == method.visit) for visit in VISITS)
    nothing = Effect.none(2, len(VISITS))
    effect = nothing.model_copy(update={"difference": (nothing.difference[0], difference)})
    score = RepeatedNormal(mean=MEAN, sd=SD, correlation=CORRELATION)
    return TrueContrast(score, VISITS, effect, (1, 0), lambda first, second: CORRELATION)


def _arms(draws: Draws, trial: Trial) -> ArmPlane:
    """Arms of equal sizes in random order."""
    order = np.argsort(draws.uniform("testing.arm", trial.n), axis=1)
    return (order % trial.n_arms).astype(np.int8)


def changed(
    data: TrialData,
    values: Callable[[Plane, np.ndarray], np.ndarray] = lambda plane, seen: plane,
    planes: Callable[[np.ndarray], np.ndarray] = lambda plane: plane,
    **other: Any,
) -> TrialData:
    """The data with scores and covariates put through `values`, which is told where they are
    observed, and masks and arms through `planes`; `other` are fields as they are to be. No sums
    are kept."""
    mapped: dict[str, Any] = {
        "enrolled": planes(data.enrolled),
        "arm": planes(data.arm),
        "covariates": {name: values(x, data.enrolled) for name, x in data.covariates.items()},
        "scores": {
            outcome: {v: values(x, data.observed[outcome][v]) for v, x in by_visit.items()}
            for outcome, by_visit in data.scores.items()
        },
        "observed": {
            outcome: {visit: planes(x) for visit, x in by_visit.items()}
            for outcome, by_visit in data.observed.items()
        },
        "memo": {},
    }
    return replace(data, **(mapped | other))


def fresh(data: TrialData) -> TrialData:
    """The same data, from which no sums have been made."""
    return replace(data, memo={})


def apart(first: Estimates, second: Estimates, tolerance: float) -> str:
    """Where estimates differ by more than `tolerance` standard errors, in words."""
    if not np.array_equal(first.failure, second.failure):
        return _first("failure", first.failure != second.failure, first, second)
    if not np.array_equal(first.n_analysed, second.n_analysed):
        return _first("n_analysed", first.n_analysed != second.n_analysed, first, second)
    good = first.failure == 0
    units: Sequence[tuple[str, FloatArray]] = (
        *((name, first.se) for name in ("estimate", "se", "lower", "upper")),
        ("df", first.df),
        ("p_value", np.ones_like(first.se)),
    )
    for name, unit in units:
        a, b = getattr(first, name), getattr(second, name)
        with np.errstate(invalid="ignore"):  # infinite degrees of freedom
            wrong = good & ~((a == b) | (np.abs(a - b) <= tolerance * unit))
        if wrong.any():
            return _first(name, wrong, first, second)
    return ""


def _first(name: str, wrong: np.ndarray, first: Estimates, second: Estimates) -> str:
    place = tuple(int(i) for i in np.argwhere(wrong)[0])
    a, b = getattr(first, name)[place], getattr(second, name)[place]
    return f"{name} of replicate {place[-1]} is {a:.12g} and {b:.12g}"
