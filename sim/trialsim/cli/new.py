"""trialsim new: write a first scenario from a few answers, every key explained."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import typer

from trialsim.core.errors import Problem, ScenarioError
from trialsim.scenario.load import parse_value
from trialsim.scenario.loaded import loads
from trialsim.scenario.template import Answers, scenario_text

T = TypeVar("T")
Ask = Callable[[str, Any], Any]
"""Asks for what a flag did not say: the question and its default give the answer."""


@dataclass(frozen=True)
class Flags:
    """What the command line said; None where it said nothing."""

    title: str | None = None
    arms: str | None = None
    n: int | None = None
    outcome: str | None = None
    min: float | None = None
    max: float | None = None
    normal: bool = False
    better: str | None = None
    mean: str | None = None
    sd: str | None = None
    correlation: str | None = None
    visits: str | None = None
    difference: str | None = None


_FLAG_OF = {
    "title": "--title",
    "n": "--n",
    "arms": "--arms",
    "visits_weeks": "--visits",
    "min": "--min",
    "max": "--max",
    "better": "--better",
    "mean": "--mean",
    "sd": "--sd",
    "correlation": "--correlation",
    "outcomes": "--outcome",
    "assumptions": "--difference",
}
"""The flag behind each key of a scenario, innermost key first."""


def new_command(file: str, flags: Flags, schema: str, force: bool) -> None:
    """Write a scenario to `file`. Raises ScenarioError, with nothing written, if it is wrong."""
    path = Path(file)
    _may_write(path, file, force)
    answers = answers_of(flags, _ask if sys.stdin.isatty() else _take_default)
    text = scenario_text(answers, schema)
    try:
        loads(text, file)
    except ScenarioError as error:
        raise ScenarioError(_told_by_flag(error)) from None
    try:
        with path.open("w" if force else "x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError:
        raise _exists(file) from None
    typer.echo(f"Wrote {file}.")
    typer.echo(f"Next: trialsim check {file}, then trialsim run {file}")


def answers_of(flags: Flags, ask: Ask) -> Answers:
    """The answers: what the flags say, what is asked for the rest, and what follows from both."""
    arms = _names(_or_ask(flags.arms, ask, "Arms, the comparator first", "control,treatment"))
    others = " and ".join(arms[1:]) or "nothing"
    title = f"{others} against {arms[0]}".replace("_", " ")
    title = _or_ask(flags.title, ask, "Title", title[:1].upper() + title[1:])
    n_total = _or_ask(flags.n, ask, "Patients in all", 128)
    visits = _or_ask(flags.visits, ask, "Visits and their weeks", "baseline:0,after:4")
    weeks = _weeks(visits)
    outcome = _or_ask(flags.outcome, ask, "Name of the outcome", "score")
    limits = _limits(flags, ask)
    better = _or_ask(flags.better, ask, "Better scores are lower or higher", "lower")
    # T scores have mean 50 and SD 10; questionnaires often an SD of a quarter of their range.
    usual_mean, usual_sd = (50.0, 10.0) if limits is None else (sum(limits) / 2, _range(limits) / 4)
    mean = _or_ask(flags.mean, ask, "Mean in the comparator arm", f"{usual_mean:g}")
    sd = _numbers("--sd", _or_ask(flags.sd, ask, "SD in the comparator arm", f"{usual_sd:g}"))
    # Half an SD is what patients are often said to notice (Norman 2003,
    # doi 10.1097/01.MLR.0000062554.74615.4C).
    half = 0.5 * (sd if isinstance(sd, int | float) else usual_sd)
    usual = f"{-half if better == 'lower' else half:.2g}"
    difference = _or_ask(flags.difference, ask, "Expected difference from the comparator", usual)
    return Answers(
        title=title,
        arms=arms,
        n_total=n_total,
        visits=weeks,
        outcome=outcome,
        limits=limits,
        better=better,
        mean=_numbers("--mean", mean),
        sd=sd,
        correlation=_numbers("--correlation", flags.correlation or "0.5"),
        difference=_numbers("--difference", difference),
    )


def _ask(question: str, default: Any) -> Any:
    # The questions go to stderr, as progress does: stdout is for what was done.
    if isinstance(default, bool):
        return typer.confirm(question, default=default, err=True)
    return typer.prompt(question, default=default, err=True)


def _take_default(question: str, default: Any) -> Any:
    return default


def _or_ask(said: T | None, ask: Ask, question: str, default: T) -> T:
    answer: T = ask(question, default) if said is None else said
    return answer


def _limits(flags: Flags, ask: Ask) -> tuple[float, float] | None:
    """The lowest and highest score, or None for a score without limits."""
    limited = flags.min is not None or flags.max is not None
    if flags.normal and limited:
        text = "--normal is for a score without limits, but --min or --max states one."
        raise ScenarioError(Problem((), text, "Leave one of them out.", "--normal"))
    if flags.normal or not (limited or ask("Has the score a lowest and a highest value?", True)):
        return None
    low = _or_ask(flags.min, ask, "Lowest possible score", 0.0)
    return low, _or_ask(flags.max, ask, "Highest possible score", 100.0)


def _range(limits: tuple[float, float]) -> float:
    return limits[1] - limits[0]


def _names(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",")]
    for i, name in enumerate(names):
        if name in names[:i]:
            raise ScenarioError(_twice("--arms", name))
    return names


def _weeks(text: str) -> dict[str, Any]:
    """Weeks by visit, from NAME:WEEK,NAME:WEEK."""
    weeks: dict[str, Any] = {}
    for item in text.split(","):
        name, sign, week = (part.strip() for part in item.partition(":"))
        if not sign or not name:
            message = f"found '{item.strip()}': a visit reads NAME:WEEK."
            hint = "Write for example `--visits baseline:0,after:4`."
            raise ScenarioError(Problem((), message, hint, "--visits"))
        if name in weeks:
            raise ScenarioError(_twice("--visits", name))
        weeks[name] = parse_value(week, "--visits")
    return weeks


def _twice(flag: str, name: str) -> Problem:
    return Problem((), f"names '{name}' a second time.", "Rename one of the two.", flag)


def _numbers(flag: str, text: str) -> Any:
    """One number for all visits, or one a visit, separated by commas."""
    written = text.strip().removeprefix("[").removesuffix("]")
    return parse_value(f"[{written}]" if "," in written else written, flag)


def _told_by_flag(error: ScenarioError) -> list[Problem]:
    """The problems of a file that was never written, at the flags that its values came from."""
    told: dict[str, Problem] = {}
    for problem in error.problems:
        flags = (_FLAG_OF[part] for part in reversed(problem.path) if part in _FLAG_OF)
        moved = replace(problem, source=next(flags, ""), line=None, column=None)
        told.setdefault(problem.message, moved)  # one name can be wrong in several places
    return list(told.values())


def _may_write(path: Path, file: str, force: bool) -> None:
    """Refuse before anybody answers questions in vain."""
    if path.is_dir():
        raise ScenarioError(Problem((), "is a folder.", "Name a file in it.", file))
    if path.exists() and not force:
        raise _exists(file)
    if not path.parent.is_dir():
        text = f"there is no folder '{path.parent}'."
        raise ScenarioError(Problem((), text, "Make it, or choose another place.", file))


def _exists(file: str) -> ScenarioError:
    hint = "Choose another name, or add --force to replace it."
    return ScenarioError(Problem((), "this file exists and was left as it is.", hint, file))
