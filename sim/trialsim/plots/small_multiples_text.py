"""What small multiples say in words, all from their numbers."""

from __future__ import annotations

from math import hypot, isfinite

import numpy as np
import pandas as pd

from trialsim.plots.base.figure import Settings
from trialsim.plots.base.words import error_of_100, exact, listed, per_100, quoted
from trialsim.plots.facets import Facets
from trialsim.plots.panel import MOST_FAILED

_APART = 3.0
"""Standard errors between two shares before it is said where each was found."""


def takeaway(facets: Facets) -> str:
    """What a what_if does to this trial; else the range of the share significant under the weakest
    effect, and of false alarms."""
    known = facets.numbers.dropna(subset="value")
    if known.empty:
        return "No simulated trial could be analysed."
    at = _of_this_trial(facets, known)
    if len(at):
        return " ".join(_what_if(facets, at))
    effects, nulls = known[~known["is_null"]], known[known["is_null"]]
    parts = []
    if len(effects):
        sizes = effects["truth"].abs().groupby(effects["assumption"], sort=False).mean()
        weakest = str(sizes.idxmin())
        which = ", the weakest effect," if len(sizes) > 1 else ""
        rows = effects[effects["assumption"] == weakest]
        parts.append(f"Under {quoted(weakest)}{which} {_range(rows)} significant.")
    if len(nulls):
        parts.append(f"Where nothing differs, {_range(nulls)} false alarms.")
    return " ".join(parts)


def _of_this_trial(facets: Facets, known: pd.DataFrame) -> pd.DataFrame:
    """The trial as stated and each what_if of it, all else alike; nothing where panels are
    something else, or leave out the trial as stated."""
    if not facets.are_what_ifs or facets.stated not in set(known["panel"]):
        return known.iloc[:0]
    at = known if not isfinite(facets.x_stated) else known[known["x"] == facets.x_stated]
    return at if facets.stated in set(at["panel"]) and at["panel"].nunique() > 1 else at.iloc[:0]


def _what_if(facets: Facets, at: pd.DataFrame) -> list[str]:
    """What the change that matters most does to false alarms, and to the weakest effect."""
    effects, nulls = at[~at["is_null"]], at[at["is_null"]]
    said = []
    if len(nulls):
        said.append(_moved(facets, nulls[nulls["assumption"] == nulls["assumption"].iloc[0]], ""))
    if len(effects):
        sizes = effects["truth"].abs().groupby(effects["assumption"], sort=False).mean()
        weakest = str(sizes.idxmin())
        said.append(_moved(facets, effects[effects["assumption"] == weakest], weakest))
    return said


def _moved(facets: Facets, rows: pd.DataFrame, effect: str) -> str:
    """ "As stated, 4 of 100 trials are false alarms; with “therapists”, 32 are."

    `effect` names the assumption under which trials are right to be significant, or is empty.
    """
    is_stated = rows["panel"] == facets.stated
    stated, others = rows[is_stated].iloc[0], rows[~is_stated]
    what = f"significant under {quoted(effect)}" if effect else "false alarms"
    start = f"As stated, {per_100(stated['value'], stated['mcse'])} of 100 trials are {what}"
    if others.empty:
        return f"{start}."
    far = others.loc[(others["value"] - stated["value"]).abs().idxmax()]
    if abs(far["value"] - stated["value"]) <= _APART * hypot(_error(stated), _error(far)):
        whom = quoted(str(far["panel"])) if len(others) == 1 else "any of the changes"
        return f"{start}, and no clearly different number with {whom}."
    return f"{start}; with {quoted(str(far['panel']))}, {per_100(far['value'], far['mcse'])} are."


def _range(rows: pd.DataFrame) -> str:
    """ "12 (lost rate 0.4) to 25 (lost rate 0) of 100 trials are", or without the places if
    chance explains the distance."""
    low, high = rows.loc[rows["value"].idxmin()], rows.loc[rows["value"].idxmax()]
    few, many = (per_100(one["value"], one["mcse"]) for one in (low, high))
    error = hypot(*(_error(one) for one in (low, high)))
    if high["value"] - low["value"] > _APART * error:
        return f"{few} ({low['where']}) to {many} ({high['where']}) of 100 trials are"
    return f"{few if few == many else f'{few} to {many}'} of 100 trials are"


def _error(row: pd.Series) -> float:
    """Standard error of a share; from its interval where the share is 0 or 1."""
    half = float(row["upper"] - row["lower"]) / 2
    return max(float(row["mcse"]), half / 1.96)


def caption(facets: Facets, settings: Settings) -> str:
    """Settings, reference lines, what is held fixed or left out, and the Monte Carlo error."""
    numbers = facets.numbers
    has_sizes = facets.x_name.startswith("participants")
    sizes = sorted({int(n) for n in numbers["x"]}) if has_sizes else []
    parts = [settings.sentence(f"{sizes[0]:,} to {sizes[-1]:,}" if sizes else None)]
    alphas = listed([f"{alpha:g}" for alpha in sorted(numbers["alpha"].unique())])
    parts.append(f"Dashed: 80 of 100. Dotted: what p < {alphas} allows when nothing differs.")
    if facets.x_name and isfinite(facets.x_stated):
        what = "this trial\u2019s size" if has_sizes else "as stated"
        value = f"{facets.x_stated:,.0f}" if has_sizes else exact(facets.x_stated)
        parts.append(f"Vertical line: {what}, {value}.")
    if facets.held:
        parts.append(f"As stated: {listed(facets.held)}.")
    if facets.left_out:
        parts.append(f"Not shown: {'; '.join(facets.left_out)}.")
    n_blank = int(numbers["value"].isna().sum())
    if n_blank:
        limit = f"{100 * MOST_FAILED:g} of 100"
        parts.append(f"Left blank, more than {limit} analyses failed: {n_blank} of {len(numbers)}.")
    half = float(np.nanmax((numbers["upper"] - numbers["lower"]) / 2))
    parts.append(f"Bars: 95% Monte Carlo error, at most {error_of_100(half)}.")
    return " ".join(parts)


def alt_text(facets: Facets) -> str:
    """The figure for somebody who does not see it."""
    against = f" against {facets.x_name}" if facets.x_name else ""
    kind = "Panels" if facets.x_name else "Rows of dots"
    parts = [f"{kind}: the share of trials that are significant{against}, for each of"]
    parts.append(f"{'; '.join(facets.panels)}.")
    known = facets.numbers.dropna(subset="value")
    for name, rows in known.groupby("assumption", sort=False):
        word = "false alarms" if rows["is_null"].all() else "significant"
        parts.append(f"{quoted(str(name))}: {_range(rows)} {word}.")
    return " ".join(parts)
