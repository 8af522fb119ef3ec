"""What P6 says in words: its takeaway, caption and alternative text, all from the numbers."""

from __future__ import annotations

import pandas as pd

from trialsim.plots.base.figure import Settings
from trialsim.plots.base.words import listed, number, per_100, plain, quoted, supported


def takeaway(frame: pd.DataFrame, marked_n_total: int | None) -> str:
    """How much significant trials of this size overstate the weakest effect, and of others."""
    known = frame.dropna(subset="type_m")
    if known.empty:
        return "Too few simulated trials are significant to say by how much they exaggerate."
    marked = int(known["n_total"].max()) if marked_n_total is None else marked_n_total
    nearest = min(known["n_total"].unique(), key=lambda n: abs(n - marked))
    at = known[known["n_total"] == nearest].sort_values("power", kind="stable")
    weak, strong = at.iloc[0], at.iloc[-1]
    size = f"{int(nearest):,} participants"
    if nearest != marked:
        size += f", the size nearest to this trial\u2019s {marked:,} with enough of them,"
    said = (
        f"Under {quoted(weak['assumption'])}, significant trials of {size} report "
        f"{times(weak)} times the true difference on average{_larger(known, weak)}"
    )
    if len(at) > 1:
        said += (
            f"; under {quoted(strong['assumption'])}, {times(strong)} times with {int(nearest):,}"
        )
    here = f" of {int(nearest):,}" if _larger(known, weak) else ""
    return " ".join([f"{said}.", *_wrong(weak, here)])


def times(row: pd.Series) -> str:
    """Exaggeration with the decimals that its error supports, two at most."""
    return number(row["type_m"], supported(row["type_m_mcse"], 1 if row["type_m"] > 1.2 else 2))


def _wrong(row: pd.Series, here: str) -> list[str]:
    """Wrong signs, where a reader of 100 significant trials would meet one."""
    if not row["type_s"] >= 0.005:
        return []
    share = per_100(row["type_s"], row["type_s_mcse"])
    verb = "points" if share.endswith(" 1") or share == "1" else "point"
    return [f"Of 100 such trials{here}, {share} {verb} the wrong way."]


def _larger(known: pd.DataFrame, weak: pd.Series) -> str:
    """The same effect at the largest size."""
    curve = known[known["assumption"] == weak["assumption"]]
    last = curve.loc[curve["n_total"].idxmax()]
    if last["n_total"] <= weak["n_total"]:
        return ""
    return f", those of {int(last['n_total']):,} participants {times(last)}"


def caption(frame: pd.DataFrame, settings: Settings, fewest: int, *, has_theory: bool) -> str:
    """Settings, how to read the lines, what is left blank, and the Monte Carlo error."""
    sizes = sorted({int(n) for n in frame["n_total"]})
    several = len(sizes) > 1
    parts = [settings.sentence(f"{sizes[0]:,} to {sizes[-1]:,}" if several else None)]
    parts.append(
        "Mean size of the significant estimates over the size of the truth (type M); share of "
        "them with the wrong sign (type S)."
    )
    if has_theory:
        what = "its exaggeration at 50 and 80% power" if several else "against its power"
        parts.append(f"Dashed: a z test without bias, {what}.")
    blank = [
        f"{plain(str(name))} ({listed([f'{int(n):,}' for n in rows['n_total']])})"
        for name, rows in frame[frame["type_m"].isna()].groupby("assumption", sort=False)
    ]
    if blank:
        parts.append(f"Left blank, fewer than {fewest} significant trials: {listed(blank)}.")
    parts.append("Bars: 95% Monte Carlo error.")
    return " ".join(parts)


def alt_text(frame: pd.DataFrame) -> str:
    """The figure for somebody who does not see it."""
    parts = ["How many times the true difference significant trials report, on average."]
    for name, rows in frame.dropna(subset="type_m").groupby("assumption", sort=False):
        said = [
            f"{times(row)} times at {int(row['n_total']):,} participants "
            f"(power {per_100(row['power'])} of 100, wrong sign "
            f"{per_100(row['type_s'], row['type_s_mcse'])} of 100)"
            for _, row in (rows.iloc[[0, -1]] if len(rows) > 1 else rows).iterrows()
        ]
        parts.append(f"{quoted(str(name))}: {' and '.join(said)}.")
    return " ".join(parts)
