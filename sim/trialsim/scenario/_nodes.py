"""A scenario's YAML as a tree of nodes with their places, less what scenarios do without.

The tree is built from the parser's events, not by PyYAML's own composer, which recurses without
a limit (libyaml's crashes the interpreter on deep nesting) and hides explicit tags.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import yaml

from trialsim.core.errors import Path, Problem, ScenarioError
from trialsim.scenario._scalars import Scalar, scalar
from trialsim.scenario._syntax import explain
from trialsim.scenario._words import clipped, kind

MAX_DEPTH = 40
"""No scenario nests deeper than ten; what does is a mistake or an attack."""
MAX_NODES = 20_000
"""Keys and values, with references followed; the correlations of 50 visits are 2,500."""

# libyaml where PyYAML was built with it: several times as fast.
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_DIRECTIVE = re.compile(r"(?:[ \t]*(?:#[^\r\n]*)?(?:\r\n|\r|\n))*+%[^\r\n]*")
_YAML_VERSION = re.compile(r"%YAML 1\.\d+\s*(#.*)?")
_STANDARD_TAG = "tag:yaml.org,2002:"


@dataclass(frozen=True, slots=True)
class Node:
    """One value and where it stands, line and column counted from 1."""

    line: int
    column: int
    value: Scalar = None
    items: list[Node] | None = None
    """Of a list."""
    pairs: list[tuple[str, Node, Node]] | None = None
    """Of a mapping: the key, where it stands, and its value."""
    is_empty: bool = False
    """Nothing is written; the parsers differ in where they place that."""

    @property
    def kind(self) -> str:
        """What it is, in words for a message."""
        if self.pairs is not None:
            return kind({})
        return kind(self.value if self.items is None else [])


class _TooMuch(Exception):
    """A limit was passed; the problem has been noted."""


def compose(text: str, source: str) -> Node | None:
    """The tree of one YAML document, or None if there is nothing in it but comments."""
    _refuse_directives(text, source)
    composer = _Composer(text, source)
    root = None
    try:
        root = composer.document()
    except _TooMuch:
        pass
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        # The pure Python parser lets chr() fail on escapes of impossible characters.
        composer.problems.append(explain(error, text, source, composer.open_bracket()))
    if composer.problems:
        raise ScenarioError(composer.problems)
    return root


def _refuse_directives(text: str, source: str) -> None:
    # libyaml refuses unknown ones and the Python parser ignores them, so neither is asked.
    if found := _DIRECTIVE.match(text):
        lines = re.split(r"\r\n|\r|\n", found[0])
        if not _YAML_VERSION.fullmatch(lines[-1]):
            message = f"found '{clipped(lines[-1])}': directives of YAML are not used here."
            hint = "Delete the line, or put it in quotes if it is text."
            raise ScenarioError(Problem((), message, hint, source, len(lines), 1))


class _Composer:
    """Reads events into nodes; goes on after a problem where the rest can still be understood."""

    def __init__(self, text: str, source: str) -> None:
        self.source = source
        self.problems: list[Problem] = []
        self._events: Iterator[Any] = yaml.parse(text, LOADER)
        self._anchors: dict[str, Node | None] = {}  # None while the node is still being read
        self._n_nodes = 0
        self._open: list[Any] = []  # the events that began what is being read, outermost first

    def open_bracket(self) -> Any:
        """The mark of the innermost '[' or '{' that is still open."""
        flow = [event for event in self._open if getattr(event, "flow_style", False)]
        return flow[-1].start_mark if flow else None

    def document(self) -> Node | None:
        next(self._events)  # the start of the stream
        if isinstance(next(self._events), yaml.StreamEndEvent):
            return None
        root = self._node(next(self._events), ())
        next(self._events)  # the end of the document
        if not isinstance(event := next(self._events), yaml.StreamEndEvent):
            self._add(
                event,
                (),
                "found a second document ('---'): a file holds one scenario.",
                "Split the file, or delete the line.",
            )
        return root

    def _node(self, event: Any, path: Path) -> Node:
        self._count(event, path)
        if isinstance(event, yaml.AliasEvent):
            return self._reference(event, path)
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        if event.tag is not None:
            tag = clipped(event.tag.replace(_STANDARD_TAG, "!!", 1))
            self._add(
                event,
                path,
                f"found the tag '{tag}': tags are not used in scenarios.",
                "Delete it, or put the text in quotes if the '!' belongs to it.",
            )
        node = Node(event.start_mark.line + 1, event.start_mark.column + 1)
        self._open.append(event)
        if isinstance(event, yaml.ScalarEvent):
            is_empty = event.implicit[0] and not event.value
            node = replace(node, value=self._scalar(event, path), is_empty=is_empty)
        elif isinstance(event, yaml.SequenceStartEvent):
            node = replace(node, items=self._items(path))
        else:
            node = replace(node, pairs=self._pairs(path))
        self._open.pop()
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        return node

    def _items(self, path: Path) -> list[Node]:
        items: list[Node] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            items.append(self._node(event, (*path, len(items))))
        return items

    def _pairs(self, path: Path) -> list[tuple[str, Node, Node]]:
        pairs: dict[str, tuple[str, Node, Node]] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._node(event, path)
            name = self._name(event, key, path)
            where = path if name is None else (*path, name)
            node = self._node(next(self._events), where)
            if name in pairs:
                first = pairs[name][1]
                self._add(
                    event,
                    where,
                    f"found '{clipped(name)}' a second time; the first is on"
                    f" line {first.line}, column {first.column}.",
                    "Delete or rename one of the two.",
                )
            elif name is not None:
                pairs[name] = (name, key, node)
        return list(pairs.values())

    def _name(self, event: Any, key: Node, path: Path) -> str | None:
        """The text of a key, or None and a problem if it is no text."""
        is_plain = isinstance(event, yaml.ScalarEvent) and event.implicit[0]
        if isinstance(key.value, str) and not (is_plain and key.value == "<<"):
            return key.value
        message = f"found {key.kind} as a key: keys are text."
        if isinstance(key.value, str):
            message = "found the merge key '<<': it is not used in scenarios."
            hint = "Write the keys out."
        elif key.items is not None or key.pairs is not None:
            hint = "Write `key: value`; put text that begins with '[' or '{' in quotes."
        else:
            written = clipped(getattr(event, "value", "")) or "name"
            hint = f'If it is a name, put it in quotes: "{written}".'
        self._add(event, path, message, hint)
        return None

    def _scalar(self, event: Any, path: Path) -> Scalar:
        text: str = event.value
        if any("\ud800" <= sign <= "\udfff" for sign in text):
            # libyaml refuses these by itself; told in the same words.
            mark = event.start_mark
            half = yaml.MarkedYAMLError("while parsing a quoted scalar", mark, "half a sign", mark)
            self.problems.append(explain(half, "", self.source))
            return ""
        if not event.implicit[0]:
            return text
        try:
            return scalar(text)
        except OverflowError as error:
            self._add(
                event,
                path,
                f"found {error}: '{clipped(text)}'.",
                "Write a shorter number, or put it in quotes if it is text.",
            )
            return text

    def _reference(self, event: Any, path: Path) -> Node:
        name, line, column = event.anchor, event.start_mark.line + 1, event.start_mark.column + 1
        target = self._anchors.get(name)
        if target is not None:
            return replace(target, line=line, column=column)
        if name in self._anchors:
            self._add(
                event,
                path,
                f"found '*{name}' inside '&{name}', the value it stands for.",
                "A value cannot contain itself: write the part out.",
            )
        else:
            self._add(
                event,
                path,
                f"found '*{name}', which stands for a value marked '&{name}'"
                " above it; there is none.",
                "If the '*' belongs to the text, put it in quotes.",
            )
        return Node(line, column, "")

    def _count(self, event: Any, path: Path) -> None:
        self._n_nodes += 1
        if len(self._open) > MAX_DEPTH:
            message = f"found more than {MAX_DEPTH} levels of nesting."
            hint = "Look for brackets that are never closed."
        elif self._n_nodes > MAX_NODES:
            message = f"found more than {MAX_NODES:,} keys and values."
            hint = "Is this the right file? A scenario holds no lists of data."
        else:
            return
        self._add(event, path[:4], message, hint)
        raise _TooMuch

    def _add(self, event: Any, path: Path, message: str, hint: str) -> None:
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        self.problems.append(Problem(path, message, hint, self.source, line, column))
