"""What a search for a size found: the number, its interval, and what stands beside it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from trialsim.planning.size.search import Tried


@dataclass(frozen=True)
class Share:
    """A simulated share or mean with its Monte Carlo standard error."""

    value: float
    mcse: float
    n_used: int
    """Simulated trials that it was computed from."""


@dataclass(frozen=True)
class FalseAlarms:
    """How often trials of the same design reach significance when there is nothing to find."""

    rate: Share
    assumption: str
    is_made: bool
    """Whether the scenario has no such assumption, so that one was made."""
    alpha: float
    """What the rate should be."""

    @property
    def exceeds(self) -> bool:
        """Whether the rate is above alpha by more than three standard errors."""
        at_alpha = math.sqrt(self.alpha * (1 - self.alpha) / max(1, self.rate.n_used))
        return self.rate.value - self.alpha > 3 * at_alpha


@dataclass(frozen=True)
class ByTheory:
    """The answer of a closed form that is exact for this design."""

    value: float | None
    """The exact answer; None where only the power at the simulated answer was worked out."""
    reached: float
    """Exact power there."""
    arms: Mapping[str, int]


@dataclass(frozen=True)
class Loss:
    """Patients to enrol so that enough are left."""

    share: float
    """Expected to be lost."""
    n_total: int
    arms: Mapping[str, int]


@dataclass(frozen=True)
class SizeAnswer:
    """The answer to "how many patients?", or to what else was asked."""

    scenario: str
    digest: str
    seed: int
    replicates: int
    """Simulated trials at each size around the answer."""
    elapsed_s: float
    solve: str
    """What was looked for: `design.n_total`, `effect` or another path."""
    criterion: str
    """power, ci_width or assurance."""
    target: float
    assumption: str
    what_if: str
    analysis: str
    contrast: str
    truth: float
    """True value of what the analysis estimates, at the answer."""
    unit: str
    """Of the truth and of interval widths."""
    value: float
    """The answer: patients in all, a true difference, or the value of the path."""
    lower: float | None
    """Lower limit of the interval of `value`; None where nobody knows how far it reaches."""
    upper: float | None
    level: float
    """Level of the interval, which is of simulation error alone."""
    at_most: bool
    """Whether the target is met by `value` and all below, rather than all above."""
    arms: Mapping[str, int]
    """Sizes of the arms at the answer."""
    reached: Share
    """The criterion, simulated at the answer itself."""
    power: Share
    """Share of trials that reach significance at the answer."""
    wrong_direction: float
    """Share of the significant trials whose estimate has the wrong sign."""
    analysed: float
    """Mean number of patients who enter the analysis at the answer."""
    false_alarms: FalseAlarms | None
    theory: ByTheory | None
    loss: Loss | None
    loses: tuple[str, ...]
    """Reasons for which the scenario itself loses scores of the outcome."""
    tried: tuple[Tried, ...]
    """Every place that was simulated: where, the criterion there, its error, trials."""
    around: tuple[float, ...]
    """Those of the last curve, from which the answer and its interval come."""
    notes: tuple[str, ...] = ()
    """What a reader should know before using the number."""

    @property
    def n_total(self) -> int:
        """Patients in all at the answer."""
        return sum(self.arms.values())

    @property
    def is_power(self) -> bool:
        """Whether "power" is the word: not where as many trials find something in nothing."""
        return self.false_alarms is None or not self.false_alarms.exceeds

    def to_json(self) -> dict[str, Any]:
        """Plain data; what is not defined is null."""
        false_alarms, theory, loss = self.false_alarms, self.theory, self.loss
        return {
            "scenario": self.scenario,
            "digest": self.digest,
            "seed": self.seed,
            "replicates": self.replicates,
            "elapsed_s": round(self.elapsed_s, 3),
            "solve": self.solve,
            "criterion": self.criterion,
            "target": self.target,
            "assumption": self.assumption,
            "what_if": self.what_if,
            "analysis": self.analysis,
            "contrast": self.contrast,
            "truth": _finite(self.truth),
            "answer": {
                "value": self.value,
                "lower": self.lower,
                "upper": self.upper,
                "level": self.level,
                "at_most": self.at_most,
                "n_total": self.n_total,
                "arms": dict(self.arms),
            },
            "reached": _share(self.reached),
            "rejection_rate": _share(self.power),
            "wrong_direction": _finite(self.wrong_direction),
            "is_power": self.is_power,
            "false_alarms": None
            if false_alarms is None
            else {
                **_share(false_alarms.rate),
                "assumption": false_alarms.assumption,
                "is_made": false_alarms.is_made,
                "alpha": false_alarms.alpha,
                "exceeds": false_alarms.exceeds,
            },
            "theory": None
            if theory is None
            else {"value": theory.value, "power": theory.reached, "arms": dict(theory.arms)},
            "n_analysed": self.analysed,
            "loses": list(self.loses),
            "loss": None
            if loss is None
            else {"share": loss.share, "n_total": loss.n_total, "arms": dict(loss.arms)},
            "tried": [
                {"value": t.x, "mean": _finite(t.mean), "mcse": _finite(t.mcse), "n_used": t.n_used}
                for t in self.tried
            ],
            "around": list(self.around),
            "notes": list(self.notes),
        }


def _share(share: Share) -> dict[str, Any]:
    return {
        "value": _finite(share.value),
        "mcse": _finite(share.mcse),
        "n_used": share.n_used,
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
