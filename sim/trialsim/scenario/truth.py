"""From named assumptions to the effect on every outcome, arm and visit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from trialsim.core.errors import Path, Problem
from trialsim.core.stages import Effect, OutcomeMethod
from trialsim.scenario._words import counted, listed, nearest
from trialsim.scenario.keys.assumptions import ArmTruth, Assumption, PerVisit
from trialsim.scenario.margins import cannot_simulate, key_about, one_a_visit
from trialsim.scenario.modification import Classes, Shares, classes_of
from trialsim.scenario.schema import Scenario

MAX_SDS = 1_000
"""A larger difference, in SDs of the score, leaves no digits for what patients differ by."""

LEAST_PART = 1e-9
"""With a smaller mean part of an effect, what the full dose would give has no meaning."""

Differences = tuple[float, ...]
"""Of one class of patients in one arm, a value a visit."""

Spreads = tuple[float | None, ...]
"""SDs of one arm's own, a value a visit."""


@dataclass(frozen=True)
class _Seen:
    """An outcome and where it is measured."""

    visits: Sequence[str]
    baseline: str | None
    method: OutcomeMethod
    parts: Sequence[float] | None
    unknown: str
    """Why no full dose follows from a mean over all who were allocated; "" where one does."""


def effects_of(
    name: str,
    assumption: Assumption,
    scenario: Scenario,
    sound: Mapping[str, OutcomeMethod],
    levels: Mapping[str, Shares | None],
    parts: Sequence[float] | None,
) -> tuple[dict[str, Effect], list[Problem]]:
    """One effect for each outcome in which nothing is wrong, and what is impossible about it.

    `levels` has the shares of the levels of every covariate and trait, None for measurements;
    `parts` the mean part of an effect (v,) that those get who attend as the scenario says, None
    where that depends on their scores, or on the calendar.
    """
    where: Path = ("assumptions", name)
    arms, visits = list(scenario.design.arms), list(scenario.design.visits_weeks)
    problems = []
    for outcome, by_arm in assumption.items():
        if outcome not in scenario.outcomes:
            text = "no outcome has this name."
            hint = nearest(outcome, list(scenario.outcomes))
            problems.append(Problem((*where, outcome), text, hint, at_key=True))
        problems += _arm_name_problems((*where, outcome), by_arm, arms)
    effects, baseline, unknown = {}, baseline_of(scenario), _why_unknown(scenario, parts)
    for outcome, method in sound.items():
        stated = {arm: _as_truth(assumption.get(outcome, {}).get(arm, 0.0)) for arm in arms}
        whose, wrong = classes_of((*where, outcome), stated, levels)
        rows: list[tuple[Sequence[Differences], Spreads]] = []
        for arm in arms if not wrong else ():
            given = assumption.get(outcome, {}).get(arm, 0.0)
            path: Path = (*where, outcome, arm)
            place = (*path, "difference") if isinstance(given, ArmTruth) else path
            seen = _Seen(visits, baseline, method, parts, unknown)
            row, found = _arm(stated[arm], whose, path, place, seen)
            rows.append(row)
            wrong += found
        if wrong:
            problems += wrong
            effects[outcome] = Effect.none(len(arms), len(visits))
            continue
        effect = whose.effect([row[0] for row in rows], [row[1] for row in rows])
        effects[outcome] = effect
        problems += _unseen((*where, outcome), method, effect.by_class, visits)
    return effects, problems


def _why_unknown(scenario: Scenario, parts: Sequence[float] | None) -> str:
    """Why the full dose cannot be worked out from what is delivered on average."""
    conduct = scenario.conduct
    if conduct.switching:
        return "patients change over to other treatments"
    if conduct.cointerventions:
        return "patients take other things beside it"
    if parts is not None:
        return ""
    if conduct.sessions is not None and conduct.sessions.severity is not None:
        return "attendance goes with a score"
    return "how much is attended by a visit is known only when the calendar is simulated"


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


def _as_truth(stated: ArmTruth | PerVisit) -> ArmTruth:
    return stated if isinstance(stated, ArmTruth) else ArmTruth(difference=stated)


def _arm(
    truth: ArmTruth,
    whose: Classes,
    path: Path,
    at_difference: Path,
    seen: _Seen,
) -> tuple[tuple[Sequence[Differences], Spreads], list[Problem]]:
    """What is true of one arm, a row of differences for every class, and what is impossible."""
    visits = seen.visits
    after = [visit != seen.baseline for visit in visits]
    own = truth.sd
    if not isinstance(own, tuple):
        own = tuple(own if later else None for later in after)
    problems = _length_problems((*path, "sd"), own, visits)
    written = [(truth.difference, at_difference)]
    if truth.by_level is not None:
        written = [(row, (*path, "by_level", i)) for i, row in enumerate(truth.by_level)]
    rows = []
    for differences, place in written:
        full = differences
        if not isinstance(full, tuple):
            full = tuple(full if later else 0.0 for later in after)
        rows.append(full)
        problems += _length_problems(place, full, visits)
    if problems:
        return ([], ()), problems
    if truth.stated_as == "treatment_policy":
        if seen.parts is None or seen.unknown:
            text = f"{seen.unknown}, so that no full dose follows from the mean."
            return ([], ()), [Problem((*path, "as"), text, "State the effect of the full dose.")]
        needed = [p for row in rows for d, p in zip(row, seen.parts, strict=True) if d]
        if min(needed, default=1.0) < LEAST_PART:
            text = "hardly anybody attends enough to gain, so that no full dose follows."
            return ([], ()), [Problem((*path, "as"), text, "State the effect of the full dose.")]
        rows = [
            tuple(d / p if d else 0.0 for d, p in zip(row, seen.parts, strict=True)) for row in rows
        ]
    by_class = whose.rows(truth, rows)
    for m, row in enumerate(by_class):
        stated, place = written[min(m, len(written) - 1)]
        problems += _row_problems(row, own, stated, truth, path, place, seen)
    # One number stands for many visits; the first at which it is impossible says enough.
    return (by_class, own), list({found.path: found for found in problems[::-1]}.values())[::-1]


def _length_problems(path: Path, values: Sequence[object], visits: Sequence[str]) -> list[Problem]:
    if len(values) == len(visits):
        return []
    text = f"has {counted(len(values), 'value')} for {counted(len(visits), 'visit')}."
    return [Problem(path, text, one_a_visit(visits))]


def _row_problems(
    differences: Differences,
    own: Spreads,
    stated: PerVisit,
    truth: ArmTruth,
    path: Path,
    at_difference: Path,
    seen: _Seen,
) -> list[Problem]:
    """What is impossible about the patients of one class of an arm."""
    problems, method = [], seen.method
    for v, visit in enumerate(seen.visits):
        difference, sd = differences[v], own[v]
        place = (*at_difference, v) if isinstance(stated, tuple) else at_difference
        at_sd = (*path, "sd", v) if isinstance(truth.sd, tuple) else (*path, "sd")
        if visit == seen.baseline and (difference or sd is not None):
            text = f"nothing acts at {visit}: before treatment all arms are one population."
            hint = "Write 0 there." if difference else "Write null there."
            problems.append(Problem(place if difference else at_sd, text, hint))
        comparator = f"The comparator has mean {method.at(method.mean, v):g} there."
        if truth.responders not in (None, 1):
            comparator += f" Responders gain {difference:g}."
        elif truth.stated_as == "treatment_policy" and difference:
            comparator += f" The full dose gains {difference:g}."
        for text in method.arm_problems(v, difference, sd):
            about_sd = sd is not None and key_about(text) == "sd"
            problems.append(
                Problem(at_sd if about_sd else place, f"at {visit}, {text}", comparator)
            )
        usual = method.at(method.sd, v)
        if abs(difference) > MAX_SDS * min(usual, sd or usual):
            text = f"at {visit}, a difference of {difference:g} is more than a thousand SDs."
            problems.append(Problem(place, text, f"The SD there is {min(usual, sd or usual):g}."))
    return problems


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
