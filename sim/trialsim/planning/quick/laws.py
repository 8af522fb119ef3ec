"""What theory says of a comparison of two arms, and which closed form serves which options."""

from __future__ import annotations

from typing import Protocol

from numpy.typing import ArrayLike

from trialsim.planning.quick.means import Ancova, ChangeScores, Therapists, TTest, Welch
from trialsim.planning.quick.options import Options
from trialsim.planning.quick.shares import Proportions


class Law(Protocol):
    """Power, width and critical difference by arm sizes (n_control, n_treatment), all analysed.

    Where sizes are ArrayLike they broadcast.
    """

    @property
    def test(self) -> str:
        """The test, as a protocol names it."""

    @property
    def start(self) -> float:
        """A difference of about the size that patients vary by."""

    def power(self, n_control: ArrayLike, n_treatment: ArrayLike, difference: float) -> ArrayLike:
        """Chance of the wanted conclusion at a true difference, treatment minus comparator."""

    def exact_power(self, n_control: int, n_treatment: int, difference: float) -> float:
        """The same for one pair of sizes, without approximation where there is a way."""

    def width(self, n_control: ArrayLike, n_treatment: ArrayLike) -> ArrayLike:
        """Mean width of the interval of the difference."""

    def smallest_significant(
        self, n_control: int, n_treatment: int, difference: float | None
    ) -> float:
        """Smallest observed difference from none, without its sign, that is significant on
        average; in the direction of the assumed one."""


def law_of(options: Options) -> Law:
    """The closed form for the options."""
    if options.about_proportions:
        return Proportions(options)
    if options.therapists is not None:
        return Therapists(options)
    if options.change:
        return ChangeScores(options)
    if options.r is not None:
        return Ancova(options)
    return Welch(options) if options.welch else TTest(options)
