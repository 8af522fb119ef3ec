"""literature: many trials of one question, their flaws, and which of them are published."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from trialsim.scenario.written import MaybeEmpty, Name, Written

Share = Annotated[float, Field(ge=0, le=1)]
Above0 = Annotated[float, Field(gt=0)]
Patients = Annotated[int, Field(ge=4, le=1_000_000)]

Pooling = Literal[
    "inverse_variance",
    "dersimonian_laird",
    "reml",
    "hartung_knapp",
    "hartung_knapp_at_least_1",
]


class Sizes(Written):
    """Sizes of trials, drawn: patients of both arms together, whole numbers."""

    distribution: Literal["uniform", "log_normal"]
    """uniform (min, max): every size between them alike often; log_normal (median, mean): many
    small trials and a few large ones."""
    min: Patients | None = None
    """Smallest size. log_normal: 10 when left out."""
    max: Patients | None = None
    """Largest size. log_normal: 100 times the median when left out."""
    median: Above0 | None = None
    """log_normal: half of all trials are smaller."""
    mean: Above0 | None = None
    """log_normal: mean size, above the median. Both are those before min and max cut the ends."""


class TrueEffect(Written):
    """What the treatment does by itself, in the patients of each trial."""

    mean: float
    """Mean over trials of the true difference from the comparator, natural units."""
    tau: float = Field(default=0, ge=0)
    """SD of the true difference between trials; 0 when all trials ask the same question."""


class Flaw(Written):
    """Something that misleads a share of the trials."""

    share: Share = 1
    """Share of the trials that have it."""
    shift: float
    """Mean shift of the difference in those trials, natural units; negative makes a lower score
    lower."""
    sd: float = Field(default=0, ge=0)
    """SD of that shift between flawed trials."""
    up_to_n: Patients | None = None
    """Only trials of at most so many patients have it; all sizes when left out."""
    source: str = ""
    """Where its size comes from."""


class Publication(Written):
    """Probability that a trial is published, by its result; a step function of its p value."""

    significant: Share = 1
    """Significant, in the good direction."""
    not_significant: Share = 1
    """Not significant, the estimate on the good side of no difference."""
    wrong_side: Share | None = None
    """Not significant, the estimate on the bad side; as not_significant when left out."""
    harmful: Share | None = None
    """Significant in the bad direction; as significant when left out."""


class Literature(Written):
    """Many trials of one question, simulated from the exact laws of their estimates and SDs.

    Every trial compares the arms of the first contrast by the primary analysis, on normal scores
    that nobody loses; bias, conduct and observation have no part in it. For `trialsim literature`;
    `trialsim run` simulates the one trial of the scenario.
    """

    trials: int = Field(ge=1, le=1000)
    """Trials that are done, published or not."""
    sizes: tuple[Patients, ...] | Sizes
    """Patients of both arms together, by trial: a list, taken in turn, or a distribution."""
    effect: TrueEffect
    """What is true."""
    flaws: Annotated[dict[Name, Flaw], MaybeEmpty] = {}
    """What misleads some of the trials, by name; shifts of several add up."""
    publication: Annotated[Publication, MaybeEmpty] = Publication()
    """Which trials are published; all of them when left out."""
    standardised: bool = False
    """Whether reviewers pool Hedges' g instead of differences in natural units; for t tests."""
    pooling: Pooling = "hartung_knapp"
    """How reviewers pool: inverse_variance (one common effect), dersimonian_laird, reml,
    hartung_knapp (REML with the interval of Hartung and Knapp), or hartung_knapp_at_least_1 (the
    same, never narrower than reml's). All are computed; this one is in the headline and figures."""
    asymmetry_alpha: float = Field(default=0.10, gt=0, lt=1)
    """Level of Egger's test."""
