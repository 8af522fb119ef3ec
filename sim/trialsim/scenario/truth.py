"""From named assumptions to the effect on every outcome, arm and visit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from trialsim.core.errors import Path, Problem
from trialsim.core.stages import Effect, OutcomeMethod
from trialsim.scenario.keys.assumptions import ArmTruth, Assumption, PerVisit
from trialsim.scenario.validate import nearest


def effects_of(
    name: str,
    assumption: Assumption,
    arms: Sequence[str],
    visits: Sequence[str],
    baseline: str | None,
    outcomes: Mapping[str, OutcomeMethod],
) -> tuple[dict[str, Effect], list[Problem]]:
    """One effect an outcome, and what is impossible about the assumption."""
    where: Path = ("assumptions", name)
    problems = [
        Problem((*where, outcome), "no outcome has this name.", nearest(outcome, list(outcomes)))
        for outcome in assumption
        if outcome not in outcomes
    ]
    effects = {}
    for outcome, method in outcomes.items():
        rows = []
        stated = assumption.get(outcome, {})
        for arm in stated:
            if arm not in arms:
                hint = nearest(arm, arms[1:])
                problems.append(Problem((*where, outcome, arm), "no arm has this name.", hint))
            elif arm == arms[0]:
                problems.append(
                    Problem(
                        (*where, outcome, arm),
                        "the first arm is the comparator: differences are counted from it.",
                        f"State a difference for {', '.join(arms[1:])}.",
                    )
                )
        for arm in arms:
            path: Path = (*where, outcome, arm)
            row, found = _arm(stated.get(arm, 0.0), path, visits, baseline, method)
            rows.append(row)
            problems += found
        effects[outcome] = Effect(
            difference=tuple(row[0] for row in rows), sd=tuple(row[1] for row in rows)
        )
    return effects, problems


def _arm(
    stated: ArmTruth | PerVisit,
    path: Path,
    visits: Sequence[str],
    baseline: str | None,
    method: OutcomeMethod,
) -> tuple[tuple[tuple[float, ...], tuple[float | None, ...]], list[Problem]]:
    """Differences and SDs of one arm, a value a visit."""
    truth = stated if isinstance(stated, ArmTruth) else ArmTruth(difference=stated)
    after = [visit != baseline for visit in visits]
    own: tuple[float | None, ...]
    if isinstance(truth.difference, tuple):
        differences = truth.difference
    else:
        differences = tuple(truth.difference if later else 0.0 for later in after)
    own = truth.sd if isinstance(truth.sd, tuple) else tuple(truth.sd if a else None for a in after)
    problems = []
    for values, key in ((differences, "difference"), (own, "sd")):
        if len(values) != len(visits):
            place = (*path, key) if isinstance(stated, ArmTruth) else path
            problems.append(
                Problem(place, f"has {len(values)} values for {len(visits)} visits.", _form(visits))
            )
    if problems:
        nothing = (0.0,) * len(visits), (None,) * len(visits)
        return nothing, problems
    for v, (visit, difference, sd) in enumerate(zip(visits, differences, own, strict=True)):
        place = (*path, v) if isinstance(stated, tuple) else path
        if visit == baseline and (difference or sd is not None):
            problems.append(
                Problem(
                    place,
                    f"nothing acts at {visit}: before treatment all arms are one population.",
                    "Write 0 there.",
                )
            )
        problems += [
            Problem(place, f"at {visit}, {text}") for text in method.arm_problems(v, difference, sd)
        ]
    return (differences, own), problems


def _form(visits: Sequence[str]) -> str:
    return f"Write one value for each of {', '.join(visits)}."
