"""Numbers of a page, each with its Monte Carlo error."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from trialsim.operating.rounding import NOT_DEFINED, share_text, value_text


class Value(NamedTuple):
    """A number with its Monte Carlo error and the replicates it was computed from."""

    value: float
    mcse: float
    n: float

    @property
    def share(self) -> str:
        """As a share: `36.1% (0.5)`."""
        return share_text(self.value, self.mcse, self.n)

    @property
    def text(self) -> str:
        """As a number: `-1.402 (0.007)`."""
        return value_text(self.value, self.mcse)

    @property
    def factor(self) -> str:
        """As a factor: `×1.62 (0.01)`."""
        return self.text if self.text == NOT_DEFINED else f"×{self.text}"

    def times(self, factor: float) -> Value:
        """The same number in another unit."""
        return Value(self.value * factor, self.mcse * factor, self.n)


UNKNOWN = Value(float("nan"), float("nan"), 0)

Measures = Mapping[str, Value]
"""By measure, as `operating_characteristics.csv` calls it."""
