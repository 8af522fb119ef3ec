"""Changes to a scenario by dotted path: `--set`, `vary` and `what_if` all come through here."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, NoReturn

from trialsim.core.errors import Path, Problem, ScenarioError, dotted
from trialsim.scenario._nodes import MAX_DEPTH
from trialsim.scenario._total import N_TOTAL, arm_sizes, sets_arm_sizes
from trialsim.scenario._words import clipped, closest, kind, nearest
from trialsim.scenario.load import Document, Place, parse_value

OPTION = "--set"
"""The option of the command line, as messages name it."""
_PATH_EXAMPLE = "Write for example `decision.alpha` or `outcomes.rmdq.mean[1]`."
_QUOTES_EXAMPLE = """If it is text, write PATH='"..."'."""
_NAMED: tuple[Path, ...] = (("design", "arms"), ("assumptions",))
"""Hold entries by name, of which one part may be enough."""
_WHOLE_ENTRIES: tuple[Path, ...] = (
    ("cohort", "covariates"),
    ("outcomes",),
    ("observation", "missing"),
    ("estimands",),
    ("analyses",),
    ("published",),
)
"""Hold entries by name that need several keys, so one part of an entry cannot begin it."""
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
    editor = _Editor(
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


@dataclass
class _Editor:
    """The data of a new document while changes are made to it."""

    data: dict[str, Any]
    places: dict[Path, Place]
    key_places: dict[Path, Place]
    source: str

    def set(self, path: Path, value: Any) -> Path:
        """Changes one value; returns the path that was meant, keys with dots in one part."""
        container: Any = self.data
        where: Path = ()
        rest = path
        while True:
            part, rest = self._step(container, where, rest)
            where = (*where, part)
            if not rest:
                break
            exists = isinstance(container, list) or part in container
            # A key with nothing behind it is how people write an empty mapping.
            if not exists or container[part] is None:
                if isinstance(rest[0], int):
                    self._refuse(
                        (*where, rest[0]),
                        f"there is no list '{dotted(where)}' to set an item of.",
                        f"Set '{dotted(where)}' as a whole.",
                    )
                self._refuse_unknown(container, where)
                self._mark(container, where)
                container[part] = {}
            container = container[part]
        self._mark(container, where)
        container[part] = value
        return where

    def _step(self, container: Any, where: Path, rest: Path) -> tuple[str | int, Path]:
        """The key or index to follow in a container, and the parts of the path that remain."""
        part = rest[0]
        here = dotted(where) or "the scenario"
        if isinstance(container, dict):
            # Some keys are paths themselves, as in `evidence: {outcomes.rmdq.sd: ...}`.
            for length in range(1, len(rest) + 1):
                if (name := dotted(rest[:length])) in container:
                    return name, rest[length:]
            if where == ("vary",) or (len(where) == 2 and where[0] == "what_if"):
                return dotted(rest), ()
            if where == ("evidence",) and len(rest) > 1:
                about = -1 if rest[-1] in ("status", "from") else len(rest)
                return dotted(rest[:about]), rest[about:]
            if isinstance(part, str):
                return part, rest[1:]
            if str(part) in container:
                return str(part), rest[1:]
            keys = clipped(", ".join(container), 80) or "none"
            self._refuse(
                (*where, part), f"no item {part}: {here} is a mapping.", f"Its keys: {keys}."
            )
        if isinstance(container, list):
            if isinstance(part, int) and part < len(container):
                return part, rest[1:]
            n = len(container)
            hint = f"Its items are [0] to [{n - 1}]." if n else f"Set {here} as a whole."
            self._refuse((*where, part), f"no item '{part}': {here} is a list of {n}.", hint)
        message = f"cannot be set: {here} is {kind(container)}, which has no parts."
        self._refuse((*where, part), message, f"Set {here} as a whole, to {{key: value, ...}}.")

    def _refuse_unknown(self, container: dict[str, Any], where: Path) -> None:
        """Refuse to begin an entry by one of its parts where a slip of the pen is more likely."""
        name = str(where[-1])
        if name in container:
            return
        guess = closest(name, container, alike=0.85)
        if where[:-1] in _WHOLE_ENTRIES or (guess and where[:-1] in _NAMED):
            message = f"there is no '{clipped(name)}' in {dotted(where[:-1])}."
            known = nearest(name, list(container))
            hint = f"{known} To add it, set {dotted(where)} as a whole, to {{key: value, ...}}."
            self._refuse(where, message, hint)

    def _mark(self, container: Any, where: Path) -> None:
        """Make `source` the place of a value, and forget the places of what it replaces."""
        for places in (self.places, self.key_places):
            for inner in [path for path in places if path[: len(where)] == where != path]:
                del places[inner]
        self.places[where] = Place(self.source)
        if isinstance(container, dict) and where[-1] not in container:
            self.key_places[where] = Place(self.source)

    def _refuse(self, path: Path, message: str, hint: str) -> NoReturn:
        raise ScenarioError(Problem(path, message, hint, self.source))
