"""What P5b says in words: its takeaway, caption and alternative text, all from the numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from trialsim.plots.base.figure import Settings
from trialsim.plots.base.words import decimals_of, listed, number, plain, quoted, supported
from trialsim.plots.effect import amount


@dataclass(frozen=True)
class Interval:
    """What a figure of precision is told about the interval."""

    level: str
    """Confidence level: "95%"."""
    unit: str
    """Natural unit of the estimate."""
    inverts_its_test: bool
    """Whether it excludes 0 exactly where the test rejects: never where a margin is tested."""


def takeaway(numbers: pd.DataFrame, marked_n_total: int | None, interval: Interval) -> str:
    """Half a width at this trial's size, what that means for a test, and at the largest size."""
    if numbers.empty:
        return "No simulated trial could be analysed."
    sizes = sorted(int(n) for n in numbers["n_total"].unique())
    marked = sizes[-1] if marked_n_total is None else marked_n_total
    nearest = min(sizes, key=lambda n: abs(n - marked))
    half = _span(numbers[numbers["n_total"] == nearest])
    who = f"With {nearest:,} participants"
    if nearest != marked:
        who += f", the simulated size nearest to this trial\u2019s {marked:,},"
    said = (
        f"{who} the {interval.level} confidence interval reaches {amount(half, interval.unit)} "
        "to either side of the estimate on average"
    )
    if interval.inverts_its_test:
        said += _smallest(numbers, nearest)
    return f"{said}. {_other_size(numbers, sizes, nearest)}".strip()


def _smallest(numbers: pd.DataFrame, n_total: int) -> str:
    """The smallest significant difference: as large, for a symmetric interval."""
    rows = numbers[numbers["n_total"] == n_total]
    if "critical" not in rows or rows["critical"].isna().any():
        return ""
    if np.allclose(rows["critical"], rows["value"], rtol=1e-6):
        return ", which is also the smallest significant difference"
    return f"; the smallest significant difference is {_span(rows.assign(value=rows['critical']))}"


def _other_size(numbers: pd.DataFrame, sizes: list[int], nearest: int) -> str:
    """The largest size, or the smallest for a trial that is itself the largest."""
    other = sizes[-1] if nearest != sizes[-1] else sizes[0]
    if other == nearest:
        return ""
    rank = "largest" if other == sizes[-1] else "smallest"
    half = _span(numbers[numbers["n_total"] == other])
    return f"With {other:,}, the {rank} simulated size, it reaches {half}."


def _span(rows: pd.DataFrame) -> str:
    """One half width, or the range over the assumptions whose curves differ."""
    drawn = rows[rows["assumption"] == rows["drawn_as"]]
    drawn = drawn if len(drawn) else rows
    decimals = decimals_of(float(drawn["value"].max()))
    found = [
        number(row["value"], supported(row["mcse"], decimals))
        for _, row in drawn.sort_values("value").iterrows()
    ]
    return found[0] if found[0] == found[-1] else f"{found[0]} to {found[-1]}"


def caption(numbers: pd.DataFrame, interval: Interval, settings: Settings) -> str:
    """Settings, what was merged, what the lines are, and the Monte Carlo error."""
    sizes = sorted({int(n) for n in numbers["n_total"]})
    parts = [settings.sentence(f"{sizes[0]:,} to {sizes[-1]:,}" if len(sizes) > 1 else None)]
    groups = [
        listed([plain(str(name)) for name in rows["assumption"].unique()])
        for _, rows in numbers.groupby("drawn_as", sort=False)
        if rows["assumption"].nunique() > 1
    ]
    if groups:
        parts.append(
            f"Drawn as one curve, because they differ by less than its width or its Monte Carlo "
            f"error: {'; '.join(groups)}."
        )
    top = float(numbers["value"].max()) if len(numbers) else 0.0
    if any(0 < abs(truth) <= 1.08 * top for truth in numbers["truth"].unique()):
        parts.append(
            "Orange: sizes of assumed differences, without their sign; below the line an "
            "estimate of that size is significant."
            if interval.inverts_its_test
            else "Orange: sizes of assumed differences, without their sign."
        )
    error = 1.96 * float(numbers["mcse"].max()) if len(numbers) else float("nan")
    if np.isfinite(error) and error > 0:
        parts.append(
            f"Bars: 95% Monte Carlo error, at most ±{amount(f'{error:.1g}', interval.unit)}."
        )
    return " ".join(parts)


def alt_text(numbers: pd.DataFrame, interval: Interval) -> str:
    """The figure for somebody who does not see it."""
    parts = [
        f"Half of the mean width of the {interval.level} confidence interval, in "
        f"{interval.unit}, against the total number of participants."
    ]
    for name, rows in numbers.groupby("assumption", sort=False):
        ends = [
            f"{_span(row.to_frame().T.assign(drawn_as=name))} at {int(row['n_total']):,}"
            for _, row in (rows.iloc[[0, -1]] if len(rows) > 1 else rows).iterrows()
        ]
        parts.append(f"{quoted(str(name))}: {' and '.join(ends)}.")
    return " ".join(parts)
