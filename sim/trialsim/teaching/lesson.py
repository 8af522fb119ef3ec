"""lesson(): the worksheet of a scenario, and its key."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from trialsim.core.errors import NoAnswer, Problem, ScenarioError
from trialsim.scenario.loaded import LoadedScenario
from trialsim.teaching.bench import Bench
from trialsim.teaching.page import key_html, worksheet_html
from trialsim.teaching.sets import SETS
from trialsim.teaching.step import LeftOut, Step
from trialsim.teaching.steps import STEPS
from trialsim.teaching.trial import Trial

Progress = Callable[[str, int, int], None]
"""Told the step that is worked on, how many are done, and of how many."""

WORKSHEET, KEY = "worksheet.html", "key.html"


@dataclass(frozen=True)
class Lesson:
    """Steps about one scenario."""

    title: str
    set: str
    """45, 90 or home."""
    steps: tuple[Step, ...]
    left_out: tuple[LeftOut, ...]
    """Steps of the set that do not apply to the scenario, and why."""
    claim: str
    """What the trial found, or what is assumed: the sentence that the lesson is about."""
    citation: str
    reproduce: str
    """Seed and digest behind the simulated numbers; for the key."""

    @property
    def minutes(self) -> int:
        """Time that the steps take together."""
        return sum(step.minutes for step in self.steps)

    def worksheet(self) -> str:
        """The page for students; made of what is asked alone."""
        asked = [(step.id, step.title, step.topic, step.asked) for step in self.steps]
        return worksheet_html(self.title, self.claim, self.citation, asked)

    def key(self) -> str:
        """The page for the teacher."""
        return key_html(self)

    def save(self, folder: str | os.PathLike[str]) -> list[Path]:
        """Write worksheet.html and key.html; returns both."""
        place = Path(folder)
        place.mkdir(parents=True, exist_ok=True)
        pages = {WORKSHEET: self.worksheet(), KEY: self.key()}
        for name, text in pages.items():
            (place / name).write_text(text, encoding="utf-8")
        return [place / name for name in pages]


def lesson(
    scenario: LoadedScenario, set: str = "45", *, progress: Progress | None = None
) -> Lesson:
    """The steps of a set (45, 90 or home) that apply to a scenario, every answer computed.

    Raises ScenarioError for a set that there is not, NoAnswer where no step applies.
    """
    if set not in SETS:
        known = f"Choose {', '.join(list(SETS)[:-1])} or {list(SETS)[-1]}."
        raise ScenarioError(Problem((), f"there is no set '{set}'.", known, source="--set"))
    trial = Trial(scenario)
    bench = Bench(trial)
    steps, left_out = [], []
    for place, name in enumerate(SETS[set]):
        module = STEPS[name]
        if progress is not None:
            progress(f"{name} {module.TITLE}", place, len(SETS[set]))
        if why := module.reason(trial):
            left_out.append(LeftOut(module.ID, module.TITLE, why))
        else:
            steps.append(module.make(bench))
    if not steps:
        reasons = "; ".join(f"{one.id}: {one.reason}" for one in left_out)
        raise NoAnswer(f"no step of this set applies to {scenario.name} ({reasons}).")
    source, plan = scenario.written.source, scenario.plan
    return Lesson(
        title=plan.title,
        set=set,
        steps=tuple(steps),
        left_out=tuple(left_out),
        claim=trial.claim if trial.is_score else "",
        citation=source.citation,
        reproduce=f"scenario {plan.name} ({plan.digest}), seed {plan.seed}{_without(bench)}",
    )


def _without(bench: Bench) -> str:
    return ", its calendar left out" if bench.leaves_out_calendar else ""


def one_step(scenario: LoadedScenario, name: str) -> Step:
    """One step of a scenario by its identifier, such as W5.

    Raises KeyError for a step that there is not, NoAnswer where it does not apply.
    """
    module, trial = STEPS[name], Trial(scenario)
    if why := module.reason(trial):
        raise NoAnswer(f"{name} does not apply to {scenario.name}: {why}.")
    return module.make(Bench(trial))
