"""How far reviews are from the truth, how often they notice, each with its Monte Carlo error."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from scipy import special

from trialsim.core.axes import BoolArray, FloatArray
from trialsim.literature.exact import exact_shares
from trialsim.literature.review import LEVEL, METHODS, TRIM_AND_FILL, Review
from trialsim.literature.setting import Setting

if TYPE_CHECKING:
    from trialsim.literature.simulate import Literatures

PUBLISHED, ALL, DIFFERENCE = "published", "all", "published - all"


class Measure(NamedTuple):
    """One row of the table."""

    trials: str
    """published, all, or what publication changes."""
    method: str
    """Of pooling; "" where none is meant."""
    measure: str
    value: float
    mcse: float
    n_used: int
    """Literatures that it is made of: those in which it could be computed."""
    exact: float = math.nan
    """By theory, where a closed form holds."""


def table(found: Literatures) -> pd.DataFrame:
    """A row a measure: `trials`, `method`, `measure`, `value`, `mcse`, `n_used`, `exact`.

    For published trials and for all that were done:

    n_trials, share_published : trials a literature, and their share of all that were done
    positive : share of trials that is significant in the good direction
    estimate, distance, empirical_se, coverage, width, favourable : of the pooled estimate by each
        method; distance is from the mean true effect, favourable the share of reviews that are
        significant in the good direction
    failed : share of reviews in which a method gave no estimate
    tau2, i2 : between-trial variance by REML, and I2 from Q
    predicted : chance that the true effect of a new trial lies in the prediction interval
    prediction_lower, prediction_upper : its mean ends
    egger : share of reviews in which Egger's test finds the funnel asymmetric
    n_filled : trials that trim-and-fill adds
    """
    rows = [*_counted(found)]
    for name, one in ((PUBLISHED, found.published), (ALL, found.everything)):
        rows += _reviewed(found.setting, name, one)
    rows += _changed(found)
    return pd.DataFrame(rows, columns=Measure._fields)


def value_of(
    rows: pd.DataFrame, measure: str, trials: str = PUBLISHED, method: str = ""
) -> tuple[float, float]:
    """Value and error of one row."""
    chosen = rows[
        (rows["measure"] == measure) & (rows["trials"] == trials) & (rows["method"] == method)
    ]
    row = chosen.iloc[0]
    return float(row["value"]), float(row["mcse"])


def _counted(found: Literatures) -> Iterator[Measure]:
    """Numbers of trials, and how many of them are positive."""
    counts, r = found.counts, found.replicates
    exact = exact_shares(found.setting)
    yield Measure(
        PUBLISHED, "", "n_trials", *_mean(counts.published), r, exact.published * counts.done[0]
    )
    yield Measure(ALL, "", "n_trials", float(counts.done[0]), 0.0, r)
    yield Measure(
        PUBLISHED,
        "",
        "share_published",
        *_ratio(counts.published, counts.done),
        r,
        exact.published,
    )
    yield Measure(
        PUBLISHED,
        "",
        "positive",
        *_ratio(counts.positive_published, counts.published),
        r,
        exact.positive_of_published,
    )
    yield Measure(ALL, "", "positive", *_ratio(counts.positive, counts.done), r, exact.positive)


def _reviewed(setting: Setting, name: str, one: Review) -> Iterator[Measure]:
    truth, better = setting.truth, setting.better
    for method in (*METHODS, TRIM_AND_FILL):
        pooled = one.pooled[method]
        made = np.isfinite(pooled.estimate) & np.isfinite(pooled.lower)
        used, r = int(made.sum()), len(made)

        def row(
            measure: str, both: tuple[float, float], method: str = method, used: int = used
        ) -> Measure:
            return Measure(name, method, measure, *both, used)

        estimate, lower, upper = (part[made] for part in pooled[:3])
        mean, error = _mean(estimate)
        yield row("estimate", (mean, error))
        yield row("distance", (mean - truth, error))
        yield row("empirical_se", _sd(estimate))
        yield row("coverage", _share((lower <= truth) & (truth <= upper)))
        yield row("width", _mean(upper - lower))
        good = (pooled.p_value[made] < 1 - LEVEL) & (better * estimate > 0)
        yield row("favourable", _share(good))
        yield Measure(name, method, "failed", *_share(~made), r)
        if method in one.predicted:
            ends = [part[made] for part in one.predicted[method]]
            yield row("predicted", _mean(_caught(setting, *ends)))
            yield row("prediction_lower", _mean(ends[0]))
            yield row("prediction_upper", _mean(ends[1]))
    for measure, values in (("tau2", one.tau2), ("i2", one.i2), ("n_filled", one.n_filled)):
        known = values[np.isfinite(values)]
        yield Measure(name, "", measure, *_mean(known), len(known))
    tested = one.egger_p[np.isfinite(one.egger_p)]
    found = _share(tested < setting.written.asymmetry_alpha)
    yield Measure(name, "", "egger", *found, len(tested))


def _changed(found: Literatures) -> Iterator[Measure]:
    """What publication adds to each pooled estimate, literature by literature."""
    for method in METHODS:
        change = found.published.pooled[method].estimate - found.everything.pooled[method].estimate
        known = change[np.isfinite(change)]
        yield Measure(DIFFERENCE, method, "estimate", *_mean(known), len(known))


def _caught(setting: Setting, lower: FloatArray, upper: FloatArray) -> FloatArray:
    """Chance (r,) that a new trial's own true effect lies between the ends."""
    if setting.tau == 0:
        return ((lower <= setting.truth) & (setting.truth <= upper)).astype(float)
    ends = ((np.stack([lower, upper])) - setting.truth) / setting.tau
    return np.diff(special.ndtr(ends), axis=0)[0]


def _mean(values: FloatArray) -> tuple[float, float]:
    n = len(values)
    if n == 0:
        return math.nan, math.nan
    return float(values.mean()), float(values.std(ddof=1) / math.sqrt(n)) if n > 1 else math.nan


def _sd(values: FloatArray) -> tuple[float, float]:
    """SD and its error for normal values (Morris, White and Crowther 2019)."""
    if len(values) < 2:
        return math.nan, math.nan
    sd = float(values.std(ddof=1))
    return sd, sd / math.sqrt(2 * (len(values) - 1))


def _share(happened: BoolArray) -> tuple[float, float]:
    n = len(happened)
    if n == 0:
        return math.nan, math.nan
    share = float(happened.mean())
    return share, math.sqrt(share * (1 - share) / n)


def _ratio(part: FloatArray, whole: FloatArray) -> tuple[float, float]:
    """Sum of the parts over the sum of the wholes, literatures being independent."""
    total = whole.sum()
    if total == 0:
        return math.nan, math.nan
    ratio = float(part.sum() / total)
    moved = (part - ratio * whole) / whole.mean()
    return ratio, float(moved.std(ddof=1) / math.sqrt(len(whole))) if len(whole) > 1 else math.nan
