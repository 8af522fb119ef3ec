"""Many literatures, and what their reviews find: `simulate_literature`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields

import numpy as np
import pandas as pd

from trialsim.core.axes import REPLICATES_PER_BATCH, BoolArray, FloatArray
from trialsim.core.draws import Draws
from trialsim.core.errors import Problem, ScenarioError
from trialsim.literature.measures import table
from trialsim.literature.one import OneLiterature
from trialsim.literature.review import METHODS, TRIM_AND_FILL, PooledTrials, Review, review_of
from trialsim.literature.setting import Setting, setting_of
from trialsim.literature.trials import HARMFUL, SIGNIFICANT, Trials, simulate_trials
from trialsim.scenario.loaded import LoadedScenario

Progress = Callable[[int, int], None]
"""Called with the batches done and all batches."""


@dataclass(frozen=True)
class Counts:
    """Trials by result in each literature; entries (r,)."""

    done: FloatArray
    published: FloatArray
    positive: FloatArray
    """Significant in the good direction, published or not."""
    positive_published: FloatArray
    harmful_published: FloatArray


@dataclass(frozen=True)
class Literatures:
    """Simulated literatures of one setting, each reviewed twice: as published, and whole."""

    setting: Setting
    replicates: int
    seed: int
    counts: Counts = field(repr=False)
    published: Review = field(repr=False)
    """What can be found."""
    everything: Review = field(repr=False)
    """What would be found if every trial were published."""

    def table(self) -> pd.DataFrame:
        """Every measure with its Monte Carlo error; see `trialsim.literature.measures`."""
        return table(self)

    def frame(self) -> pd.DataFrame:
        """A row a literature: how many trials, and the pooled estimates of both reviews."""
        columns = {
            "done": self.counts.done,
            "published": self.counts.published,
            "positive": self.counts.positive,
            "positive_published": self.counts.positive_published,
        }
        for name, found in (("published", self.published), ("all", self.everything)):
            for method in (*METHODS, TRIM_AND_FILL):
                pooled = found.pooled[method]
                columns[f"{name}_{method}"] = pooled.estimate
                columns[f"{name}_{method}_lower"] = pooled.lower
                columns[f"{name}_{method}_upper"] = pooled.upper
            columns[f"{name}_tau2"] = found.tau2
            columns[f"{name}_i2"] = found.i2
            columns[f"{name}_egger_p"] = found.egger_p
            columns[f"{name}_n_filled"] = found.n_filled
        return pd.DataFrame(columns)

    def typical(self) -> int:
        """The literature nearest to the average of all in its number of published trials, in both
        pooled estimates and in the interval of the published ones, each counted in its own SD."""
        method = self.setting.written.pooling
        seen, whole = self.published.pooled[method], self.everything.pooled[method]
        width = seen.upper - seen.lower
        columns = np.stack([self.counts.published, seen.estimate, width, whole.estimate])
        if not np.isfinite(columns).all(axis=0).any():
            return 0
        middle, sd = np.nanmean(columns, axis=1), np.nanstd(columns, axis=1)
        off = (columns - middle[:, None]) / np.where(sd > 0, sd, 1.0)[:, None]
        distance = np.where(np.isfinite(off).all(axis=0), (off**2).sum(axis=0), np.inf)
        return int(np.argmin(distance))

    def one(self, replicate: int | None = None) -> OneLiterature:
        """One of the literatures with its trials; the typical one when none is named. Raises
        ScenarioError for one that was not simulated."""
        chosen = self.typical() if replicate is None else replicate
        if not 0 <= chosen < self.replicates:
            text = f"found {chosen}, but literatures 0 to {self.replicates - 1:,} were simulated."
            raise ScenarioError(Problem((), text, "Choose one of them.", "--replicate"))
        batch, row = divmod(chosen, REPLICATES_PER_BATCH)
        trials = simulate_trials(self.setting, Draws(self.seed, batch))
        # Two rows: a literature alone would be summed in another order than among others.
        start = min(row, REPLICATES_PER_BATCH - 2)
        rows = trials.only(slice(start, start + 2))
        return OneLiterature(self.setting, chosen, rows, row - start)


def simulate_literature(
    scenario: LoadedScenario,
    *,
    replicates: int | None = None,
    seed: int | None = None,
    progress: Progress | None = None,
) -> Literatures:
    """Simulate the `literature:` of a scenario `replicates` times, and review each.

    `replicates` and `seed` are those of the scenario when left out. Raises ScenarioError where the
    scenario describes no literature.
    """
    setting = setting_of(scenario)
    wanted = scenario.plan.replicates if replicates is None else replicates
    if wanted < 1:
        text = f"found {wanted}, which must be at least 1."
        raise ScenarioError(Problem((), text, source="--replicates"))
    chosen = scenario.plan.seed if seed is None else seed
    batches = -(-wanted // REPLICATES_PER_BATCH)
    found: list[tuple[Counts, Review, Review]] = []
    for batch in range(batches):
        trials = simulate_trials(setting, Draws(chosen, batch))
        published = review_of(trials, published_only=True)
        found.append((_counts(trials), published, review_of(trials, published_only=False)))
        if progress is not None:
            progress(batch + 1, batches)
    counts, seen, whole = zip(*found, strict=True)
    return Literatures(
        setting=setting,
        replicates=wanted,
        seed=chosen,
        counts=Counts(
            *(_joined([getattr(c, f.name) for c in counts], wanted) for f in fields(Counts))
        ),
        published=_reviews(seen, wanted),
        everything=_reviews(whole, wanted),
    )


def _counts(trials: Trials) -> Counts:
    positive, harmful = trials.result == SIGNIFICANT, trials.result == HARMFUL
    seen = trials.is_published

    def number(what: BoolArray) -> FloatArray:
        return what.sum(axis=1).astype(float)

    return Counts(
        done=np.full(len(seen), float(seen.shape[1])),
        published=number(seen),
        positive=number(positive),
        positive_published=number(positive & seen),
        harmful_published=number(harmful & seen),
    )


def _reviews(parts: Sequence[Review], replicates: int) -> Review:
    """The reviews of all batches, one after the other."""
    first = parts[0]
    arrays = ("n", "tau2", "i2", "egger_p", "n_filled")
    joined = {name: _joined([getattr(part, name) for part in parts], replicates) for name in arrays}
    pooled = {
        name: PooledTrials(
            *(_joined([part.pooled[name][i] for part in parts], replicates) for i in range(4))
        )
        for name in first.pooled
    }
    lower, upper = (
        {
            name: _joined([part.predicted[name][end] for part in parts], replicates)
            for name in first.predicted
        }
        for end in (0, 1)
    )
    predicted = {name: (lower[name], upper[name]) for name in first.predicted}
    return Review(pooled=pooled, predicted=predicted, **joined)


def _joined(parts: Sequence[FloatArray], replicates: int) -> FloatArray:
    return np.concatenate(parts)[:replicates]
