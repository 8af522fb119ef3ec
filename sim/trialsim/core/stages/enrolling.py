"""Who comes, and who gets what: covariates and allocation as abstract methods."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import ClassVar

from trialsim.core.axes import ArmPlane, Levels, Plane
from trialsim.core.draws import Draws
from trialsim.core.ratio import allocation_ratio
from trialsim.core.registry import Method

NO_FACTORS: Mapping[str, Levels] = MappingProxyType({})


class CovariateMethod(Method):
    """A distribution of a baseline characteristic: a transform of one standard normal."""

    stage: ClassVar[str] = "cohort"

    correlated_with: dict[str, float | tuple[float, ...]] = {}
    """Correlation with other covariates and with scores, by name: one number (with the baseline
    score, for an outcome), or one for each visit of an outcome."""

    @property
    @abstractmethod
    def centre(self) -> float:
        """A number near the middle of the distribution."""

    @property
    def n_levels(self) -> int | None:
        """How many values it can take, if they are 0, 1, 2, ...; None if it is a measurement.
        What has levels can be a factor of the allocation."""
        return None

    @abstractmethod
    def values(self, z: Plane) -> Plane:
        """Values (r, p) in natural units from standard normals (r, p)."""


class AllocationMethod(Method):
    """A way to allocate patients to arms, in enrolment order."""

    stage: ClassVar[str] = "allocation"
    prefix_stable: ClassVar[bool]
    """Whether the first n patients keep their arms when the trial is planned larger."""
    keeps_ratio: ClassVar[bool] = True
    """Whether every patient's chance of an arm is the arm's share, wherever they stand. If not, it
    is so for equal arms, and for others the arm sizes have the ratio closely."""

    def shared_law(self, sizes: Sequence[int]) -> tuple[int, ...]:
        """What decides the arms besides the patients' place: equal for two trials that give
        their common patients the same arms. The ratio if prefix-stable, else the sizes."""
        return allocation_ratio(sizes) if self.prefix_stable else tuple(sizes)

    def problems(self, sizes: Sequence[int]) -> list[str]:
        """What makes the parameters unfit for these planned arm sizes, in words."""
        return []

    @property
    def factors(self) -> tuple[str, ...]:
        """Names of the covariates whose levels the allocation looks at, such as strata."""
        return ()

    @abstractmethod
    def allocate(
        self, draws: Draws, sizes: Sequence[int], factors: Mapping[str, Levels] = NO_FACTORS
    ) -> ArmPlane:
        """Arms (r, p) of the first sum(sizes) patients; `sizes` (a) is planned for each arm.

        `factors` holds the levels (r, p) of the covariates that `factors` names.
        """

    def size_law(self, sizes: Sequence[int]) -> list[tuple[tuple[int, ...], float]] | None:
        """The distribution of the arm sizes that result, or None where it has no simple form."""
        return None
