"""The trials that a search asks for: one cell of a scenario, with one number of it turned."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import Any

from trialsim.core.axes import FloatArray
from trialsim.core.effect import Effect
from trialsim.core.errors import ScenarioError, dotted
from trialsim.core.plan import Cell, Design, Plan
from trialsim.core.program import rule_of
from trialsim.core.records import COLUMNS
from trialsim.core.stages import Rule
from trialsim.operating.exact_power import exact_rejection_rate
from trialsim.operating.truth import truth_of
from trialsim.planning.reduced import reduced
from trialsim.scenario.loaded import LoadedScenario
from trialsim.scenario.overrides import split_path
from trialsim.scenario.resolve import AS_STATED, N_TOTAL
from trialsim.study import run

EFFECT = "effect"
"""Stands for the assumption's differences, all multiplied by one factor."""

NOTHING = "no_effect (made)"
"""The assumption under which nothing differs, where the scenario has none."""

Columns = Mapping[str, FloatArray]
"""The results (r,) of one series, by name of the column."""

Report = Callable[[int, int], None]
"""Told how many batches of a round are done, of how many."""


@dataclass(frozen=True)
class Asked:
    """What is turned, and what is looked at."""

    path: str
    """A dotted path, or `EFFECT`."""
    assumption: str
    what_if: str
    analysis: str
    contrast: str


@dataclass(frozen=True)
class Engine:
    """How to simulate."""

    seed: int
    workers: int | None = None
    executor: Executor | None = None
    progress: Report | None = None


@dataclass(frozen=True)
class Points:
    """A scenario under one what_if, seen by one analysis under one assumption."""

    base: LoadedScenario
    """With the changes of the what_if made, and nothing varied."""
    assumption: str
    analysis: str
    contrast: str
    path: str
    """What is turned: a dotted path, or `EFFECT`."""
    engine: Engine

    @property
    def design(self) -> Design:
        """The trial as stated."""
        return self.base.plan.designs[0]

    @property
    def cell(self) -> Cell:
        """The assumption, as stated."""
        return next(c for c in self.base.plan.cells if c.assumption == self.assumption)

    @property
    def rule(self) -> Rule:
        """How an estimate is judged."""
        return rule_of(self.design, self.analysis)

    def stated(self) -> Any:
        """The number as the scenario states it; 1 for the effect."""
        if self.path == EFFECT:
            return 1.0
        if self.path == N_TOTAL:
            return self.design.n_total
        value: Any = self.base.document.data
        for part in split_path(self.path):
            if isinstance(value, Mapping):
                value = value.get(part)
            elif isinstance(value, list) and isinstance(part, int) and part < len(value):
                value = value[part]
            else:
                value = None
        marked = self.base.plan.marks.get(self.path)  # a default, which nobody wrote
        return marked.value if value is None and marked is not None else value

    def varied(self, x: Sequence[float]) -> LoadedScenario:
        """The scenario with a design point for every place, in that order after the trial as
        stated. Raises ScenarioError where a place is impossible."""
        if self.path == EFFECT:
            path = dotted(("assumptions", self.assumption))
            stated = self.base.document.data["assumptions"][self.assumption]
            return self.base.changed({"vary": {path: [scaled(stated, one) for one in x]}})
        return self.base.changed({"vary": {self.path: [_written(one) for one in x]}})

    def is_possible(self, x: float) -> bool:
        """Whether a place can be simulated."""
        try:
            self.varied([x])
        except ScenarioError:
            return False
        return True

    def at(self, x: float) -> tuple[Design, Cell]:
        """The trial and the truth at one place."""
        design, cell, _ = self._places([x])[0]
        return design, cell

    def truth(self, design: Design, cell: Cell) -> float:
        """The true value that the analysis estimates."""
        method = design.analyses[self.analysis]
        return method.true_value(truth_of(design, cell, method.outcome, self.contrast))

    def theory(self, x: float) -> float | None:
        """The exact rejection rate at a place, where there is a closed form."""
        design, cell = self.at(x)
        return exact_rejection_rate(design, cell, self.analysis, self.contrast)

    def columns(self, x: Sequence[float], replicates: int) -> list[Columns]:
        """Simulated results at every place, on the same random numbers."""
        places = self._places(x)
        return self.simulated([(design, cell) for design, cell, _ in places], replicates)

    def simulated(self, trials: Sequence[tuple[Design, Cell]], replicates: int) -> list[Columns]:
        """Simulated results of trials, by the ordinary pipeline."""
        plan = Plan(
            name=self.base.name,
            title=self.base.plan.title,
            designs=tuple(design for design, _ in trials),
            cells=tuple(replace(cell, design=i) for i, (_, cell) in enumerate(trials)),
            replicates=replicates,
            seed=self.engine.seed,
            marks={},
        )
        plan = reduced(plan, analyses=[self.analysis])
        results = run(
            replace(self.base, plan=plan),
            workers=self.engine.workers,
            executor=self.engine.executor,
            progress=self.engine.progress,
        )
        return [
            dict(zip(COLUMNS, values, strict=True))
            for series, values in zip(plan.series(), results.values, strict=True)
            if (series.analysis, series.contrast) == (self.analysis, self.contrast)
        ]

    def nothing(self, x: float) -> tuple[Cell, bool] | None:
        """The truth under which a rejection is a false alarm, at a place, and whether it had to
        be made; None where it cannot be stated."""
        design, cell, plan = self._places([x])[0]
        rule = self.rule
        of_design = [other for other in plan.cells if other.design == cell.design]
        # Where several will do, the one under which nothing at all differs.
        of_design.sort(key=lambda other: not _is_none(other))
        for other in of_design:
            if rule.null_is_true(self.truth(design, other)):
                return other, False
        made = self._made(design)
        return (made, True) if rule.null_is_true(self.truth(design, made)) else None

    def _made(self, design: Design) -> Cell:
        """Nothing differs, or the arm is worse by just the margin that is tested."""
        method = design.analyses[self.analysis]
        none = Effect.none(len(design.arms), len(design.visits))
        effects = {name: none for name in design.outcomes}
        if self.rule.null:
            arm = list(design.arms).index(design.contrasts[self.contrast][0])
            visit = list(design.visits).index(method.visit)
            rows = [list(row) for row in none.difference]
            rows[arm][visit] = self.rule.null
            difference = tuple(tuple(row) for row in rows)
            effects[method.outcome] = none.model_copy(update={"difference": difference})
        return replace(self.cell, assumption=NOTHING, effects=effects)

    def _places(self, x: Sequence[float]) -> list[tuple[Design, Cell, Plan]]:
        """Design and cell of every place. Places that say the same as the scenario share its
        design."""
        plan = self.varied(x).plan
        ours = [cell for cell in plan.cells if cell.assumption == self.assumption]
        if len(ours) == 1 + len(x):
            ours = ours[1:]
        elif len(x) > 1:
            return [place for one in x for place in self._places([one])]
        return [(plan.designs[cell.design], cell, plan) for cell in ours]


def points_of(scenario: LoadedScenario, asked: Asked, engine: Engine) -> Points:
    """The points of a scenario, with everything dropped that a search does not look at."""
    changes: dict[str, Any] = {"vary": {}, "what_if": {}, "evidence": {}, "published": {}}
    if asked.what_if != AS_STATED:
        changes |= scenario.document.data["what_if"][asked.what_if]
    base = scenario.changed(changes)
    return Points(base, asked.assumption, asked.analysis, asked.contrast, asked.path, engine)


def scaled(stated: Any, factor: float) -> Any:
    """An assumption as written, every difference multiplied; SDs and shares as they are.

    >>> scaled({"rmdq": {"acupressure": [0, -1.5]}}, 2)
    {'rmdq': {'acupressure': [0, -3.0]}}
    """

    def of_arm(arm: Any) -> Any:
        if isinstance(arm, Mapping):
            differences = {"difference", "by_level"}
            return {key: times(v) if key in differences else v for key, v in arm.items()}
        return times(arm)

    def times(value: Any) -> Any:
        if isinstance(value, list | tuple):
            return [times(one) for one in value]
        return value * factor if value else value

    return {
        outcome: {arm: of_arm(truth) for arm, truth in (arms or {}).items()}
        for outcome, arms in (stated or {}).items()
    }


def _written(x: float) -> int | float:
    """A whole number as one: sizes and counts are not read from 120.0."""
    return int(x) if float(x).is_integer() else float(x)


def _is_none(cell: Cell) -> bool:
    return not any(any(map(any, effect.difference)) for effect in cell.effects.values())
