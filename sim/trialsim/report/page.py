"""What a section may ask: the run, its figures, its numbers with their errors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from trialsim.core.plan import Design, Plan
from trialsim.core.program import rule_of
from trialsim.core.stages import Rule
from trialsim.plots.base.words import plain
from trialsim.plots.run import Run
from trialsim.report.shown import Shown
from trialsim.report.values import Measures, Value
from trialsim.scenario.loaded import LoadedScenario
from trialsim.scenario.schema import Scenario


@dataclass(frozen=True)
class Page:
    """One run, as the sections of its report see it."""

    scenario: LoadedScenario
    run: Run
    shown: tuple[Shown, ...]
    """Every figure that was drawn, in the order of the gallery."""
    result_hash: str
    elapsed_s: float
    environment: Mapping[str, Any]
    """Versions and machine, as manifest.json has them."""
    titles: Mapping[str, str] = field(default_factory=dict)
    """Headings of the sections that are on the page, by identifier."""

    @property
    def plan(self) -> Plan:
        """What was simulated."""
        return self.run.plan

    @property
    def design(self) -> Design:
        """The design as stated."""
        return self.run.design

    @property
    def written(self) -> Scenario:
        """The scenario as its author wrote it."""
        return self.run.written

    @property
    def replicates(self) -> int:
        """Simulated trials in every cell."""
        return self.run.values.shape[2]

    @property
    def title(self) -> str:
        """What is compared in whom."""
        return self.plan.title or plain(self.plan.name)

    @property
    def rule(self) -> Rule:
        """How estimates of the primary analysis are judged."""
        return rule_of(self.design, self.run.primary)

    @property
    def contrasts(self) -> tuple[str, ...]:
        """Contrasts of the primary analysis."""
        return tuple(self.design.contrasts_of(self.run.primary))

    def contrast_label(self, contrast: str) -> str:
        """A contrast as a reader meets it: `acupressure minus physiotherapy`."""
        arm, comparator = self.design.contrasts[contrast]
        return f"{self.run.arm_label(arm)} minus {self.run.arm_label(comparator)}"

    def outcome_label(self, outcome: str) -> str:
        """What an outcome is called."""
        method = self.design.outcomes.get(outcome)
        return (method.label if method is not None else "") or plain(outcome)

    def figures(self, names: Iterable[str]) -> list[Shown]:
        """Those of the named figures that this run has, in the order named."""
        by_name = {one.name: one for one in self.shown}
        return [by_name[name] for name in names if name in by_name]

    @cached_property
    def _measures(self) -> dict[tuple[str, str, str], dict[str, Value]]:
        found: dict[tuple[str, str, str], dict[str, Value]] = {}
        columns = ["cell", "analysis", "contrast", "measure", "value", "mcse", "n_used"]
        for cell, analysis, contrast, measure, *value in self.run.table[columns].itertuples(
            index=False, name=None
        ):
            found.setdefault((cell, analysis, contrast), {})[measure] = Value(*value)
        return found

    def measures(self, cell: int, analysis: str, contrast: str) -> Measures:
        """All measures of one analysis and contrast of a cell of the plan."""
        return self._measures[self.plan.cell_key(cell), analysis, contrast]

    def failed(self, assumption: str) -> float:
        """Share of trials whose primary analysis failed, the worst of its contrasts."""
        shares = [
            self.measures(self.run.cells[assumption], self.run.primary, contrast)["failed"].value
            for contrast in self.contrasts
        ]
        return float(np.max(shares))
