"""Closed forms for means of normal scores: what each test makes of the SD, r and therapists."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike

from trialsim.planning.quick.options import Options
from trialsim.theory import clustered, precision
from trialsim.theory.ancova import ancova_power
from trialsim.theory.change_score import change_sd
from trialsim.theory.two_means import t_test_power, welch_power


@dataclass(frozen=True)
class _Means:
    """Normal scores with one SD; the t test on scores at follow-up unless a subclass differs."""

    options: Options

    @property
    def sd(self) -> float:
        """SD of what is compared, in natural units."""
        assert self.options.sd is not None
        return self.options.sd

    @property
    def start(self) -> float:
        """A difference of about the size that patients vary by."""
        return self.sd

    def power(self, n_control: ArrayLike, n_treatment: ArrayLike, difference: float) -> ArrayLike:
        """Chance of the wanted conclusion at a true difference, treatment minus comparator."""
        distance = self.options.distance(difference)
        return self._rejects(n_control, n_treatment, distance, *self.options.tested)

    def exact_power(self, n_control: int, n_treatment: int, difference: float) -> float:
        """The same for one pair of sizes, without approximation where there is a way."""
        return float(np.asarray(self.power(n_control, n_treatment, difference)))

    def smallest_significant(
        self, n_control: int, n_treatment: int, difference: float | None
    ) -> float:
        """Half the width: the mean of critical t x standard error."""
        return float(np.asarray(self.width(n_control, n_treatment))) / 2

    def width(self, n_control: ArrayLike, n_treatment: ArrayLike) -> ArrayLike:
        """Mean width of the interval of the difference."""
        return precision.t_test_width(n_control, n_treatment, self.sd, self.options.level)

    def _rejects(
        self, n0: ArrayLike, n1: ArrayLike, distance: float, alpha: float, sides: int
    ) -> ArrayLike:
        return t_test_power(n0, n1, distance, self.sd, alpha, sides)


@dataclass(frozen=True)
class TTest(_Means):
    """The pooled t test."""

    @property
    def test(self) -> str:
        """As a protocol names it."""
        return "the independent samples t test"


@dataclass(frozen=True)
class Welch(_Means):
    """Welch's test, planned for equal SDs."""

    @property
    def test(self) -> str:
        """As a protocol names it."""
        return "Welch's t test"

    def width(self, n_control: ArrayLike, n_treatment: ArrayLike) -> ArrayLike:
        """Mean width of the interval of the difference."""
        return precision.welch_width(n_control, n_treatment, self.sd, self.sd, self.options.level)

    def _rejects(
        self, n0: ArrayLike, n1: ArrayLike, distance: float, alpha: float, sides: int
    ) -> ArrayLike:
        return welch_power(n0, n1, distance, self.sd, self.sd, alpha, sides)


@dataclass(frozen=True)
class ChangeScores(_Means):
    """The pooled t test on follow-up minus baseline."""

    @property
    def test(self) -> str:
        """As a protocol names it."""
        return "the t test on changes from baseline"

    @property
    def sd(self) -> float:
        """SD of what is compared, in natural units."""
        assert self.options.sd is not None and self.options.r is not None
        return float(change_sd(self.options.sd, self.options.sd, self.options.r))


@dataclass(frozen=True)
class Ancova(_Means):
    """Adjusting for the baseline score, whose chance imbalance is averaged over."""

    @property
    def test(self) -> str:
        """As a protocol names it."""
        return "analysis of covariance with the baseline score"

    def width(self, n_control: ArrayLike, n_treatment: ArrayLike) -> ArrayLike:
        """Mean width of the interval of the difference."""
        r = self._r
        return precision.ancova_width(n_control, n_treatment, self.sd, r, 1, self.options.level)

    def _rejects(
        self, n0: ArrayLike, n1: ArrayLike, distance: float, alpha: float, sides: int
    ) -> ArrayLike:
        return ancova_power(n0, n1, distance, self.sd, self._r, 1, alpha, sides)

    @property
    def _r(self) -> float:
        assert self.options.r is not None
        return self.options.r


@dataclass(frozen=True)
class Therapists(_Means):
    """A treatment arm shared by therapists, against an arm without; approximate.

    A baseline takes variance from the patients and leaves the therapists' whole, so that their
    share of what is left grows.
    """

    @property
    def test(self) -> str:
        """As a protocol names it."""
        scores = "scores"
        if self.options.r is not None:
            scores = "changes from baseline" if self.options.change else "adjusted scores"
        return f"Welch's test on the therapists' mean {scores}"

    @property
    def sd(self) -> float:
        """SD of what is compared, in natural units."""
        assert self.options.sd is not None
        return self.options.sd * sqrt(self._left)

    @property
    def icc(self) -> float:
        """Share of the therapists in the variance of what is compared."""
        assert self.options.icc is not None
        return self.options.icc / self._left

    @property
    def _left(self) -> float:
        """Share of the score variance that the use of the baseline leaves."""
        r = self.options.r
        if r is None:
            return 1.0
        return 2 * (1 - r) if self.options.change else 1 - r**2

    def width(self, n_control: ArrayLike, n_treatment: ArrayLike) -> ArrayLike:
        """Mean width of the interval of the difference."""
        team = self.options.therapists
        error, df = clustered.error_and_df(n_control, n_treatment, self.sd, self.icc, team)
        return precision.width_from(error, df, self.options.level)

    def _rejects(
        self, n0: ArrayLike, n1: ArrayLike, distance: float, alpha: float, sides: int
    ) -> ArrayLike:
        team = self.options.therapists
        return clustered.clustered_power(
            n0, n1, distance, self.sd, self.icc, team, alpha=alpha, sides=sides
        )
