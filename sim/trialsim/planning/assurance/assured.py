"""Assurance as a record: power beside it, its two tails, and the distribution of power."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import numpy as np
import pandas as pd

from trialsim.planning.assurance.power_spread import spread_of_power
from trialsim.planning.assurance.rejections import Estimate


@dataclass(frozen=True)
class Uncertainty:
    """One uncertain number, as a reader is told of it."""

    name: str
    path: str
    stated: float
    prior: str
    """In words."""


@dataclass(frozen=True)
class Truth:
    """One of the truths that stand for what is believed."""

    values: tuple[float, ...]
    """In the order of the uncertain numbers."""
    scores: tuple[float, ...]
    """The same as standard normal scores, without numbers that are certain."""
    weight: float
    """Its share of what is believed."""
    power: float
    mcse: float
    favourable: float
    """Share of trials that are significant in the good direction."""
    exact: float | None
    """Exact rejection rate, where there is one."""


@dataclass(frozen=True)
class Worthwhile:
    """What a trial is worth if the effect is worth having."""

    name: str
    value: float
    """The least effect worth having."""
    chance: float
    """Probability that the effect is at least that."""
    success: Estimate
    """Chance of significance in the good direction, given that it is."""


@dataclass(frozen=True)
class Assurance:
    """Power beside assurance, and the distribution of power, for one trial size."""

    scenario: str
    assumption: str
    analysis: str
    contrast: str
    n_total: int
    replicates: int
    seed: int
    digest: str
    """Of the plan of all truths."""
    alpha: float
    sides: int
    uncertain: tuple[Uncertainty, ...]
    power: float
    """At the stated values."""
    power_mcse: float
    assurance: float
    """Power averaged over what is believed; counts both tails, as power does."""
    mcse: float
    """Of the assurance: from the weighted rejections of each replicate, which all truths share."""
    difference_mcse: float
    """Of assurance minus power, paired on the same replicates."""
    favourable: Estimate
    """The part of the assurance that is significant in the good direction."""
    favourable_share: Estimate
    """That part as a share of all rejections."""
    power_favourable: Estimate
    """The part of the power that is significant in the good direction."""
    quantiles: Mapping[float, Estimate]
    """Of the distribution of power."""
    below_half: Estimate
    """Chance that the power is below 0.5."""
    worthwhile: tuple[Worthwhile, ...]
    truths: tuple[Truth, ...]
    exact_power: float | None
    """Exact rejection rate at the stated values, where there is one."""
    exact_assurance: float | None
    """Mean of the exact rejection rates of the truths, where they exist."""
    error_of_nodes: float
    """Largest error that comes of a few truths standing for all, beside the Monte Carlo error."""
    failed: float
    """Share of analyses that failed, averaged over what is believed; they count nowhere."""

    @property
    def difference(self) -> float:
        """Assurance minus power."""
        return self.assurance - self.power

    def frame(self) -> pd.DataFrame:
        """The truths, a row each: a column a path, then weight, power, mcse, favourable."""
        rows = [
            (*one.values, one.weight, one.power, one.mcse, one.favourable) for one in self.truths
        ]
        paths = [one.path for one in self.uncertain]
        return pd.DataFrame(rows, columns=[*paths, "weight", "power", "mcse", "favourable"])

    def spread(self) -> pd.DataFrame:
        """The distribution of power: `power`, ascending, and `chance`, the probability of less."""
        power, mass = spread_of_power(
            np.array([one.scores for one in self.truths]).reshape(len(self.truths), -1),
            np.array([one.power for one in self.truths]),
            np.array([one.weight for one in self.truths]),
        )
        return pd.DataFrame({"power": power, "chance": np.cumsum(mass) - mass / 2})

    def to_json(self) -> dict[str, Any]:
        """Plain data; what is not defined is null."""
        told: dict[str, Any] = _plain(self)
        return told


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {f"{key:g}": _plain(inner) for key, inner in value.items()}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return value
