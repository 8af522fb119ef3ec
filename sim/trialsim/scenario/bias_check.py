"""What is wrong with bias mechanisms: names that do not exist, and what no trial can have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from trialsim.bias.distort import LEVELS
from trialsim.core.effect import Beside, Effect, Place
from trialsim.core.errors import Path, Problem
from trialsim.core.stages import BiasMethod, OutcomeMethod, ReportBias, ScoreBias, TreatmentBias
from trialsim.core.stages.distorting import FURTHEST, Setting
from trialsim.scenario._words import clipped, listed
from trialsim.scenario.beside_check import MOST_LAWS
from trialsim.scenario.margins import cannot_simulate
from trialsim.scenario.people import covariates_of
from trialsim.scenario.references import contrasts_of, unknown_name
from trialsim.scenario.schema import Scenario
from trialsim.scenario.sessions import sessions_of
from trialsim.scenario.truth import baseline_of

_NAMES = {
    "outcome": "outcome",
    "size": "outcome",
    "arm": "arm",
    "to": "arm",
    "favours": "arm",
    "rate": "arm",
    "strength": "arm",
    "share": "arm",
    "visit": "visit",
    "visits": "visit",
    "analyses": "analysis",
    "believers": "covariate or trait",
    "prognosis": "covariate or trait",
    "by": "covariate",
}
"""Keys whose text, list or names of a mapping are names of something else in the scenario."""


def bias_problems(scenario: Scenario, sound: Mapping[str, OutcomeMethod]) -> Iterable[Problem]:
    """What is wrong with each mechanism by itself, on or off; outcomes that are `sound`."""
    known: dict[str, Sequence[str]] = {
        "outcome": list(scenario.outcomes),
        "arm": list(scenario.design.arms),
        "visit": list(scenario.design.visits_weeks),
        "analysis": list(scenario.analyses),
        "covariate or trait": list(covariates_of(scenario)),
        "covariate": list(scenario.cohort.covariates),
    }
    setting = _setting(scenario, sound) if scenario.bias else None
    for name, one in scenario.bias.items():
        path: Path = ("bias", name)
        unknown = list(_unknown(path, one, known))
        yield from unknown
        if unknown:
            continue
        if isinstance(one, ReportBias):
            yield from _contrast_problems(path, one, scenario)
        if setting is not None and set(_named(one, "outcome")) <= set(sound):
            for text in one.problems(setting):
                yield Problem(path, text)


def misled_problems(
    assumption: str,
    effects: Mapping[str, Effect],
    scenario: Scenario,
    sound: Mapping[str, OutcomeMethod],
) -> list[Problem]:
    """Scores that cannot be made under all that misleads at once, or by too many laws."""
    for outcome, effect in effects.items():
        acting = {
            name: one
            for name, one in scenario.bias.items()
            if one.on and (isinstance(one, TreatmentBias) or outcome in _named(one, "outcome"))
            if isinstance(one, TreatmentBias | ScoreBias)
        }
        if not acting or outcome not in sound:
            continue
        laws = len(effect.by_class.difference) * _n_states(list(acting.values()))
        if laws > MOST_LAWS:
            text = (
                f"arms, classes of patients and what misleads ({listed(acting, 'and')}) make up to "
                f"{laws:,} distributions of scores; at most {MOST_LAWS:,} can be simulated."
            )
            return [Problem(("bias",), text, "Turn some off, or leave out between_trial_sd.")]
        method = sound[outcome]
        for v, visit in enumerate(scenario.design.visits_weeks):
            if visit == baseline_of(scenario):
                continue
            place = Place(method.at(method.mean, v), method.limits)
            states = [_together(list(acting.values()), method, v, outcome, s) for s in (-1, 0, 1)]
            if cannot_simulate(method, v, effect.beside([1.0], states, v, place)):
                text = (
                    f"under {assumption}, at {visit}, with all that misleads "
                    f"({listed(acting, 'and')}), almost nobody in some arm would score between the "
                    "lowest and the highest score."
                )
                return [Problem(("bias",), text, "State smaller sizes, or a larger step.")]
    return []


def _setting(scenario: Scenario, sound: Mapping[str, OutcomeMethod]) -> Setting:
    return Setting(
        arms={name: arm.n for name, arm in scenario.design.arms.items()},
        visits=list(scenario.design.visits_weeks),
        baseline=baseline_of(scenario),
        outcomes=sound,
        levels={name: method.n_levels for name, method in covariates_of(scenario).items()},
        factors=scenario.allocation.factors,
        misses_sessions=sessions_of(scenario) is not None,
        alpha=scenario.decision.alpha,
        sides=scenario.decision.sides,
    )


def _unknown(path: Path, one: BiasMethod, known: Mapping[str, Sequence[str]]) -> Iterable[Problem]:
    for key in type(one).model_fields:
        value, what = getattr(one, key), _NAMES.get(key, "")
        if not what:
            continue
        if isinstance(value, str):
            yield from unknown_name((*path, key), what, value, known[what])
        elif isinstance(value, dict):
            for name in value:
                yield from unknown_name((*path, key, name), what, name, known[what])
        elif isinstance(value, tuple):
            for i, name in enumerate(value):
                yield from unknown_name((*path, key, i), what, name, known[what])


def _named(one: BiasMethod, what: str) -> list[str]:
    """Names of outcomes, arms and so on that a mechanism gives."""
    found: list[str] = []
    for key in type(one).model_fields:
        value = getattr(one, key)
        if _NAMES.get(key) == what and isinstance(value, str | dict | tuple):
            found += [value] if isinstance(value, str) else list(value)
    return found


def _contrast_problems(path: Path, one: ReportBias, scenario: Scenario) -> Iterable[Problem]:
    """Results that cannot take the place of the primary one."""
    primary = scenario.decision.primary or next(iter(scenario.analyses))
    every = tuple(contrasts_of(scenario))

    def contrasts(name: str) -> tuple[str, ...]:
        own = scenario.analyses[name].contrasts
        return every if own is None else own

    for i, name in enumerate(one.needs()):
        if primary in scenario.analyses and contrasts(name) != contrasts(primary):
            text = f"{clipped(name)} estimates other contrasts than the primary analysis."
            hint = f"The primary is {primary}: {listed(contrasts(primary))}."
            yield Problem((*path, "analyses", i), text, hint)


def _n_states(acting: Sequence[BiasMethod]) -> int:
    """At most so many combinations of what acts on a patient, in a batch."""
    by_arm = any(isinstance(one, ScoreBias) for one in acting)
    by_lot = sum(isinstance(one, TreatmentBias) or _by_lot(one) for one in acting)
    varies = any(isinstance(one, ScoreBias) and one.between_trial_sd > 0 for one in acting)
    return (1 + by_arm) * 2**by_lot * (len(LEVELS) if varies else 1)


def _by_lot(one: BiasMethod) -> bool:
    """Whether it acts on some patients of an arm and not on others."""
    if isinstance(one, ScoreBias) and one.believers is not None:
        return True
    return isinstance(one, ScoreBias) and type(one).takers is not ScoreBias.takers


def _together(
    acting: Sequence[BiasMethod], method: OutcomeMethod, v: int, outcome: str, side: int
) -> Beside:
    """All that acts at a visit, its sizes as far to one side as they may lie."""
    sizes = [
        one.points(method, v, outcome) + side * FURTHEST * one.spread(method, v, outcome)
        for one in acting
        if isinstance(one, ScoreBias)
    ]
    return Beside(None, tuple(sizes))
