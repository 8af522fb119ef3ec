"""The table of baseline characteristics by arm, without p values.

They would test whether allocation at random was at random: Senn 1994,
doi 10.1002/sim.4780131703; CONSORT 2025, doi 10.1136/bmj-2024-081123.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from trialsim.cohort.categorical import Categorical
from trialsim.core.stages import CovariateMethod
from trialsim.outcomes.binary import Binary
from trialsim.plots.base.words import decimals_of, number, plain
from trialsim.plots.run import Run
from trialsim.replayed.patients import level_names, score_columns

NOTE = (
    "No p values: the arms were formed at random, so whatever they differ in at baseline is "
    "chance, and a test could only say so (Senn 1994, doi 10.1002/sim.4780131703)."
)
MEAN, COUNT = "mean (SD)", "n (%)"


def table_one(run: Run, frame: pd.DataFrame) -> pd.DataFrame:
    """Baseline by arm: columns characteristic, statistic, and one an arm, comparator first.

    `frame` is the wide data. The note on p values is in `attrs["note"]`.
    """
    by_arm = {arm: frame[frame["arm"] == arm] for arm in run.design.arms}
    rows = [("participants", "n", *(f"{len(own):,}" for own in by_arm.values()))]
    rows += [
        (name, statistic, *(_cell(own[column], value) for own in by_arm.values()))
        for name, statistic, column, value in _lines(run)
    ]
    labels = [run.arm_label(arm) for arm in by_arm]
    heads = labels if len(set(labels)) == len(labels) else list(by_arm)
    table = pd.DataFrame(rows, columns=["characteristic", "statistic", *heads])
    table.attrs["note"] = NOTE
    return table


def _lines(run: Run) -> Iterator[tuple[str, str, str, object]]:
    """Name, statistic, column of the data, and the value that is counted, None for a mean."""
    design = run.design
    for name in design.measured:
        method = design.covariates[name]
        levels = level_names(method)
        if not levels:
            yield plain(name), MEAN, name, None
        elif len(levels) == 2 and levels == ["no", "yes"]:
            yield plain(name), COUNT, name, 1
        else:
            for level, meaning in enumerate(levels):
                yield f"{plain(name)}: {meaning}", COUNT, name, _written(method, level, meaning)
    if design.baseline is None:
        return
    for (outcome, visit), column in score_columns(design).items():
        if visit == design.baseline:
            one = design.outcomes[outcome]
            label = f"{one.label or plain(outcome)} at baseline"
            is_event = isinstance(one, Binary)
            yield label, COUNT if is_event else MEAN, column, 1 if is_event else None


def _written(method: CovariateMethod, level: int, meaning: str) -> object:
    """A level as the data have it: its name where it has one of its own."""
    is_named = isinstance(method, Categorical) and isinstance(method.levels, dict)
    return meaning if is_named else level


def _cell(values: pd.Series, value: object) -> str:
    """Mean and SD, or count and share, of those with a value; how many they are if not all."""
    known = values.dropna()
    n = len(known)
    if n == 0:
        return "none recorded"
    if value is None:
        numbers = known.to_numpy(float)
        sd = float(np.std(numbers, ddof=1)) if n > 1 else float("nan")
        decimals = max(1, decimals_of(sd))
        text = f"{number(float(numbers.mean()), decimals)} ({number(sd, decimals)})"
    else:
        count = int((known == value).sum())
        text = f"{count:,} ({100 * count / n:.0f}%)"
    return text if n == len(values) else f"{text}, n = {n:,}"
