"""Number needed to treat, from a risk difference and its interval; never from an average of NNTs.

Altman 1998, doi 10.1136/bmj.317.7168.1309: when the interval of the difference holds 0, that of
the NNT runs through infinity, from benefit to harm.
"""

from dataclasses import dataclass
from math import inf


@dataclass(frozen=True)
class NumberNeeded:
    """A benefit in shares of patients, with its interval, read as numbers needed to treat."""

    benefit: float
    """Risk difference counted so that a positive one is good."""
    lower: float
    upper: float

    def __post_init__(self) -> None:
        """The benefit lies in its interval."""
        if not -1 <= self.lower <= self.benefit <= self.upper <= 1:
            raise ValueError(
                f"a benefit of {self.benefit!r} with the interval {self.lower!r} to "
                f"{self.upper!r}: it must lie within it, and all three from -1 to 1"
            )

    @property
    def value(self) -> float:
        """1/benefit: negative for harm, infinite for no difference."""
        return _inverse(self.benefit)

    @property
    def limits(self) -> tuple[float, float]:
        """1/upper and 1/lower; if it crosses infinity 1/lower (harm) and 1/upper (benefit)."""
        if self.crosses_infinity:
            return _inverse(self.lower), _inverse(self.upper)
        return _inverse(self.upper), _inverse(self.lower)

    @property
    def crosses_infinity(self) -> bool:
        """Whether the interval of the difference holds 0 with something on either side."""
        return self.lower < 0 < self.upper or self.benefit == 0

    def __str__(self) -> str:
        """As Altman writes it: NNTB 11 (NNTB 5.2 to infinity to NNTH 26)."""
        best, worst = _named(self.upper), _named(self.lower)
        between = " to infinity to " if self.lower < 0 < self.upper else " to "
        return f"{_named(self.benefit)} ({best}{between}{worst})"


def _inverse(share: float) -> float:
    return 1 / share if share else inf


def _named(benefit: float) -> str:
    """NNTB for benefit, NNTH for harm, with two digits or all whole ones."""
    if benefit == 0:
        return "infinity"
    size = abs(1 / benefit)
    number = f"{size:.0f}" if size >= 9.95 else f"{size:.1f}"
    return f"{'NNTB' if benefit > 0 else 'NNTH'} {number}"
