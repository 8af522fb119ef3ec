"""What the paired difference plot says in words, all from its numbers."""

from __future__ import annotations

from math import isfinite

import pandas as pd

from trialsim.plots.base.figure import Settings
from trialsim.plots.base.words import counted, exact, number, plain, quoted, supported


def takeaway(numbers: pd.DataFrame, first: str) -> str:
    """The clearest difference, and how many comparisons leave the question open."""
    if numbers.empty:
        return "No two simulated trials could be compared."
    apart = numbers[numbers["is_told_apart"]]
    n, n_open = len(numbers), len(numbers) - len(apart)
    if apart.empty:
        if n == 1:
            return f"{_difference(numbers.iloc[0], first)}; that cannot be told from none."
        return f"In none of {counted(n, 'comparison')} can the designs be told apart."
    clearest = apart.loc[apart["difference"].abs().idxmax()]
    said = f"{_difference(clearest, first)}."
    if n == 1:
        return said
    if n_open == 0:
        return f"{said} All {counted(n, 'comparison')} tell the designs apart."
    return f"{said} In {n_open:,} of {counted(n, 'comparison')} they cannot be told apart."


def _difference(row: pd.Series, first: str) -> str:
    many = points(row["difference"], row["paired_mcse"])
    more = "more" if row["difference"] >= 0 else "fewer"
    return (
        f"With {quoted(str(row['other']))}, {many} {more} of 100 trials are significant than with "
        f"{quoted(first)}, under {quoted(str(row['assumption']))}"
    )


def points(difference: float, mcse: float) -> str:
    """A difference between shares without its sign, of 100, to the digits of its error."""
    return number(abs(100 * difference), supported(100 * mcse, 2))


def caption(
    numbers: pd.DataFrame, settings: Settings, n_total: str | None, smallest: float | None
) -> str:
    """Settings, what the bars are, and what pairing gained."""
    parts = [settings.sentence(n_total)]
    parts.append(
        "Every design meets the same simulated patients. Thick: 95% interval by the paired Monte "
        "Carlo error; thin and grey: what it would be had the designs been simulated apart. "
        "Filled: told apart from none."
    )
    gain = (numbers["unpaired_mcse"] / numbers["paired_mcse"]).replace([float("inf")], float("nan"))
    gain = gain.dropna()
    if len(gain) and isfinite(gain.median()):
        parts.append(
            f"Pairing made errors {number(float(gain.median()), 1)} times smaller (median), worth "
            f"{number(float(gain.median()) ** 2, 1)} times the trials."
        )
    if smallest is not None:
        parts.append(f"Grey: less than the {exact(100 * smallest)} of 100 worth knowing.")
    parts.append("Intervals are pointwise: one true zero in 20 lies outside its own.")
    return " ".join(parts)


def alt_text(numbers: pd.DataFrame, first: str) -> str:
    """The figure for somebody who does not see it."""
    rows = [
        f"{plain(str(row['other']))}, {plain(str(row['assumption']))}: "
        f"{number(100 * row['difference'], supported(100 * row['paired_mcse'], 2))} "
        f"(95% interval {number(100 * row['lower'], 1)} to {number(100 * row['upper'], 1)})"
        for row in numbers.to_dict("records")
    ]
    return (
        f"Difference in significant trials of 100 from {quoted(first)}, with paired intervals. "
        f"{'; '.join(rows)}."
    )
