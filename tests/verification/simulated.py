"""Simulated trials for the tests of this folder, and the one rule by which they are judged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np
from scipy import special

import trialsim as ts
from trialsim.core.axes import REPLICATES_PER_BATCH
from trialsim.core.draws import Draws
from trialsim.core.program import Batch, prepare
from trialsim.core.records import TrialData
from trialsim.core.registry import build, load_methods
from trialsim.pipeline import trial_data

SCENARIOS = Path(__file__).parents[2] / "scenarios"

RARE = 1e-5
"""Chance with which a goodness-of-fit test of this folder fails although all is well."""


def textbook(changes: Mapping[str, Any] | None = None) -> ts.LoadedScenario:
    """Two arms of 64 and 65, normal scores before and after, r 0.55; with changes by path."""
    alone: dict[str, Any] = {"vary": {}, "evidence": {}}
    return ts.load(SCENARIOS / "textbook.yaml").changed(alone | dict(changes or {}))


def assert_matches(value: float, exact: float, mcse: float, what: str = "") -> None:
    """Within 4 Monte Carlo standard errors, which must come from the exact law, not the sample."""
    distance = (value - exact) / mcse
    text = f"{what}: {value:.6g}, exact {exact:.6g}, {distance:+.1f} errors of {mcse:.2g}"
    assert abs(distance) <= 4, text


def share_error(p: float, n: int) -> float:
    """Monte Carlo standard error of a share whose exact value is p."""
    return sqrt(p * (1 - p) / n)


def assert_share_matches(happened: np.ndarray, exact: float, what: str = "") -> None:
    """The share of replicates in which something happened, against its exact probability."""
    assert_matches(float(happened.mean()), exact, share_error(exact, happened.size), what)


def assert_uniform(p_values: np.ndarray, what: str = "") -> None:
    """Kolmogorov-Smirnov against the uniform law at the fixed level `RARE`.

    Under uniformity P(sqrt(n) D > k) = 2 exp(-2 k^2), to a relative error that vanishes with n.
    """
    n = p_values.size
    ordered = np.sort(p_values)
    place = np.arange(n + 1) / n
    largest = max(np.max(place[1:] - ordered), np.max(ordered - place[:-1]))
    limit = sqrt(np.log(2 / RARE) / 2)  # 2.470
    assert sqrt(n) * largest <= limit, f"{what}: sqrt(n) D = {sqrt(n) * largest:.2f}"


def assert_frequencies_match(counts: np.ndarray, probabilities: np.ndarray, what: str = "") -> None:
    """Chi-square of counts against exact probabilities at the fixed level `RARE`.

    Rare values in a row are counted together until at least 10 of them are expected.
    """
    n = counts.sum()
    assert np.isclose(probabilities.sum(), 1)
    pooled: list[list[float]] = [[0.0, 0.0]]
    for count, expected in zip(counts, n * probabilities, strict=True):
        if pooled[-1][1] >= 10:
            pooled.append([0.0, 0.0])
        pooled[-1][0] += count
        pooled[-1][1] += expected
    if len(pooled) > 1 and pooled[-1][1] < 10:
        count, expected = pooled.pop()
        pooled[-1][0] += count
        pooled[-1][1] += expected
    observed, expected = np.array(pooled).T
    chi_square = float(np.sum((observed - expected) ** 2 / expected))
    df = len(pooled) - 1
    assert df >= 1
    chance = special.chdtrc(df, chi_square)
    assert chance >= RARE, f"{what}: chi-square {chi_square:.1f} on {df}, p {chance:.1g}"


class Runs:
    """Estimates of a simulated scenario, by assumption, analysis and contrast."""

    def __init__(self, scenario: ts.LoadedScenario, replicates: int, seed: int) -> None:
        self.results = ts.run(scenario, replicates=replicates, seed=seed)
        self.replicates = replicates
        cells = self.results.plan.cells
        self._series = {
            (cells[one.cell].assumption, one.analysis, one.contrast): one
            for one in self.results.plan.series()
        }

    def columns(
        self, assumption: str, analysis: str, contrast: str | None = None
    ) -> dict[str, np.ndarray]:
        """Columns (r,) of a series; the analysis's only contrast when none is named."""
        (one,) = [
            series
            for (a, b, c), series in self._series.items()
            if (a, b) == (assumption, analysis) and contrast in (None, c)
        ]
        columns = self.results.series(one)
        assert not columns["failure"].any()
        return columns

    def measure(self, assumption: str, analysis: str, name: str) -> float:
        """A row of the table of operating characteristics."""
        table = self.results.performance()
        keys = {"assumption": assumption, "analysis": analysis, "measure": name}
        for key, value in keys.items():
            table = table[table[key] == value]
        return float(table["value"].item())


def trials(
    scenario: ts.LoadedScenario,
    batches: int,
    seed: int,
    assumptions: tuple[str, ...],
    replicates: int = REPLICATES_PER_BATCH,
) -> Iterator[tuple[TrialData, ...]]:
    """What the statisticians of each batch are handed, under each of these assumptions."""
    program = prepare(replace(scenario.plan, seed=seed))
    groups = {group.cell.assumption: group for group in program.groups}
    for batch in range(batches):
        shared = Batch(Draws(seed, batch, replicates))
        yield tuple(trial_data(groups[name], shared) for name in assumptions)


def arms(spec: dict[str, object], sizes: tuple[int, ...], replicates: int, seed: int) -> np.ndarray:
    """Arms (r, p) that an allocation method, written as in a scenario, gives."""
    load_methods()
    method = build("allocation", spec)
    assert not method.problems(sizes)
    return method.allocate(Draws(seed, 0, replicates), sizes)
