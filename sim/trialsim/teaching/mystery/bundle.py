"""new_mystery(): a bundle for students and a sealed key for their teacher."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from trialsim.core.errors import Problem, ScenarioError
from trialsim.store.folder import check_writable
from trialsim.teaching.mystery.drawn import Mystery
from trialsim.teaching.mystery.flaws import FLAWS, LEVELS, Level
from trialsim.teaching.mystery.key import Key
from trialsim.teaching.mystery.report import report_html
from trialsim.teaching.mystery.trial import MysteryTrial

STUDENTS = "students"
"""Folder that a class is given."""


@dataclass(frozen=True)
class Written:
    """The files of a mystery."""

    students: tuple[Path, ...]
    """report.html, patients.csv, dictionary.csv."""
    key: Path


def new_mystery(
    folder: str | os.PathLike[str], level: str = "medium", *, secret: bytes | None = None
) -> Written:
    """Write one simulated trial with a hidden flaw, or none, and its sealed key.

    The flaw is drawn with a secret of the system, or with the one given. Raises ScenarioError for
    a level that there is not, and for a folder that holds a mystery already.
    """
    place = Path(folder)
    problems = []
    known: dict[str, Level] = {name: name for name in LEVELS}
    if level not in known:
        hint = f"Choose {', '.join(LEVELS[:-1])} or {LEVELS[-1]}."
        problems.append(Problem((), f"there is no level '{level}'.", hint, source="--level"))
    if (place / STUDENTS).exists():
        found = f"found '{place}', which holds a mystery already."
        problems.append(Problem((), found, "Name another folder.", source="--out"))
    if problems:
        raise ScenarioError(problems)
    check_writable(place)
    own = secrets.token_bytes(16) if secret is None else secret
    mystery = Mystery(own, known[level])
    trial = MysteryTrial(mystery)
    students = place / STUDENTS
    students.mkdir(parents=True)
    report = students / "report.html"
    report.write_text(report_html(trial), encoding="utf-8")
    patients, dictionary = students / "patients.csv", students / "dictionary.csv"
    trial.replayed.data.to_frame().to_csv(patients, index=False, lineterminator="\n")
    trial.replayed.dictionary().to_csv(dictionary, index=False, lineterminator="\n")
    key = key_of(trial).write(place)
    return Written((report, patients, dictionary), key)


def key_of(trial: MysteryTrial) -> Key:
    """What is true of a mystery."""
    mystery, reported = trial.mystery, trial.reported
    flaw = None if mystery.flaw is None else FLAWS[mystery.flaw]
    return Key(
        secret=mystery.secret.hex(),
        level=mystery.level,
        judgement=mystery.judgement,
        flaw="" if flaw is None else flaw.told,
        trace="" if flaw is None else flaw.trace,
        true_difference=trial.true_difference,
        reported=reported.estimate,
        lower=reported.lower,
        upper=reported.upper,
        honest=trial.honest.analyse(reported.analysis).estimate,
    )
