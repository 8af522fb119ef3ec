"""One step of a worksheet: what the student is asked, and apart from it what the teacher is told.

Claim, question, the student commits, reveal, explain, transfer. A worksheet is made of `Asked`
alone, a record that holds no answer, so that none can reach it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from trialsim.plots.base.figure import Drawn
from trialsim.teaching.found import Found

Kind = Literal["text", "number", "range", "choice", "shares", "match"]


@dataclass(frozen=True)
class Question:
    """One thing to commit to before anything is revealed."""

    text: str
    kind: Kind
    unit: str = ""
    """Behind the box of a number: "of 100 trials"."""
    options: tuple[str, ...] = ()
    """What to choose from; what to divide a total among; what to match, in an order of its own."""
    items: tuple[str, ...] = ()
    """What the options are matched with."""
    total: str = ""
    """What shares add up to: "3.8 points"."""


@dataclass(frozen=True)
class Asked:
    """What a worksheet shows. It holds no answer."""

    claim: str
    """What somebody says, in their words."""
    questions: tuple[Question, ...]
    transfer: str
    """The same idea in another trial, to be answered once the first is understood."""
    figure: Drawn | None = None
    """Something to look at before answering."""


@dataclass(frozen=True)
class Answer:
    """What the key says of one question."""

    text: str
    found: Found | None = None
    """The number, where the answer is one: a class can then see how far its guess was."""


@dataclass(frozen=True)
class Rows:
    """A small table of the key."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


@dataclass(frozen=True)
class Revealed:
    """What the key shows."""

    answers: tuple[Answer, ...]
    """One for each question, in their order."""
    explain: tuple[str, ...]
    """Sentences for after the reveal, every number in them computed."""
    remember: str
    """The line to take home."""
    change: str
    """What would change the answer."""
    transfer: str
    """What a good answer to the transfer question holds."""
    table: Rows | None = None
    figure: Drawn | None = None


@dataclass(frozen=True)
class Step:
    """One step for one scenario."""

    id: str
    """W5"""
    title: str
    topic: str
    """The idea, or the domain of RoB 2."""
    minutes: int
    asked: Asked
    revealed: Revealed
    numbers: Mapping[str, Found] = field(default_factory=dict)
    """Every computed number by name, for the guided pages."""

    def __post_init__(self) -> None:
        """Every question has an answer."""
        if len(self.asked.questions) != len(self.revealed.answers):
            raise ValueError(f"{self.id}: as many answers as questions are needed")


@dataclass(frozen=True)
class LeftOut:
    """A step that does not apply to a scenario."""

    id: str
    title: str
    reason: str
    """Why, as the end of "left out: "."""
