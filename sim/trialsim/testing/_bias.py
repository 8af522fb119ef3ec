"""Rules of bias mechanisms: what misleads about patients, scores and results."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, get_args

import numpy as np

from trialsim.analysis.ancova import Ancova
from trialsim.analysis.change_score import ChangeScore
from trialsim.analysis.t_test import TTest
from trialsim.core.axes import ArmPlane
from trialsim.core.draws import Draws
from trialsim.core.records import Estimates, TrialData
from trialsim.core.registry import build
from trialsim.core.stages import (
    AllocationBias,
    AnalysisMethod,
    BiasMethod,
    LossBias,
    ObservationMethod,
    ReportBias,
    Rule,
    ScoreBias,
    TreatmentBias,
)
from trialsim.core.stages.distorting import Domain, Setting
from trialsim.outcomes.repeated_normal import RepeatedNormal
from trialsim.testing._arrays import difference, impurity, locked

VISITS = ("baseline", "after", "later")
ARMS = ("control", "treatment")
LEVELS: Mapping[str, int | None] = {
    "age": None,
    "severity": None,
    "sex": 2,
    "stage": 3,
    "belief": 2,
}
"""Covariates and traits of the trials on which mechanisms are tried, with their levels."""

SCORE = RepeatedNormal(mean=10.0, sd=3.0, correlation=0.5)
ANALYSES: Mapping[str, AnalysisMethod] = {
    "t_test": TTest(outcome="score", visit="after"),
    "change": ChangeScore(outcome="score", visit="after"),
    "ancova": Ancova(outcome="score", visit="after"),
    "later": TTest(outcome="score", visit="later"),
}
RULE = Rule(alpha=0.05, sides=2, sign=-1)

REPLICATES, PATIENTS = 64, 60
"""A difference in means of 0.1 SD between arms is then found."""


def _setting() -> Setting:
    return Setting(
        arms=dict.fromkeys(ARMS, PATIENTS // 2),
        visits=VISITS,
        baseline="baseline",
        outcomes={"score": SCORE},
        levels=LEVELS,
        factors=(),
        misses_sessions=True,
        alpha=RULE.alpha,
        sides=RULE.sides,
    )


def _draws(rows: slice | None = None) -> Draws:
    draws = Draws(seed=8, batch=0, replicates=REPLICATES)
    return draws if rows is None else draws.slab(rows)


def _arm(n: int, rows: slice | None = None) -> ArmPlane:
    """Permuted blocks of four, as far as there are patients: the arms (r, p)."""
    uniform = _draws(rows).uniform("testing.arm", 4 * (-(-n // 4)))
    rank = np.argsort(np.argsort(uniform.reshape(len(uniform), -1, 4), axis=2), axis=2)
    return locked((rank.reshape(len(uniform), -1)[:, :n] % 2).astype(np.int8))


def domain_is_one_of_rob_2(method: BiasMethod) -> Iterator[str]:
    """`domain` is one of the five of RoB 2."""
    found = getattr(method, "domain", None)
    if found not in get_args(Domain):
        yield f"Found {found!r}; they are {', '.join(get_args(Domain))}."


def example_fits(method: BiasMethod) -> Iterator[str]:
    """The example fits a trial of control and treatment with the outcome score, visits baseline,
    after and later, and the analyses t_test, change, ancova and later."""
    yield from method.problems(_setting())
    for outcome, name in method.reads(["score"], "baseline"):
        known = VISITS if outcome else tuple(LEVELS)
        if outcome not in ("", "score") or name not in known:
            yield f"It reads {outcome}.{name}, which is not there."


def switch_changes_nothing_else(method: BiasMethod) -> Iterator[str]:
    """Whether it is on, and where its size comes from, changes nothing of what it does."""
    spec = {**method.to_spec(), "on": not method.on, "source": "elsewhere"}
    other = build("bias", spec)
    assert isinstance(other, BiasMethod)
    if other.reads(["score"], "baseline") != method.reads(["score"], "baseline"):
        yield "It reads something else."
    what, other_what = _done(method, PATIENTS), _done(other, PATIENTS)
    apart = difference(what, other_what)
    if apart:
        yield f"It does something else, {apart}."


def input_is_left_alone(method: BiasMethod) -> Iterator[str]:
    """The same input gives the same result, and is left as it was."""
    data = _data()
    given = [data] if isinstance(method, ReportBias) else [_arm(PATIENTS), _badness(PATIENTS)]
    yield from impurity(lambda: _done(method, PATIENTS, data=data), *given)


def replicates_are_alone(method: BiasMethod) -> Iterator[str]:
    """What it does in a replicate does not depend on the other replicates."""
    rows = slice(7, 9)
    whole, part = _done(method, PATIENTS), _done(method, PATIENTS, rows)
    kept = {
        name: array[..., rows] if _is_result(method) else array[rows]
        for name, array in whole.items()
    }
    apart = difference(kept, part)
    if apart:
        yield f"Replicates 7 and 8 alone: {apart}."


def patients_are_apart(method: BiasMethod) -> Iterator[str]:
    """Whom it acts on among the first patients does not depend on how many follow."""
    if not isinstance(method, ScoreBias | TreatmentBias):
        return
    few, many = _done(method, 25), _done(method, 50)
    apart = difference(few, {name: mask[:, :25] for name, mask in many.items()})
    if apart:
        yield f"25 patients and the first 25 of 50: {apart}."


def nothing_acts_at_baseline(method: BiasMethod) -> Iterator[str]:
    """A mechanism that moves scores moves none at baseline, and its size is in the unit stated."""
    if not isinstance(method, ScoreBias):
        return
    if "baseline" in method.acts_at(VISITS, "baseline"):
        yield "It acts at baseline."
    for outcome, size in method.size.items():
        wanted = size * (3.0 if method.unit == "sd" else 1.0)
        found = method.points(SCORE, 1, outcome)
        if abs(found - wanted) > 1e-12:
            yield f"{size:g} {method.unit} of {outcome} became {found:g} points, not {wanted:g}."


def other_treatment_is_another(method: BiasMethod) -> Iterator[str]:
    """Who gets the treatment of another arm is no patient of that arm."""
    if not isinstance(method, TreatmentBias):
        return
    arm = _arm(PATIENTS)
    who, to = method.instead(_draws(), "testing.bias", arm, ARMS)
    if who.dtype != np.bool_ or who.shape != arm.shape:
        yield f"Found {who.dtype} {who.shape}, not bool {arm.shape}."
    elif to not in ARMS:
        yield f"There is no arm called {to}."
    elif (who & (arm == ARMS.index(to))).any():
        yield f"Patients of {to} are among them."


def places_stay(method: BiasMethod) -> Iterator[str]:
    """Patients exchange places: each arm has as many as were planned, or one more or less, and the
    favoured arm never gets the worse patients."""
    if not isinstance(method, AllocationBias):
        return
    arm = _arm(PATIENTS)
    found = _done(method, PATIENTS)["arm"]
    if found.dtype != arm.dtype or found.shape != arm.shape:
        yield f"Found {found.dtype} {found.shape}, not {arm.dtype} {arm.shape}."
        return
    sizes = (found == 1).sum(axis=1)
    if np.abs(sizes - PATIENTS // 2).max() > 1:
        yield f"Of {PATIENTS} patients {sizes.min()} to {sizes.max()} are in the second arm."
    favoured = list(ARMS).index(getattr(method, "favours", None) or ARMS[1])
    inside, bad = found == favoured, _badness(PATIENTS)
    worse = np.array([b[i].mean() - b[~i].mean() for b, i in zip(bad, inside, strict=True)])
    error = worse.std(ddof=1) / np.sqrt(len(worse))
    if worse.mean() > 4 * error:
        yield f"They are worse by {worse.mean():.3f} SD (mcse {error:.3f})."


def reason_is_a_reason(method: BiasMethod) -> Iterator[str]:
    """`reason` is a way in which data may be missing, as a scenario could write it."""
    if not isinstance(method, LossBias):
        return
    reason = method.reason()
    if not isinstance(reason, ObservationMethod):
        yield f"Found {type(reason).__name__}."
    elif build("observation", reason.to_spec()) != reason:
        yield "It is not what a scenario would make of it."


def reported_results_were_found(method: BiasMethod) -> Iterator[str]:
    """What is reported is what some analysis found in some of the patients: an estimate, its error
    and the number analysed are never its own."""
    if not isinstance(method, ReportBias):
        return
    made: list[Estimates] = []

    def analyse(name: str, data: TrialData) -> Estimates:
        made.append(_analyse(name, data))
        return made[-1]

    reported = method.report("t_test", _data(), analyse, dict.fromkeys(ANALYSES, RULE))
    known = np.zeros(reported.estimate.shape, dtype=bool)
    for one in made:
        for k in range(one.estimate.shape[1]):
            same = np.ones(reported.estimate.shape, dtype=bool)
            for name in ("estimate", "se", "n_analysed"):
                same &= getattr(one, name)[:, k : k + 1] == getattr(reported, name)
            known |= same | (reported.failure > 0)
    if not known.all():
        c, k, r = (int(i) for i in np.argwhere(~known)[0])
        yield f"Nobody found {reported.estimate[c, k, r]:g} in replicate {r}."


def _is_result(method: BiasMethod) -> bool:
    return isinstance(method, ReportBias)


def _badness(n: int, rows: slice | None = None) -> np.ndarray:
    return locked(_draws(rows).normal("testing.badness", n))


def _done(
    method: BiasMethod, n: int, rows: slice | None = None, data: TrialData | None = None
) -> dict[str, Any]:
    """What a mechanism does on a trial, as arrays by name."""
    draws, arm = _draws(rows), _arm(n, rows)
    if isinstance(method, ScoreBias):
        takers = method.takers(draws, "testing.bias", n)
        return {} if takers is None else {"takers": takers}
    if isinstance(method, TreatmentBias):
        return {"instead": method.instead(draws, "testing.bias", arm, ARMS)[0]}
    if isinstance(method, AllocationBias):
        bad, sizes = _badness(n, rows), [n // 2, n - n // 2]
        return {"arm": method.reallocate(draws, "testing.bias", arm, bad, sizes, ARMS)}
    if isinstance(method, ReportBias):
        rules = dict.fromkeys(ANALYSES, RULE)
        found = method.report("t_test", data or _data(rows), _analyse, rules)
        return {name: getattr(found, name) for name in ("estimate", "se", "p_value", "failure")}
    return {}


def _analyse(name: str, data: TrialData) -> Estimates:
    return ANALYSES[name].analyse(data, [(1, 0)], RULE)


def _data(rows: slice | None = None) -> TrialData:
    """A trial of two arms with three visits, factors, and sessions that some missed."""
    draws, n = _draws(rows), PATIENTS
    shared = draws.normal("testing.patient", n) * np.sqrt(0.5)
    scores = {
        visit: locked(10 + 3 * (shared + draws.normal(f"testing.{visit}", n) * np.sqrt(0.5)))
        for visit in VISITS
    }
    seen = locked(np.ones(shared.shape, dtype=bool))
    factors = {
        name: locked(np.floor(levels * draws.uniform(f"testing.{name}", n)))
        for name, levels in LEVELS.items()
        if levels is not None
    }
    attended = locked(np.floor(7 * draws.uniform("testing.attended", n)).astype(np.int8))
    return TrialData(
        arms=ARMS,
        visits=VISITS,
        sizes=(n,),
        enrolled=seen,
        arm=_arm(n, rows),
        covariates=factors,
        scores={"score": scores},
        observed={"score": dict.fromkeys(VISITS, seen)},
        centres={("score", visit): 10.0 for visit in VISITS},
        levels={name: levels for name, levels in LEVELS.items() if levels is not None},
        attended={"after": attended, "later": attended},
    )


RULES: tuple[Callable[[Any], Iterator[str]], ...] = (
    domain_is_one_of_rob_2,
    example_fits,
    switch_changes_nothing_else,
    input_is_left_alone,
    replicates_are_alone,
    patients_are_apart,
    nothing_acts_at_baseline,
    other_treatment_is_another,
    places_stay,
    reason_is_a_reason,
    reported_results_were_found,
)
