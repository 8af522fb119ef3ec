"""Therapists as written, and the latent values of patients who share one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from trialsim.core.errors import Path, Problem
from trialsim.core.plan import Latent
from trialsim.core.stages import OutcomeMethod
from trialsim.core.team import THERAPISTS, Team
from trialsim.scenario._words import listed
from trialsim.scenario.keys.conduct import Therapists
from trialsim.scenario.latent import Matrix, latent_model, latent_share
from trialsim.scenario.latent_covariates import Terms
from trialsim.scenario.references import unknown_name
from trialsim.scenario.schema import Scenario
from trialsim.scenario.truth import baseline_of


def teams_of(scenario: Scenario) -> dict[str, Team]:
    """Teams by the arm that they are written under."""
    return {
        name: Team((name, *stated.also), stated.n, _icc(stated, scenario.outcomes))
        for name, stated in scenario.conduct.therapists.items()
    }


def _icc(stated: Therapists, outcomes: Iterable[str]) -> dict[str, float]:
    given = stated.icc if isinstance(stated.icc, dict) else dict.fromkeys(outcomes, stated.icc)
    return {outcome: icc for outcome, icc in given.items() if icc}


def team_problems(scenario: Scenario) -> Iterable[Problem]:
    """Therapists of arms or outcomes that do not exist, and arms treated by two teams."""
    arms = list(scenario.design.arms)
    treated: dict[str, str] = {}
    for name, stated in scenario.conduct.therapists.items():
        path: Path = ("conduct", "therapists", name)
        yield from unknown_name(path, "arm", name, arms)
        for i, other in enumerate(stated.also):
            yield from unknown_name((*path, "also", i), "arm", other, arms)
        if isinstance(stated.icc, dict):
            for outcome in stated.icc:
                place: Path = (*path, "icc", outcome)
                yield from unknown_name(place, "outcome", outcome, scenario.outcomes)
        for arm in (name, *stated.also):
            if arm in treated:
                text = f"treats {arm}, which is treated under {treated[arm]} already."
                hint = "Write each arm once: under its own name, or under `also` of another."
                yield Problem(path, text, hint)
            treated[arm] = name


def latent_by_team(
    scenario: Scenario, outcomes: Mapping[str, OutcomeMethod], teams: Mapping[str, Team]
) -> tuple[dict[str, Latent], list[Problem]]:
    """Weights of independent normals in the arms of every team that makes scores alike."""
    visits, baseline = list(scenario.design.visits_weeks), baseline_of(scenario)
    found: dict[str, Latent] = {}
    for name, team in teams.items():
        icc = {outcome: share for outcome, share in team.icc.items() if outcome in outcomes}
        if not icc:
            continue
        possible = _possible(icc, outcomes, visits, baseline)
        if possible is None:
            return {}, [_too_close(name, icc, scenario, outcomes)]
        latent, shared = possible
        found[name] = {
            outcome: {
                visit: _together(name, outcome, terms, shared, v)
                for v, (visit, terms) in enumerate(rows.items())
            }
            for outcome, rows in latent.items()
        }
    return found, []


def _together(
    name: str, outcome: str, terms: Terms, shared: Mapping[str, Matrix], visit: int
) -> Terms:
    """A latent value of variance 1: the patient's own part, and the therapist's."""
    share = float(shared[outcome][visit]) if outcome in shared else 0.0
    if not share:
        return terms
    own = tuple((purpose, weight * (1 - share) ** 0.5) for purpose, weight in terms)
    return (*own, (f"{THERAPISTS}{name}.{outcome}", share**0.5))


def _possible(
    icc: Mapping[str, float],
    outcomes: Mapping[str, OutcomeMethod],
    visits: list[str],
    baseline: str | None,
) -> tuple[Latent, dict[str, Matrix]] | None:
    """What is left between patients and what therapists share; None where they share too much."""
    try:
        shared = _shared(icc, outcomes, visits, baseline)
    except ValueError:  # more than scores of any two patients can have in common
        return None
    latent, _, problems = latent_model(outcomes, visits, shared)
    return None if problems else (latent, shared)


def _shared(
    icc: Mapping[str, float],
    outcomes: Mapping[str, OutcomeMethod],
    visits: list[str],
    baseline: str | None,
) -> dict[str, Matrix]:
    return {
        outcome: np.array(
            [
                0.0 if visit == baseline else latent_share(outcomes[outcome], v, share)
                for v, visit in enumerate(visits)
            ]
        )
        for outcome, share in icc.items()
    }


def _too_close(
    name: str, icc: Mapping[str, float], scenario: Scenario, outcomes: Mapping[str, OutcomeMethod]
) -> Problem:
    """Therapists who explain more than the correlations leave, and how much they may."""
    visits, baseline = list(scenario.design.visits_weeks), baseline_of(scenario)
    low, high = 0.0, 1.0
    for _ in range(20):
        part = (low + high) / 2
        less = {outcome: part * share for outcome, share in icc.items()}
        possible = _possible(less, outcomes, visits, baseline)
        low, high = (low, part) if possible is None else (part, high)
    most = [f"{int(1000 * low * share) / 1000:g} for {outcome}" for outcome, share in icc.items()]
    text = "the correlations of the scores leave less between patients than that."
    path: Path = ("conduct", "therapists", name, "icc")
    return Problem(path, text, f"Possible is {listed(most, 'and')}.")
