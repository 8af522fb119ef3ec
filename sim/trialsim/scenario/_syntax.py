"""What a YAML syntax error means, in words for people who do not know YAML's grammar.

libyaml and the pure Python parser word the same error differently, and neither helps an author.
So a rule recognises the kind of error from either wording, and what stands there is read from
the text itself; the result is the same with both parsers.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import yaml

from trialsim.core.errors import Problem
from trialsim.scenario._words import clipped

_QUOTE_IT = "If it is text, put it in quotes."
_LIKE_QUOTES = {"\u201c", "\u201d", "\u201e", "\u2018", "\u2019"}


@dataclass(frozen=True)
class _Spot:
    """Where the parser stopped, and where the thing began that it was reading; from 0."""

    lines: list[str]
    line: int
    column: int
    opened_line: int
    opened_column: int

    @property
    def here(self) -> str:
        """The rest of the line from where the parser stopped."""
        return self.lines[self.line][self.column :] if self.line < len(self.lines) else ""

    @property
    def before(self) -> str:
        return self.lines[self.line][: self.column] if self.line < len(self.lines) else ""

    @property
    def opened(self) -> str:
        """The rest of the line from where the unfinished thing began."""
        line = self.opened_line
        return self.lines[line][self.opened_column :] if line < len(self.lines) else ""

    @property
    def is_at_end(self) -> bool:
        return not self.here.strip() and not any(s.strip() for s in self.lines[self.line + 1 :])

    @property
    def found(self) -> str:
        if self.here.strip():
            return f"'{clipped(self.here)}'"
        return "the end of the text" if self.is_at_end else "the end of the line"


_Finding = tuple[str, str, bool]
"""Message, hint, and whether the place to show is where the unfinished thing began."""


def _bracket(spot: _Spot) -> _Finding:
    opener, closer = ("{", "}") if spot.opened.startswith("{") else ("[", "]")
    if spot.line > spot.opened_line or spot.is_at_end:
        where = "the text ends" if spot.is_at_end else f"line {spot.line + 1}"
        return (
            f"found '{opener}' with no '{closer}' before {where}.",
            f"Close it with '{closer}', or put in the ',' that is missing between two items.",
            True,
        )
    return (
        f"found {spot.found} inside '{opener}...{closer}', whose items are separated by ','.",
        f"Put a ',' or the missing '{closer}' before it, or quotes around text.",
        False,
    )


def _no_item(spot: _Spot) -> _Finding:
    if spot.is_at_end:
        return _bracket(spot)
    return (
        f"found {spot.found} where a value should stand.",
        "Complete the value or delete the sign too many.",
        False,
    )


def _quotation(spot: _Spot) -> _Finding:
    mark = spot.opened[:1] or '"'
    return (
        f"found a quotation mark ({mark}) that is never closed.",
        f"Close the text with {mark}; an apostrophe inside '...' is written twice ('').",
        True,
    )


def _mapping_ended(spot: _Spot) -> _Finding:
    """Inside a block mapping there came something other than its next key."""
    here, column = spot.here, spot.opened_column + 1
    if here.startswith(("]", "}", ",")):
        return f"found '{here[0]}' that no '[' or '{{' belongs to.", "Delete it.", False
    if here.startswith(":"):
        return "found ':' with no key before it.", "Write `key: value`.", False
    if spot.before.strip():
        return (
            f"found {spot.found} after a value that was already complete.",
            "Put the whole value in one pair of quotes; an apostrophe inside '...' is written"
            " twice ('').",
            False,
        )
    if re.match(r"-(\s|$)", here):
        return (
            "found a list item ('- ...') among the keys of a mapping.",
            "Indent it under the key it belongs to.",
            False,
        )
    return (
        f"found {spot.found} indented by {spot.column}, which fits none of the lines above.",
        f"Keys that belong together begin in the same column, here column {column}.",
        False,
    )


def _second_colon(spot: _Spot) -> _Finding:
    if re.search(r":\s", spot.before):
        return (
            "found a second ':' in one line.",
            "If it belongs to the text, put the text in quotes; if it is a mapping, begin a new"
            " line or use {...}.",
            False,
        )
    if spot.line == 0 or spot.before.startswith("---"):
        return (
            f"found ':' after '{clipped(spot.before)}', which cannot be a key.",
            "Write `key: value` on a line of its own.",
            False,
        )
    return (
        f"found the key '{clipped(spot.before)}' where the value of the line above goes on.",
        "Begin it in the same column as the keys it belongs with, and see that the line above"
        " reads `key: value` or `key:`, with a space after ':'.",
        False,
    )


def _no_colon(spot: _Spot) -> _Finding:
    if re.match(r"[^\s:]+:\S", spot.opened):
        way_out = "Put a space after ':'."
    elif spot.opened.startswith("-"):
        way_out = "Put a space after '-'."
    else:
        way_out = "Complete it, or put the whole text in quotes if it goes on from the line above."
    return (
        f"found '{clipped(spot.opened)}', which is neither `key: value` nor `- item`.",
        way_out,
        True,
    )


def _plain(message: str, hint: str, at_opening: bool = False) -> Callable[[_Spot], _Finding]:
    return lambda spot: (message.format(found=spot.found, c=spot.here[:1]), hint, at_opening)


# The patterns run over "context; problem" of PyYAML in either wording; the first match is taken.
_RULES: list[tuple[str, Callable[[_Spot], _Finding]]] = [
    (r"flow (sequence|mapping); ", _bracket),
    (r"flow node; ", _no_item),
    (r"block node; ", _plain("found {found} where a value should stand.",
        f"Delete it, or close what was opened before. {_QUOTE_IT}")),
    (r"quoted scalar; .*(end of stream|document)", _quotation),
    (r"quoted scalar; ", _plain(
        "found a backslash in \"...\" that begins no known sign, or half of one.",
        "Write the sign itself, use '...', or write the backslash twice.", True)),
    (r"block scalar; ", _plain("found '|' or '>' at the beginning of a value.",
        f"These begin a text of several lines. {_QUOTE_IT}", True)),
    (r"block mapping; ", _mapping_ended),
    (r"block collection; ", _plain("found {found} among the items of a list.",
        "Begin each item with '- ' in the same column, and keys in the column of the key above.")),
    (r"block sequence; ", _plain("found {found} among the items of a list.",
        "Begin each item with '- ' in the same column.")),
    (r"mapping values are not", _second_colon),
    (r"sequence entries are not", _plain("found a list item ('- ...') in the middle of a line.",
        "Begin the list on the next line, or write [..., ...].")),
    (r"mapping keys are not", _plain("found '?' at the beginning of a value.", _QUOTE_IT)),
    (r"simple key; ", _no_colon),
    (r"directive", _plain("found '%' at the beginning of a line.", _QUOTE_IT, True)),
    (r"plain scalar; ", _plain("found ':' with no space after it.",
        "Put a space after ':', or the text in quotes.")),
    (r"tag", _plain("found '!' at the beginning of a value: tags are not used in scenarios.",
        _QUOTE_IT, True)),
    (r"(alias|anchor); ", _plain("found '*' or '&' with no name after it.", _QUOTE_IT, True)),
    (r"cannot start any token", _plain("found '{c}' at the beginning of a value.", _QUOTE_IT)),
    (r"document start", _plain("found {found} after the scenario had ended.",
        "A file holds one scenario, whose keys all begin in the same column.")),
]  # fmt: skip


def explain(error: Exception, text: str, source: str, bracket: Any = None) -> Problem:
    """The problem that an exception of PyYAML stands for, with its place in the text.

    `bracket` is the mark of the innermost open bracket, which PyYAML does not always tell.
    """
    here = getattr(error, "problem_mark", None)
    if not isinstance(error, yaml.MarkedYAMLError) or here is None:
        return Problem(
            (),
            "found a sign that cannot be read as YAML.",
            "Look for a backslash in a text in double quotes.",
            source,
        )
    began = error.context_mark or here
    if bracket and "flow node" in (error.context or ""):
        began = bracket
    lines = re.split(r"\r\n|\r|\n", text)
    spot = _Spot(lines, here.line, here.column, began.line, began.column)
    message, hint, at_opening = _finding(f"{error.context or ''}; {error.problem or ''}", spot)
    mark = began if at_opening else here
    line = lines[mark.line] if mark.line < len(lines) else ""
    if "\u00a0" in line or _LIKE_QUOTES & set(line):
        hint += " The line holds typographic quotes or no-break spaces: type plain ones."
    return Problem((), message, hint, source, mark.line + 1, mark.column + 1)


def _finding(complaint: str, spot: _Spot) -> _Finding:
    # A tab breaks the line it stands in, however the parser came to notice.
    if spot.here.startswith("\t") or re.match(r" *\t", spot.before):
        return "found a tab.", "Indent with spaces only, two for each level.", False
    for pattern, rule in _RULES:
        if re.search(pattern, complaint):
            return rule(spot)
    return (
        f"found {spot.found}, which cannot be read as YAML here.",
        "Look at this line and the one above for a missing quote, bracket, ':' or indentation.",
        False,
    )
