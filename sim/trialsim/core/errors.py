"""What can go wrong, and for whom: the author of a scenario, or the user of a command."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Path = tuple[str | int, ...]
"""Where a value stands in a scenario: the keys from the top, e.g. ("design", "arms", "a", "n")."""

LONGEST_PART = 60
"""Characters of one part of a path that a message shows; no name may be longer."""

_NEEDS_QUOTES = re.compile(r"""[\s"']|^$""")


def dotted(path: Path) -> str:
    """A path as users write it: `outcomes.rmdq.mean[1]`; odd keys stand in quotes."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            quote = "'" if '"' in part else '"'
            name = f"{quote}{part}{quote}" if _NEEDS_QUOTES.search(part) else part
            text += f".{name}" if text else name
    return text


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a scenario: the place, what was found, the rule, and a way out."""

    path: Path
    """Where; empty for the document as a whole."""
    message: str
    """What was found and the rule it breaks, in one or two lines."""
    hint: str = ""
    """A way out: the allowed values, or the nearest spelling."""
    source: str = ""
    """The file, or the option, that the value came from."""
    line: int | None = None
    """Line in the file, counted from 1."""
    column: int | None = None
    """Column in the line, counted from 1."""
    at_key: bool = False
    """Whether the last key of the path is what is wrong, not the value behind it."""

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.source, self.line, self.column) if part)
        path: Path = tuple(
            f"{part[: LONGEST_PART - 3]}..."
            if isinstance(part, str) and len(part) > LONGEST_PART
            else part
            for part in self.path
        )
        head = ": ".join(part for part in (place, dotted(path)) if part)
        text = f"{head}: {self.message}" if head else self.message
        return _printable(f"{text} {self.hint}" if self.hint else text)


def _printable(text: str) -> str:
    # A file may hold signs that move the cursor of a terminal or change its colours.
    return "".join(
        sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text
    )


class TrialsimError(Exception):
    """Base of everything that trialsim raises on purpose; the message is written for users."""


class ScenarioError(TrialsimError):
    """The scenario or an option is wrong. Carries all problems at once (exit code 2)."""

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems: Sequence[Problem] = (
            (problems,) if isinstance(problems, Problem) else tuple(problems)
        )
        super().__init__("\n".join(str(problem) for problem in self.problems))


class RunError(TrialsimError):
    """A run could not be done or kept, though the scenario is right (exit code 1)."""


class NoAnswer(TrialsimError):
    """A question that is well put and has no answer, such as a size that reaches a power that
    nothing reaches; the message says why (exit code 3)."""
