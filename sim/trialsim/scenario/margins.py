"""What is impossible about an outcome: its numbers a visit, its correlations, its distribution."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from trialsim.core.errors import Path, Problem
from trialsim.core.stages import Effect, OutcomeMethod
from trialsim.scenario._words import counted, listed, nearest

MEAN_IN_SD = 1e9
"""A mean that lies further from 0, in SDs, leaves no digits for the differences between scores."""

_ABOUT = (("a mean", "mean"), ("an SD", "sd"), ("the SD", "sd"), ("max", "max"))
"""How methods begin to say what is wrong with a margin, and the key that it is about."""


def outcome_problems(
    name: str, method: OutcomeMethod, visits: Sequence[str], outcomes: Sequence[str]
) -> list[Problem]:
    """Everything that is wrong with an outcome by itself."""
    path: Path = ("outcomes", name)
    n = len(visits)
    lengths = []
    for key in ("mean", "sd"):
        values = getattr(method, key)
        if isinstance(values, tuple) and len(values) != n:
            text = f"has {counted(len(values), 'value')} for {counted(n, 'visit')}."
            lengths.append(Problem((*path, key), text, one_a_visit(visits)))
    problems = [*lengths, *matrix_problems((*path, "correlation"), method.correlation, n)]
    others = [outcome for outcome in outcomes if outcome != name]
    for other in method.correlated_with:
        place: Path = (*path, "correlated_with", other)
        if other == name:
            text = "names the outcome itself."
            hint = "Its correlation between visits is stated under correlation."
            problems.append(Problem(place, text, hint, at_key=True))
        elif other not in others:
            text = "no outcome has this name."
            problems.append(Problem(place, text, nearest(other, others), at_key=True))
    return problems + ([] if lengths else _margin_problems(path, method, visits))


def one_a_visit(visits: Sequence[str]) -> str:
    """The way out where numbers and visits do not match."""
    return f"Write one value for each of {listed(visits)}."


def key_about(text: str) -> str:
    """The key that a method's complaint is about, or nothing if that is not certain."""
    return next((key for words, key in _ABOUT if text.startswith(words)), "")


def cannot_simulate(method: OutcomeMethod, visit: int, effect: Effect) -> bool:
    """Whether a method fails to make a score, though it found nothing wrong with its margin."""
    one = np.zeros((1, 1))
    try:
        with np.errstate(all="ignore"):
            method.scores(visit, one, np.zeros((1, 1), dtype=np.int8), effect)
    except ValueError:  # the scores between the limits have chances too small to tell apart
        return True
    return False


def _margin_problems(path: Path, method: OutcomeMethod, visits: Sequence[str]) -> list[Problem]:
    found: dict[str, list[int]] = {}
    for v in range(len(visits)):
        for text in _at_visit(method, v, len(visits)):
            found.setdefault(text, []).append(v)
    problems = []
    for text, where in found.items():
        key = key_about(text)
        place: Path = (*path, key) if key in type(method).model_fields else path
        if len(where) == 1 and isinstance(getattr(method, key or "label"), tuple):
            place = (*place, where[0])
        if len(where) < len(visits):
            text = f"at {listed([visits[v] for v in where], 'and')}, {text}"
        problems.append(Problem(place, text))
    return problems


def _at_visit(method: OutcomeMethod, visit: int, n_visits: int) -> list[str]:
    texts = method.problems(visit)
    if texts:
        return texts
    mean, sd = method.at(method.mean, visit), method.at(method.sd, visit)
    if abs(mean) > MEAN_IN_SD * sd:
        return [f"an SD of {sd:g} is too small to be seen beside a mean of {mean:g}."]
    nothing: tuple[float, ...] = (0.0,) * n_visits
    alone = Effect(difference=(nothing,), sd=((None,) * n_visits,))
    if cannot_simulate(method, visit, alone):
        return [
            f"an SD of {sd:g} is so large that almost nobody scores between the lowest and the "
            "highest score: lower the SD, or use a larger step."
        ]
    return []


def matrix_problems(
    path: Path, stated: tuple[tuple[float, ...], ...] | float, n: int
) -> list[Problem]:
    """What keeps a correlation, or a matrix of them, from being one."""
    if not isinstance(stated, tuple):
        return [] if -1 < stated < 1 else [not_between(path, stated)]
    if shape := shape_problem(path, stated, n):
        return [shape]
    problems = [
        Problem((*path, i, i), f"found {stated[i][i]:g}; the diagonal of the matrix holds 1.")
        for i in range(n)
        if stated[i][i] != 1
    ]
    outside = [(i, j) for i in range(n) for j in range(n) if i != j and not -1 < stated[i][j] < 1]
    problems += [not_between((*path, i, j), stated[i][j]) for i, j in outside]
    uneven = [
        (i, j)
        for i in range(n)
        for j in range(i)
        if abs(stated[i][j] - stated[j][i]) > 1e-12 and not {(i, j), (j, i)} & set(outside)
    ]
    for i, j in uneven[:1]:  # a matrix typed by rows of another has hundreds
        mirror = f"row {j + 1}, column {i + 1} has {stated[j][i]:g}"
        text = f"found {stated[i][j]:g}, but {mirror}: the matrix must be symmetric."
        problems.append(Problem((*path, i, j), text))
    return problems


def shape_problem(path: Path, stated: tuple[tuple[float, ...], ...], n: int) -> Problem | None:
    """A matrix that has not a row and a column for every visit."""
    wrong = [i for i, row in enumerate(stated) if len(row) != n]
    if len(stated) == n and not wrong:
        return None
    wanted = f"must be one number, or {counted(n, 'row')} of {counted(n, 'number')}"
    if len(stated) != n:
        return Problem(path, f"has {counted(len(stated), 'row')}; {wanted} (a row a visit).")
    row = stated[wrong[0]]
    text = f"has {counted(len(row), 'number')}; a row has one for each of {counted(n, 'visit')}."
    return Problem((*path, wrong[0]), text)


def not_between(path: Path, value: float) -> Problem:
    """A correlation that is none."""
    return Problem(path, f"found {value:g}, which must lie between -1 and 1, both excluded.")
