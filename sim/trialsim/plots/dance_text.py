"""What P4 says in words: how differently the same trial turns out."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from trialsim.operating.rounding import p_text
from trialsim.plots.base.effect_axis import Contrast
from trialsim.plots.base.figure import Settings
from trialsim.plots.base.words import counted, decimals_of, number, per_100, plain, quoted
from trialsim.plots.effect import amount, short


@dataclass(frozen=True)
class Danced:
    """What the words need besides the rows."""

    effect: Contrast
    assumption: str
    truth: float
    alpha: float
    level: str
    sides: int
    share: float
    """Share significant in all trials of the run."""
    mcse: float
    is_null: bool
    """Whether what the analysis tests is true: then the significant ones are false alarms."""
    null: float = 0.0
    """The difference that is tested: none, or one as bad as a margin allows."""


def takeaway(rows: pd.DataFrame, danced: Danced) -> str:
    """How many of these are significant, how far p and the estimates range, how many miss."""
    known = rows[~rows["failed"]]
    n, k = len(known), int(known["significant"].sum())
    if not n:
        return f"None of the first {len(rows):,} trials could be analysed."
    again = f"The same trial {len(rows):,} times"
    if danced.truth == 0:
        again += ", and nothing differs"
    else:
        again += f", true difference {amount(short(danced.truth), danced.effect.unit)}"
    if danced.is_null:
        result = "is a false alarm" if k == 1 else "are false alarms"
    elif danced.null:
        result = "shows non-inferiority" if k == 1 else "show non-inferiority"
    else:
        result = "is significant" if k == 1 else "are significant"
    count = f"{_count(k, n)} {result}"
    hit = n - int(known["misses"].sum())
    held = f"{_count(hit, n).removesuffix(f' of these {n:,}')} of the intervals"
    held = held if hit < n else f"all {n:,} intervals"
    verb = "holds" if hit == 1 else "hold"
    return f"{again}: {count}, {_span(known, danced.alpha)}, and {held} {verb} the truth."


def _span(known: pd.DataFrame, alpha: float) -> str:
    """From the smallest to the largest p value."""
    low, high = (p_text(float(p), alpha) for p in _ends(known["p_value"]))
    if low == high:
        return low.replace(" ", "\u00a0") + " every time"
    words = [p.removeprefix("p ").removeprefix("= ") for p in (low, high)]
    first, last = (word.replace("< ", "below ").replace("> ", "above ") for word in words)
    return f"p runs from {first} to {last}"


def _count(k: int, n: int) -> str:
    if k == n:
        return f"all {n:,}"
    return f"{k or 'none'} of these {n:,}"


def _ends(values: pd.Series[float]) -> tuple[float, float]:
    return float(values.min()), float(values.max())


def caption(rows: pd.DataFrame, danced: Danced, settings: Settings) -> str:
    """Settings, which trials, the share in all of them, and what failed."""
    n = len(rows)
    word = "false alarms" if danced.is_null else "power"
    parts = [
        settings.sentence(),
        f"The first {counted(n, 'trial')} under {quoted(danced.assumption)}, in the order of the "
        "simulation.",
        f"Lines: {danced.level} intervals. Right: "
        f"{'one-sided ' if danced.sides == 1 else ''}p values, filled when significant.",
    ]
    if danced.null:
        parts.append(f"Dotted: the margin, {short(danced.null)}, against which is tested.")
    if danced.share == danced.share:
        often = per_100(danced.share, danced.mcse)
        parts.append(f"Of all trials {often} of 100 are significant ({word}).")
    if failed := int(rows["failed"].sum()):
        parts.append(f"The analysis failed in {failed:,} of these {n:,}.")
    return " ".join(parts)


def alt_text(rows: pd.DataFrame, danced: Danced) -> str:
    """The figure for somebody who does not see it."""
    known = rows[~rows["failed"]]
    parts = [
        f"Estimates and intervals of {counted(len(rows), 'simulated trial')} below one another, "
        f"{danced.effect.name}.",
        f"Left of zero favours {plain(danced.effect.favours('left'))}.",
    ]
    if len(known):
        decimals = decimals_of(float((known["upper"] - known["lower"]).median()) / 2)
        low, high = (number(end, decimals) for end in _ends(known["estimate"]))
        parts.append(f"The estimates range from {low} to {high}.")
    return " ".join([*parts, takeaway(rows, danced)])
