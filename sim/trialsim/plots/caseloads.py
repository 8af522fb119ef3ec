"""Caseloads of one trial: how many of its participants each therapist treats, and how many
appointments that is."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from trialsim.plots.base.figure import Drawn
from trialsim.plots.base.key import Entry, place_key
from trialsim.plots.base.page import new_page
from trialsim.plots.base.score_axis import title_above
from trialsim.plots.base.style import INK, Look, looks, style
from trialsim.plots.base.words import counted, listed

_LEAST_TALL = 95.0  # points
_MOST_NAMED = 30
_HATCHES = ("", "///", "...", "xx", "\\\\\\", "++")
"""A pattern an arm where arms share a team, so that they differ in grey."""


def draw_caseloads(
    treated: pd.DataFrame, *, arms: Mapping[str, str], teams: Mapping[str, int], which: str
) -> Drawn:
    """Participants of each therapist, a panel a team, stacked by arm.

    One row of `treated` is a participant who has a therapist: `patient`, `arm`, `team`,
    `therapist` (counted from 1); where a calendar is simulated also `appointments`, and `held`,
    those that were kept, which are then what the bars count. `teams` has the number of therapists
    by team; `arms` are labels by name, the comparator first; `which` says which trial it is.
    """
    numbers = caseloads_of(treated, list(arms), teams)
    heading = _takeaway(numbers, arms, teams)
    what, column = "participants", "n"
    small = f"{which} Numbers below the bars: therapists."
    if "held" in numbers:
        what, column = "appointments", "appointments"
        small += " White: appointments not kept, those of participants who had stopped included."
    seen = looks(list(arms), references=list(arms)[:1])
    is_mixed = bool((numbers.groupby("team")["arm"].nunique() > 1).any())
    hatches = {name: _HATCHES[i % len(_HATCHES) * is_mixed] for i, name in enumerate(arms)}
    with style():
        page = new_page(heading, small)
        axes = page.add_axes(len(teams))
        above = []
        for (team, n), ax in zip(teams.items(), axes, strict=True):
            own = numbers[numbers["team"] == team]
            _bars(ax, own, n, seen, hatches)
            _ticks(ax, own, column, max(teams.values()))
            treats = [arms[arm] for arm in arms if arm in set(own["arm"])]
            title = f"Therapists of {listed(treats)}: {what} each"
            above.append(title_above(ax, [(title, INK)]) + (36 if ax is not axes[0] else 14))
        entries: list[Entry] = [
            (Patch(facecolor=seen[a].colour, edgecolor="white", hatch=hatches[a]), arms[a])
            for a in arms
            if is_mixed and a in set(numbers["arm"])
        ]
        if entries:
            above[0] += place_key(axes[0], entries, above[0]) + 8
        page.arrange(axes, above, 26, _LEAST_TALL)
    alt = f"Bars of {what} by therapist. {heading}"
    return Drawn(page.figure, numbers, heading, small, alt, "caseloads")


def caseloads_of(treated: pd.DataFrame, arms: list[str], teams: Mapping[str, int]) -> pd.DataFrame:
    """Columns team, therapist, arm, n, and appointments and held where they are known: every
    therapist of a team in every arm that it treats."""
    sums = [name for name in ("appointments", "held") if name in treated]
    rows = []
    for team, size in teams.items():
        own = treated[treated["team"] == team]
        for therapist in range(1, size + 1):
            theirs = own[own["therapist"] == therapist]
            for arm in arms:
                if (own["arm"] == arm).any():
                    of_arm = theirs[theirs["arm"] == arm]
                    counts = [int(of_arm[name].sum()) for name in sums]
                    rows.append((team, therapist, arm, len(of_arm), *counts))
    return pd.DataFrame(rows, columns=["team", "therapist", "arm", "n", *sums])


def _bars(
    ax: Axes, own: pd.DataFrame, size: int, seen: Mapping[str, Look], hatches: Mapping[str, str]
) -> None:
    """Participants; where appointments are known, those kept, and on them those that were not."""
    floor, places = np.zeros(size), np.arange(1, size + 1)
    for arm in own["arm"].unique():
        of_arm, colour = own[own["arm"] == arm], seen[arm].colour
        kept = of_arm["held" if "held" in own else "n"].to_numpy(float)
        ax.bar(
            places, kept, bottom=floor, width=0.8, color=colour, edgecolor="white",
            hatch=hatches[arm],
        )  # fmt: skip
        floor = floor + kept
        if "held" in own:
            others = of_arm["appointments"].to_numpy(float) - kept
            ax.bar(
                places, others, bottom=floor, width=0.8, color="white", edgecolor=colour,
                linewidth=1.2,
            )  # fmt: skip
            floor = floor + others


def _ticks(ax: Axes, own: pd.DataFrame, column: str, most: int) -> None:
    """All teams share the axis of therapists, as long as the largest of them needs."""
    ax.set_xlim(0.4, max(most, 6) + 0.6)
    ax.set_xticks(range(1, most + 1, max(1, -(-most // _MOST_NAMED))))
    ax.tick_params(labelbottom=True)
    high = max(1, int(own.groupby("therapist")[column].sum().max() if len(own) else 0))
    ax.set_ylim(0, 1.05 * high)
    ax.set_yticks(sorted({0, high // 2, high}))


def _takeaway(numbers: pd.DataFrame, arms: Mapping[str, str], teams: Mapping[str, int]) -> str:
    parts = []
    for team, size in teams.items():
        own = numbers[numbers["team"] == team]
        treats = listed([arms[arm] for arm in arms if arm in set(own["arm"])])
        each_one = "each with" if size > 1 else "with"
        load = f"{_from_to(own, 'n')} participants"
        if "held" in own and own["appointments"].sum():
            kept = 100 * own["held"].sum() / own["appointments"].sum()
            load += f" and {_from_to(own, 'appointments')} appointments, {kept:.0f}% of them kept"
        parts.append(f"{treats}: {counted(size, 'therapist')} {each_one} {load}")
    said = "; ".join(parts)
    return f"{said[:1].upper()}{said[1:]}."


def _from_to(own: pd.DataFrame, column: str) -> str:
    """Fewest and most of a therapist of a team."""
    each = own.groupby("therapist")[column].sum()
    low, high = (int(each.min()), int(each.max())) if len(each) else (0, 0)
    return f"{high:,}" if low == high else f"{low:,} to {high:,}"
