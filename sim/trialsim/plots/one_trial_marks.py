"""What the figure of one trial draws: means of everybody seen, and the scores of some."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from scipy import special

from trialsim.core.axes import FloatArray

MOST_LINES = 60
"""Patients of whom a line is drawn: the first who were enrolled."""


def marks_of(
    frame: pd.DataFrame, arms: Sequence[str], visits_weeks: Mapping[str, float]
) -> pd.DataFrame:
    """What is drawn, one row a mark: means of all patients seen, and the first patients' scores.

    Columns: kind (mean, patient), arm, visit, weeks, patient, value, lower, upper (95% interval
    of the mean), n (patients seen) and enrolled (both for a mean). A score that was not observed
    has no row.
    """
    known = frame[frame["arm"].isin(arms)]
    enrolled = known.groupby("arm", sort=False)["patient"].nunique()
    seen = known[known["observed"].astype(bool)]
    rows: list[dict[str, object]] = []
    for arm in arms:
        for visit, weeks in visits_weeks.items():
            values = seen.loc[(seen["arm"] == arm) & (seen["visit"] == visit), "score"].to_numpy()
            if len(values):
                mean = float(values.mean())
                half = _half_width(values)
                place = {"kind": "mean", "arm": arm, "visit": visit, "weeks": weeks}
                ends = {"value": mean, "lower": mean - half, "upper": mean + half}
                n = {"n": len(values), "enrolled": int(enrolled[arm])}
                rows.append({**place, **ends, **n})
    first = np.sort(known["patient"].unique())[:MOST_LINES]
    lines = seen[seen["patient"].isin(first) & seen["visit"].isin(list(visits_weeks))]
    patients = pd.DataFrame(
        {
            "kind": "patient",
            "arm": lines["arm"],
            "visit": lines["visit"],
            "weeks": lines["visit"].map(dict(visits_weeks)),
            "patient": lines["patient"],
            "value": lines["score"],
        }
    ).sort_values(["patient", "weeks"], kind="stable")
    columns = ["kind", "arm", "visit", "weeks", "patient", "value", "lower", "upper", "n"]
    means = pd.DataFrame(rows, columns=[*columns, "enrolled"])
    parts = [part for part in (means, patients) if len(part)]  # a trial may enrol nobody
    together = pd.concat(parts, ignore_index=True) if parts else means
    return together.astype({"patient": "Int64", "n": "Int64", "enrolled": "Int64"})


def _half_width(values: FloatArray) -> float:
    """Half of the 95% t interval of a mean; NaN for a single patient."""
    n = len(values)
    if n < 2:
        return float("nan")
    return float(special.stdtrit(n - 1, 0.975) * values.std(ddof=1) / np.sqrt(n))


def ends_early(marks: pd.DataFrame) -> pd.Series[bool]:
    """Which rows of patients are their last although a visit follows."""
    lines = marks[marks["kind"] == "patient"]
    last = lines.groupby("patient")["weeks"].transform("max")
    return (lines["weeks"] == last) & (lines["weeks"] < marks["weeks"].max())
