"""Results as a paper prints them: ratios as ratios, risks in percentage points, with intervals."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from trialsim.core.program import rule_of
from trialsim.operating.rounding import p_text
from trialsim.plots.base.effect_axis import Contrast
from trialsim.plots.base.words import decimals_of, number, plain
from trialsim.plots.effect import amount, effect_of, level_of
from trialsim.plots.run import Run
from trialsim.replayed.result import Result

_RATIO = "log "
_SHARE = "share of patients"


@dataclass(frozen=True)
class Quantity:
    """What an analysis estimates for one contrast, and how its numbers are printed."""

    contrast: Contrast
    level: str
    """Level of the interval: "95%"."""
    alpha: float
    sides: int
    null: float
    """The difference that is tested: none, or one as bad as a margin allows."""

    @property
    def is_ratio(self) -> bool:
        """Printed as a ratio, though estimated on the log scale."""
        return self.contrast.unit.startswith(_RATIO)

    @property
    def unit(self) -> str:
        """The unit of the printed numbers."""
        if self.is_ratio:
            return self.contrast.unit.removeprefix(_RATIO)
        return "percentage points" if self.contrast.unit == _SHARE else self.contrast.unit

    @property
    def name(self) -> str:
        """Whom it compares: "acupressure minus physiotherapy"; a ratio divides."""
        sign = " v " if self.is_ratio else " minus "
        return f"{plain(self.contrast.treatment)}{sign}{plain(self.contrast.comparator)}"

    def printed(self, value: float) -> float:
        """A number on the scale on which it is printed."""
        if self.is_ratio:
            return math.exp(value)
        return 100 * value if self.contrast.unit == _SHARE else value

    def writer(self, result: Result) -> Callable[[float], str]:
        """Writes numbers of one result, with decimals by the width of its interval."""
        ends = (self.printed(result.lower), self.printed(result.upper))
        decimals = decimals_of(ends[0] if self.is_ratio else (ends[1] - ends[0]) / 2)
        return lambda value: number(self.printed(value), min(decimals, 4))

    def sentence(self, result: Result) -> str:
        """Estimate, interval and p value: "-1.3 points (95% CI -3.2 to 0.6; p = 0.17)"."""
        if not result.converged:
            return f"could not be estimated ({result.failure})"
        write = self.writer(result)
        estimate = write(result.estimate)
        shown = f"{self.unit} {estimate}" if self.is_ratio else amount(estimate, self.unit)
        side = "one-sided " if self.sides == 1 else ""
        p = p_text(result.p_value, self.alpha)
        ends = f"{write(result.lower)} to {write(result.upper)}"
        return f"{shown} ({self.level} CI {ends}; {side}{p})"


def quantity_of(run: Run, analysis: str, contrast: str) -> Quantity:
    """What a contrast of an analysis estimates."""
    arm, comparator = run.design.contrasts[contrast]
    effect = replace(
        effect_of(run, analysis),
        treatment=run.arm_label(arm),
        comparator=run.arm_label(comparator),
    )
    decision = run.design.decision
    null = rule_of(run.design, analysis).null
    return Quantity(effect, level_of(run), decision.alpha, decision.sides, null)


def side_of(value: float) -> Literal["left", "right"]:
    """The side of no difference on which an estimate lies."""
    return "left" if value < 0 else "right"
