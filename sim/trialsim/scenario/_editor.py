"""The data of a document while values are changed by path, and the places of what changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NoReturn

from trialsim.core.errors import Path, Problem, ScenarioError, dotted
from trialsim.scenario._words import clipped, closest, kind, nearest
from trialsim.scenario.load import Place

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


@dataclass
class Editor:
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
