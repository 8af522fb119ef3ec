"""The figures that every run draws, from a plan and its results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from trialsim.core.axes import FloatArray
from trialsim.core.plan import Plan, Series
from trialsim.core.records import COLUMNS
from trialsim.plots.figure import Drawn, Settings
from trialsim.plots.many_trials import draw_many_trials
from trialsim.plots.panel import Panel, Published
from trialsim.plots.power_curve import draw_power_curve
from trialsim.scenario.resolve import AS_STATED, N_TOTAL
from trialsim.scenario.schema import Scenario


@dataclass(frozen=True)
class StandardFigures:
    """The figures of one run: `power()` and `many_trials()`, or `all()` of them."""

    written: Scenario
    plan: Plan
    values: FloatArray
    """(series, column, replicate)."""
    table: pd.DataFrame
    """Operating characteristics."""

    def all(self) -> list[Drawn]:
        """Every figure that the run has numbers for, in the order of a report."""
        return [self.many_trials(), self.power()]

    @property
    def _primary(self) -> tuple[str, str]:
        design = self.plan.designs[0]
        analysis = design.decision.primary
        return analysis, design.contrasts_of(analysis)[0]

    def _settings(self) -> Settings:
        analysis, _ = self._primary
        return Settings(
            n_total=self.plan.designs[0].n_total,
            replicates=self.values.shape[2],
            seed=self.plan.seed,
            digest=self.plan.digest,
            analysis=f"analysis {analysis}",
        )

    def many_trials(self) -> Drawn:
        """P2: the primary estimates of the design as stated, a panel an assumption."""
        design = self.plan.designs[0]
        analysis, contrast = self._primary
        outcome = design.outcomes[design.analyses[analysis].outcome]
        arm, comparator = design.contrasts[contrast]
        label = {name: self.written.design.arms[name].label or name for name in design.arms}
        return draw_many_trials(
            self._panels(analysis, contrast),
            alpha=design.decision.alpha,
            outcome_label=outcome.label or design.analyses[analysis].outcome,
            treatment=label[arm],
            comparator=label[comparator],
            better=outcome.better,
            unit=outcome.unit,
            settings=self._settings(),
            published=self._published(analysis, contrast),
        )

    def _panels(self, analysis: str, contrast: str) -> Mapping[str, Panel]:
        panels = {}
        rows = {series: row for row, series in enumerate(self.plan.series())}
        for index, cell in enumerate(self.plan.cells):
            if cell.design != 0:
                continue
            column = dict(
                zip(COLUMNS, self.values[rows[Series(index, analysis, contrast)]], strict=True)
            )
            frame = pd.DataFrame(
                {
                    "estimate": column["estimate"],
                    "p_value": column["p_value"],
                    "converged": column["failure"] == 0,
                }
            )
            measures = self.table[
                (self.table["cell"] == self.plan.cell_key(index))
                & (self.table["analysis"] == analysis)
                & (self.table["contrast"] == contrast)
            ].set_index("measure")["value"]
            panels[cell.assumption] = Panel(
                frame=frame,
                true_value=measures["true_value"],
                critical=measures["critical_estimate"],
            )
        return panels

    def _published(self, analysis: str, contrast: str) -> Published | None:
        for result in self.written.published.values():
            if result.analysis == analysis and result.estimate is not None:
                if result.contrast not in (None, contrast):
                    continue
                status = "" if result.status == "reported" else f" ({result.status})"
                return Published(value=result.estimate, label=f"published{status}")
        return None

    def power(self) -> Drawn:
        """P5: share significant against total sample size, a curve an assumption."""
        return draw_power_curve(
            power_by_size(self.plan, self.table),
            marked_n_total=self.plan.designs[0].n_total,
            alpha=self.plan.designs[0].decision.alpha,
            settings=self._settings(),
        )


def power_by_size(plan: Plan, table: pd.DataFrame) -> pd.DataFrame:
    """Rejection rates of the primary analysis by assumption and size, all else as stated."""
    design = plan.designs[0]
    analysis = design.decision.primary
    contrast = design.contrasts_of(analysis)[0]
    chosen = (
        (table["analysis"] == analysis)
        & (table["contrast"] == contrast)
        & (table["what_if"] == AS_STATED)
    )
    for path, value in plan.cells[0].varied:
        if path != N_TOTAL:
            same = [_equal(other, value) for other in table[path]]
            chosen &= np.array(same)
    rows = table[chosen]
    rates = rows[rows["measure"] == "rejection_rate"][
        ["assumption", "n_total", "value", "mcse", "n_used"]
    ]
    truth = rows[rows["measure"] == "true_value"].groupby("assumption")["value"].first()
    frame = rates.assign(is_null=[truth[name] == 0 for name in rates["assumption"]])
    return frame.drop_duplicates(["assumption", "n_total"]).reset_index(drop=True)


def _equal(a: object, b: object) -> bool:
    return bool(a == b) if not isinstance(a, list | tuple) else list(a) == b
