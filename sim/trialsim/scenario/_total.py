"""The virtual path `design.n_total`: a total size, shared among the arms at their ratio."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from trialsim.core.errors import Path, Problem, ScenarioError, dotted
from trialsim.core.ratio import allocation_ratio
from trialsim.scenario._words import kind
from trialsim.scenario.load import Document, Place

N_TOTAL: Path = ("design", "n_total")
_ARMS: Path = ("design", "arms")


def arm_sizes(document: Document, n_total: Any, source: str) -> dict[str, int]:
    """The size of each arm for a total, by largest remainder; ties go to the earlier arm."""
    written = _planned(document, source)
    if isinstance(n_total, bool) or not isinstance(n_total, int):
        raise ScenarioError(
            Problem(
                N_TOTAL,
                f"found {kind(n_total)}; a total size is a whole number.",
                f"Write a number of participants, such as {sum(written.values())}.",
                source,
            )
        )
    sizes = dict(zip(written, shared(tuple(written.values()), n_total), strict=True))
    if n_total < len(sizes) or min(sizes.values()) < 1:
        parts = allocation_ratio(tuple(written.values()))
        ratio = ":".join(map(str, parts))
        enough = -(-sum(parts) // min(parts))
        raise ScenarioError(
            Problem(
                N_TOTAL,
                f"found {n_total}, which at the ratio {ratio} leaves an arm with nobody in it.",
                f"From {enough} every arm has somebody.",
                source,
            )
        )
    return sizes


def shared(planned: Sequence[int], n_total: int) -> tuple[int, ...]:
    """A total shared among arms of these planned sizes, by largest remainder; ties go to the
    earlier arm.

    >>> shared((65, 64), 101)
    (51, 50)
    """
    # 65 and 64 are 129 divided equally; twice that is 129 each, not 130 and 128.
    parts = allocation_ratio(planned)
    # Exact whole numbers throughout: a float could turn a tie into a choice.
    total = sum(parts)
    sizes = [n * n_total // total for n in parts]
    by_remainder = sorted(range(len(parts)), key=lambda a: -(parts[a] * n_total % total))
    for a in by_remainder[: n_total - sum(sizes)]:
        sizes[a] += 1
    return tuple(sizes)


def sets_arm_sizes(path: Path) -> bool:
    """Whether setting a path sets the size of an arm: `design.arms.a.n`, or what contains it."""
    if len(path) <= 3:
        return path == _ARMS[: len(path)] or path[:2] == _ARMS
    return path[:2] == _ARMS and path[3] == "n"


def _planned(document: Document, source: str) -> dict[str, int]:
    """The sizes as written. Refuses what cannot be rescaled, wherever the schema would."""
    design = document.data.get("design")
    arms = design.get("arms") if isinstance(design, dict) else None
    if not isinstance(arms, dict) or len(arms) < 2:
        raise ScenarioError(
            _problem(document, _ARMS, "found no two arms", "arms: {a: {n: 50}, b: {n: 50}}", source)
        )
    problems = []
    sizes = {}
    for name, arm in arms.items():
        n = arm.get("n") if isinstance(arm, dict) else None
        if isinstance(n, int) and not isinstance(n, bool) and n >= 1:
            sizes[name] = n
        else:
            found = f"found {kind(n)} for the size of the arm"
            problems.append(_problem(document, (*_ARMS, name, "n"), found, "n: 50", source))
    if problems:
        raise ScenarioError(problems)
    return sizes


def _problem(document: Document, path: Path, found: str, example: str, source: str) -> Problem:
    place = document.place(path) or Place(document.source)
    return Problem(
        path,
        f"{found}; {dotted(N_TOTAL)} ({source}) shares a total at the ratio of the arms.",
        f"Write for example `{example}`.",
        place.source,
        place.line,
        place.column,
    )
