"""A normally distributed baseline characteristic."""

from pydantic import Field

from trialsim.core.axes import Plane
from trialsim.core.registry import register
from trialsim.core.stages import CovariateMethod


@register("normal")
class Normal(CovariateMethod):
    """Normal, without limits."""

    mean: float
    """Mean in the population that enters."""
    sd: float = Field(gt=0)
    """Standard deviation in that population."""

    @property
    def centre(self) -> float:
        """The mean."""
        return self.mean

    def values(self, z: Plane) -> Plane:
        """mean + sd * z."""
        return self.mean + self.sd * z
