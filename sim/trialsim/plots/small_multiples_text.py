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
    """Range of the share significant under the weakest effect, and of false alarms."""
    known = facets.numbers.dropna(subset="value")
    if known.empty:
        return "No simulated trial could be analysed."
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
