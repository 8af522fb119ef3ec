"""What a figure may ask of a run: its plan, its estimates, its table, its first patients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from trialsim.core.axes import FloatArray
from trialsim.core.plan import Design, Plan, Series
from trialsim.core.program import rule_of
from trialsim.core.records import COLUMNS, TrialData
from trialsim.core.stages import OutcomeMethod
from trialsim.operating.patients import batch_of_trials, patients
from trialsim.plots.base.figure import Settings
from trialsim.scenario.resolve import AS_STATED, N_TOTAL
from trialsim.scenario.schema import Scenario


@dataclass(frozen=True)
class Run:
    """One run, as its figures see it. The design as stated comes first in every plan."""

    written: Scenario
    plan: Plan
    values: FloatArray = field(repr=False)
    """(series, column, replicate), columns as `trialsim.core.records.COLUMNS`."""
    table: pd.DataFrame = field(repr=False)
    """Operating characteristics."""

    @property
    def design(self) -> Design:
        """The design as stated."""
        return self.plan.designs[0]

    @property
    def primary(self) -> str:
        """Name of the primary analysis."""
        return self.design.decision.primary

    def contrast(self, analysis: str) -> str:
        """The first contrast that an analysis estimates, by name."""
        return self.design.contrasts_of(analysis)[0]

    def pair(self, analysis: str) -> tuple[str, str]:
        """Arm and comparator of that contrast, by name."""
        return self.design.contrasts[self.contrast(analysis)]

    def outcome(self, analysis: str) -> OutcomeMethod:
        """The outcome that an analysis is of."""
        return self.design.outcomes[self.design.analyses[analysis].outcome]

    def outcome_label(self, analysis: str) -> str:
        """What that outcome is called on an axis."""
        return self.outcome(analysis).label or self.design.analyses[analysis].outcome

    def arm_label(self, arm: str) -> str:
        """What an arm is called in a figure."""
        return self.written.design.arms[arm].label or arm.replace("_", " ")

    @cached_property
    def cells(self) -> dict[str, int]:
        """The cells of the design as stated: assumption to index in the plan."""
        return {
            cell.assumption: index for index, cell in enumerate(self.plan.cells) if cell.design == 0
        }

    def is_null(self, assumption: str, analysis: str | None = None) -> bool:
        """Whether what an analysis tests is true under an assumption: rejections are false
        alarms."""
        rule = rule_of(self.design, analysis or self.primary)
        return rule.null_is_true(self.measure(assumption, "true_value", analysis))

    @cached_property
    def under_an_effect(self) -> str:
        """The assumption that a figure of one trial shows: the first with an effect, else the
        first."""
        effects = [name for name in self.cells if not self.is_null(name)]
        return (effects or list(self.cells))[0]

    def settings(self, analysis: str | None = None) -> Settings:
        """What the caption of a figure of the design as stated says."""
        return Settings(
            n_total=self.design.n_total,
            replicates=self.values.shape[2],
            seed=self.plan.seed,
            digest=self.plan.digest,
            analysis=f"analysis {analysis or self.primary}",
        )

    @cached_property
    def _rows(self) -> dict[Series, int]:
        return {series: row for row, series in enumerate(self.plan.series())}

    def estimates(self, assumption: str, analysis: str | None = None) -> pd.DataFrame:
        """A row a simulated trial of the design as stated: the columns of the results, and
        `converged`."""
        chosen = analysis or self.primary
        series = Series(self.cells[assumption], chosen, self.contrast(chosen))
        frame = pd.DataFrame(dict(zip(COLUMNS, self.values[self._rows[series]], strict=True)))
        return frame.assign(converged=frame["failure"] == 0)

    @cached_property
    def _stated(self) -> pd.DataFrame:
        keys = {self.plan.cell_key(index): name for name, index in self.cells.items()}
        rows = self.table[self.table["cell"].isin(keys)]
        index = ["cell", "analysis", "contrast", "measure"]
        return rows.drop_duplicates(index).set_index(index)[["value", "mcse", "n_used"]]

    def measure(
        self, assumption: str, measure: str, analysis: str | None = None, what: str = "value"
    ) -> float:
        """A measure of the design as stated, for the first contrast of an analysis; `what` may
        also be its `mcse` or `n_used`. NaN where the table has none."""
        chosen = analysis or self.primary
        key = self.plan.cell_key(self.cells[assumption])
        place = (key, chosen, self.contrast(chosen), measure)
        return float(self._stated[what].get(place, np.nan))

    def by_size(self, *measures: str, analysis: str | None = None) -> pd.DataFrame:
        """Measures against size, all else as stated: a row an assumption, size and measure.

        Columns: assumption, n_total, measure, value, mcse, n_used, is_null.
        """
        chosen = analysis or self.primary
        rows = self._rows_of(chosen, measures, free=[N_TOTAL])
        rows = rows[rows["what_if"] == AS_STATED]
        columns = ["assumption", "n_total", "measure", "value", "mcse", "n_used"]
        null = {name: self.is_null(name, chosen) for name in self.cells}
        frame = rows[columns].drop_duplicates(columns[:3]).reset_index(drop=True)
        return frame.assign(is_null=[null[name] for name in frame["assumption"]])

    def by_what_if(self, *measures: str, analysis: str | None = None) -> pd.DataFrame:
        """Measures of the trial as stated and under each what_if, with no varied value changed.

        Columns: what_if, assumption, measure, value, mcse, n_used.
        """
        rows = self._rows_of(analysis or self.primary, measures, free=[])
        columns = ["what_if", "assumption", "measure", "value", "mcse", "n_used"]
        return rows[columns].drop_duplicates(columns[:3]).reset_index(drop=True)

    def _rows_of(
        self, analysis: str, measures: tuple[str, ...], free: Sequence[str]
    ) -> pd.DataFrame:
        """Rows of the table for the first contrast of an analysis, varied values as stated but for
        those of the paths in `free`."""
        rows = self.table[
            (self.table["analysis"] == analysis)
            & (self.table["contrast"] == self.contrast(analysis))
            & self.table["measure"].isin(measures)
        ]
        for path, value in self.plan.cells[0].varied:
            if path not in free:
                rows = rows[[_equal(other, value) for other in rows[path]]]
        return rows

    def trials(self, assumption: str, batch: int = 0) -> TrialData:
        """All data of one batch of the simulated trials of the design as stated."""
        return batch_of_trials(self.plan, self.cells[assumption], batch)

    def patients(self, assumption: str, replicate: int = 0) -> pd.DataFrame:
        """The patients of one simulated trial of the first batch: see `operating.patients`."""
        return patients(self.trials(assumption), replicate)


def _equal(a: object, b: object) -> bool:
    if b is None:  # nothing is written there: a table of numbers has it as NaN
        return a is None or a != a
    return bool(a == b) if not isinstance(a, list | tuple) else list(a) == list(b)  # type: ignore[call-overload]
