"""A change to a scenario that its author asks for, and which problems it is to blame for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trialsim.core.errors import Path, Problem, dotted
from trialsim.scenario._words import shown
from trialsim.scenario.overrides import split_path

POINTS: Path = ("vary", "points")
"""Where listed points are written."""


@dataclass(frozen=True)
class Change:
    """What an author asks to change: one value of `vary`, or all that a point or what_if does."""

    place: Path
    """Where it is written."""
    values: Mapping[str, Any]
    """By path."""

    @property
    def is_named(self) -> bool:
        """Whether it is a point or what_if, in which every value stands beside its own path."""
        return self.place[0] == "what_if" or self.place[:2] == POINTS

    def __str__(self) -> str:
        if self.place[:2] == POINTS and len(self.place) == 3:
            return f"the point '{self.place[2]}'"
        return " and ".join(
            f"this {path}" if isinstance(value, Mapping) else f"{path} = {shown(value)}"
            for path, value in self.values.items()
        )


def own_problems(change: Change, problems: Sequence[Problem], is_sound: bool) -> Sequence[Problem]:
    """The problems of a changed scenario that are the change's own."""
    if is_sound:
        return problems
    targets = [split_path(path) for path in change.values]
    return [p for p in problems if any(p.path[: len(target)] == target for target in targets)]


def told_where_written(
    changes: Sequence[Change], told: Sequence[Sequence[Problem]]
) -> Iterable[Problem]:
    """What is wrong with the values of one path: told once if it is the same for all of them."""
    texts = [[(problem.path, problem.message) for problem in its] for its in told]
    if len(changes) > 1 and all(one == texts[0] for one in texts):
        for problem in told[0]:
            yield _moved(problem, changes[0], changes[0].place[:-1], "every value makes")
        return
    for change, its in zip(changes, told, strict=True):
        for problem in its:
            yield _moved(problem, change, change.place, "", is_only=len(changes) == 1)


def _moved(
    problem: Problem, change: Change, place: Path, cause: str, is_only: bool = False
) -> Problem:
    """A problem of a changed scenario, told where the change is written."""
    path = _culprit(problem, change)
    if path is None:
        text = f"these changes make {dotted(problem.path)} wrong: {problem.message}"
        return Problem(place, text, problem.hint)
    if change.is_named:
        place = (*place, path)
    target, found = split_path(path), problem.path
    is_value = change.place[0] == "vary" and place == change.place
    whole = place[:-1] if is_value else place
    message, hint, at_key = problem.message, problem.hint, problem.at_key
    if found == target and (is_only or at_key):  # it does not matter which of the values
        return Problem(whole, message, hint, at_key=at_key)
    if found[: len(target)] == target:
        # A value that replaces a whole part may be wrong somewhere inside.
        return Problem((*place, *found[len(target) :]), message, hint, at_key=at_key)
    if target[: len(found)] == found:  # the path leads nowhere, whatever the value
        return Problem(whole, message, hint, at_key=True)
    cause = cause or f"{Change(place, {path: change.values[path]})} makes"
    return Problem(place, f"{cause} {dotted(found)} wrong: {message}", hint)


def _culprit(problem: Problem, change: Change) -> str | None:
    """The changed path that lies nearest to a problem; None when several lie equally near."""

    def common(path: str) -> int:
        target = split_path(path)
        pairs = enumerate(zip(target, problem.path, strict=False))
        return next((i for i, (a, b) in pairs if a != b), min(len(target), len(problem.path)))

    nearest_first = sorted(change.values, key=common, reverse=True)
    if len(nearest_first) > 1 and common(nearest_first[0]) == common(nearest_first[1]):
        return None
    return nearest_first[0] if nearest_first else None
