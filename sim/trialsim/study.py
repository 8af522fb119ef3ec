"""run(): every batch of every cell, here or over workers, and the results that come of it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from trialsim.core.axes import REPLICATES_PER_BATCH, FloatArray
from trialsim.core.errors import Problem, RunError, ScenarioError
from trialsim.core.plan import Plan, Series
from trialsim.core.program import prepare
from trialsim.core.records import COLUMNS
from trialsim.operating.enough import FIRST_BATCHES, batches_needed, most_replicates
from trialsim.scenario.loaded import LoadedScenario
from trialsim.store.folder import environment, results_folder, whole_folder, write_json
from trialsim.store.parts import Parts
from trialsim.store.reading import changes_to_replay, read_run
from trialsim.store.replicates import result_hash, write_replicates
from trialsim.workers import simulate

if TYPE_CHECKING:
    import pandas as pd

    from trialsim.plots.gallery import Figures

Progress = Callable[[int, int], None]
"""Told how many batches are done, of how many."""


@dataclass(frozen=True)
class Results:
    """The estimates of every simulated trial, and the tables that follow from them."""

    scenario: LoadedScenario
    plan: Plan
    seed: int
    replicates: int
    values: FloatArray
    """(series, column, replicate), columns as `trialsim.core.records.COLUMNS`."""
    elapsed_s: float
    """Seconds that the simulation took."""
    resumed: int = 0
    """Batches that an earlier, unfinished run had kept."""
    made_with: Mapping[str, Any] = field(default_factory=environment)
    """Versions and machine that the numbers come from."""

    @cached_property
    def result_hash(self) -> str:
        """SHA-256 over the hashes of batches: equal results have equal hashes, however they were
        divided among workers. Promised for one build on one type of processor."""
        return result_hash(self.values)

    def first(self, replicates: int) -> Results:
        """The first replicates: exactly what a run of that many gives. Raises ValueError."""
        if not 0 < replicates <= self.replicates:
            raise ValueError(f"has {self.replicates} replicates, asked for {replicates}")
        return replace(self, replicates=replicates, values=self.values[:, :, :replicates])

    def performance(self) -> pd.DataFrame:
        """Operating characteristics, one row a measure, every value with its Monte Carlo error."""
        return self._table.copy()

    @cached_property
    def _table(self) -> pd.DataFrame:
        from trialsim.operating.characteristics import characteristics  # imports pandas

        return characteristics(self.plan, self.values)

    @property
    def plot(self) -> Figures:
        """The figures of the run: `plot.power()`, `plot.names()`, `plot.draw(name)`."""
        from trialsim.plots.gallery import Figures  # imports matplotlib
        from trialsim.plots.run import Run

        return Figures(Run(self.scenario.written, self.plan, self.values, self._table))

    def save(
        self, root: str | os.PathLike[str] = "results", executor: Executor | None = None
    ) -> Path:
        """Write the results folder, figures and page included, whole or not at all; returns its
        path. A process of an `executor` draws half of the figures."""
        target = results_folder(Path(root), self.plan, self.seed)
        with whole_folder(target) as draft:
            self.report(draft, executor, meanwhile=lambda: self._write_tables(draft))
        Parts.of(target).clear()
        return target

    def report(
        self,
        folder: str | os.PathLike[str],
        executor: Executor | None = None,
        meanwhile: Callable[[], None] = lambda: None,
    ) -> Path:
        """Draw every figure into a folder of this run and write its page; returns the page.

        `meanwhile` is done while a process of the executor draws.
        """
        from trialsim.report.build import report_html  # imports matplotlib
        from trialsim.report.drawing import draw_figures
        from trialsim.report.page import Page
        from trialsim.report.render import NAME

        shown = draw_figures(self.plot, Path(folder) / "figures", executor, meanwhile)
        page = Page(
            self.scenario, self.plot.run, shown, self.result_hash, self.elapsed_s, self.made_with
        )
        path = Path(folder) / NAME
        path.write_text(report_html(page), encoding="utf-8")
        return path

    def _write_tables(self, folder: Path) -> None:
        document = self.scenario.document
        (folder / "scenario.yaml").write_text(document.text, encoding="utf-8")
        write_json(folder / "plan.json", self.plan.to_json())
        write_replicates(folder / "replicates.parquet", self.plan, self.values)
        self._table.to_csv(folder / "operating_characteristics.csv", index=False)
        from trialsim.operating.flow import flow

        flow(self.plan, self.values).to_csv(folder / "flow.csv", index=False)
        manifest = {
            "scenario": self.plan.name,
            "source": document.source,
            "changes": changes_to_replay(self.scenario),
            "digest": self.plan.digest,
            "seed": self.seed,
            "replicates": self.replicates,
            "result_hash": self.result_hash,
            "elapsed_s": round(self.elapsed_s, 3),
            "resumed_batches": self.resumed,
            **self.made_with,
        }
        write_json(folder / "manifest.json", manifest)

    def series(self, series: Series) -> dict[str, FloatArray]:
        """The columns (r,) of one analysis and contrast of one cell."""
        row = list(self.plan.series()).index(series)
        return dict(zip(COLUMNS, self.values[row], strict=True))


def open_results(folder: str | os.PathLike[str]) -> Results:
    """The results of a finished run, from its folder or from one that holds no other run.

    They are those that were saved, bit for bit. Raises RunError where the folder holds none, is
    not whole, was edited, or was written by a trialsim that gives other numbers.
    """
    kept = read_run(Path(folder))
    manifest = kept.manifest
    return Results(
        kept.scenario,
        kept.plan,
        manifest.seed,
        manifest.replicates,
        kept.values,
        manifest.elapsed_s,
        manifest.resumed_batches,
        manifest.made_with,
    )


def run(
    scenario: LoadedScenario,
    *,
    replicates: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    executor: Executor | None = None,
    out: str | os.PathLike[str] | None = None,
    progress: Progress | None = None,
    precision: float | None = None,
) -> Results:
    """Simulate every cell of a scenario.

    Serial, silent and without files unless `workers`, `executor` or `out` is given. With `out`
    an interrupted run goes on where it stopped; finished results are written by the caller.

    `replicates` and `seed` override the scenario's. `workers` processes share the work, this
    one included; None uses this process alone. An `executor` takes all of it, or, with `workers`,
    what its `workers` - 1 processes can beside this one. Results do not depend on any of it.

    With `precision` the run ends with the first batch after which the Monte Carlo standard error
    of the primary analysis's rejection rate is at most that, in every cell; `replicates` is then
    the most that it may take. A run of the number that it took has the same results.

    Raises ScenarioError for impossible options and RunError when memory cannot hold the results.
    """
    replicates, seed = _options(scenario, replicates, seed, workers, precision)
    plan = replace(scenario.plan, replicates=replicates, seed=seed)
    program = prepare(plan)
    n_batches = -(-replicates // REPLICATES_PER_BATCH)
    started = time.perf_counter()
    parts = None if out is None else Parts.of(results_folder(Path(out), plan, seed))
    kept = {} if parts is None else parts.kept((program.n_series, len(COLUMNS)), n_batches)
    values = _room(program.n_series, 0)
    wanted, tried = n_batches if precision is None else min(FIRST_BATCHES, n_batches), 0
    while tried < wanted:
        values = _longer(values, min(replicates, wanted * REPLICATES_PER_BATCH))
        batches = range(tried, wanted)
        for batch in set(kept).intersection(batches):
            _put(values, batch, kept[batch])
        missing = [batch for batch in batches if batch not in kept]
        done = wanted - len(missing)
        # Closed at once when `progress` raises, so that no worker goes on with work nobody awaits.
        with closing(simulate(plan, program, missing, workers, executor)) as simulated:
            for first, results in simulated:
                _put(values, first, results)
                done += results.shape[2] // REPLICATES_PER_BATCH
                if parts is not None and done < n_batches:
                    parts.keep(first, results)
                if progress is not None:
                    progress(done, wanted)
        tried = wanted
        if precision is not None:
            wanted = min(n_batches, batches_needed(plan, values, precision))
    elapsed = time.perf_counter() - started
    taken = min(replicates, wanted * REPLICATES_PER_BATCH)
    plan, values = replace(plan, replicates=taken), values[:, :, :taken]
    resumed = sum(batch < wanted for batch in kept)
    return Results(scenario, plan, seed, taken, values, elapsed, resumed)


def _options(
    scenario: LoadedScenario,
    replicates: int | None,
    seed: int | None,
    workers: int | None,
    precision: float | None,
) -> tuple[int, int]:
    chosen = scenario.plan.replicates if replicates is None else replicates
    own_seed = scenario.plan.seed if seed is None else seed
    problems = []
    if precision is not None and not 1e-4 <= precision < 0.5:
        problems.append(f"precision: found {precision:g}, must be 0.0001 to 0.5.")
    elif precision is not None and replicates is None:
        chosen = most_replicates(precision)
    if not 1 <= chosen <= 100_000_000:
        problems.append(f"replicates: found {chosen}, must be 1 to 100,000,000.")
    if not 0 <= own_seed < 2**63:
        problems.append(f"seed: found {own_seed}, must be 0 to 2^63 - 1.")
    if workers is not None and not 1 <= workers <= 1024:
        problems.append(f"workers: found {workers}, must be 1 to 1024.")
    if problems:
        raise ScenarioError([Problem((), text, source="option") for text in problems])
    return chosen, own_seed


def _room(n_series: int, replicates: int) -> FloatArray:
    """The array that will hold the results, if the machine has room for it."""
    wanted = n_series * len(COLUMNS) * replicates * 8
    have = available_memory()
    if have is not None and 2 * wanted > have:
        raise RunError(
            f"{replicates:,} replicates of {n_series} rows need {2 * wanted / 1e9:.1f} GB of "
            f"memory and this machine has {have / 1e9:.1f} GB. Ask for fewer replicates, or for "
            "fewer varied values or analyses."
        )
    return np.full((n_series, len(COLUMNS), replicates), np.nan)


def available_memory() -> int | None:
    """Bytes of memory, where the system says."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError, AttributeError):
        return None


def _longer(values: FloatArray, replicates: int) -> FloatArray:
    """The results so far, with room for as many replicates."""
    longer = _room(values.shape[0], replicates)
    longer[:, :, : values.shape[2]] = values
    return longer


def _put(values: FloatArray, first: int, results: FloatArray) -> None:
    start = first * REPLICATES_PER_BATCH
    end = min(values.shape[2], start + results.shape[2])
    values[:, :, start:end] = results[:, :, : end - start]
