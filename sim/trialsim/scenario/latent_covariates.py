"""Baseline characteristics on the same latent normals as the scores they are correlated with.

A covariate comes after the scores and covariates that it names, and given those it is
independent of all others: adding one changes no number that was there.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import cast

import numpy as np

from trialsim.core.errors import Path, Problem
from trialsim.core.registry import STAGES, build
from trialsim.core.stages import CovariateMethod, OutcomeMethod
from trialsim.kernels.latent_normal import TERMS, latent_correlation, sampled_coefficients
from trialsim.scenario._words import counted, nearest
from trialsim.scenario.margins import not_between

Terms = tuple[tuple[str, float], ...]
Variables = Mapping[tuple[str, str], Terms]
"""Latent values as weighted sums: (outcome, visit) or ("", covariate)."""


def covariate_model(
    covariates: Mapping[str, CovariateMethod],
    outcomes: Mapping[str, OutcomeMethod],
    visits: Sequence[str],
    baseline: str | None,
    latent: Mapping[str, Mapping[str, Terms]],
    broken: Collection[str] = (),
) -> tuple[dict[str, Terms], list[Problem]]:
    """Weights of independent normals for every covariate, and correlations it cannot have.

    What is correlated with outcomes that are broken is left alone until they are mended.
    """
    known: dict[tuple[str, str], Terms] = {
        (outcome, visit): terms for outcome, rows in latent.items() for visit, terms in rows.items()
    }
    problems = [
        Problem(_path(name, name), "names the covariate itself.", "Delete it.", at_key=True)
        for name, method in covariates.items()
        if name in method.correlated_with
    ]
    if problems:
        return {}, problems
    waiting = {n: m for n, m in covariates.items() if not set(m.correlated_with) & set(broken)}
    while waiting:
        ready = [n for n, m in waiting.items() if not any(o in waiting for o in m.correlated_with)]
        if not ready:
            name = next(iter(waiting))
            text = f"covariates name one another in a circle: {', '.join(waiting)}."
            hint = "State each correlation once, at one of the two."
            return {}, [*problems, Problem(_path(name), text, hint)]
        for name in ready:
            method = waiting.pop(name)
            targets, wrong = _targets(name, method, covariates, outcomes, visits, baseline)
            problems += wrong
            if not wrong and all(variable in known for variable, *_ in targets):
                known["", name], wrong = _loaded(name, method, targets, known)
                problems += wrong
    if problems:
        return {}, problems
    return {name: known["", name] for name in covariates if ("", name) in known}, []


def _path(name: str, *inside: str | int) -> Path:
    return ("cohort", "covariates", name, "correlated_with", *inside)


Target = tuple[tuple[str, str], float, np.ndarray, float]
"""A variable, the correlation wanted with it, its Hermite coefficients and its SD."""


def _targets(
    name: str,
    method: CovariateMethod,
    covariates: Mapping[str, CovariateMethod],
    outcomes: Mapping[str, OutcomeMethod],
    visits: Sequence[str],
    baseline: str | None,
) -> tuple[list[Target], list[Problem]]:
    targets: list[Target] = []
    problems = []
    for other, stated in method.correlated_with.items():
        values = stated if isinstance(stated, tuple) else (stated,)
        outside = [value for value in values if not -1 < value < 1]
        if outside:
            problems.append(not_between(_path(name, other), outside[0]))
        elif other in outcomes:
            at = list(visits) if isinstance(stated, tuple) else [baseline or visits[0]]
            if len(values) != len(at):
                text = f"has {counted(len(values), 'value')} for {counted(len(at), 'visit')}."
                hint = "Write one number, for the baseline score, or one for each visit."
                problems.append(Problem(_path(name, other), text, hint))
                continue
            outcome = outcomes[other]
            for visit, value in zip(at, values, strict=True):
                v = list(visits).index(visit)
                sd = outcome.at(outcome.sd, v)
                targets.append(((other, visit), value, outcome.hermite(v, TERMS), sd))
        elif other in covariates and other != name and not isinstance(stated, tuple):
            parent = covariates[other]
            targets.append((("", other), values[0], *_moments(parent)))
        else:
            known = [*outcomes, *(covariate for covariate in covariates if covariate != name)]
            text = "no outcome or other covariate has this name."
            hint = nearest(other, known)
            problems.append(Problem(_path(name, other), text, hint, at_key=True))
    return targets, problems


def _loaded(
    name: str, method: CovariateMethod, targets: Sequence[Target], known: Variables
) -> tuple[Terms, list[Problem]]:
    """The covariate's latent value: what the named variables explain, and a normal of its own."""
    own = f"cohort.{name}"
    if not targets:
        return ((own, 1.0),), []
    coefficients, spread = _moments(method)
    if spread * min(sd for *_, sd in targets) == 0:
        text = "values that hardly ever differ can be correlated with nothing."
        return (), [Problem(_path(name), text, "Leave it out.")]
    towards = []
    for (outcome, variable), wanted, other, sd in targets:
        rho, reached = latent_correlation(coefficients, other, wanted * spread * sd)
        found = reached / (spread * sd)
        if abs(found - wanted) > 0.002:
            place = _path(name, outcome or variable)
            text = f"values with these distributions cannot have correlation {wanted:g}."
            return (), [Problem(place, text, f"The nearest they can have is {found:.3f}.")]
        towards.append(rho)
    rows = [dict(known[variable]) for variable, *_ in targets]
    among = np.array([[_shared(a, b) for b in rows] for a in rows])
    possible = np.linalg.eigvalsh(among)[0] > 1e-9
    weights = np.linalg.solve(among, np.array(towards)) if possible else np.zeros(len(towards))
    rest = 1 - float(weights @ np.array(towards))
    if not possible or rest < 1e-9:
        text = "nothing can have all these correlations together."
        return (), [Problem(_path(name), text, "Lower them.")]
    total: dict[str, float] = {}
    for weight, row in zip(weights, rows, strict=True):
        for purpose, part in row.items():
            total[purpose] = total.get(purpose, 0.0) + float(weight) * part
    return (*sorted(total.items()), (own, float(np.sqrt(rest)))), []


def _moments(method: CovariateMethod) -> tuple[np.ndarray, float]:
    """Hermite coefficients and SD of a covariate's values."""
    # Every design point of a scenario asks again; methods hold mappings, so they have no hash.
    return _moments_of(method.name, method.model_dump_json(exclude={"correlated_with"}))


@lru_cache(maxsize=256)
def _moments_of(name: str, parameters: str) -> tuple[np.ndarray, float]:
    plain = {STAGES["cohort"]: name, **json.loads(parameters)}
    return sampled_coefficients(cast(CovariateMethod, build("cohort", plain)).values)


def _shared(a: Mapping[str, float], b: Mapping[str, float]) -> float:
    return sum(weight * b[purpose] for purpose, weight in a.items() if purpose in b)
