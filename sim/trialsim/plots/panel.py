"""One panel of many trials: what the caller hands over, and what is counted and said of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NotRequired, TypedDict

import numpy as np
import pandas as pd

from trialsim.plots.trials import Trials
from trialsim.plots.words import decimals_of, exact, number, per_100, plain, supported

FEWEST_FOR_A_MEAN = 5
NO_EFFECT = 1e-9
"""A truth nearer to zero than this is none: its significant trials are false alarms."""


class Published(TypedDict):
    """A published result that a figure places among the simulated ones."""

    value: float
    label: NotRequired[str]


class Panel(TypedDict):
    """The trials of one assumption."""

    frame: pd.DataFrame
    """One row a trial: `estimate`, `p_value`, `converged`."""
    true_value: float
    critical: float
    """The smallest significant difference, above zero."""
    rejection_rate: NotRequired[float]
    """Share significant; the frame's own when left out."""
    mcse: NotRequired[float]
    """Monte Carlo error of that share."""


@dataclass(frozen=True)
class View:
    """A panel after counting: what its marks, labels and sentences are made of."""

    name: str
    trials: Trials
    truth: float
    critical: float
    share: float
    mcse: float

    @classmethod
    def of(cls, name: str, panel: Panel, alpha: float) -> View:
        """Count one panel."""
        trials = Trials.of(panel["frame"], alpha)
        share, mcse = trials.rejection_rate
        return cls(
            name,
            trials,
            float(panel["true_value"]),
            abs(float(panel["critical"])),
            float(panel.get("rejection_rate", share)),
            float(panel.get("mcse", mcse)),
        )

    @property
    def is_null(self) -> bool:
        """No effect: whatever is significant is a false alarm."""
        return abs(self.truth) < NO_EFFECT

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
        found = [self.average(-1), self.average(1)] if self.is_null else [self.average()]
        return [one for one in found if one is not None]

    @property
    def frequency(self) -> str:
        """Significant trials in 100: "24", "fewer than 1"."""
        return per_100(self.share, self.mcse)

    def title(self, unit: str) -> str:
        """Name, truth and share significant, in the words that the truth allows."""
        result = "no trial could be analysed"
        if np.isfinite(self.share):
            word = "false alarms" if self.is_null else "power"
            result = f"{self.frequency} of 100 significant ({word})"
        return f"{plain(self.name)}: truth {exact(self.truth)} {unit}, {result}"
