"""What the figures of a literature are told in words: averages, and the one that is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor, isfinite, log10

from trialsim.operating.rounding import p_text
from trialsim.plots.base.effect_axis import Contrast
from trialsim.plots.base.words import counted, exact, number, per_100

POOLING = {
    "inverse_variance": "inverse variance, one common effect",
    "dersimonian_laird": "random effects by DerSimonian and Laird",
    "reml": "random effects by REML",
    "hartung_knapp": "random effects by REML, interval by Hartung and Knapp",
    "hartung_knapp_at_least_1": "random effects by REML, interval by Hartung and Knapp, never "
    "narrower than by the weights",
}
"""Ways of pooling, by name."""


@dataclass(frozen=True)
class PooledResult:
    """A pooled estimate with its interval, and the trials in it."""

    estimate: float
    lower: float
    upper: float
    n: int


@dataclass(frozen=True)
class ToldLiterature:
    """Averages over all simulated literatures, and results of the one that is drawn.

    Effects are in the units that are pooled.
    """

    contrast: Contrast
    truth: float
    n_done: int
    n_published: float
    """Mean number of published trials."""
    mean_published: float
    """Mean pooled estimate of published trials, and its Monte Carlo error."""
    mean_published_mcse: float
    mean_all: float
    """The same if every trial were published."""
    spread: float
    """SD of pooled estimates between literatures: decimals follow from it."""
    coverage: float
    """Share of reviews whose interval holds the truth."""
    coverage_mcse: float
    positive_published: float
    positive_all: float
    egger: float
    """Share of literatures in which Egger's test is significant at `egger_alpha`."""
    egger_mcse: float
    egger_alpha: float
    pooling: str
    """Name of the way of pooling."""
    replicates: int
    seed: int
    digest: str
    replicate: int
    """The literature that is drawn."""
    is_typical: bool
    """It was chosen as the one nearest to the average."""
    published: PooledResult
    everything: PooledResult
    trim_and_fill: PooledResult
    """`n` counts the trials that it adds."""
    egger_p: float
    prediction: tuple[float, float] | None

    @property
    def is_whole(self) -> bool:
        """Every trial of the drawn literature is published."""
        return self.published.n == self.n_done

    def effect(self, value: float) -> str:
        """An effect with the decimals that the spread of pooled estimates supports."""
        return number(value, self._decimals)

    @property
    def true(self) -> str:
        """The truth: as written, with no fewer decimals than what it is compared with."""
        rounded = self.effect(self.truth)
        close = abs(round(self.truth, self._decimals) - self.truth) < 1e-9
        return rounded if close else exact(self.truth)

    @property
    def _decimals(self) -> int:
        if not isfinite(self.spread) or self.spread <= 0:
            return 2
        return max(0, min(4, -floor(log10(self.spread))))


def averages(told: ToldLiterature) -> str:
    """Published, pooled, and the truth: "Of 60 trials 21 are published; pooled they say ..."."""
    unit = told.contrast.unit
    if told.n_published > told.n_done - 0.5:
        start = f"All {told.n_done} trials are published; pooled they say"
    else:
        start = f"Of {told.n_done} trials {told.n_published:.0f} are published; pooled they say"
    return f"{start} {told.effect(told.mean_published)} {unit}, and the truth is {told.true}."


def on_average(told: ToldLiterature) -> str:
    """The same for a caption, where one literature is the subject."""
    return (
        f"On average {told.n_published:.0f} of {told.n_done} are published, and pool to "
        f"{told.effect(told.mean_published)}."
    )


def about_drawn(told: ToldLiterature) -> str:
    """Which literature is drawn, and what its own review found."""
    which = f"Drawn: literature {told.replicate:,} of {counted(told.replicates, 'simulated one')}"
    if told.is_typical:
        which += ", the one nearest to the average"
    one = told.published
    trials = counted(one.n, "published trial")
    if not isfinite(one.estimate):
        return f"{which}; it has {trials}."
    text = f"{which}; its {trials} pool{'s' if one.n == 1 else ''} to {told.effect(one.estimate)}"
    if isfinite(one.lower):
        text += f" ({told.effect(one.lower)} to {told.effect(one.upper)})"
    return f"{text}."


def about_method(told: ToldLiterature) -> str:
    """How estimates were pooled, and what makes the numbers repeatable."""
    return (
        f"Pooled by {POOLING[told.pooling]}. {counted(told.replicates, 'literature')}, seed "
        f"{told.seed}, literature digest {told.digest}."
    )


def about_asymmetry(told: ToldLiterature) -> str:
    """What the tests of asymmetry made of the drawn literature."""
    if not isfinite(told.egger_p):
        return "Too few published trials for Egger's test."
    fill = told.trim_and_fill
    added = (
        f"trim-and-fill adds {counted(fill.n, 'trial')} and says {told.effect(fill.estimate)}"
        if isfinite(fill.estimate)
        else "trim-and-fill finds no answer"
    )
    return f"Its Egger test: {p_text(told.egger_p, told.egger_alpha)}; {added}."


def noticed(told: ToldLiterature) -> str:
    """How often Egger's test sees that something is missing, or sees what is not there."""
    share = per_100(told.egger, told.egger_mcse)
    level = max(f"{told.egger_alpha:.2f}", f"{told.egger_alpha:g}", key=len)
    return f"Egger's test at {level} is significant in {share} of 100."
