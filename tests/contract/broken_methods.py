"""Plug-ins that each break one rule of the contract; those of analyses have a file of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import ConfigDict, Field

from trialsim.allocation.random_allocation_rule import RandomAllocationRule
from trialsim.allocation.simple import Simple
from trialsim.allocation.stratified_blocks import StratifiedBlocks
from trialsim.cohort.bernoulli import Bernoulli
from trialsim.cohort.normal import Normal
from trialsim.core.axes import ArmPlane, FloatArray, Levels, Mask, Plane
from trialsim.core.draws import Draws
from trialsim.core.records import Decisions
from trialsim.core.stages import (
    NO_FACTORS,
    AllocationMethod,
    CovariateMethod,
    DecisionMethod,
    Effect,
    ObservationMethod,
    Rule,
    Seen,
)
from trialsim.decision.superiority import Superiority
from trialsim.outcomes.bounded_integer import BoundedInteger
from trialsim.outcomes.repeated_normal import RepeatedNormal

# Every method.


class Loose(Normal):
    """A frozen model no longer, and open to any key."""

    model_config = ConfigDict(frozen=False, extra="ignore")


class Untold(Normal):
    """One field has no docstring."""

    skew: float = 0.0


class Forgetful(Normal):
    """A field is left out of what is written."""

    skew: Annotated[float, Field(exclude=True)] = 0.0
    """Skewness."""


class Unfinished(CovariateMethod):
    """No transform."""

    @property
    def centre(self) -> float:
        return 0.0


# Covariates.


class InPlace(Normal):
    """Writes its values over the standard normals."""

    def values(self, z: Plane) -> Plane:
        z *= self.sd
        z += self.mean
        return z


class Widened(Normal):
    """Twice the SD that is asked for."""

    def values(self, z: Plane) -> Plane:
        return self.mean + 2 * self.sd * z


# Allocation.


class ClaimsStability(RandomAllocationRule):
    """Ranks among all planned patients, called prefix-stable."""

    prefix_stable: ClassVar[bool] = True


class DeniesStability(Simple):
    """A coin a patient, called unstable."""

    prefix_stable: ClassVar[bool] = False


class BiasedCoin(AllocationMethod):
    """Heads in 52 of 100."""

    prefix_stable: ClassVar[bool] = True

    def problems(self, sizes: Sequence[int]) -> list[str]:
        return [] if len(sizes) == 2 and abs(sizes[0] - sizes[1]) < 2 else ["two equal arms only."]

    def allocate(
        self, draws: Draws, sizes: Sequence[int], factors: Mapping[str, Levels] = NO_FACTORS
    ) -> ArmPlane:
        return (draws.uniform("allocation", sum(sizes)) < 0.52).astype(np.int8)


class LooksAhead(StratifiedBlocks):
    """Gives the first patient the arm that suits the sex of one who comes later."""

    def allocate(
        self, draws: Draws, sizes: Sequence[int], factors: Mapping[str, Levels] = NO_FACTORS
    ) -> ArmPlane:
        arm = super().allocate(draws, sizes, factors).copy()
        arm[:, 0] = factors["sex"][:, 40]
        return arm


class LevelsOff(Bernoulli):
    """Counts its levels from one quarter."""

    def values(self, z: Plane) -> Plane:
        return super().values(z) + 0.25


class WrongLaw(Simple):
    """Says that sizes are always as planned."""

    def size_law(self, sizes: Sequence[int]) -> list[tuple[tuple[int, ...], float]] | None:
        return [(tuple(sizes), 1.0)]


# Outcomes.


class Clamped(RepeatedNormal):
    """Normal scores cut off at limits."""

    min: float
    """Lowest score."""
    max: float
    """Highest score."""

    def shift(self, visit: int, effect: Effect) -> tuple[float, ...] | None:
        return None

    def scores(self, visit: int, z: Plane, arm: ArmPlane, effect: Effect) -> Plane:
        return np.clip(super().scores(visit, z, arm, effect), self.min, self.max)


class Percentages(RepeatedNormal):
    """Takes a difference for a percentage of the mean."""

    def scores(self, visit: int, z: Plane, arm: ArmPlane, effect: Effect) -> Plane:
        scale = self.at(self.mean, visit) / 100
        rows = tuple(tuple(d * scale for d in row) for row in effect.difference)
        return super().scores(visit, z, arm, Effect(difference=rows, sd=effect.sd))


class Standardised(RepeatedNormal):
    """Gives every sample exactly the mean asked for."""

    def scores(self, visit: int, z: Plane, arm: ArmPlane, effect: Effect) -> Plane:
        return super().scores(visit, z - z.mean(axis=1, keepdims=True), arm, effect)


class Turning(RepeatedNormal):
    """The worst-off of an arm become its best."""

    def scores(self, visit: int, z: Plane, arm: ArmPlane, effect: Effect) -> Plane:
        return super().scores(visit, np.where(arm > 0, -z, z), arm, effect)


class ShiftsOnly(RepeatedNormal):
    """Forgets that an arm with an SD of its own is not only shifted."""

    def shift(self, visit: int, effect: Effect) -> tuple[float, ...] | None:
        return tuple(row[visit] for row in effect.difference)


class WrongHermite(BoundedInteger):
    """Coefficients as if the scores were normal."""

    def hermite(
        self, visit: int, terms: int, difference: float = 0.0, sd: float | None = None
    ) -> FloatArray:
        coefficients = np.zeros(terms)
        coefficients[0] = self.arm_sd(visit, difference) if sd is None else sd
        return coefficients


# Missing data.


class Lost(ObservationMethod):
    """Lost by chance at any visit; the parent of broken ones."""

    rate: float
    """Share lost."""

    def missing(
        self,
        draws: Draws,
        purpose: str,
        visits: Sequence[str],
        arm: ArmPlane,
        seen: Seen | None = None,
    ) -> Mapping[str, Mask]:
        u = draws.uniform(purpose, arm.shape[1])
        return {visit: self.hides(u) for visit in visits}

    def hides(self, u: Plane) -> Mask:
        return u < self.rate


class LostTwiceAsOften(Lost):
    """Twice the rate."""

    def hides(self, u: Plane) -> Mask:
        return u < 2 * self.rate


class LostEverywhere(Lost):
    """At baseline too, though it says otherwise."""

    def missing(
        self,
        draws: Draws,
        purpose: str,
        visits: Sequence[str],
        arm: ArmPlane,
        seen: Seen | None = None,
    ) -> Mapping[str, Mask]:
        return super().missing(draws, purpose, ["baseline", *visits], arm, seen)


class LostTogether(Lost):
    """All reasons of this kind lose the same patients."""

    def missing(
        self,
        draws: Draws,
        purpose: str,
        visits: Sequence[str],
        arm: ArmPlane,
        seen: Seen | None = None,
    ) -> Mapping[str, Mask]:
        return super().missing(draws, "observation.lost", visits, arm, seen)


class LostByRank(Lost):
    """Exactly the rate in every trial, so that those who follow decide who is lost."""

    def hides(self, u: Plane) -> Mask:
        return u.argsort(axis=1).argsort(axis=1) < self.rate * u.shape[1]


# Decisions.


class AtAlpha(Superiority):
    """Rejects at alpha, not only below."""

    def decide(self, estimate: FloatArray, p_value: FloatArray, rule: Rule) -> Decisions:
        rejected = p_value <= rule.alpha
        return Decisions(rejected, rejected & (estimate * rule.sign > 0))


class OwnAlpha(Superiority):
    """Goes by its own level instead of the rule's."""

    def decide(self, estimate: FloatArray, p_value: FloatArray, rule: Rule) -> Decisions:
        return super().decide(estimate, p_value, rule.model_copy(update={"alpha": self.alpha}))


class FailuresCount(DecisionMethod):
    """Rejects unless there is a reason not to."""

    sides: Literal[1, 2] = 2
    """Sides."""

    def decide(self, estimate: FloatArray, p_value: FloatArray, rule: Rule) -> Decisions:
        rejected = ~(p_value >= rule.alpha)
        return Decisions(rejected, rejected & (estimate * rule.sign > 0))
