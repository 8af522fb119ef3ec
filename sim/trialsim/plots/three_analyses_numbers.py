"""What P9 draws: closed forms of the three analyses, and what a run says of the same trials."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

import numpy as np
import pandas as pd
from scipy import special

from trialsim.analysis.ancova import Ancova
from trialsim.analysis.change_score import ChangeScore
from trialsim.analysis.t_test import TTest
from trialsim.core.axes import REPLICATES_PER_BATCH, FloatArray
from trialsim.core.stages import AnalysisMethod
from trialsim.plots.base.effect_axis import Contrast
from trialsim.plots.base.words import decimals_of, exact, number, plain, quoted
from trialsim.plots.run import Run
from trialsim.theory.change_score import change_sd

CALLED = {"follow_up": "follow-up scores", "change": "change scores", "ancova": "ANCOVA"}
"""The three analyses, as a reader calls them."""

_BATCHES = 3
"""Batches whose patients are looked at again: 768 trials."""
_TRIALS_A_BIN = 40
_MOST_BINS = 9


@dataclass(frozen=True)
class Trio:
    """The analyses of one score that a run has, by kind, and what they estimate."""

    names: Mapping[str, str]
    """follow_up, change, ancova: the name in the scenario."""
    contrast: Contrast
    assumption: str
    """The one that is looked at: without an effect, if there is such a one."""
    published: Mapping[str, str]
    """By kind: the published estimate as it is written."""


@dataclass(frozen=True)
class Baseline:
    """How baseline and follow-up scores of the comparator hang together."""

    visits: str
    """Names of the two visits."""
    correlation: float
    sd_before: float
    sd_after: float
    se: float
    """Standard error of the difference between arms at baseline."""
    implied: float | None
    """The difference at baseline that published results by two analyses imply."""

    @property
    def shown(self) -> float:
        """The imbalance that words speak of: the implied one, else one standard error."""
        return self.se if self.implied is None else self.implied

    @property
    def chance(self) -> float:
        """Share of trials whose arms differ at least so much at baseline, by the normal law."""
        return float(2 * special.ndtr(-abs(self.shown) / self.se))

    def variance(self, kind: str, correlation: FloatArray | float) -> FloatArray:
        """Variance of the estimate, relative to follow-up scores, in a large trial."""
        r = np.asarray(correlation, dtype=float)
        if kind == "follow_up":
            return np.ones_like(r)
        if kind == "ancova":
            return np.asarray(1 - r**2)
        return np.asarray(change_sd(self.sd_before, self.sd_after, r) ** 2 / self.sd_after**2)

    def slope(self, kind: str) -> float:
        """Bias of the estimate for each point by which the arm starts higher."""
        follow_up = self.correlation * self.sd_after / self.sd_before
        return {"follow_up": follow_up, "change": follow_up - 1, "ancova": 0.0}[kind]

    def sized(self, difference: float) -> str:
        """A difference at baseline with the digits that its standard error asks for."""
        return number(difference, decimals_of(self.se))


def trio_of(run: Run) -> Trio | None:
    """The analyses of the score that the primary one is of, else of the first with two kinds."""
    places: dict[tuple[str, str, str], dict[str, str]] = {}
    for name in sorted(run.design.analyses, key=lambda one: one != run.primary):
        method = run.design.analyses[name]
        kind = _kind(run, method)
        if kind is not None and method.visit != run.design.baseline:
            place = (method.outcome, method.visit, run.contrast(name))
            places.setdefault(place, {}).setdefault(kind, name)
    found = next((names for names in places.values() if len(names) > 1), None)
    if found is None:
        return None
    names = {kind: found[kind] for kind in CALLED if kind in found}
    first = next(iter(names.values()))
    arm, comparator = run.pair(first)
    outcome = run.outcome(first)
    contrast = Contrast(
        plain(run.arm_label(arm)),
        plain(run.arm_label(comparator)),
        run.outcome_label(first),
        outcome.better,
        outcome.unit,
    )
    nulls = [name for name in run.cells if run.is_null(name, first)]
    return Trio(names, contrast, (nulls or list(run.cells))[0], _published(run, names))


def _kind(run: Run, method: AnalysisMethod) -> str | None:
    """What a method is one of; None if it adjusts for more than the score at baseline."""
    baseline = run.design.baseline
    if baseline is None or baseline in run.design.covariates:
        return None
    if isinstance(method, TTest):
        return "follow_up"
    if isinstance(method, ChangeScore) and method.from_visit == baseline:
        return "change"
    if isinstance(method, Ancova) and method.adjust == (baseline,):
        return "ancova"
    return None


def _results(run: Run, names: Mapping[str, str]) -> dict[str, tuple[float, str]]:
    """Published estimates by kind, with their status where it is not reported."""
    found: dict[str, tuple[float, str]] = {}
    for kind, name in names.items():
        for result in run.written.published.values():
            own = result.contrast in (None, run.contrast(name))
            if result.analysis == name and result.estimate is not None and own:
                status = "" if result.status == "reported" else f", {result.status}"
                found.setdefault(kind, (result.estimate, status))
    return found


def _published(run: Run, names: Mapping[str, str]) -> dict[str, str]:
    results = _results(run, names)
    if not {"follow_up", "change"} <= set(results):
        return {}
    return {kind: exact(value) + status for kind, (value, status) in results.items()}


def numbers_of(run: Run, trio: Trio) -> tuple[Baseline, pd.DataFrame]:
    """Lines, simulated points and published points of both panels."""
    baseline = _baseline(run, trio)
    parts = [_theory(baseline, trio), _simulated_ratios(run, trio, baseline)]
    parts.append(_simulated_biases(run, trio))
    if baseline.implied is not None:
        rows = [
            ("bias", kind, "published", baseline.implied, baseline.slope(kind) * baseline.implied)
            for kind in trio.published
        ]
        parts.append(pd.DataFrame(rows, columns=["panel", "analysis", "kind", "x", "value"]))
    columns = ["panel", "analysis", "kind", "x", "value", "mcse", "n_used"]
    table = pd.concat([part.reindex(columns=columns).astype(object) for part in parts])
    floats = dict.fromkeys(["x", "value", "mcse", "n_used"], float)
    return baseline, table.astype(floats).reset_index(drop=True)


def _baseline(run: Run, trio: Trio) -> Baseline:
    first = next(iter(trio.names.values()))
    design, outcome, method = run.design, run.outcome(first), run.design.analyses[first]
    visits = list(design.visits)
    assert design.baseline is not None
    before, after = visits.index(design.baseline), visits.index(method.visit)
    sd_before, sd_after = outcome.at(outcome.sd, before), outcome.at(outcome.sd, after)
    correlation = outcome.score_correlation(before, after)
    if run.design.selected:
        # Who enters by a score is no sample of everybody: what is stated holds before entry.
        sd_before, sd_after, correlation = _among_enrolled(run, trio)
    sizes = [design.arms[arm] for arm in run.pair(first)]
    results = _results(run, trio.names)
    implied = None
    if trio.published:
        # Rounded as the results are: 3.8 and 4.64 differ by 0.84, not by 0.8399999.
        implied = round(results["follow_up"][0] - results["change"][0], 9)
    return Baseline(
        visits=f"{quoted(design.baseline)} and {quoted(method.visit)}",
        correlation=correlation,
        sd_before=sd_before,
        sd_after=sd_after,
        se=sd_before * sqrt(sum(1 / n for n in sizes)),
        implied=implied,
    )


def _among_enrolled(run: Run, trio: Trio) -> tuple[float, float, float]:
    """SDs and correlation of both scores in the comparator of simulated trials."""
    first = next(iter(trio.names.values()))
    method, data = run.design.analyses[first], run.trials(trio.assumption)
    assert run.design.baseline is not None
    mine = data.enrolled & (data.arm == list(data.arms).index(run.pair(first)[1]))
    before, after = (
        data.score(method.outcome, visit)[mine] for visit in (run.design.baseline, method.visit)
    )
    correlation = float(np.corrcoef(before, after)[0, 1])
    return float(before.std()), float(after.std()), round(correlation, 2)


def _theory(baseline: Baseline, trio: Trio) -> pd.DataFrame:
    r = baseline.correlation
    correlations = np.linspace(min(0.0, r - 0.1), max(0.9, min(0.99, r + 0.05)), 46)
    reach = max(3 * baseline.se, 1.25 * abs(baseline.shown))
    differences = np.linspace(-reach, reach, 13)
    parts = []
    for kind in trio.names:
        for panel, x, value in (
            ("variance", correlations, baseline.variance(kind, correlations)),
            ("bias", differences, baseline.slope(kind) * differences),
        ):
            own = {"panel": panel, "analysis": kind, "kind": "theory", "x": x, "value": value}
            parts.append(pd.DataFrame(own))
    return pd.concat(parts, ignore_index=True)


def _simulated_ratios(run: Run, trio: Trio, baseline: Baseline) -> pd.DataFrame:
    """Ratios of the variances of estimates of the same trials, with the error of a paired ratio."""
    rows: list[tuple[str, str, str, float, float, float, int]] = []
    if "follow_up" in trio.names:
        frames = {kind: run.estimates(trio.assumption, name) for kind, name in trio.names.items()}
        for kind in trio.names:
            if kind == "follow_up":
                continue
            both = frames[kind]["converged"] & frames["follow_up"]["converged"]
            ours = frames[kind].loc[both, "estimate"].to_numpy(float)
            theirs = frames["follow_up"].loc[both, "estimate"].to_numpy(float)
            if len(ours) < 10 or not theirs.std() > 0 or not ours.std() > 0:
                continue
            ratio = float(ours.var(ddof=1) / theirs.var(ddof=1))
            shared = float(np.corrcoef(ours, theirs)[0, 1]) ** 2
            error = 2 * ratio * sqrt(max(0.0, 1 - shared) / len(ours))
            x = baseline.correlation
            rows.append(("variance", kind, "simulated", x, ratio, error, len(ours)))
    columns = ["panel", "analysis", "kind", "x", "value", "mcse", "n_used"]
    return pd.DataFrame(rows, columns=columns)


def _simulated_biases(run: Run, trio: Trio) -> pd.DataFrame:
    """Mean error of the estimates among trials whose arms differ alike at baseline."""
    frames = {
        kind: run.estimates(trio.assumption, name)["estimate"].to_numpy(float)
        - run.measure(trio.assumption, "true_value", name)
        for kind, name in trio.names.items()
    }
    n = min(run.values.shape[2], _BATCHES * REPLICATES_PER_BATCH)
    difference = _differences(run, trio, n)
    order = np.argsort(difference, kind="stable")
    rows = []
    if n >= 3 * _TRIALS_A_BIN:
        for bin_ in np.array_split(order, min(_MOST_BINS, n // _TRIALS_A_BIN)):
            for kind, error in frames.items():
                its = error[bin_]
                known = its[np.isfinite(its)]
                if len(known) > 1:
                    mcse = float(known.std(ddof=1)) / sqrt(len(known))
                    x = float(difference[bin_].mean())
                    rows.append(("bias", kind, "simulated", x, known.mean(), mcse, len(known)))
    columns = ["panel", "analysis", "kind", "x", "value", "mcse", "n_used"]
    return pd.DataFrame(rows, columns=columns)


def _differences(run: Run, trio: Trio, n: int) -> FloatArray:
    """Difference at baseline (r,) of the first n trials, among patients seen at both visits."""
    first = next(iter(trio.names.values()))
    method, baseline = run.design.analyses[first], run.design.baseline
    assert baseline is not None
    found = []
    for batch in range(-(-n // REPLICATES_PER_BATCH)):
        data = run.trials(trio.assumption, batch)
        score = data.score(method.outcome, baseline)
        seen = data.observed[method.outcome]
        analysed = data.enrolled & seen[baseline] & seen[method.visit]
        means = []
        for name in run.pair(first):
            mine = analysed & (data.arm == list(data.arms).index(name))
            means.append((score * mine).sum(axis=1) / np.maximum(mine.sum(axis=1), 1))
        found.append(means[0] - means[1])
    return np.concatenate(found)[:n]
