"""From one scenario, as written, to one design point, or to everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

import numpy as np

from trialsim.core.errors import Path, Problem
from trialsim.core.plan import Design, Latent
from trialsim.core.stages import CovariateMethod, Effect, OutcomeMethod
from trialsim.scenario.allocation_check import factor_problems
from trialsim.scenario.beside_check import (
    cointervention_problems,
    effect_problems,
    switching_problems,
    together_problems,
)
from trialsim.scenario.bias_check import bias_problems, misled_problems
from trialsim.scenario.calendar import clock_of, cointerventions_of, switches_of
from trialsim.scenario.calendar_check import closing_problems, hazard_problems, visit_problems
from trialsim.scenario.diary_check import diary_problems, endless_problems
from trialsim.scenario.keys.assumptions import ArmTruth, Assumption
from trialsim.scenario.latent import latent_model
from trialsim.scenario.limits import size_problems
from trialsim.scenario.margins import outcome_problems
from trialsim.scenario.modification import Shares, level_shares
from trialsim.scenario.people import (
    covariate_terms,
    covariates_of,
    eligibility_problems,
    people_problems,
    placed,
    selection,
)
from trialsim.scenario.recruitment import (
    duration_problems,
    recruitment_of,
    recruitment_problems,
)
from trialsim.scenario.references import (
    analysis_problems,
    contrast_problems,
    contrasts_of,
    decision_problems,
    margin_problems,
    missing_problems,
    rate_problems,
)
from trialsim.scenario.schema import Scenario
from trialsim.scenario.sessions import mean_parts, session_problems, sessions_of
from trialsim.scenario.teams import latent_by_team, team_problems, teams_of
from trialsim.scenario.truth import baseline_of, effects_of
from trialsim.scenario.validate import SECTIONS

DAYS_A_WEEK = 7

Effects = Mapping[str, Mapping[str, Effect]]
"""By assumption and outcome."""


def design_point(
    scenario: Scenario, readable: Collection[str] = SECTIONS
) -> tuple[Design | None, Effects, list[Problem]]:
    """The design, the effects of every assumption, and what is wrong with them.

    Only the sections that are readable are looked at. With problems there is no design.
    """
    problems = size_problems(scenario, readable)
    # A section of which there is too much could keep the other checks busy for hours.
    readable = set(readable) - {str(found.path[0]) for found in problems}
    for needed, check in _CHECKS:
        if needed <= readable:
            problems += check(scenario)
    latent: Latent = {}
    effects: dict[str, Mapping[str, Effect]] = {}
    if {"design", "outcomes"} <= readable:
        broken = {str(problem.path[1]) for problem in problems if problem.path[0] == "outcomes"}
        sound = _sound(scenario.outcomes, broken)
        latent, _, found = latent_model(sound, list(scenario.design.visits_weeks))
        problems += found
        is_modelled = not found
        is_read = readable >= _MISLEADING
        misleading = list(bias_problems(scenario, sound)) if is_read else []
        problems += misleading
        by_team: dict[str, Latent] = {}
        problems += effect_problems(scenario, sound) if "conduct" in readable else ()
        uncut = not any(problem.path[0] == "conduct" for problem in problems)
        if is_modelled and "conduct" in readable and uncut:
            by_team, found = latent_by_team(scenario, sound, teams_of(scenario))
            problems += found
        people: dict[str, CovariateMethod] = {}
        selected: dict[str, tuple[float, float]] = {}
        levels: dict[str, Shares | None] = {}
        known = "cohort" in readable and not any(p.path[0] == "cohort" for p in problems)
        if known and is_modelled:
            people = placed(scenario, sound)
            unsound = set(scenario.outcomes) - set(sound)
            own, found = covariate_terms(scenario, people, sound, latent, unsound)
            problems += found
            latent = {**latent, "": own}
            levels = {name: level_shares(method) for name, method in people.items()}
            if set(scenario.cohort.eligibility) <= set(sound):
                selected, found = selection(scenario, latent)
                problems += found
        for name, assumption in scenario.assumptions.items() if "assumptions" in readable else ():
            if not (known and is_modelled) and _modified(assumption):
                continue  # by somebody who cannot be read
            effects[name], found = effects_of(
                name, assumption, scenario, sound, levels, mean_parts(scenario)
            )
            problems += found
            if uncut and "conduct" in readable:
                problems += together_problems(name, effects[name], scenario, sound)
            if is_read and not misleading:
                problems += misled_problems(name, effects[name], scenario, sound)
    if problems or not readable >= SECTIONS:
        return None, {}, problems
    return _design(scenario, people, latent, by_team, selected), effects, []


def _modified(assumption: Assumption) -> bool:
    truths = [truth for by_arm in assumption.values() for truth in by_arm.values()]
    return any(isinstance(truth, ArmTruth) and truth.modifier is not None for truth in truths)


def _design(
    scenario: Scenario,
    people: Mapping[str, CovariateMethod],
    latent: Latent,
    by_team: Mapping[str, Latent],
    selected: Mapping[str, tuple[float, float]],
) -> Design:
    decision = scenario.decision
    if not decision.primary:
        decision = decision.model_copy(update={"primary": next(iter(scenario.analyses))})
    weeks = scenario.design.visits_weeks
    return Design(
        arms={name: arm.n for name, arm in scenario.design.arms.items()},
        visits={name: week * DAYS_A_WEEK for name, week in weeks.items()},
        baseline=baseline_of(scenario),
        contrasts=contrasts_of(scenario),
        covariates=people,
        traits=tuple(scenario.cohort.traits),
        eligible={
            name: (limits.min, limits.max) for name, limits in scenario.cohort.eligibility.items()
        },
        selected=selected,
        allocation=scenario.allocation,
        outcomes=scenario.outcomes,
        latent=latent,
        recruitment=recruitment_of(scenario),
        teams=teams_of(scenario),
        sessions=sessions_of(scenario),
        clock=clock_of(scenario),
        switches=switches_of(scenario),
        cointerventions=cointerventions_of(scenario),
        hypothetical=tuple(
            dict.fromkeys(
                (estimand.outcome, estimand.visit)
                for estimand in scenario.estimands.values()
                if estimand.strategy == "hypothetical"
            )
        ),
        by_team=by_team,
        missing=scenario.observation.missing,
        bias={name: one for name, one in scenario.bias.items() if one.on},
        analyses=scenario.analyses,
        decision=decision,
    )


def _sound(outcomes: Mapping[str, OutcomeMethod], broken: set[str]) -> dict[str, OutcomeMethod]:
    """The outcomes with nothing wrong, nor with those that they are correlated with."""
    sound = {name: method for name, method in outcomes.items() if name not in broken}
    while lost := [name for name, m in sound.items() if not set(m.correlated_with) <= set(sound)]:
        for name in lost:
            del sound[name]
    return sound


def _visit_problems(scenario: Scenario) -> Iterable[Problem]:
    weeks = scenario.design.visits_weeks
    path: Path = ("design", "visits_weeks")
    steps = list(weeks.items())
    for (before, earlier), (name, later) in zip(steps, steps[1:], strict=False):
        if later <= earlier:
            text = f"found week {later:g} after week {earlier:g} ({before})."
            yield Problem((*path, name), text, "Write the visits in order of time.")
    if list(weeks.values()) == [0]:
        yield Problem(path, "has only a baseline visit.", "Add a visit after week 0.")


def _allocation_problems(scenario: Scenario) -> Iterable[Problem]:
    sizes = [arm.n for arm in scenario.design.arms.values()]
    stated = "block_sizes" in scenario.allocation.model_fields_set
    for text in scenario.allocation.problems(sizes):
        about = stated and text.startswith("block sizes")
        yield Problem(("allocation", "block_sizes") if about else ("allocation",), text)


def _outcome_problems(scenario: Scenario) -> Iterable[Problem]:
    visits = list(scenario.design.visits_weeks)
    for name, method in scenario.outcomes.items():
        yield from outcome_problems(name, method, visits, list(scenario.outcomes))


def _reason_problems(scenario: Scenario) -> Iterable[Problem]:
    visits, baseline = list(scenario.design.visits_weeks), baseline_of(scenario)
    for name, reason in scenario.observation.missing.items():
        path: Path = ("observation", "missing", name)
        found = list(rate_problems(path, reason, visits, baseline))
        yield from found
        for text in reason.problems(visits, baseline):
            if not (found and text.startswith("no visit is called")):  # told with its place
                yield Problem(path, text)


def _covariate_problems(scenario: Scenario) -> Iterable[Problem]:
    for name, method in covariates_of(scenario).items():
        if not _has_values(method):
            section = "traits" if name in scenario.cohort.traits else "covariates"
            text = "no distribution has these numbers together."
            hint = "Compare the SD with the mean and the limits."
            yield Problem(("cohort", section, name), text, hint)


def _has_values(method: CovariateMethod) -> bool:
    """Whether ordinary patients get finite values that differ, as they should."""
    with np.errstate(all="ignore"):
        values = method.values(np.array([[-1.0, 0.0, 1.0]]))
    differ = np.ptp(values) > 0 or method.n_levels is not None  # a rare level needs more patients
    return bool(np.isfinite(values).all() and differ)


_MISLEADING = frozenset(
    ("design", "cohort", "outcomes", "conduct", "allocation", "analyses", "decision", "bias")
)
"""Sections that bias mechanisms go by, all of which must be readable."""

Check = Callable[[Scenario], Iterable[Problem]]

_CHECKS: Sequence[tuple[set[str], Check]] = (
    ({"design"}, _visit_problems),
    ({"design"}, contrast_problems),
    ({"cohort"}, _covariate_problems),
    ({"cohort", "outcomes"}, people_problems),
    ({"cohort", "outcomes", "design"}, eligibility_problems),
    ({"design", "allocation"}, _allocation_problems),
    ({"conduct"}, recruitment_problems),
    ({"design", "conduct"}, duration_problems),
    ({"design", "outcomes", "conduct"}, team_problems),
    ({"design", "outcomes", "conduct"}, session_problems),
    ({"conduct"}, diary_problems),
    ({"design", "conduct"}, endless_problems),
    ({"design", "conduct"}, visit_problems),
    ({"design", "conduct"}, closing_problems),
    ({"design", "outcomes", "conduct"}, hazard_problems),
    ({"design", "conduct"}, switching_problems),
    ({"design", "outcomes", "conduct"}, cointervention_problems),
    ({"design", "outcomes"}, _outcome_problems),
    ({"design", "observation"}, _reason_problems),
    ({"cohort", "allocation"}, factor_problems),
    ({"design", "outcomes", "observation"}, missing_problems),
    ({"design", "cohort", "outcomes", "analyses"}, analysis_problems),
    ({"analyses", "decision"}, decision_problems),
    ({"analyses", "decision"}, margin_problems),
)
"""The sections that each check looks at, all of which must be readable."""
