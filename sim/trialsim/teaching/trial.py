"""The trial of a scenario as lessons ask about it: one comparison of one score at one visit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from math import sqrt

import numpy as np
import pandas as pd

from trialsim.analysis.change_score import ChangeScore
from trialsim.analysis.t_test import TTest
from trialsim.core.plan import Cell, Design, Series
from trialsim.core.stages import AnalysisMethod, OutcomeMethod
from trialsim.operating.characteristics import true_value
from trialsim.operating.exact_power import exact_rejection_rate
from trialsim.plots.base.words import number, plain, quoted
from trialsim.plots.graded import is_graded
from trialsim.plots.run import Run
from trialsim.replayed.abstract import at
from trialsim.scenario.keys.published import Published
from trialsim.scenario.loaded import LoadedScenario
from trialsim.teaching.found import rounded
from trialsim.theory.noncentral_t import critical_t

POST = "post"
"""Name of the comparison of post scores in the trials that lessons simulate."""


@dataclass(frozen=True)
class Trial:
    """The primary comparison of a scenario's design as stated."""

    scenario: LoadedScenario

    @cached_property
    def run(self) -> Run:
        """A run of the design without results: it knows what things are called."""
        plan = self.scenario.plan
        return Run(self.scenario.written, plan, np.empty((0, 0, 0)), pd.DataFrame())

    @property
    def design(self) -> Design:
        """The design as stated."""
        return self.scenario.plan.designs[0]

    @property
    def method(self) -> AnalysisMethod:
        """The primary analysis."""
        return self.design.analyses[self.design.decision.primary]

    @property
    def contrast(self) -> str:
        """Its first contrast, by name."""
        return self.design.contrasts_of(self.design.decision.primary)[0]

    @property
    def outcome(self) -> OutcomeMethod:
        """The outcome that it compares."""
        return self.design.outcomes[self.method.outcome]

    @property
    def is_score(self) -> bool:
        """Whether that is a score, with a mean and an SD."""
        return is_graded(self.outcome)

    @property
    def label(self) -> str:
        """What the score is called."""
        return self.outcome.label or plain(self.method.outcome)

    @property
    def unit(self) -> str:
        """Its unit, in the plural."""
        return self.outcome.unit

    @property
    def arms(self) -> tuple[str, str]:
        """Arm and comparator, by name."""
        arm, comparator = self.design.contrasts[self.contrast]
        return arm, comparator

    @property
    def arm(self) -> str:
        """The arm, as a sentence calls it."""
        return plain(self.run.arm_label(self.arms[0]))

    @property
    def comparator(self) -> str:
        """Its comparator, as a sentence calls it."""
        return plain(self.run.arm_label(self.arms[1]))

    @property
    def n_arm(self) -> int:
        """Patients planned for the arm."""
        return self.design.arms[self.arms[0]]

    @property
    def n_comparator(self) -> int:
        """Patients planned for its comparator."""
        return self.design.arms[self.arms[1]]

    @property
    def visit(self) -> str:
        """The visit of the primary analysis."""
        return self.method.visit

    @property
    def baseline(self) -> str | None:
        """The visit before treatment, unless that is the analysed one."""
        return None if self.design.baseline == self.visit else self.design.baseline

    @property
    def other_visit(self) -> str | None:
        """Another visit after baseline, the latest."""
        others = [v for v in self.design.visits if v not in (self.visit, self.design.baseline)]
        return others[-1] if others else None

    @property
    def sign(self) -> int:
        """+1 where a positive difference favours the arm."""
        return 1 if self.outcome.better == "higher" else -1

    @property
    def alpha(self) -> float:
        """Two-sided significance level of the lessons."""
        decision = self.design.decision
        return decision.alpha * (2 if decision.sides == 1 else 1)

    def _at(self, values: tuple[float, ...] | float, visit: str) -> float:
        return self.outcome.at(values, list(self.design.visits).index(visit))

    @property
    def mean(self) -> float:
        """Mean of the comparator at the visit."""
        return self._at(self.outcome.mean, self.visit)

    @property
    def sd(self) -> float:
        """SD of the comparator at the visit."""
        return self._at(self.outcome.sd, self.visit)

    @property
    def sd_baseline(self) -> float:
        """SD at baseline."""
        return self._at(self.outcome.sd, str(self.baseline))

    @property
    def correlation(self) -> float:
        """Correlation of the score at baseline and at the visit."""
        visits = list(self.design.visits)
        return self.outcome.score_correlation(
            visits.index(str(self.baseline)), visits.index(self.visit)
        )

    @property
    def se(self) -> float:
        """Standard error of the difference between post scores, from the SD of the scenario."""
        return self.sd * sqrt(1 / self.n_arm + 1 / self.n_comparator)

    @cached_property
    def is_normal(self) -> bool:
        """Whether closed forms hold exactly: normal scores of one SD, nobody missing, allocation
        that no analysis has to know of."""
        cell = self.null
        if cell is None:
            return False
        post = TTest(outcome=self.method.outcome, visit=self.visit, contrasts=(self.contrast,))
        design = replace(self.design, analyses={**self.design.analyses, POST: post})
        sizes = design.allocation.size_law(tuple(design.arms.values()))
        fixed = sizes is not None and len(sizes) == 1
        return fixed and exact_rejection_rate(design, cell, POST, self.contrast) is not None

    @property
    def null(self) -> Cell | None:
        """The cell of the design as stated under which nothing differs."""
        for cell in self._cells:
            if self._truth(cell) == 0:
                return cell
        return None

    @property
    def _cells(self) -> list[Cell]:
        return [cell for cell in self.scenario.plan.cells if cell.design == 0]

    def _truth(self, cell: Cell) -> float:
        index = self.scenario.plan.cells.index(cell)
        primary = self.design.decision.primary
        return true_value(self.design, cell, Series(index, primary, self.contrast))

    @cached_property
    def published(self) -> Published | None:
        """The published difference at the visit: of post scores where there is one, else of any
        analysis of that score and visit."""
        analyses, found = self.design.analyses, []
        for one in self.scenario.written.published.values():
            if one.analysis is None or one.estimate is None:
                continue
            method = analyses[one.analysis]
            is_own = (method.outcome, method.visit) == (self.method.outcome, self.visit)
            if is_own and one.contrast in (None, self.contrast) and method.tests_differences:
                found.append((_directness(method), one))
        return min(found, key=lambda each: each[0])[1] if found else None

    @property
    def published_change(self) -> Published | None:
        """The published difference in change from baseline to the same visit."""
        for one in self.scenario.written.published.values():
            method = None if one.analysis is None else self.design.analyses[one.analysis]
            if (
                isinstance(method, ChangeScore)
                and one.estimate is not None
                and (method.outcome, method.visit) == (self.method.outcome, self.visit)
                and method.from_visit == self.baseline
            ):
                return one
        return None

    @property
    def claimed(self) -> float:
        """Size of the published difference, or, where there is none, of the first assumed one;
        positive favours the arm."""
        if self.published is not None and self.published.estimate is not None:
            return self.sign * self.published.estimate
        return self.assumed[1]

    @property
    def assumed(self) -> tuple[str, float]:
        """The first assumption with an effect on the score at the visit, and its size; positive
        favours the arm."""
        visit = list(self.design.visits).index(self.visit)
        arms = list(self.design.arms)
        a, c = (arms.index(name) for name in self.arms)
        for cell in self._cells:
            rows = cell.effects[self.method.outcome].difference
            if rows[a][visit] != rows[c][visit]:
                return cell.assumption, self.sign * (rows[a][visit] - rows[c][visit])
        return "", 0.0

    @property
    def claimed_by(self) -> str:
        """Who says so: "published", or the assumption."""
        return (
            "published" if self.published is not None else f"assumed in {quoted(self.assumed[0])}"
        )

    @property
    def claim(self) -> str:
        """The claimed difference as a sentence without its full stop."""
        result = self.published
        if result is None:
            name, size = self.assumed
            return f"Suppose that {self.arm} is {self.size(size)} better ({quoted(name)})"
        word = "better" if self.claimed >= 0 else "worse"
        said = (
            f"At {at(self.run, self.visit)}, {self.arm} was {self.size(abs(self.claimed))} {word} "
            f"than {self.comparator} on the {self.label}"
        )
        if result.interval is None:
            return said
        ends = sorted(self.sign * end for end in result.interval)
        low, high = (number(end, 1) for end in ends)
        return f"{said} ({100 * result.level:g}% CI {low} to {high})"

    @property
    def se_claimed(self) -> float:
        """Standard error of the claimed difference: from its interval, else from the SD."""
        result = self.published
        if result is None or result.interval is None:
            return self.se
        df = self.n_arm + self.n_comparator - 2
        low, high = result.interval
        return (high - low) / (2 * float(critical_t(df, 1 - result.level)))

    def size(self, value: float, decimals: int = 1) -> str:
        """A size with its unit: "3.8 points"."""
        return f"{rounded(value, decimals)} {self.unit}"

    @property
    def who(self) -> str:
        """Who is compared: "64 patients with acupressure and 65 with physiotherapy"."""
        return (
            f"{self.n_arm:,} patients with {self.arm} and {self.n_comparator:,} with "
            f"{self.comparator}"
        )


def _directness(method: AnalysisMethod) -> int:
    """Place of an analysis among those that a paper may report: post scores come first."""
    return 0 if isinstance(method, TTest) else 2 if isinstance(method, ChangeScore) else 1
