"""What P5 says in words: its takeaway, caption and alternative text, all from the numbers."""

from __future__ import annotations

import pandas as pd

from trialsim.plots.base.figure import Settings
from trialsim.plots.base.words import error_of_100, exact, listed, per_100, quoted

_MOST_NAMED = 3
_ENOUGH = 0.8


def takeaway(
    numbers: pd.DataFrame, marked_n_total: int | None, *, is_about_a_margin: bool = False
) -> str:
    """The shares at this trial's size, and the first size that is large enough."""
    if numbers.empty:
        return "No simulated trial could be analysed."
    sizes = sorted(int(n) for n in numbers["n_total"].unique())
    marked = sizes[-1] if marked_n_total is None else marked_n_total
    nearest = min(sizes, key=lambda n: abs(n - marked))
    at = numbers[numbers["n_total"] == nearest]
    effects = at[~at["is_null"]].sort_values("value", ascending=False, kind="stable")
    who = f"With {nearest:,} participants"
    if nearest != marked:
        who += f", the simulated size nearest to this trial\u2019s {marked:,}"
    shares = _shares(effects, at[at["is_null"]], is_about_a_margin=is_about_a_margin)
    sentence = f"{who}, {listed(shares)}."
    return " ".join(part for part in (sentence, _first_enough(numbers, effects, sizes)) if part)


def _shares(effects: pd.DataFrame, nulls: pd.DataFrame, *, is_about_a_margin: bool) -> list[str]:
    """First "98 of 100 trials are significant under ...", then shorter, then the false alarms."""
    said: list[str] = []
    among = "" if is_about_a_margin else " under an effect"
    if len(effects) + len(nulls) > _MOST_NAMED and len(effects) > 1:
        lowest, highest = effects.iloc[-1], effects.iloc[0]
        said.append(
            f"{per_100(lowest['value'], lowest['mcse'])} ({quoted(lowest['assumption'])}) to "
            f"{per_100(highest['value'], highest['mcse'])} ({quoted(highest['assumption'])}) "
            f"of 100 trials are significant{among}"
        )
        effects, nulls = effects.iloc[:0], nulls.iloc[:1]
    for rows, words in ((effects, "significant"), (nulls, "false alarms")):
        for place, row in enumerate(rows.to_dict("records")):
            trials = "" if said else " of 100 trials"
            are = "" if place else f" are {words}"
            share = per_100(row["value"], row["mcse"])
            said.append(f"{share}{trials}{are} under {quoted(row['assumption'])}")
    return said


def _first_enough(numbers: pd.DataFrame, effects: pd.DataFrame, sizes: list[int]) -> str:
    """For the weakest effect that misses 80 of 100 here: which simulated size reaches it."""
    if len(sizes) == 1 or effects.empty or effects["value"].iloc[-1] >= _ENOUGH:
        return ""
    name = effects["assumption"].iloc[-1]
    curve = numbers[numbers["assumption"] == name]
    enough = curve.loc[curve["value"] >= _ENOUGH, "n_total"]
    if enough.empty:
        return f"No simulated size, up to {sizes[-1]:,}, reaches 80 of 100 under {quoted(name)}."
    return f"Under {quoted(name)}, {int(enough.min()):,} is the first simulated size to reach 80."


def caption(
    numbers: pd.DataFrame, alpha: float, settings: Settings, margin: float | None = None
) -> str:
    """Settings, reference lines, and how wide the Monte Carlo band is."""
    sizes = sorted({int(n) for n in numbers["n_total"]})
    span = f"{sizes[0]:,} to {sizes[-1]:,}" if len(sizes) > 1 else None
    nothing = "when there is no effect"
    if margin is not None:
        nothing = f"when the truth is at the margin, {exact(margin)}; significant: non-inferior"
    lines = (
        "Dashed: 80 and 90 of 100. "
        f"Dotted: the {100 * alpha:g} of 100 that p < {alpha:g} allows {nothing}."
    )
    half = float((numbers["upper"] - numbers["lower"]).max()) / 2 if len(numbers) else 0.0
    if len(sizes) > 1:
        thin = ", thinner than the lines" if half < 0.01 else ""
        error = f"Bands: pointwise 95% Monte Carlo error, at most {error_of_100(half)}{thin}."
        error += " The sizes share their random numbers: smooth does not mean exact."
    else:
        error = f"Bars: 95% Monte Carlo error, at most {error_of_100(half)}."
    return " ".join([settings.sentence(span), lines, error])


def alt_text(numbers: pd.DataFrame) -> str:
    """The figure for somebody who does not see it."""
    parts = ["Share of trials that are significant against the total number of participants."]
    for name, curve in numbers.groupby("assumption", sort=False):
        word = "false alarms" if curve["is_null"].all() else "significant"
        shares = [
            f"{per_100(row['value'], row['mcse'])} at {int(row['n_total']):,}"
            for row in (curve.iloc[[0, -1]] if len(curve) > 1 else curve).to_dict("records")
        ]
        parts.append(f"{quoted(str(name))}: of 100 trials {' and '.join(shares)} are {word}.")
    return " ".join(parts)
