"""Values and names as messages show them: as written, on one line, never long."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Sequence

LONGEST_LIST = 20
"""Names that a message lists; the rest are counted."""


def kind(value: object) -> str:
    """What a value is, in words: `the number 5`, `the text 'low'`, `a list`."""
    if value is None:
        return "nothing (null)"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return f"the number {number(value)}"
    if isinstance(value, str):
        return f"the text '{clipped(value)}'"
    return "a mapping" if isinstance(value, dict) else "a list"


def shown(value: object) -> str:
    """A value itself where it is short enough to recognise, else what it is."""
    if value is None:
        return "nothing"
    if isinstance(value, str):
        return f"'{clipped(value)}'" if value else "empty text"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return number(value)
    if not isinstance(value, dict | list | tuple):
        return kind(value)
    if not value:
        return "an empty mapping" if isinstance(value, dict) else "an empty list"
    if isinstance(value, list | tuple) and not any(
        isinstance(x, dict | list | tuple) for x in value
    ):
        text = f"[{', '.join('null' if x is None else shown(x) for x in value)}]"
        return text if len(text) <= 40 else "a list"
    return kind(value)


def number(value: float) -> str:
    """A number as YAML writes it, a very long one clipped."""
    if isinstance(value, float) and not math.isfinite(value):
        return ".nan" if math.isnan(value) else f"{'-' * (value < 0)}.inf"
    return clipped(str(value))


def thousands(value: int) -> str:
    """A count with commas, a very long one as a power of ten."""
    return f"{value:,}" if abs(value) < 1e15 else f"{value:g}"


def plain(value: float) -> str:
    """A measurement without a needless decimal point or power of ten."""
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else f"{value:g}"


def clipped(text: str, width: int = 40) -> str:
    """Enough of a text to recognise it, on one line."""
    line = " ".join(text[: 4 * width].split())
    return line if len(line) <= width and len(text) <= 4 * width else f"{line[: width - 3]}..."


def listed(names: Iterable[str], last: str = "") -> str:
    """Names, separated by commas, with `last` before the last of them when it is given."""
    texts = [clipped(name) for name in names]
    if len(texts) > LONGEST_LIST:
        more = len(texts) - LONGEST_LIST
        return f"{', '.join(texts[:LONGEST_LIST])} and {more} more"
    if last and len(texts) > 1:
        return f"{', '.join(texts[:-1])} {last} {texts[-1]}"
    return ", ".join(texts)


def counted(n: int, noun: str) -> str:
    """A count and its noun: `1 visit`, `3 visits`."""
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def closest(found: str, known: Iterable[str], alike: float = 0.6) -> str:
    """The known name nearest in spelling, whatever its capitals; empty when none is `alike`."""
    folded = {name.casefold(): name for name in known}
    close = difflib.get_close_matches(found[:100].casefold(), folded, n=1, cutoff=alike)
    return folded[close[0]] if close else ""


def nearest(found: str, known: Sequence[str]) -> str:
    """A way out for a name that is not known: the nearest spelling, and all there are."""
    guess = closest(found, known)
    question = f"Did you mean {clipped(guess)}? " if guess else ""
    return f"{question}Known: {listed(known)}." if known else "There are none here."
