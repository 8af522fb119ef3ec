"""answer_mystery(): a judgement and a number against the key, and what was true."""

from __future__ import annotations

import os
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

from trialsim.core.errors import Problem, ScenarioError
from trialsim.scenario.keys.appraisal import DOMAINS
from trialsim.teaching.found import rounded
from trialsim.teaching.mystery.flaws import JUDGEMENTS, NONE
from trialsim.teaching.mystery.key import NAME, Key


@dataclass(frozen=True)
class Scored:
    """An answer beside the truth. Distances, never a grade."""

    key: Key
    judgement: str
    number: float

    @property
    def is_right(self) -> bool:
        """Whether the domain, or that there is no flaw, was found."""
        return self.judgement == self.key.judgement

    @property
    def off(self) -> float:
        """Distance of the number from the truth, points."""
        return abs(self.number - self.key.true_difference)

    @property
    def report_off(self) -> float:
        """Distance of the reported difference from the truth, points."""
        return abs(self.key.reported - self.key.true_difference)

    def text(self) -> str:
        """What is printed: the answer, then the truth."""
        key = self.key
        verdict = "right" if self.is_right else "not so"
        lines = [f"Judgement  {self.judgement}: {verdict}, it is {_named(key.judgement)}."]
        if key.flaw:
            lines += [f"           {key.flaw}", f"Trace      {key.trace}"]
        lines += [
            "",
            f"Truth      {_points(key.true_difference)}",
            f"You said   {_points(self.number)}, {rounded(self.off, 1)} away",
            f"Reported   {_points(key.reported)} (95% CI {rounded(key.lower, 1)} to "
            f"{rounded(key.upper, 1)}), {rounded(self.report_off, 1)} away",
        ]
        if key.flaw:
            lines.append(
                f"Unflawed   {_points(key.honest)}: the same participants without the flaw"
            )
            lines += ["", _moved(key)]
        else:
            lines += ["", "What is left between report and truth is chance alone."]
        return "\n".join(lines)


def answer_mystery(
    folder: str | os.PathLike[str], judgement: str | None, number: float | None
) -> Scored:
    """Score an answer against the sealed key of a folder.

    Raises ScenarioError for a judgement that is none, a number that is missing, or a folder
    without a key; RunError for a key that was changed.
    """
    place = Path(folder)
    path = place if place.is_file() else place / NAME
    problems = []
    if judgement not in JUDGEMENTS:
        found = "is needed." if judgement is None else f"there is none called '{judgement}'."
        hint = f"Choose {', '.join(JUDGEMENTS[:-1])} or {JUDGEMENTS[-1]}."
        problems.append(Problem((), found, hint, source="--judgement"))
    if number is None or not isfinite(number):
        found = "is needed: the true difference in points, arm minus comparator."
        problems.append(Problem((), found, source="--number"))
    if not path.is_file():
        found = f"found no {NAME} in '{place}'."
        problems.append(Problem((), found, "Name the folder of a mystery.", source="folder"))
    if problems or judgement is None or number is None:
        raise ScenarioError(problems)
    return Scored(Key.read(path), judgement, number)


def _named(judgement: str) -> str:
    return "none, nothing was wrong" if judgement == NONE else f"{judgement} ({DOMAINS[judgement]})"


def _points(value: float) -> str:
    return f"{rounded(value, 1)} points"


def _moved(key: Key) -> str:
    """What the flaw did to this trial, and what chance did."""
    by_flaw = rounded(key.reported - key.honest, 1)
    by_chance = rounded(key.honest - key.true_difference, 1)
    return f"The flaw moved this trial by {by_flaw} points, chance by {by_chance}."
