"""Reads one scenario file into plain data that remembers where each key and value was written."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any

from trialsim.core.errors import Path, Problem, ScenarioError
from trialsim.scenario._nodes import MAX_DEPTH, MAX_NODES, Node, compose

MAX_BYTES = 2**20
"""The largest scenario in the library has some 10 kB."""

# What YAML cannot hold, and the line ends that editors do not count as lines.
_UNREADABLE = re.compile(
    "[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
# The longer marks first: UTF-32's begins with that of UTF-16.
_OTHER_ENCODINGS = (
    (b"\xff\xfe\0\0", "UTF-32"),
    (b"\0\0\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
_SAVE_AS_UTF8 = "In the editor, choose 'Save as' and the encoding UTF-8."


@dataclass(frozen=True)
class Place:
    """Where something was written: a file with line and column from 1, or an option."""

    source: str
    line: int | None = None
    column: int | None = None


@dataclass(frozen=True)
class Document:
    """A scenario as written: plain data, and the place of every part of it."""

    data: dict[str, Any]
    """Dicts with text keys, lists, text, numbers, booleans and None; no part is shared."""
    text: str
    """As read, for the copy in the results folder."""
    source: str
    """The file as the user named it."""
    places: Mapping[Path, Place]
    """Where each value begins."""
    key_places: Mapping[Path, Place]
    """Where the key of each value in a mapping begins."""

    def place(self, path: Path, at_key: bool = False) -> Place | None:
        """Where a value was written (or `at_key`), else its key, else what it belongs in."""
        if at_key and path in self.key_places:
            return self.key_places[path]
        for length in range(len(path), -1, -1):
            known = self.places.get(path[:length]) or self.key_places.get(path[:length])
            if known:
                return known
        return None


def read(path: str | os.PathLike[str]) -> Document:
    """The scenario in a file. Raises ScenarioError with everything that is wrong with it."""
    source = os.fspath(path)
    file = FilePath(source)
    try:
        if not source:
            raise _error("no file is named.", "Name one, for example scenarios/textbook.yaml.", "")
        if file.is_dir():
            raise _error("found a folder; a scenario is one file.", _files_in(file), source)
        with file.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        raise _missing(file, source) from None
    except PermissionError:
        message = "no permission to read this file."
        raise _error(message, "Ask its owner, or copy it.", source) from None
    except (OSError, ValueError) as error:  # a name that no file can have is a ValueError
        reason = getattr(error, "strerror", None) or str(error)
        raise _error(f"cannot be read: {reason}.", "Check the file's name.", source) from None
    return parse(_decoded(content, source), source)


def parse(text: str, source: str = "<text>") -> Document:
    """The scenario in a text. Raises ScenarioError with everything that is wrong with it."""
    text = text.removeprefix("\ufeff")
    root = _tree(text, source)
    if root is None or root.is_empty:
        message = "found nothing in it, or nothing but comments."
        raise _error(message, "`trialsim new` writes a scenario to begin with.", source)
    if root.pairs is None:
        message = f"found {root.kind}; a scenario is made of keys with values."
        raise _error(message, "Begin with `format: 1`.", source, root.line, root.column)
    expansion = _Expansion(source)
    data = expansion.plain(root, ())
    return Document(data, text, source, expansion.places, expansion.key_places)


def parse_value(text: str, source: str = "<text>") -> Any:
    """One value of any kind, as it would be read behind a key; nothing at all is None."""
    root = _tree(text, source)
    return None if root is None else _Expansion(source).plain(root, ())


def _tree(text: str, source: str) -> Node | None:
    # What no parser should meet is refused before it does.
    if found := _UNREADABLE.search(text):
        line, column = _end(text[: found.start()])
        message = f"found an invisible character (U+{ord(found[0]):04X})."
        hint = "Delete it; if there are many, this is not a text file."
        raise _error(message, hint, source, line, column)
    return compose(text, source)


class _Expansion:
    """A tree as plain data, every reference replaced by a copy of what it stands for."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.places: dict[Path, Place] = {}
        self.key_places: dict[Path, Place] = {}
        self._n_nodes = 0

    def plain(self, node: Node, path: Path) -> Any:
        # The tree was within the limits; what it stands for may not be: nine lines of
        # references to references can mean a billion values.
        self._n_nodes += 1
        if self._n_nodes > MAX_NODES or len(path) > MAX_DEPTH:
            message = (
                f"found more than {MAX_NODES:,} keys and values or {MAX_DEPTH} levels once every"
                " '*name' is replaced by what it stands for."
            )
            hint = "Write fewer '*name' inside '&name'."
            place = self.places.get(path[:1]) or Place(self.source, node.line, node.column)
            raise _error(message, hint, place.source, place.line, place.column, path[:1])
        if not node.is_empty:
            self.places[path] = Place(self.source, node.line, node.column)
        if node.items is not None:
            return [self.plain(item, (*path, i)) for i, item in enumerate(node.items)]
        if node.pairs is None:
            return node.value
        mapping: dict[str, Any] = {}
        for name, key, value in node.pairs:
            self._n_nodes += 1
            where = (*path, name)
            self.key_places[where] = Place(self.source, key.line, key.column)
            mapping[name] = self.plain(value, where)
        return mapping


def _decoded(content: bytes, source: str) -> str:
    if len(content) > MAX_BYTES:
        message = "found more than 1 MiB; a scenario has some hundred lines."
        raise _error(message, "Is this the right file?", source)
    for mark, encoding in _OTHER_ENCODINGS:
        if content.startswith(mark):
            message = f"found text in {encoding}; scenarios are UTF-8."
            raise _error(message, _SAVE_AS_UTF8, source)
    if b"\0" in content:
        message = "found NUL bytes: this is not a text file, or not in UTF-8."
        raise _error(message, _SAVE_AS_UTF8, source)
    try:
        # Some editors on Windows begin UTF-8 with a mark, which means nothing.
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line, column = _end(error.object[: error.start].decode())
        message = f"found the byte {error.object[error.start]:#04x}, which is not UTF-8."
        raise _error(message, _SAVE_AS_UTF8, source, line, column) from None


def _end(text: str) -> tuple[int, int]:
    """Line and column of what follows a text."""
    lines = re.split(r"\r\n|\r|\n", text)
    return len(lines), len(lines[-1]) + 1


def _missing(file: FilePath, source: str) -> ScenarioError:
    folder = file.parent
    if not folder.is_dir():
        return _error(f"there is no folder '{folder}'.", "Check the path.", source)
    close = difflib.get_close_matches(file.name, _scenarios_in(folder), n=3, cutoff=0.5)
    hint = _files_in(folder)
    if close:
        hint = f"Did you mean {' or '.join(str(folder / name) for name in close)}?"
    return _error("there is no such file.", hint, source)


def _files_in(folder: FilePath) -> str:
    names = _scenarios_in(folder)
    if not names:
        return "That folder has no .yaml files."
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return f"That folder has {', '.join(names[:5])}{more}."


def _scenarios_in(folder: FilePath) -> list[str]:
    try:
        return sorted(file.name for file in folder.iterdir() if file.suffix in (".yaml", ".yml"))
    except OSError:  # a folder that may be entered but not listed
        return []


def _error(
    message: str,
    hint: str,
    source: str,
    line: int | None = None,
    column: int | None = None,
    path: Path = (),
) -> ScenarioError:
    return ScenarioError(Problem(path, message, hint, source, line, column))
