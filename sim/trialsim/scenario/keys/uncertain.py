"""uncertain: numbers of which only a distribution is known, for assurance."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from trialsim.scenario.written import Written

Distribution = Literal["normal", "uniform", "beta", "from_interval", "from_pilot", "cochrane"]

Above0 = Annotated[float, Field(gt=0)]


class Before(Written):
    """What was believed before a pilot: a normal distribution."""

    mean: float
    """Middle of what was believed."""
    sd: float = Field(gt=0)
    """Its SD."""


class Prior(Written):
    """What is believed of a value."""

    distribution: Distribution
    """normal (mean, sd); uniform (min, max); beta (a, b; between min and max); from_interval
    (estimate, lower, upper): the normal distribution behind a reported interval; from_pilot
    (estimate; se, or sd and n_per_arm): what a pilot study says, corrected for having been
    looked at because it was significant; cochrane (se, or sd and n_per_arm): trials in general."""
    mean: float | None = None
    """normal: middle of what is believed."""
    sd: float | None = Field(default=None, ge=0)
    """normal: SD of what is believed; 0 is certainty. from_pilot, cochrane: SD of the scores, with
    n_per_arm instead of se."""
    min: float | None = None
    """uniform, beta: lowest value. Elsewhere: what lies below it is known to be impossible."""
    max: float | None = None
    """uniform, beta: highest value. Elsewhere: what lies above it is known to be impossible."""
    a: Above0 | None = None
    """beta: first shape; a / (a + b) is the mean between min and max."""
    b: Above0 | None = None
    """beta: second shape."""
    estimate: float | None = None
    """from_interval, from_pilot: what was estimated. cochrane: what a trial has estimated, where
    one has been done; without it, what is believed before any trial."""
    lower: float | None = None
    """from_interval: lower end of the reported interval."""
    upper: float | None = None
    """from_interval: upper end of the reported interval."""
    level: float | None = Field(default=None, gt=0, lt=1)
    """from_interval: confidence level of the interval; 0.95 when left out."""
    se: Above0 | None = None
    """from_pilot: standard error of the estimate. cochrane: standard error of the trial that is
    planned, or of the estimate."""
    n_per_arm: int | None = Field(default=None, ge=2)
    """from_pilot, cochrane: patients in each of two arms, with sd instead of se."""
    selected: Literal["significant", "none"] | None = None
    """from_pilot: significant (when left out) if nobody would have asked had the pilot not been
    significant; none if it would have been used whatever it found."""
    alpha: float | None = Field(default=None, gt=0, lt=1)
    """from_pilot: two-sided level at which it was significant; 0.05 when left out."""
    before: Before | None = None
    """from_pilot: what was believed before the pilot; nothing (flat) when left out."""


class Uncertain(Written):
    """A number of the scenario that is not known."""

    path: str
    """Where it is written, such as assumptions.large_trials.rmdq.acupressure[1] or
    outcomes.rmdq.sd. The number that is written there is the one that power is given for."""
    prior: Prior
    """What is believed of it."""
    worthwhile: float | None = None
    """The value from which the effect is worth having, counted away from 0."""
