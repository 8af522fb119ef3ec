"""One panel of many trials: what is given, what is counted in it, and what is said of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from trialsim.core.stages import Rule
from trialsim.plots.base.words import (
    decimals_of,
    exact,
    half_width,
    number,
    per_100,
    plain,
    supported,
)
from trialsim.plots.effect import amount
from trialsim.plots.trials import Trials

FEWEST_FOR_A_MEAN = 5
MOST_FAILED = 0.05
"""Share of failed analyses above which no share of significant trials is stated."""


@dataclass(frozen=True)
class Published:
    """A published estimate that a figure places among the simulated ones."""

    value: float
    label: str = "published"


@dataclass(frozen=True)
class Panel:
    """What a figure is given about one assumption."""

    frame: pd.DataFrame
    """One row a trial: `estimate`, `p_value`, `converged`."""
    true_value: float
    critical: float
    """The smallest significant difference, without its sign."""
    rejection_rate: float | None = None
    """Share significant; counted in the frame when left out."""
    mcse: float | None = None
    """Monte Carlo error of that share."""
    rule: Rule | None = None
    """What is tested; no difference, two-sided, when left out."""


@dataclass(frozen=True)
class View:
    """A panel after counting: what its marks, labels and sentences are made of."""

    name: str
    trials: Trials
    truth: float
    critical: float
    share: float
    mcse: float
    rule: Rule

    @classmethod
    def of(cls, name: str, panel: Panel, alpha: float) -> View:
        """Count one panel."""
        trials = Trials.of(panel.frame, alpha)
        share, mcse = trials.rejection_rate
        return cls(
            name,
            trials,
            float(panel.true_value),
            abs(float(panel.critical)),
            share if panel.rejection_rate is None else float(panel.rejection_rate),
            mcse if panel.mcse is None else float(panel.mcse),
            panel.rule or Rule(alpha=alpha, sides=2, sign=1),
        )

    @property
    def is_null(self) -> bool:
        """What is tested is true: whatever is significant is a false alarm."""
        return self.rule.null_is_true(self.truth)

    @property
    def grey(self) -> tuple[float, float]:
        """Between which estimates a trial of average precision is not significant; of a one-sided
        test everything on the bad side, too."""
        low, high = self.rule.null - self.critical, self.rule.null + self.critical
        if self.rule.sides == 1:
            return (-np.inf, high) if self.rule.sign > 0 else (low, np.inf)
        return low, high

    def average(self, side: int = 0) -> tuple[float, str] | None:
        """Mean of the significant estimates, and how it is written; None when they are few.

        `side` -1 or 1 takes those below or above zero only.
        """
        mean, mcse, n = self.trials.mean_significant(side)
        if n < FEWEST_FOR_A_MEAN:
            return None
        return mean, number(mean, supported(mcse, decimals_of(self.critical)))

    def averages(self) -> list[tuple[float, str]]:
        """The means to mark. Without an effect one a side: together they would average nothing."""
        both = self.is_null and self.rule.sides == 2
        found = [self.average(-1), self.average(1)] if both else [self.average()]
        return [one for one in found if one is not None]

    @property
    def frequency(self) -> str:
        """Significant trials in 100: "24", "fewer than 1"."""
        return per_100(self.share, self.mcse)

    @property
    def is_sound(self) -> bool:
        """Few enough trials failed for the share among the others to stand for all."""
        n_all = self.trials.n + self.trials.n_failed
        return bool(np.isfinite(self.share)) and self.trials.n_failed <= MOST_FAILED * n_all

    @property
    def result(self) -> str:
        """Share significant, in the word that the truth allows."""
        if not self.is_sound:
            failed = per_100(self.trials.n_failed / max(1, self.trials.n + self.trials.n_failed))
            return f"the analysis failed in {failed} of 100 trials"
        word = "false\u00a0alarms" if self.is_null else "power"
        what = "show non-inferiority" if self.rule.null else "significant"
        return f"{self.frequency} of 100 {what} ({word})"

    @property
    def half_width(self) -> float:
        """Half of the 95% Monte Carlo interval of that share."""
        return half_width(self.mcse, self.trials.n)

    def title(self, unit: str) -> str:
        """Name, truth and result in one line."""
        return f"{plain(self.name)}: truth {amount(exact(self.truth), unit)}, {self.result}"
