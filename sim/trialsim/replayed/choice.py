"""Which trial of which run: replicate, assumption and what_if, or what is wrong with asking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from numbers import Integral

import numpy as np
import pandas as pd

from trialsim.core.axes import REPLICATES_PER_BATCH
from trialsim.core.errors import Problem, ScenarioError
from trialsim.core.plan import Cell, Design, Plan, Series
from trialsim.core.program import rule_of
from trialsim.operating.characteristics import true_value
from trialsim.plots.run import Run
from trialsim.scenario._words import nearest
from trialsim.scenario.keys.design import Arm
from trialsim.scenario.loaded import LoadedScenario
from trialsim.scenario.resolve import AS_STATED
from trialsim.scenario.schema import Scenario
from trialsim.study import Results


@dataclass(frozen=True)
class Choice:
    """One simulated trial of a plan."""

    scenario: LoadedScenario
    plan: Plan
    replicate: int
    """Which of the trials, counted from 1."""
    cell: int
    """Index into the plan's cells."""

    @property
    def of(self) -> Cell:
        """The cell that the trial is of."""
        return self.plan.cells[self.cell]

    @property
    def design(self) -> Design:
        """The design of the trial."""
        return self.plan.designs[self.of.design]

    @property
    def batch(self) -> int:
        """The batch that holds the trial, counted from 0."""
        return (self.replicate - 1) // REPLICATES_PER_BATCH

    @property
    def row(self) -> int:
        """The trial's row in its batch, counted from 0."""
        return (self.replicate - 1) % REPLICATES_PER_BATCH

    @property
    def alone(self) -> Plan:
        """The plan with this cell only."""
        cell = replace(self.of, design=0)
        return replace(self.plan, designs=(self.design,), cells=(cell,))

    @property
    def naming(self) -> Run:
        """A run of this design without any results: it knows what arms and outcomes are called."""
        empty = np.empty((0, 0, 0))
        written = _with_arms(self.scenario.written, self.design)
        return Run(written, self.alone, empty, pd.DataFrame())

    @property
    def said(self) -> str:
        """Which trial it is, for a caption; nothing of what is true."""
        plan = self.plan
        return (
            f"Trial {self.replicate:,} of {plan.name}: simulated, seed {plan.seed}, "
            f"scenario {plan.digest}."
        )


def choose(
    scenario: LoadedScenario | Results,
    replicate: int,
    assumption: str | None,
    what_if: str | None,
    seed: int | None,
) -> Choice:
    """The trial that is asked for. Raises ScenarioError with everything that is wrong."""
    is_run = isinstance(scenario, Results)
    loaded = scenario.scenario if isinstance(scenario, Results) else scenario
    plan = scenario.plan
    problems = []
    if seed is not None and is_run and seed != plan.seed:
        found = f"found {seed}; the trials of this run were simulated with {plan.seed}."
        problems.append(Problem((), found, "Leave it out.", source="seed"))
    elif seed is not None and not 0 <= seed < 2**63:
        problems.append(Problem((), f"found {seed}, must be 0 to 2^63 - 1.", source="seed"))
    elif seed is not None:
        plan = replace(plan, seed=seed)
    if not isinstance(replicate, Integral):
        problems.append(
            Problem((), f"found {replicate!r}, not a whole number.", source="replicate")
        )
    elif not 1 <= replicate <= plan.replicates:
        found = f"found {replicate:,}; trials are counted from 1 to {plan.replicates:,}."
        hint = "" if is_run else "For more of them set simulation.replicates."
        problems.append(Problem((), found, hint, source="replicate"))
    what_ifs = list(dict.fromkeys(cell.what_if for cell in plan.cells))
    assumptions = list(dict.fromkeys(cell.assumption for cell in plan.cells))
    chosen = AS_STATED if what_if is None else what_if
    problems += _unknown("what_if", chosen, what_ifs)
    if assumption is not None:
        problems += _unknown("assumption", assumption, assumptions)
    if problems:
        raise ScenarioError(problems)
    # The first design point of a what_if is the design as stated with its changes alone.
    first = next(cell.design for cell in plan.cells if cell.what_if == chosen)
    cells = {cell.assumption: i for i, cell in enumerate(plan.cells) if cell.design == first}
    named = _first_with_effect(plan, cells) if assumption is None else assumption
    return Choice(loaded, plan, replicate, cells[named])


def _unknown(kind: str, name: str, known: Sequence[str]) -> list[Problem]:
    if name in known:
        return []
    found = f"there is none called '{name}'."
    return [Problem((), found, nearest(name, list(known)), source=kind)]


def _first_with_effect(plan: Plan, cells: dict[str, int]) -> str:
    """The first assumption under which the primary analysis has something to find, else the
    first."""
    for name, index in cells.items():
        design = plan.designs[plan.cells[index].design]
        primary = design.decision.primary
        contrast = design.contrasts_of(primary)[0]
        truth = true_value(design, plan.cells[index], Series(index, primary, contrast))
        if not rule_of(design, primary).null_is_true(truth):
            return name
    return next(iter(cells))


def _with_arms(written: Scenario, design: Design) -> Scenario:
    """The scenario with the arms that a what_if adds."""
    added = {name: Arm(n=n) for name, n in design.arms.items() if name not in written.design.arms}
    if not added:
        return written
    arms = {**written.design.arms, **added}
    return written.model_copy(update={"design": written.design.model_copy(update={"arms": arms})})
