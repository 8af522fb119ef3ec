"""Who comes and who may enter: covariates, traits, bands and limits on the baseline score."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace

import numpy as np
from scipy import special

from trialsim.cohort.bands import Bands
from trialsim.core.axes import FloatArray
from trialsim.core.effect import Effect
from trialsim.core.errors import Path, Problem
from trialsim.core.plan import Latent
from trialsim.core.stages import CovariateMethod, OutcomeMethod
from trialsim.kernels.latent_shares import REACH, place_of
from trialsim.scenario._words import listed, nearest
from trialsim.scenario.latent_covariates import Terms, covariate_model
from trialsim.scenario.schema import Scenario
from trialsim.scenario.truth import baseline_of

RAREST = 1e-6
"""With a smaller share of eligible people there is nothing to simulate with enough digits."""


def covariates_of(scenario: Scenario) -> dict[str, CovariateMethod]:
    """Covariates and traits together, as written."""
    return {**scenario.cohort.covariates, **scenario.cohort.traits}


def placed(scenario: Scenario, outcomes: Mapping[str, OutcomeMethod]) -> dict[str, CovariateMethod]:
    """Covariates and traits, with the bands cut where their measurement says; bands of what is
    not there stay as written."""
    known = covariates_of(scenario)
    return {
        name: _placed(method, known, outcomes, baseline_of(scenario), list(scenario.design.arms))
        for name, method in known.items()
    }


def _placed(
    method: CovariateMethod,
    known: Mapping[str, CovariateMethod],
    outcomes: Mapping[str, OutcomeMethod],
    baseline: str | None,
    arms: list[str],
) -> CovariateMethod:
    if not isinstance(method, Bands):
        return method
    value: Callable[[FloatArray], FloatArray]
    if method.of in outcomes and baseline is not None:
        value = comparator_score(outcomes[method.of], len(arms))
    elif method.of in known:
        value = _covariate_value(known[method.of])
    else:
        return method
    cuts = [place_of(value, cut) for cut in method.cuts]
    finite = tuple(float(np.clip(cut, -REACH - 1, REACH + 1)) for cut in cuts)
    return method.model_copy(update={"latent_cuts": finite})


def _covariate_value(method: CovariateMethod) -> Callable[[FloatArray], FloatArray]:
    return lambda z: method.values(z[None])[0]


def comparator_score(method: OutcomeMethod, n_arms: int) -> Callable[[FloatArray], FloatArray]:
    """The baseline score (n,) of latent values (n,): that visit is the first."""
    nothing = Effect.none(n_arms, 1)
    return lambda z: method.scores(0, z[None], np.zeros((1, len(z)), np.int8), nothing)[0]


def covariate_terms(
    scenario: Scenario,
    covariates: Mapping[str, CovariateMethod],
    outcomes: Mapping[str, OutcomeMethod],
    latent: Latent,
    broken: Collection[str],
) -> tuple[dict[str, Terms], list[Problem]]:
    """Weights of every covariate and trait; bands have those of what they are cut from."""
    baseline = baseline_of(scenario)
    bands = {name: method for name, method in covariates.items() if isinstance(method, Bands)}
    own = {name: method for name, method in covariates.items() if name not in bands}
    visits = list(scenario.design.visits_weeks)
    terms, problems = covariate_model(own, outcomes, visits, baseline, latent, broken)
    problems = [_under_traits(problem, scenario) for problem in problems]
    for name, band in bands.items():
        if band.of in terms:
            terms[name] = terms[band.of]
        elif band.of in latent and baseline is not None:
            terms[name] = latent[band.of][baseline]
    return {name: terms[name] for name in covariates if name in terms}, problems


def _under_traits(problem: Problem, scenario: Scenario) -> Problem:
    section, _, name, *rest = problem.path
    if name not in scenario.cohort.traits:
        return problem
    return replace(problem, path=(section, "traits", name, *rest))


def people_problems(scenario: Scenario) -> Iterable[Problem]:
    """Names used twice, and bands of nothing."""
    known, outcomes = covariates_of(scenario), scenario.outcomes
    for name in scenario.cohort.traits:
        if name in scenario.cohort.covariates:
            text = "is also the name of a covariate."
            yield Problem(("cohort", "traits", name), text, "Rename one of the two.", at_key=True)
    for section in ("covariates", "traits"):
        for name, method in getattr(scenario.cohort, section).items():
            if isinstance(method, Bands):
                yield from _band_problems(("cohort", section, name), name, method, known, outcomes)


def _band_problems(
    path: Path,
    name: str,
    method: Bands,
    known: Mapping[str, CovariateMethod],
    outcomes: Collection[str],
) -> Iterable[Problem]:
    measured = [other for other, source in known.items() if source.n_levels is None]
    source = known.get(method.of)
    if source is None and method.of not in outcomes:
        text = f"nothing that could be cut is called '{method.of}'."
        yield Problem((*path, "of"), text, nearest(method.of, [*outcomes, *measured]))
    elif source is not None and source.n_levels is not None:
        text = f"'{method.of}' has levels already ({source.name}); only measurements are cut."
        yield Problem((*path, "of"), text)
    elif source is not None and method.of in outcomes:
        text = f"'{method.of}' is both an outcome and a covariate."
        yield Problem((*path, "of"), text, "Rename the covariate.")
    if method.correlated_with:
        text = f"bands go with what '{method.of}' goes with."
        hint = "State the correlation there."
        yield Problem((*path, "correlated_with"), text, hint, at_key=True)
    if method.latent_cuts:
        text = "follows from the measurement."
        yield Problem((*path, "latent_cuts"), text, "Leave it out.", at_key=True)


def eligibility_problems(scenario: Scenario) -> Iterable[Problem]:
    """Limits that cannot be kept, or that keep nobody out."""
    path: Path = ("cohort", "eligibility")
    stated = scenario.cohort.eligibility
    for name, limits in stated.items():
        low, high = limits.min, limits.max
        if name not in scenario.outcomes:
            text = "no outcome has this name."
            hint = nearest(name, list(scenario.outcomes))
            yield Problem((*path, name), text, hint, at_key=True)
        elif scenario.outcomes[name].correlated_with:
            others = listed(list(scenario.outcomes[name].correlated_with))
            text = f"its correlations are counted from {others}, and limits need it to come first."
            hint = f"State those correlations at {others} instead, or limit one of them."
            yield Problem((*path, name), text, hint, at_key=True)
        if low is None and high is None:
            yield Problem((*path, name), "has neither min nor max.", "Write one, or both.")
        elif low is not None and high is not None and low > high:
            text = f"found min {low:g} above max {high:g}."
            yield Problem((*path, name), text)
    if len(stated) > 1:
        text = f"limits {len(stated)} outcomes; one can be limited."
        yield Problem(path, text, f"Keep one of {listed(list(stated))}.")
    if stated and baseline_of(scenario) is None:
        yield Problem(path, "needs a baseline visit.", "Add a visit in week 0.")


def selection(
    scenario: Scenario, latent: Latent
) -> tuple[dict[str, tuple[float, float]], list[Problem]]:
    """By purpose of a standard normal: between which values those who may enter have it."""
    found: dict[str, tuple[float, float]] = {}
    baseline, n_arms = baseline_of(scenario), len(scenario.design.arms)
    for name, limits in scenario.cohort.eligibility.items():
        score = comparator_score(scenario.outcomes[name], n_arms)
        low, high = -np.inf, np.inf
        if (least := limits.min) is not None:
            low = place_of(score, least)
        if (most := limits.max) is not None:
            high = place_of(score, most, inclusive=False)
        path: Path = ("cohort", "eligibility", name)
        share = special.ndtr(high) - special.ndtr(low)
        if not share > RAREST:
            text = "hardly anybody scores there at baseline: nobody could be enrolled."
            return {}, [Problem(path, text, "Widen the limits.")]
        ((purpose, _),) = latent[name][str(baseline)]
        found[purpose] = (max(low, -REACH - 1), min(high, REACH + 1))
    return found, []
