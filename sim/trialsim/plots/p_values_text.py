"""What a figure of p values says in words, all from the p values themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc

from trialsim.operating.rounding import p_text
from trialsim.plots.base.figure import Settings
from trialsim.plots.base.words import half_width, listed, number, per_100, plain, quoted
from trialsim.plots.panel import MOST_FAILED

_SURELY_UNEVEN = 0.001
"""Below this chance of bins so unequal they are not called equal."""
_FEWEST = 100
"""p values, below which nothing is said of their spread."""


@dataclass(frozen=True)
class Spread:
    """The p values of one assumption, counted."""

    name: str
    alpha: float
    is_null: bool
    p: NDArray[np.float64] = field(repr=False)
    """Ascending, of the trials that could be analysed (r,)."""
    n_failed: int
    counts: NDArray[np.int64]
    """Trials in each bin."""
    significant: NDArray[np.int64]
    """Those among them below alpha."""

    @property
    def n(self) -> int:
        """Trials that could be analysed."""
        return len(self.p)

    @property
    def share(self) -> float:
        """Share below alpha; NaN without trials."""
        return int(self.significant.sum()) / self.n if self.n else float("nan")

    @property
    def mcse(self) -> float:
        """Monte Carlo error of that share."""
        return float(np.sqrt(self.share * (1 - self.share) / self.n)) if self.n else float("nan")

    @property
    def frequency(self) -> str:
        """Trials below alpha, in 100."""
        return per_100(self.share, self.mcse)

    @property
    def is_sound(self) -> bool:
        """Few enough trials failed for the others to stand for all."""
        return self.n > 0 and self.n_failed <= MOST_FAILED * (self.n + self.n_failed)

    @property
    def result(self) -> str:
        """Share below alpha, in the word that the truth allows."""
        if not self.is_sound:
            failed = per_100(self.n_failed / max(1, self.n + self.n_failed))
            return f"the analysis failed in {failed} of 100 trials"
        word = "false\u00a0alarms" if self.is_null else "power"
        return f"{self.frequency} of 100 below\u00a0{self.alpha:g} ({word})"

    @property
    def half_width_if_even(self) -> float:
        """Half of the 95% Monte Carlo interval of a bin that holds its equal share."""
        even = 1 / len(self.counts)
        return half_width(float(np.sqrt(even * (1 - even) / max(1, self.n))), self.n)

    @property
    def is_even(self) -> bool:
        """Whether equal shares explain the bins: Pearson's chi-square, bins less 1."""
        expected = self.n / len(self.counts)
        distance = float(((self.counts - expected) ** 2).sum()) / expected
        return bool(chdtrc(len(self.counts) - 1, distance) >= _SURELY_UNEVEN)


def takeaway(spreads: Sequence[Spread]) -> str:
    """What p values do without an effect, and how far they scatter under the weakest one."""
    sound = [one for one in spreads if one.is_sound]
    nulls = [one for one in sound if one.is_null]
    effects = [one for one in sound if not one.is_null]
    parts = [_null(one) for one in nulls[:1]] + _effects(effects)
    parts += [f"Under {quoted(one.name)}: {one.result}." for one in spreads if not one.is_sound]
    return " ".join(parts)


def _null(spread: Spread) -> str:
    alarms = f"{spread.frequency} of 100 are false alarms"
    who = f"Under {quoted(spread.name)}"
    if spread.n < _FEWEST:
        return f"{who} {alarms}."
    if spread.is_even:
        return f"{who} every p value is as likely as any other, and {alarms}."
    shares = 100 * spread.counts / spread.n
    ends = f"{number(float(shares.min()), 0)} to {number(float(shares.max()), 0)}"
    return f"{who} p values are uneven, {ends} of 100 in a bin, and {alarms}."


def _effects(effects: Sequence[Spread]) -> list[str]:
    """Share and scatter of the weakest effect."""
    if not effects:
        return []
    weak = min(effects, key=lambda one: one.share)
    said = f"Under {quoted(weak.name)} {weak.frequency} of 100 are below {weak.alpha:g}"
    ends = [_short(float(np.quantile(weak.p, share))) for share in (0.1, 0.9)]
    if weak.n < _FEWEST or ends[0] == ends[1]:
        return [f"{said}."]
    return [f"{said}, and the middle 80 run from {ends[0]} to {ends[1]}."]


def _short(p: float) -> str:
    """A quantile of simulated p values: one digit is what it supports."""
    if p < 0.0001:
        return "below 0.0001"
    return p_text(float(f"{p:.1g}")).removeprefix("p ").removeprefix("= ")


def caption(spreads: Sequence[Spread], left_out: Sequence[str], settings: Settings) -> str:
    """Settings, how to read the marks, and what is left out."""
    width = f"{1 / len(spreads[0].counts):g}"
    even = 100 / len(spreads[0].counts)
    parts = [
        settings.sentence(),
        f"Bins of {width}. Filled: below {spreads[0].alpha:g}. Dashed: {even:g} of 100 in every "
        "bin, where p values are evenly spread; dotted: its pointwise 95% Monte Carlo error.",
    ]
    if len(spreads) > 1:
        parts.append("Each panel has its own scale.")
    if left_out:
        parts.append(f"Not shown: {listed([plain(name) for name in left_out])}.")
    failed = [f"{plain(one.name)} {one.n_failed:,}" for one in spreads if one.n_failed]
    if failed:
        parts.append(f"Left out because the analysis failed: {listed(failed)}.")
    return " ".join(parts)


def alt_text(spreads: Sequence[Spread]) -> str:
    """The figure for somebody who does not see it."""
    parts = ["Histograms of the p values of simulated trials, in twenty bins from 0 to 1."]
    for one in spreads:
        first, last = (per_100(int(one.counts[place]) / max(1, one.n)) for place in (0, -1))
        parts.append(
            f"{quoted(one.name)}: {one.result}; the first bin holds {first} of 100 trials, the "
            f"last {last}."
        )
    return " ".join(parts)
