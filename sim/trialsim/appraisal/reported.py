"""What a reported estimate and its interval say of the trial: standard error, SD, t, p.

Nothing here is simulated or assumed but the arm sizes. Every recovered number has the range that
the rounding of the reported ones leaves.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from scipy import special

from trialsim.core.plan import Design
from trialsim.core.stages import AnalysisMethod
from trialsim.scenario.keys.published import Published
from trialsim.theory.noncentral_t import critical_t


class Range(NamedTuple):
    """A number, and how far rounding lets it lie on either side."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Recovered:
    """A reported mean difference, and what follows from its interval."""

    name: str
    """In `published:`."""
    analysis: str
    contrast: str
    status: str
    estimate: float
    interval: tuple[float, float]
    level: float
    n: tuple[int, int]
    """Patients of the arm and of its comparator, as planned."""
    df: float
    alpha: float
    sides: int
    se: Range
    sd: Range
    """Of the scores analysed: pooled within arms; of changes; for ANCOVA, what is left."""
    t: Range
    """Estimate in standard errors."""
    p_value: Range
    """Recomputed, two-sided."""
    smallest: float
    """Smallest difference that is significant with this standard error, without its sign."""

    @property
    def standardised(self) -> float:
        """Estimate in SDs."""
        return self.estimate / self.sd.value


@dataclass(frozen=True)
class Bounded:
    """A reported mean difference without an interval whose p value is reported to be small."""

    name: str
    analysis: str
    status: str
    estimate: float
    p_below: float
    se_most: float
    """The standard error is no larger."""
    sd_most: float


def rounding(value: float) -> float:
    """Half a unit of the last decimal as it is written: 0.05 for 3.8, 0.5 for 4."""
    decimals = -int(Decimal(repr(float(value))).normalize().as_tuple().exponent)
    return 0.5 * 10.0 ** -max(0, decimals)


def recover(
    estimate: float,
    interval: tuple[float, float],
    n: tuple[int, int],
    *,
    level: float = 0.95,
    covariates: int = 0,
    alpha: float = 0.05,
    sides: int = 2,
    name: str = "",
    analysis: str = "",
    contrast: str = "",
    status: str = "reported",
) -> Recovered:
    """Standard error and SD behind a mean difference and its t interval.

    `n` are the patients of the arm and its comparator, `covariates` those that the analysis
    adjusts for: the interval is the estimate +- t SE with n1 + n0 - 2 - covariates degrees of
    freedom, and SE is SD sqrt(1/n1 + 1/n0). Raises ValueError for limits in the wrong order.
    """
    lower, upper = interval
    if not lower < upper:
        raise ValueError(f"the interval {lower!r} to {upper!r} has no width")
    df = float(sum(n) - 2 - covariates)
    t_level = float(critical_t(df, 1 - level))
    half, slack = (upper - lower) / 2, (rounding(lower) + rounding(upper)) / 2
    se = Range(*(max(half + step, 0.0) / t_level for step in (0.0, -slack, slack)))
    scale = math.sqrt(1 / n[0] + 1 / n[1])
    size, own = abs(estimate), rounding(estimate)
    t = Range(
        size / se.value,
        max(size - own, 0.0) / se.high,
        (size + own) / se.low if se.low else math.inf,
    )
    p = Range(*(2 * float(special.stdtr(df, -one)) for one in (t.value, t.high, t.low)))
    return Recovered(
        name,
        analysis,
        contrast,
        status,
        estimate,
        interval,
        level,
        n,
        df,
        alpha,
        sides,
        se,
        Range(*(one / scale for one in se)),
        t,
        p,
        float(critical_t(df, alpha, sides)) * se.value,
    )


def recover_published(name: str, result: Published, design: Design) -> Recovered | None:
    """What a published result says; None where it has no interval, or not one of means."""
    if result.analysis is None or result.estimate is None or result.interval is None:
        return None
    method = design.analyses[result.analysis]
    if not is_of_means(method) or not result.interval[0] < result.interval[1]:
        return None
    contrast = result.contrast or design.contrasts_of(result.analysis)[0]
    return recover(
        result.estimate,
        result.interval,
        sizes_of(design, contrast),
        level=result.level,
        covariates=len(getattr(method, "adjust", ())),
        alpha=design.decision.alpha,
        sides=design.decision.sides,
        name=name,
        analysis=result.analysis,
        contrast=contrast,
        status=result.status,
    )


def bounded_published(name: str, result: Published, design: Design) -> Bounded | None:
    """The largest standard error that fits an estimate and the limit of its p value."""
    if result.analysis is None or result.estimate is None or result.interval is not None:
        return None
    method, p = design.analyses[result.analysis], result.p_below
    if p is None or p >= 1 or not is_of_means(method):
        return None
    n = sizes_of(design, result.contrast or design.contrasts_of(result.analysis)[0])
    df = float(sum(n) - 2 - len(getattr(method, "adjust", ())))
    se = (abs(result.estimate) + rounding(result.estimate)) / float(critical_t(df, p))
    scale = math.sqrt(1 / n[0] + 1 / n[1])
    return Bounded(name, result.analysis, result.status, result.estimate, p, se, se / scale)


def is_of_means(method: AnalysisMethod) -> bool:
    """Whether its interval is the estimate +- t SE, with degrees of freedom from the arm sizes."""
    return method.tests_differences and not method.knows_therapists


def sizes_of(design: Design, contrast: str) -> tuple[int, int]:
    """Planned patients of an arm and of its comparator."""
    arm, comparator = design.contrasts[contrast]
    return design.arms[arm], design.arms[comparator]


def events_of(result: Published, pair: Sequence[str]) -> tuple[int, int, int, int] | None:
    """Events and patients of an arm, then of its comparator; None where one is not reported."""
    if result.events is None or not set(pair) <= set(result.events):
        return None
    (events1, n1), (events0, n0) = (result.events[arm] for arm in pair)
    return events1, n1, events0, n0
