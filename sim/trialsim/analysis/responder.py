"""Patients beyond a fixed cut, compared as proportions.

Intervals of the risk difference by Newcombe 1998,
doi 10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I; what dichotomising costs:
Royston, Altman and Sauerbrei 2006, doi 10.1002/sim.2331.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal

import numpy as np

from trialsim.core.axes import BoolArray, FloatArray
from trialsim.core.records import NO_VARIATION, TOO_FEW, Estimates, TrialData
from trialsim.core.registry import register
from trialsim.core.stages import AnalysisMethod, Rule
from trialsim.core.truth import Truth
from trialsim.kernels.arm_sums import Analysed, analysed, by_size, count, member
from trialsim.kernels.cut import above
from trialsim.kernels.normal import critical_normal
from trialsim.kernels.stacking import stack_contrasts
from trialsim.kernels.two_by_two import (
    chi_square_p_value,
    fisher_p_value,
    log_odds_ratio,
    log_risk_ratio,
    newcombe_interval,
    risk_difference,
)

Table = tuple[FloatArray, FloatArray, FloatArray, FloatArray]
"""Events and patients of the arm, events and patients of its comparator (k, r)."""


@register("responder")
class Responder(AnalysisMethod):
    """Cuts the score, or its change, in two and compares the shares of patients with the event.

    With `of: change`, at_or_below is a fall of at least `cut` points and at_or_above a rise of at
    least `cut` points; below and above are more than that.

    The standard error is that of the difference (Wald) or of the logarithm. A trial in which
    nobody or everybody has the event is a failure: there is nothing to compare.
    """

    cut: float
    """Where to cut, in points of the score, or points of change."""
    event: Literal["above", "at_or_above", "below", "at_or_below"]
    """Which side of the cut counts; with `of: change` above is a rise and below a fall by `cut`."""
    of: Literal["score", "change"] = "score"
    """What is cut: the score, or the change since `from_visit`."""
    from_visit: str = "baseline"
    """The visit that change is counted from; not read when the score itself is cut."""
    measure: Literal["risk_difference", "log_risk_ratio", "log_odds_ratio"] = "risk_difference"
    """risk_difference: in shares of 1, interval by Newcombe's hybrid score; log_risk_ratio and
    log_odds_ratio: natural logarithms, so that bias and coverage mean something, with intervals
    by the error of the logarithm (a half is added to every cell when one is 0)."""
    test: Literal["chi_square", "fisher"] = "chi_square"
    """Pearson's chi-square, or Fisher's exact test; whatever the measure."""
    correction: bool = False
    """Yates's continuity correction of the chi-square, which makes it nearly Fisher's test."""

    def reads(self, covariates: Collection[str]) -> Sequence[tuple[str, str]]:
        """The score, and the one that change is counted from."""
        before = [(self.outcome, self.from_visit)] if self.of == "change" else []
        return [(self.outcome, self.visit), *before]

    @property
    def is_exact(self) -> bool:
        """Counts jump from table to table."""
        return False

    @property
    def inverts_its_test(self) -> bool:
        """The tests pool the arms, the intervals do not."""
        return False

    @property
    def needs_spread(self) -> bool:
        """Arms apart make a table like any other."""
        return False

    @property
    def _counts_high(self) -> bool:
        return self.event in ("above", "at_or_above")

    def with_origin_at(self, origin: float) -> AnalysisMethod:
        """The cut moves with the score; a change does not."""
        return self if self.of == "change" else self.model_copy(update={"cut": self.cut + origin})

    def judged(self, rule: Rule) -> Rule:
        """More events are good where the event is on the good side of the cut."""
        return rule if self._counts_high else rule.model_copy(update={"sign": -rule.sign})

    def true_shares(self, truth: Truth) -> tuple[float, float]:
        """Share of patients with the event: in the arm, and in its comparator."""
        high = truth.shares_above(
            self.visit,
            self._signed_cut,
            inclusive=self.event in ("at_or_above", "below"),
            from_visit=self.from_visit if self.of == "change" else None,
        )
        return high if self._counts_high else (1 - high[0], 1 - high[1])

    def true_value(self, truth: Truth) -> float:
        """Its measure of the two true shares."""
        p1, p0 = self.true_shares(truth)
        if self.measure == "risk_difference":
            return p1 - p0
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.log(p1) - np.log(p0)
            if self.measure == "log_odds_ratio":
                ratio -= np.log1p(-p1) - np.log1p(-p0)
        return float(ratio)

    @property
    def _signed_cut(self) -> float:
        """The cut on the axis of the score, or of its change: a fall is negative."""
        return -self.cut if self.of == "change" and not self._counts_high else self.cut

    def analyse(
        self, data: TrialData, contrasts: Sequence[tuple[int, int]], rule: Rule
    ) -> Estimates:
        """Estimates (c, k, r) of the measure; needs two patients an arm."""
        who = analysed(data, self.reads(()))
        happened = self._happened(data).astype(np.float64)
        each = [self._contrast(_table(data, who, pair, happened), rule) for pair in contrasts]
        return stack_contrasts(each)

    def _happened(self, data: TrialData) -> BoolArray:
        value = data.score(self.outcome, self.visit)
        if self.of == "change":
            value = value - data.score(self.outcome, self.from_visit)
        high = above(value, self._signed_cut, inclusive=self.event in ("at_or_above", "below"))
        return high if self._counts_high else ~high

    def _contrast(self, table: Table, rule: Rule) -> Estimates:
        events_1, n1, events_0, n0 = table
        events, n = events_1 + events_0, n1 + n0
        failure = np.where((n1 < 2) | (n0 < 2), TOO_FEW, 0).astype(np.int8)
        failure[(failure == 0) & ((events == 0) | (events == n))] = NO_VARIATION
        z = critical_normal(rule)
        if self.measure == "risk_difference":
            estimate, se = risk_difference(*table)
            lower, upper = newcombe_interval(*table, z)
        else:
            measured = log_risk_ratio if self.measure == "log_risk_ratio" else log_odds_ratio
            estimate, se = measured(*table)
            lower, upper = estimate - z * se, estimate + z * se
        if self.test == "fisher":
            p_value = fisher_p_value(*table, rule)
        else:
            p_value = chi_square_p_value(*table, rule, continuity=self.correction)
        df = np.full(n.shape, np.inf)
        columns = (estimate, se, df, p_value, lower, upper)
        estimate, se, df, p_value, lower, upper = (
            np.where(failure == 0, x, np.nan) for x in columns
        )
        return Estimates(estimate, se, df, p_value, lower, upper, n, failure)


def _table(data: TrialData, who: Analysed, pair: tuple[int, int], happened: FloatArray) -> Table:
    """Events and patients of both arms. Sums of ones are exact in whatever order."""
    events = [by_size(data, member(data, who, arm), happened) for arm in pair]
    n = [count(data, who, arm) for arm in pair]
    return events[0], n[0], events[1], n[1]
