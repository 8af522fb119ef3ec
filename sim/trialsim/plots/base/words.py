"""Numbers and names as a sentence says them: no more digits than their error supports."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, isfinite, log10

from trialsim.operating.rounding import frequency_sentence, share_interval

MINUS = "\u2212"


def plain(name: str) -> str:
    """A name from a scenario as a reader meets it: `large_trials` is "large trials"."""
    return name.replace("_", " ")


def quoted(name: str) -> str:
    """A name inside a sentence: “large trials”."""
    return f"\u201c{plain(name)}\u201d"


def listed(parts: Sequence[str]) -> str:
    """Parts as a sentence lists them: "a, b and c"."""
    return " and ".join(part for part in (", ".join(parts[:-1]), *parts[-1:]) if part)


def counted(n: int, noun: str) -> str:
    """A count with its noun: "1 trial", "10,000 trials"."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def number(value: float, decimals: int) -> str:
    """A value with so many decimals, a real minus sign, and no minus before zero."""
    text = f"{value:.{decimals}f}"
    if float(text) == 0:
        text = text.lstrip("-")
    return text.replace("-", MINUS)


def exact(value: float) -> str:
    """A value that somebody wrote down: its own digits, at most four of them."""
    return f"{value + 0.0:.4g}".replace("-", MINUS)


def decimals_of(scale: float) -> int:
    """Decimals that show a value as large as `scale` with two significant digits."""
    if not isfinite(scale) or scale == 0:
        return 1
    return max(0, 1 - floor(log10(abs(scale))))


def supported(mcse: float, most: int) -> int:
    """Decimals of a simulated value: one of the last is at least one Monte Carlo error."""
    if not isfinite(mcse) or mcse <= 0:
        return most
    return min(most, max(0, floor(-log10(mcse))))


def per_100(share: float, mcse: float = 0.0) -> str:
    """A share as a frequency: "24"; "about 24" where its standard error exceeds two in 100."""
    count = frequency_sentence(share).removesuffix(" of 100")
    return f"about {count}" if mcse > 0.02 and count.isdigit() else count


def half_width(mcse: float, n: int) -> float:
    """Half of a share's 95% Monte Carlo interval; for 0 of n, or all n, Wilson's other end."""
    if mcse > 0 or n == 0:
        return 1.96 * mcse
    return share_interval(0, n)[1]


def error_of_100(half: float) -> str:
    """Half of an interval of shares: "±0.9 in 100"."""
    return f"±{100 * half:.0f} in 100" if half >= 0.02 else f"±{100 * half:.1g} in 100"
