"""What can go wrong, and for whom: the author of a scenario, or the user of a command."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Path = tuple[str | int, ...]
"""Where a value stands in a scenario: the keys from the top, e.g. ("design", "arms", "a", "n")."""


def dotted(path: Path) -> str:
    """A path as users write it: `outcomes.rmdq.mean[1]`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{part}" if text else part
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

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.source, self.line, self.column) if part)
        head = ": ".join(part for part in (place, dotted(self.path)) if part)
        text = f"{head}: {self.message}" if head else self.message
        return f"{text} {self.hint}" if self.hint else text


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
