"""What P5 says in words: its takeaway, caption and alternative text, all from the numbers."""

from __future__ import annotations

import pandas as pd

from trialsim.plots.base.figure import Settings
from trialsim.plots.base.words import error_of_100, exact, listed, per_100, quoted
from trialsim.plots.numeric_axis import SIZE, NumericAxis

_MOST_NAMED = 3
_ENOUGH = 0.8


def takeaway(
    numbers: pd.DataFrame,
    marked: float | None,
    *,
    is_about_a_margin: bool = False,
    axis: NumericAxis = SIZE,
) -> str:
    """The shares at this trial's size, and the first size that is large enough."""
    if numbers.empty:
        return "No simulated trial could be analysed."
    places = sorted(set(numbers[axis.column].tolist()))
    here = places[-1] if marked is None else marked
    nearest = min(places, key=lambda place: abs(place - here))
    at = numbers[numbers[axis.column] == nearest]
    effects = at[~at["is_null"]].sort_values("value", ascending=False, kind="stable")
    who = f"With {axis.at(nearest)}"
    if nearest != here:
        which = "size" if axis.is_size else "value"
        who += f", the simulated {which} nearest to this trial\u2019s {axis.bare(here)}"
    shares = _shares(effects, at[at["is_null"]], is_about_a_margin=is_about_a_margin)
    sentence = f"{who}, {listed(shares)}."
    more = _first_enough(numbers, effects, places) if axis.is_size else _range(numbers, axis)
    return " ".join(part for part in (sentence, more) if part)


def _range(numbers: pd.DataFrame, axis: NumericAxis) -> str:
    """Over the values of another path: from where to where the curve that moves most goes."""
    curves = dict(list(numbers[~numbers["is_null"]].groupby("assumption", sort=False)))
    curves = {name: rows for name, rows in curves.items() if len(rows) > 1}
    if not curves:
        return ""
    name = max(curves, key=lambda one: curves[one]["value"].max() - curves[one]["value"].min())
    low, high = (curves[name].iloc[place] for place in (0, -1))
    shares = [per_100(row["value"], row["mcse"]) for row in (low, high)]
    at = [axis.bare(row[axis.column]) for row in (low, high)]
    return f"Under {quoted(name)} it is {shares[0]} at {at[0]} and {shares[1]} at {at[1]}."


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


def _first_enough(numbers: pd.DataFrame, effects: pd.DataFrame, sizes: list[float]) -> str:
    """For the weakest effect that misses 80 of 100 here: which simulated size reaches it."""
    if len(sizes) == 1 or effects.empty or effects["value"].iloc[-1] >= _ENOUGH:
        return ""
    name = effects["assumption"].iloc[-1]
    curve = numbers[numbers["assumption"] == name]
    enough = curve.loc[curve["value"] >= _ENOUGH, "n_total"]
    if enough.empty:
        return f"No simulated size, up to {sizes[-1]:,.0f}, reaches 80 of 100 under {quoted(name)}."
    return f"Under {quoted(name)}, {int(enough.min()):,} is the first simulated size to reach 80."


def caption(
    numbers: pd.DataFrame,
    alpha: float,
    settings: Settings,
    margin: float | None = None,
    axis: NumericAxis = SIZE,
) -> str:
    """Settings, reference lines, what is exact, and how wide the Monte Carlo error is."""
    places = sorted(set(numbers[axis.column].tolist()))
    span = f"{places[0]:,.0f} to {places[-1]:,.0f}" if len(places) > 1 and axis.is_size else None
    nothing = "when there is no effect"
    if margin is not None:
        nothing = f"when the truth is at the margin, {exact(margin)}; significant: non-inferior"
    lines = (
        "Dashed: 80 and 90 of 100. "
        f"Dotted: the {100 * alpha:g} of 100 that p < {alpha:g} allows {nothing}."
    )
    half = float((numbers["upper"] - numbers["lower"]).max()) / 2 if len(numbers) else 0.0
    known = numbers["exact"].notna() if "exact" in numbers else pd.Series(False, numbers.index)
    said = []
    if known.any():
        names = numbers.loc[known, "assumption"].unique()
        is_all = len(names) == numbers["assumption"].nunique()
        whose = "" if is_all else f" of {listed([quoted(str(name)) for name in names])}"
        said.append(f"Lines{whose}: exact, by theory; points: simulated.")
    if len(places) == 1 or known.all():
        said.append(f"Bars: 95% Monte Carlo error, at most {error_of_100(half)}.")
    else:
        thin = ", thinner than the lines" if half < 0.01 else ""
        said.append(f"Bands: pointwise 95% Monte Carlo error, at most {error_of_100(half)}{thin}.")
    what = "sizes" if axis.is_size else "values"
    if len(places) > 1 and known.all():
        said.append(f"The {what} share their random numbers: points may lie on one side together.")
    elif len(places) > 1:
        said.append(f"The {what} share their random numbers: smooth does not mean exact.")
    return " ".join([settings.sentence(span), lines, *said])


def alt_text(numbers: pd.DataFrame, axis: NumericAxis = SIZE) -> str:
    """The figure for somebody who does not see it."""
    against = "the total number of participants" if axis.is_size else axis.name
    parts = [f"Share of trials that are significant against {against}."]
    for name, curve in numbers.groupby("assumption", sort=False):
        word = "false alarms" if curve["is_null"].all() else "significant"
        shares = [
            f"{per_100(row['value'], row['mcse'])} at {axis.bare(row[axis.column])}"
            for row in (curve.iloc[[0, -1]] if len(curve) > 1 else curve).to_dict("records")
        ]
        parts.append(f"{quoted(str(name))}: of 100 trials {' and '.join(shares)} are {word}.")
    return " ".join(parts)
