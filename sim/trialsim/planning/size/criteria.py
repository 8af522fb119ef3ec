"""What a search is to reach: power, an interval narrow enough, or assurance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy import special

from trialsim.core.axes import FloatArray
from trialsim.core.plan import Design
from trialsim.core.stages import Rule
from trialsim.planning.size.fit import Log, Probit
from trialsim.planning.size.points import Columns, Points
from trialsim.planning.size.search import Target
from trialsim.scenario.limits import MAX_PATIENTS


class Criterion(Protocol):
    """A quantity of a trial, and how much of it is enough."""

    @property
    def name(self) -> str:
        """As the option --criterion says it."""

    @property
    def most(self) -> int:
        """Patients of the largest trial that is tried."""

    @property
    def target(self) -> Target:
        """What is to be reached."""

    def simulated(self, points: Points, x: Sequence[float], replicates: int) -> FloatArray:
        """The value of every replicate at every place (k, r), whose mean is the quantity; NaN
        where the analysis failed."""

    def further(self, columns: Columns, rule: Rule) -> float:
        """About how many times as many patients it takes, judged by the estimates of one size;
        NaN where they do not tell."""


@dataclass(frozen=True)
class Power:
    """The share of trials whose analysis rejects."""

    wanted: float
    name: str = "power"
    most: int = MAX_PATIENTS

    @property
    def target(self) -> Target:
        """At least this share."""
        return Target(self.wanted, Probit(), at_least=True)

    def simulated(self, points: Points, x: Sequence[float], replicates: int) -> FloatArray:
        """1 where the trial rejects."""
        columns = points.columns(x, replicates)
        return np.array([rejected(points.design, one, points.rule) for one in columns])

    def further(self, columns: Columns, rule: Rule) -> float:
        """From the mean estimate in units of its standard error, as a z test would have it."""
        distance = _distance(columns, rule)
        needed = special.ndtri(1 - rule.alpha / rule.sides) + special.ndtri(self.wanted)
        return float((needed / distance) ** 2) if distance > 0 else math.nan


@dataclass(frozen=True)
class Width:
    """The mean width of the confidence interval."""

    wanted: float
    name: str = "ci_width"
    most: int = MAX_PATIENTS

    @property
    def target(self) -> Target:
        """At most this width."""
        return Target(self.wanted, Log(), at_least=False)

    def simulated(self, points: Points, x: Sequence[float], replicates: int) -> FloatArray:
        """Upper less lower limit."""
        return np.array([width(one) for one in points.columns(x, replicates)])

    def further(self, columns: Columns, rule: Rule) -> float:
        """From the mean width, which falls with the root of the size."""
        found = width(columns)
        used = np.isfinite(found)
        return float((found[used].mean() / self.wanted) ** 2) if used.any() else math.nan


@dataclass(frozen=True)
class Assured:
    """The share of trials whose analysis rejects, over everything that is believed possible."""

    wanted: float
    name: str = "assurance"
    most: int = MAX_PATIENTS // 10
    """Fewer, because every truth that is believed possible is simulated."""

    @property
    def target(self) -> Target:
        """At least this share."""
        return Target(self.wanted, Probit(), at_least=True)

    def simulated(self, points: Points, x: Sequence[float], replicates: int) -> FloatArray:
        """Rejections under every truth that stands for what is believed, by their weights."""
        from trialsim.planning.assurance.nodes import nodes_of

        sizes = [int(one) for one in x]
        nodes = nodes_of(points.base, points.assumption, points.analysis, sizes)
        cells = [nodes.plan.cells[cell] for of_size in nodes.cells for cell in of_size[1:]]
        trials = [(nodes.plan.designs[cell.design], cell) for cell in cells]
        found = [
            rejected(design, columns, points.rule)
            for (design, _), columns in zip(
                trials, points.simulated(trials, replicates), strict=True
            )
        ]
        each = np.array(found).reshape(len(sizes), -1, replicates)  # (size, node, r)
        weighted: FloatArray = np.einsum("knr,n->kr", each, nodes.weights)
        return weighted

    def further(self, columns: Columns, rule: Rule) -> float:
        """As for power at the stated truth, which is where to begin."""
        return Power(min(self.wanted, 0.9)).further(columns, rule)


def rejected(design: Design, columns: Columns, rule: Rule) -> FloatArray:
    """1 where a trial rejects, 0 where it does not (r,); NaN where its analysis failed."""
    decisions = design.decision.decide(columns["estimate"], columns["p_value"], rule)
    failed = (columns["failure"] != 0) | np.isnan(columns["p_value"])
    return np.where(failed, np.nan, decisions.rejected.astype(np.float64))


def width(columns: Columns) -> FloatArray:
    """Width of each interval (r,); NaN where the analysis failed."""
    return np.where(columns["failure"] != 0, np.nan, columns["upper"] - columns["lower"])


def _distance(columns: Columns, rule: Rule) -> float:
    """Mean estimate from the hypothesis that is tested, in standard errors; for a one-sided test
    towards the good side."""
    used = (columns["failure"] == 0) & (columns["se"] > 0)
    if not used.any():
        return math.nan
    estimate, se = columns["estimate"][used], columns["se"][used]
    distance = float((estimate.mean() - rule.null) / np.sqrt(np.mean(se**2)))
    return abs(distance) if rule.sides == 2 else rule.sign * distance
