"""What a map of power says in words, all from its numbers."""

from __future__ import annotations

import numpy as np

from trialsim.plots.base.figure import Settings
from trialsim.plots.base.words import error_of_100, half_width, listed, per_100, quoted
from trialsim.plots.power_map_numbers import PowerMap

ENOUGH = 0.8


def takeaway(found: PowerMap) -> str:
    """How large a trial must be at either end of the map; else its lowest and highest share."""
    if found.x.is_size:
        return _sizes(found)
    known = found.numbers.dropna(subset="value")
    low, high = known.loc[known["value"].idxmin()], known.loc[known["value"].idxmax()]
    said = [
        f"{per_100(row['value'], row['mcse'])} ({found.x.at(row['x'])}, {_row(found, row['y'])})"
        for row in (low, high)
    ]
    return f"Under {quoted(found.assumption)}, {' to '.join(said)} of 100 trials are significant."


def _sizes(found: PowerMap) -> str:
    """The first size that is enough in the last row and in the first."""
    parts, n_reached = [], 0
    shares = found.shares()
    for place in (len(found.rows) - 1, 0):
        enough = np.flatnonzero(reaches(shares[place]))
        n_reached += bool(enough.size)
        known = np.flatnonzero(np.isfinite(shares[place]))
        if not known.size:
            continue
        first = enough[0] if enough.size else known[-1]
        more = "" if enough.size else "more than "
        where = _row(found, found.rows[place][0])
        parts.append(f"{more}{found.x.at(found.columns[first])} {where}")
    whom = f"Under {quoted(found.assumption)}, for" if found.assumption else "For"
    if n_reached:
        return f"{whom} 80 of 100 trials to be significant it takes {listed(parts)}."
    best = found.numbers.loc[found.numbers["value"].idxmax()]
    where = f"{found.x.at(best['x'])}, {_row(found, best['y'])}"
    under = f" under {quoted(found.assumption)}" if found.assumption else ""
    highest = f"at most {per_100(best['value'], best['mcse'])} of 100 trials are significant{under}"
    return f"In this map {highest}: {where}."


def reaches(shares: np.ndarray) -> np.ndarray:
    """Which shares are 80 of 100 or more as they are printed, to whole trials."""
    with np.errstate(invalid="ignore"):
        return np.asarray(np.floor(100 * shares + 0.5) >= 100 * ENOUGH)


def _row(found: PowerMap, y: float) -> str:
    """ "with sd 4", "if “large trials” are right"."""
    label = dict(found.rows)[y]
    if found.assumption:
        return f"with {found.y_name} {label}"
    value, _, name = label.partition(": ")
    return f"if the true difference is {value} ({quoted(name)})"


def caption(found: PowerMap, settings: Settings, *, has_line: bool, has_gaps: bool) -> str:
    """Settings, what line, box and hatches mean, and the Monte Carlo error."""
    span = None
    if found.x.is_size:
        span = f"{found.columns[0]:,.0f} to {found.columns[-1]:,.0f}"
    parts = [settings.sentence(span), "In each cell: significant trials, of 100; darker is more."]
    if has_line:
        parts.append("Heavy line: from here on 80 of 100 or more.")
    if found.stated() is not None:
        parts.append("In the box: the trial as stated.")
    if found.stated_column() is not None:
        parts.append("Bold: this trial\u2019s size.")
    if has_gaps:
        parts.append("Hatched: not simulated, or more than 5 of 100 analyses failed.")
    if found.held:
        parts.append(f"As stated: {listed(found.held)}.")
    if found.left_out:
        parts.append(f"Not shown: {listed(found.left_out)}.")
    pairs = found.numbers.dropna(subset="value")[["mcse", "n_used"]].itertuples(index=False)
    half = max(half_width(*pair) for pair in pairs)
    parts.append(f"95% Monte Carlo error: at most {error_of_100(half)}.")
    return " ".join(parts)


def alt_text(found: PowerMap) -> str:
    """The map for somebody who does not see it, a sentence a row."""
    parts = [f"Share of trials that are significant, by {found.x.name} and {found.y_name}."]
    for (_, label), shares in zip(found.rows, found.shares(), strict=True):
        cells = [
            f"{number_in_cell(share)} at {found.x.bare(x)}"
            for x, share in zip(found.columns, shares, strict=True)
            if np.isfinite(share)
        ]
        parts.append(f"{label}: {listed(cells)}.")
    return " ".join(parts)


def number_in_cell(share: float) -> str:
    """A share in two or three letters: only exactly all of them are 100."""
    if 0 < share < 0.005:
        return "<1"
    if 0.995 <= share < 1:
        return ">99"
    return f"{np.floor(100 * share + 0.5):.0f}"
