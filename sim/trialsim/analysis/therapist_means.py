"""A test whose unit is the therapist, where patients of one therapist are alike.

An arm with therapists is represented by the unweighted means of their patients, an arm without
by its patients (a partially nested design). Welch's statistic with Satterthwaite's degrees of
freedom: Satterthwaite 1946, doi 10.2307/3002019; Roberts and Roberts 2005,
doi 10.1191/1740774505cn076oa.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trialsim.core.axes import FloatArray
from trialsim.core.records import NO_VARIATION, ONE_THERAPIST, TOO_FEW, Estimates, TrialData
from trialsim.core.registry import register
from trialsim.core.stages import AnalysisMethod, Rule
from trialsim.kernels.arm_sums import Analysed, analysed, by_size, centred, identity, member, once
from trialsim.kernels.stacking import stack_contrasts
from trialsim.kernels.student import t_inference


@dataclass(frozen=True)
class _Side:
    """One arm as a sample of units; entries (k, r)."""

    n_patients: FloatArray
    units: FloatArray
    """Therapists with a patient, or patients of an arm without therapists."""
    mean: FloatArray
    """Unweighted mean of the units, less the centre of the score."""
    squares: FloatArray
    """Sum of squared deviations of the units from it."""


@register("therapist_means")
class TherapistMeans(AnalysisMethod):
    """Difference between unweighted means over therapists; patients themselves in an arm that has
    none.

    An arm with a single therapist is a failure: what is the therapist's and what the treatment's
    cannot be told apart. Where one team treats both arms, each therapist is compared with
    themselves (a paired t test over therapists).
    """

    @property
    def knows_therapists(self) -> bool:
        """Yes."""
        return True

    @property
    def tests_differences(self) -> bool:
        """Yes."""
        return True

    @property
    def is_exact(self) -> bool:
        """Welch's law is an approximation, and a rough one for two therapists."""
        return False

    def analyse(
        self, data: TrialData, contrasts: Sequence[tuple[int, int]], rule: Rule
    ) -> Estimates:
        """Estimates (c, k, r) in natural units; needs two units an arm."""
        return stack_contrasts([self._contrast(data, pair, rule) for pair in contrasts])

    def _contrast(self, data: TrialData, pair: tuple[int, int], rule: Rule) -> Estimates:
        who = analysed(data, [(self.outcome, self.visit)])
        first, second = (_team(data, arm) for arm in pair)
        if first is not None and first == second:
            return self._within(data, who, pair, first, rule)
        sides = [self._side(data, who, arm) for arm in pair]
        one, other = sides
        too_few = (one.units < 2) | (other.units < 2)
        single = np.zeros_like(too_few)
        for side, team in zip(sides, (first, second), strict=True):
            if team is not None:
                single |= (side.units < 2) & (side.n_patients >= 2)
        failure = np.where(single, ONE_THERAPIST, np.where(too_few, TOO_FEW, 0)).astype(np.int8)
        failure[(failure == 0) & ~(one.squares + other.squares > 0)] = NO_VARIATION
        with np.errstate(divide="ignore", invalid="ignore"):
            v1, v0 = (s.squares / (s.units - 1) / s.units for s in sides)
            df = (v1 + v0) ** 2 / (v1**2 / (one.units - 1) + v0**2 / (other.units - 1))
            se = np.sqrt(v1 + v0)
        estimate = one.mean - other.mean + self._shift(data, pair)
        n = one.n_patients + other.n_patients
        return t_inference(estimate, se, df, n, failure, rule)

    def _shift(self, data: TrialData, pair: tuple[int, int]) -> float:
        arm, comparator = (data.shift(self.outcome, self.visit, a) for a in pair)
        return arm - comparator

    def _within(
        self, data: TrialData, who: Analysed, pair: tuple[int, int], team: str, rule: Rule
    ) -> Estimates:
        """Therapists who treat both arms, each compared with themselves."""
        (n1, s1), (n0, s0) = (self._by_therapist(data, who, arm, team) for arm in pair)
        both = (n1 > 0) & (n0 > 0)  # (therapist, k, r)
        with np.errstate(divide="ignore", invalid="ignore"):
            difference = np.where(both, s1 / n1 - s0 / n0, 0.0)
        units = both.sum(axis=0).astype(np.float64)
        patients = np.where(both, n1 + n0, 0).sum(axis=0)
        mean = difference.sum(axis=0) / np.maximum(units, 1)
        squares = np.where(both, (difference - mean) ** 2, 0.0).sum(axis=0)
        few = np.where(patients >= 2, ONE_THERAPIST, TOO_FEW)
        failure = np.where(units < 2, few, 0).astype(np.int8)
        failure[(failure == 0) & ~(squares > 0)] = NO_VARIATION
        with np.errstate(divide="ignore", invalid="ignore"):
            se = np.sqrt(squares / (units - 1) / units)
        estimate = mean + self._shift(data, pair)
        return t_inference(estimate, se, units - 1, patients, failure, rule)

    def _side(self, data: TrialData, who: Analysed, arm: int) -> _Side:
        team = _team(data, arm)
        if team is None:
            inside = member(data, who, arm)
            values = centred(data, who, (self.outcome, self.visit))
            n, total = by_size(data, inside), by_size(data, inside, values)
            mean = total / np.maximum(n, 1)
            squares = by_size(data, inside * values, values) - n * mean**2
            noise = 4 * np.finfo(np.float64).eps * n * by_size(data, inside * values, values)
            return _Side(n, n, mean, np.where(squares > noise, squares, 0.0))
        count, total = self._by_therapist(data, who, arm, team)
        seen = count > 0  # (therapist, k, r)
        means = np.where(seen, total / np.maximum(count, 1), 0.0)
        units = seen.sum(axis=0).astype(np.float64)
        mean = means.sum(axis=0) / np.maximum(units, 1)
        squares = np.where(seen, (means - mean) ** 2, 0.0).sum(axis=0)
        return _Side(count.sum(axis=0), units, mean, squares)

    def _by_therapist(
        self, data: TrialData, who: Analysed, arm: int, team: str
    ) -> tuple[FloatArray, FloatArray]:
        """Patients of each therapist in an arm, and the sum of their centred scores, (j, k, r)."""
        therapist, (_, n) = data.therapist[team], data.teams[team]
        values = centred(data, who, (self.outcome, self.visit))

        def make() -> tuple[FloatArray, FloatArray]:
            counts, totals = [], []
            for j in range(n):
                theirs = member(data, who, arm) * (therapist == j)
                counts.append(by_size(data, theirs))
                totals.append(by_size(data, theirs, values))
            return np.stack(counts), np.stack(totals)

        key = ("by_therapist", who.key, arm, identity(data, therapist), identity(data, values))
        return once(data, key, make)


def _team(data: TrialData, arm: int) -> str | None:
    """The team that treats an arm, if any does."""
    name = data.arms[arm]
    return next((team for team, (arms, _) in data.teams.items() if name in arms), None)
