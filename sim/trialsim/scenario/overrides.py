"""Changes to a scenario by dotted path: `--set`, `vary` and `what_if` all come through here."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from trialsim.core.errors import Path, Problem, ScenarioError, dotted
from trialsim.scenario._editor import Editor
from trialsim.scenario._nodes import MAX_DEPTH
from trialsim.scenario._total import N_TOTAL, arm_sizes, sets_arm_sizes
from trialsim.scenario._words import clipped, kind
from trialsim.scenario.load import Document, parse_value

OPTION = "--set"
"""The option of the command line, as messages name it."""
_PATH_EXAMPLE = "Write for example `decision.alpha` or `outcomes.rmdq.mean[1]`."
_QUOTES_EXAMPLE = """If it is text, write PATH='"..."'."""
# One part of a path: quoted (keys may hold dots), bare, or an index in brackets.
_PART = re.compile(
    r"""(?P<dot>\.)?(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[^.\[\]"'\s][^.\[\]"']*))"""
    r"""|\[(?P<index>[0-9]{1,9})\]"""
)
_INDEX = re.compile(r"0|[1-9][0-9]{0,8}")


def split_path(text: str) -> Path:
    """The keys and indices of a dotted path; `mean.1` and `mean[1]` are the same place.

    >>> split_path("outcomes.rmdq.mean[1]")
    ('outcomes', 'rmdq', 'mean', 1)
    >>> split_path('vary."design.n_total"')
    ('vary', 'design.n_total')
    """
    text = text.strip()
    parts: list[str | int] = []
    position = 0
    while position < len(text):
        found = _PART.match(text, position)
        # A dot stands between parts: not first, and before each but the first and [indices].
        if not found or (not found["index"] and bool(found["dot"]) != bool(parts)):
            break
        position = found.end()
        if found["index"]:
            parts.append(int(found["index"]))
        elif found["bare"]:
            bare = found["bare"].rstrip()
            parts.append(int(bare) if _INDEX.fullmatch(bare) else bare)
        else:
            parts.append(found["double"] or found["single"] or "")
    if position < len(text) or not parts or isinstance(parts[0], int):
        raise ScenarioError(
            Problem((), f"found '{clipped(text)}', which is not a path.", _PATH_EXAMPLE)
        )
    if len(parts) > MAX_DEPTH:
        raise ScenarioError(
            Problem((), f"found a path of {len(parts)} parts: '{clipped(text)}'.", _PATH_EXAMPLE)
        )
    return tuple(parts)


def parse_assignment(text: str) -> tuple[str, Any]:
    """PATH=VALUE of the option `--set`; VALUE is read as in a scenario, on one line.

    >>> parse_assignment("outcomes.rmdq.mean=[10, 8.5]")
    ('outcomes.rmdq.mean', [10, 8.5])
    """
    path, sign, written = (part.strip() for part in text.partition("="))
    if not sign or not path:
        raise ScenarioError(
            Problem(
                (),
                f"found '{clipped(text)}': an assignment reads PATH=VALUE.",
                "Write for example `--set decision.alpha=0.01`.",
                OPTION,
            )
        )
    where = _split(path, OPTION)
    problem = Problem(where, "", _QUOTES_EXAMPLE, OPTION)
    if written.startswith(("|", ">")):
        message = f"found '{written[0]}' at the beginning of a value."
        raise ScenarioError(replace(problem, message=message))
    if not written.startswith(("[", "{", '"', "'")) and re.search(r"(^|\s)#", written):
        message = f"found '{clipped(written)}', whose '#' would begin a comment."
        raise ScenarioError(replace(problem, message=message))
    try:
        value = parse_value(written, OPTION)
    except ScenarioError as error:
        # A line and column within VALUE would be looked for in a file.
        raise ScenarioError(
            replace(found, path=where + found.path, line=None, column=None)
            for found in error.problems
        ) from None
    if isinstance(value, dict | list) and not written.startswith(("[", "{")):
        message = f"found '{clipped(written)}', which YAML reads as {kind(value)}."
        hint = f"If that is meant, write {{key: value}} or [item, ...]. {_QUOTES_EXAMPLE}"
        raise ScenarioError(replace(problem, message=message, hint=hint))
    return path, value


def override(document: Document, changes: Mapping[str, Any], source: str) -> Document:
    """A copy of a document with some values changed, which remember `source` as their place.

    Keys that do not exist yet are made, with the mappings they stand in: whether they are allowed
    is for the schema to say, which can name the nearest spelling. `design.n_total` stands for the
    sizes of all arms. Raises ScenarioError with every change that cannot be made.
    """
    editor = Editor(
        copy.deepcopy(document.data), dict(document.places), dict(document.key_places), source
    )
    problems: list[Problem] = []
    paths: dict[Path, str] = {}
    for written, value in changes.items():
        try:
            path = _split(written, source)
            if path == N_TOTAL:
                # From the document as it was: whatever else sets an arm's size is refused below.
                for arm, n in arm_sizes(document, value, source).items():
                    editor.set(("design", "arms", arm, "n"), n)
            else:
                path = editor.set(path, _plain(value))
            if path in paths:
                message = f"is set twice: as '{paths[path]}' and as '{written}'."
                raise ScenarioError(Problem(path, message, "Set it once.", source))
            paths[path] = written
        except ScenarioError as error:
            problems += error.problems
    if N_TOTAL in paths:
        problems += [
            Problem(
                path,
                f"is set together with {dotted(N_TOTAL)}, which sets the size of every arm.",
                "Set one of the two.",
                source,
            )
            for path in paths
            if sets_arm_sizes(path)
        ]
    if problems:
        raise ScenarioError(problems)
    return replace(document, data=editor.data, places=editor.places, key_places=editor.key_places)


def override_possible(
    document: Document, changes: Mapping[str, Any], source: str
) -> tuple[Document, list[Problem]]:
    """A copy with as many of the changes as can be made, and what is wrong with the others."""
    if not changes:
        return document, []
    try:
        return override(document, changes, source), []
    except ScenarioError as error:
        possible = {}
        for path, value in changes.items():
            with suppress(ScenarioError):
                override(document, {path: value}, source)
                possible[path] = value
        if len(possible) < len(changes):  # else they exclude one another, and none is made
            document, _ = override_possible(document, possible, source)
        return document, list(error.problems)


def _plain(value: Any) -> Any:
    """A copy as a document holds it: callers in Python may hand in tuples and frozen mappings."""
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list | tuple) else value


def _split(text: str, source: str) -> Path:
    try:
        return split_path(text)
    except ScenarioError as error:
        raise ScenarioError(replace(found, source=source) for found in error.problems) from None
