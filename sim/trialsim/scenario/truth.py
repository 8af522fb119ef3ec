"""From named assumptions to the effect on every outcome, arm and visit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from trialsim.core.errors import Path, Problem
from trialsim.core.stages import Effect, OutcomeMethod
from trialsim.scenario._words import counted, listed, nearest
from trialsim.scenario.keys.assumptions import ArmTruth, Assumption, PerVisit
from trialsim.scenario.margins import cannot_simulate, key_about, one_a_visit
from trialsim.scenario.schema import Scenario

MAX_SDS = 1_000
"""A larger difference, in SDs of the score, leaves no digits for what patients differ by."""

Row = tuple[tuple[float, ...], tuple[float | None, ...]]
"""Differences and SDs of one arm, a value a visit."""


def effects_of(
    name: str, assumption: Assumption, scenario: Scenario, sound: Mapping[str, OutcomeMethod]
) -> tuple[dict[str, Effect], list[Problem]]:
    """One effect for each outcome in which nothing is wrong, and what is impossible about it."""
    where: Path = ("assumptions", name)
    arms, visits = list(scenario.design.arms), list(scenario.design.visits_weeks)
    problems = []
    for outcome, by_arm in assumption.items():
        if outcome not in scenario.outcomes:
            text = "no outcome has this name."
            hint = nearest(outcome, list(scenario.outcomes))
            problems.append(Problem((*where, outcome), text, hint, at_key=True))
        problems += _arm_name_problems((*where, outcome), by_arm, arms)
    effects, baseline = {}, baseline_of(scenario)
    for outcome, method in sound.items():
        stated = assumption.get(outcome, {})
        rows, wrong = [], []
        for arm in arms:
            path: Path = (*where, outcome, arm)
            row, found = _arm(stated.get(arm, 0.0), path, visits, baseline, method)
            rows.append(row)
            wrong += found
        effect = Effect(difference=tuple(row[0] for row in rows), sd=tuple(row[1] for row in rows))
        effects[outcome] = effect
        problems += wrong or _unseen((*where, outcome), method, effect, visits)
    return effects, problems


def baseline_of(scenario: Scenario) -> str | None:
    """The visit in week 0, if there is one."""
    weeks = scenario.design.visits_weeks
    return next((name for name, week in weeks.items() if week == 0), None)


def _arm_name_problems(
    path: Path, by_arm: Mapping[str, ArmTruth | PerVisit], arms: Sequence[str]
) -> list[Problem]:
    problems = []
    for arm in by_arm:
        if arm not in arms:
            hint = nearest(arm, arms[1:])
            text = "no arm has this name."
            problems.append(Problem((*path, arm), text, hint, at_key=True))
        elif arm == arms[0]:
            text = "the first arm is the comparator: differences are counted from it."
            hint = f"State a difference for {listed(arms[1:], 'or')}."
            problems.append(Problem((*path, arm), text, hint, at_key=True))
    return problems


def _arm(
    stated: ArmTruth | PerVisit,
    path: Path,
    visits: Sequence[str],
    baseline: str | None,
    method: OutcomeMethod,
) -> tuple[Row, list[Problem]]:
    """What is true of one arm, and what is impossible about it."""
    truth = stated if isinstance(stated, ArmTruth) else ArmTruth(difference=stated)
    after = [visit != baseline for visit in visits]
    differences = truth.difference
    if not isinstance(differences, tuple):
        differences = tuple(differences if later else 0.0 for later in after)
    own = truth.sd
    if not isinstance(own, tuple):
        own = tuple(own if later else None for later in after)
    at_difference: Path = (*path, "difference") if isinstance(stated, ArmTruth) else path
    problems = []
    for values, place in ((differences, at_difference), (own, (*path, "sd"))):
        if len(values) != len(visits):
            text = f"has {counted(len(values), 'value')} for {counted(len(visits), 'visit')}."
            problems.append(Problem(place, text, one_a_visit(visits)))
    if problems:
        return ((0.0,) * len(visits), (None,) * len(visits)), problems
    for v, visit in enumerate(visits):
        difference, sd = differences[v], own[v]
        place = (*at_difference, v) if isinstance(truth.difference, tuple) else at_difference
        at_sd = (*path, "sd", v) if isinstance(truth.sd, tuple) else (*path, "sd")
        if visit == baseline and (difference or sd is not None):
            text = f"nothing acts at {visit}: before treatment all arms are one population."
            hint = "Write 0 there." if difference else "Write null there."
            problems.append(Problem(place if difference else at_sd, text, hint))
        comparator = f"The comparator has mean {method.at(method.mean, v):g} there."
        for text in method.arm_problems(v, difference, sd):
            about_sd = sd is not None and key_about(text) == "sd"
            problems.append(
                Problem(at_sd if about_sd else place, f"at {visit}, {text}", comparator)
            )
        usual = method.at(method.sd, v)
        if abs(difference) > MAX_SDS * min(usual, sd or usual):
            text = f"at {visit}, a difference of {difference:g} is more than a thousand SDs."
            problems.append(Problem(place, text, f"The SD there is {min(usual, sd or usual):g}."))
    # One number stands for many visits; the first at which it is impossible says enough.
    return (differences, own), list({found.path: found for found in problems[::-1]}.values())[::-1]


def _unseen(
    path: Path, method: OutcomeMethod, effect: Effect, visits: Sequence[str]
) -> list[Problem]:
    """Arms whose scores cannot be made although each of their numbers is possible."""
    for v, visit in enumerate(visits):
        differs = any(row[v] for row in effect.difference) or any(
            row[v] is not None for row in effect.sd
        )
        if differs and cannot_simulate(method, v, effect):
            text = (
                f"at {visit}, almost nobody in some arm would score between the lowest and the "
                "highest score."
            )
            return [Problem(path, text, "State a smaller difference or SD, or use a larger step.")]
    return []
