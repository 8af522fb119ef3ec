"""From one scenario, as written, to one design point: cross-references, sizes, latent values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from trialsim.core.errors import Path, Problem
from trialsim.core.plan import Design
from trialsim.core.stages import AnalysisMethod, Effect, OutcomeMethod
from trialsim.scenario.latent import latent_model
from trialsim.scenario.schema import Scenario
from trialsim.scenario.truth import effects_of
from trialsim.scenario.validate import nearest

DAYS_A_WEEK = 7
MAX_PATIENTS = 100_000


def design_point(scenario: Scenario) -> tuple[Design, dict[str, dict[str, Effect]], list[Problem]]:
    """The design, the effects of every assumption, and what is wrong with them.

    When there are problems the design is incomplete and must not be used.
    """
    arms = {name: arm.n for name, arm in scenario.design.arms.items()}
    visits, baseline = list(scenario.design.visits_weeks), _baseline(scenario)
    problems = [*_visit_problems(scenario), *_arm_problems(scenario)]
    outcome_problems = [
        problem
        for name, method in scenario.outcomes.items()
        for problem in _outcome_problems(name, method, visits, list(scenario.outcomes))
    ]
    problems += outcome_problems
    contrasts, found = _contrasts(scenario)
    problems += found
    for name, analysis in scenario.analyses.items():
        problems += _analysis_problems(name, analysis, scenario, contrasts)
    problems += _decision_problems(scenario)
    for name, reason in scenario.observation.missing.items():
        path: Path = ("observation", "missing", name)
        problems += [Problem(path, text) for text in reason.problems(visits, baseline)]
        unknown = [o for o in reason.outcomes or () if o not in scenario.outcomes]
        problems += [
            Problem(
                (*path, "outcomes"),
                f"no outcome is called '{o}'.",
                nearest(o, list(scenario.outcomes)),
            )
            for o in unknown
        ]
    latent: Mapping[str, Mapping[str, tuple[tuple[str, float], ...]]] = {}
    effects: dict[str, dict[str, Effect]] = {}
    if not outcome_problems:
        latent, _, found = latent_model(scenario.outcomes, visits)
        problems += found
        for name, assumption in scenario.assumptions.items():
            effects[name], found = effects_of(
                name, assumption, list(arms), visits, baseline, scenario.outcomes
            )
            problems += found
    decision = scenario.decision
    if not decision.primary:
        decision = decision.model_copy(update={"primary": next(iter(scenario.analyses))})
    design = Design(
        arms=arms,
        visits={name: weeks * DAYS_A_WEEK for name, weeks in scenario.design.visits_weeks.items()},
        baseline=baseline,
        contrasts=contrasts,
        covariates=scenario.cohort.covariates,
        allocation=scenario.allocation,
        outcomes=scenario.outcomes,
        latent=latent,
        missing=scenario.observation.missing,
        analyses=scenario.analyses,
        decision=decision,
    )
    return design, effects, problems


def _baseline(scenario: Scenario) -> str | None:
    for name, weeks in scenario.design.visits_weeks.items():
        if weeks == 0:
            return name
    return None


def _visit_problems(scenario: Scenario) -> list[Problem]:
    weeks = list(scenario.design.visits_weeks.values())
    path: Path = ("design", "visits_weeks")
    if any(later <= earlier for earlier, later in zip(weeks, weeks[1:], strict=False)):
        found = ", ".join(f"{week:g}" for week in weeks)
        return [Problem(path, f"visits must be in order of time, found weeks {found}.")]
    if weeks == [0]:
        return [Problem(path, "has only a baseline visit.", "Add a visit after week 0.")]
    return []


def _arm_problems(scenario: Scenario) -> list[Problem]:
    sizes = [arm.n for arm in scenario.design.arms.values()]
    problems = [Problem(("allocation",), text) for text in scenario.allocation.problems(sizes)]
    if len(sizes) > 100:
        problems.append(Problem(("design", "arms"), "has more than 100 arms."))
    if sum(sizes) > MAX_PATIENTS:
        problems.append(
            Problem(
                ("design", "arms"),
                f"has {sum(sizes)} patients; at most {MAX_PATIENTS} can be simulated in a trial.",
            )
        )
    return problems


def _outcome_problems(
    name: str, method: OutcomeMethod, visits: Sequence[str], outcomes: Sequence[str]
) -> list[Problem]:
    path: Path = ("outcomes", name)
    n, problems = len(visits), []
    for key in ("mean", "sd"):
        values = getattr(method, key)
        if isinstance(values, tuple) and len(values) != n:
            text = f"has {len(values)} values for {n} visits ({', '.join(visits)})."
            problems.append(Problem((*path, key), text))
    problems += [
        Problem((*path, "correlation"), text) for text in _matrix_problems(method.correlation, n)
    ]
    for other in method.correlated_with:
        if other == name or other not in outcomes:
            others = [outcome for outcome in outcomes if outcome != name]
            hint = nearest(other, others)
            place: Path = (*path, "correlated_with", other)
            problems.append(Problem(place, "names no other outcome.", hint))
    if not problems:
        for v in range(n):
            text_at = f"at {visits[v]}, " if n > 1 else ""
            problems += [Problem(path, f"{text_at}{text}") for text in method.problems(v)]
    return problems


def _matrix_problems(stated: tuple[tuple[float, ...], ...] | float, n: int) -> list[str]:
    if not isinstance(stated, tuple):
        return [] if -1 < stated < 1 else [f"found {stated:g}, which must lie between -1 and 1."]
    if len(stated) != n or any(len(row) != n for row in stated):
        return [f"must be one number, or {n} rows of {n} numbers (a row a visit)."]
    problems = []
    if any(stated[i][i] != 1 for i in range(n)):
        problems.append("must have 1 on its diagonal.")
    pairs = [(stated[i][j], stated[j][i]) for i in range(n) for j in range(i)]
    if any(abs(a - b) > 1e-12 for a, b in pairs):
        problems.append("must be symmetric.")
    if any(not -1 < value < 1 for pair in pairs for value in pair):
        problems.append("must have values between -1 and 1 off its diagonal.")
    return problems


def _contrasts(scenario: Scenario) -> tuple[dict[str, tuple[str, str]], list[Problem]]:
    arms = list(scenario.design.arms)
    stated = scenario.design.contrasts
    if not stated:
        return {f"{arm} - {arms[0]}": (arm, arms[0]) for arm in arms[1:]}, []
    problems = []
    for name, pair in stated.items():
        path: Path = ("design", "contrasts", name)
        problems += [
            Problem(path, f"no arm is called '{arm}'.", nearest(arm, arms))
            for arm in pair
            if arm not in arms
        ]
        if pair[0] == pair[1]:
            problems.append(Problem(path, "compares an arm with itself."))
    return dict(stated), problems


def _analysis_problems(
    name: str,
    analysis: AnalysisMethod,
    scenario: Scenario,
    contrasts: Mapping[str, tuple[str, str]],
) -> list[Problem]:
    path: Path = ("analyses", name)
    visits, covariates = list(scenario.design.visits_weeks), scenario.cohort.covariates
    problems = []
    if analysis.outcome not in scenario.outcomes:
        hint = nearest(analysis.outcome, list(scenario.outcomes))
        text = f"no outcome is called '{analysis.outcome}'."
        problems.append(Problem((*path, "outcome"), text, hint))
    if analysis.visit not in visits:
        text = f"no visit is called '{analysis.visit}'."
        problems.append(Problem((*path, "visit"), text, nearest(analysis.visit, visits)))
    for contrast in analysis.contrasts or ():
        if contrast not in contrasts:
            text = f"no contrast is called '{contrast}'."
            problems.append(Problem((*path, "contrasts"), text, nearest(contrast, list(contrasts))))
    if analysis.contrasts == ():
        problems.append(Problem((*path, "contrasts"), "is an empty list.", "Leave it out for all."))
    used = [variable for variable in analysis.reads(list(covariates))[1:]]
    for outcome, variable in used:
        if outcome and variable not in visits:
            known = [*visits, *covariates]
            text = f"'{variable}' is neither a visit nor a covariate."
            problems.append(Problem(path, text, nearest(variable, known)))
        elif outcome and variable == analysis.visit:
            problems.append(Problem(path, f"'{variable}' is the visit that is analysed."))
        elif not outcome and variable in visits:
            text = f"'{variable}' is both a visit and a covariate."
            problems.append(Problem(path, text, "Rename the covariate."))
    if len(set(used)) < len(used):
        problems.append(Problem(path, "uses a variable twice."))
    return problems


def _decision_problems(scenario: Scenario) -> list[Problem]:
    analyses = list(scenario.analyses)
    primary = scenario.decision.primary
    problems = []
    if primary and primary not in analyses:
        text = f"no analysis is called '{primary}'."
        problems.append(Problem(("decision", "primary"), text, nearest(primary, analyses)))
    return problems
