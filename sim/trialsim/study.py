"""run(): every batch of every cell, here or over workers, and the results that come of it."""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from contextlib import closing, nullcontext
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from trialsim.core.axes import REPLICATES_PER_BATCH, FloatArray
from trialsim.core.errors import Problem, RunError, ScenarioError
from trialsim.core.memory import keep_freed_memory
from trialsim.core.plan import Plan, Series
from trialsim.core.program import Program, prepare
from trialsim.core.records import COLUMNS
from trialsim.core.registry import load_methods
from trialsim.pipeline import simulate_batch
from trialsim.scenario.loaded import LoadedScenario
from trialsim.store.folder import environment, results_folder, whole_folder, write_json
from trialsim.store.parts import Parts
from trialsim.store.reading import changes_to_replay, read_run
from trialsim.store.replicates import result_hash, write_replicates

if TYPE_CHECKING:
    import pandas as pd

    from trialsim.plots.gallery import Figures

TASK_SECONDS = 0.5
"""Work handed to a worker at once: long against the cost of handing over, short to a watcher."""

SEEN_SECONDS = 0.05
"""Work after which it is known how long a batch takes."""

POOL_PAYS_SECONDS = 4.0
"""Work left below which starting processes costs more than they save."""

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

    def save(self, root: str | os.PathLike[str] = "results") -> Path:
        """Write the results folder, figures and page included, whole or not at all; returns its
        path."""
        target = results_folder(Path(root), self.plan, self.seed)
        with whole_folder(target) as draft:
            self._write_tables(draft)
            self.report(draft)
        Parts.of(target).clear()
        return target

    def report(self, folder: str | os.PathLike[str]) -> Path:
        """Draw every figure into a folder of this run and write its page; returns the page."""
        from trialsim.plots.base.figure import save as save_figure  # imports matplotlib
        from trialsim.report.build import report_html
        from trialsim.report.page import Page
        from trialsim.report.render import NAME
        from trialsim.report.shown import Shown

        shown = []
        for drawn in self.plot.all():
            _, svg, _ = save_figure(drawn, Path(folder) / "figures")
            shown.append(Shown.of(drawn, svg.read_text(encoding="utf-8")))
        page = Page(
            self.scenario,
            self.plot.run,
            tuple(shown),
            self.result_hash,
            self.elapsed_s,
            self.made_with,
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
) -> Results:
    """Simulate every cell of a scenario.

    Serial, silent and without files unless `workers`, `executor` or `out` is given. With `out`
    an interrupted run goes on where it stopped; finished results are written by the caller.

    `replicates` and `seed` override the scenario's. `workers` processes share the work; None
    uses this process alone. Results do not depend on any of it. Raises ScenarioError for
    impossible options and RunError when memory cannot hold the results.
    """
    replicates, seed = _options(scenario, replicates, seed, workers)
    plan = replace(scenario.plan, replicates=replicates, seed=seed)
    program = prepare(plan)
    n_batches = -(-replicates // REPLICATES_PER_BATCH)
    started = time.perf_counter()
    values = _room(program.n_series, replicates)
    parts = None if out is None else Parts.of(results_folder(Path(out), plan, seed))
    kept = {} if parts is None else parts.kept((program.n_series, len(COLUMNS)), n_batches)
    for batch, results in kept.items():
        _put(values, batch, results)
    missing = [batch for batch in range(n_batches) if batch not in kept]
    done = len(kept)
    # Closed at once when `progress` raises, so that no worker goes on with work nobody awaits.
    with closing(_simulate(plan, program, missing, workers, executor)) as simulated:
        for first, results in simulated:
            _put(values, first, results)
            done += results.shape[2] // REPLICATES_PER_BATCH
            if parts is not None and done < n_batches:
                parts.keep(first, results)
            if progress is not None:
                progress(done, n_batches)
    elapsed = time.perf_counter() - started
    return Results(scenario, plan, seed, replicates, values, elapsed, len(kept))


def _options(
    scenario: LoadedScenario, replicates: int | None, seed: int | None, workers: int | None
) -> tuple[int, int]:
    chosen = scenario.plan.replicates if replicates is None else replicates
    own_seed = scenario.plan.seed if seed is None else seed
    problems = []
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


def _put(values: FloatArray, first: int, results: FloatArray) -> None:
    start = first * REPLICATES_PER_BATCH
    end = min(values.shape[2], start + results.shape[2])
    values[:, :, start:end] = results[:, :, : end - start]


def simulate_range(program: Program, first: int, last: int) -> FloatArray:
    """Batches `first` to `last`, the end excluded: (series, column, replicate)."""
    return np.concatenate([simulate_batch(program, batch) for batch in range(first, last)], axis=2)


def _simulate(
    plan: Plan,
    program: Program,
    missing: list[int],
    workers: int | None,
    executor: Executor | None,
) -> Generator[tuple[int, FloatArray], None, None]:
    """Results of the missing batches as (first batch, results), in any order."""
    left, took = list(missing), [0.0]
    # The first batches here and now: they tell how long the rest will take.
    while left and sum(took) < SEEN_SECONDS:
        began = time.perf_counter()
        results = simulate_batch(program, left[0])
        took.append(time.perf_counter() - began)
        yield left.pop(0), results
    if not left:
        return
    seconds = min(took[1:])  # the first batch also fills tables that are kept
    length = max(1, round(TASK_SECONDS / seconds))
    pays = (workers or 1) > 1 and seconds * len(left) > POOL_PAYS_SECONDS
    if executor is None and not pays:
        for first, last in _ranges(left, length):
            yield first, simulate_range(program, first, last)
        return
    processes = workers or 1
    own = executor is None
    pool = _pool(plan, processes) if executor is None else nullcontext(executor)
    # At the end of a run every worker should still have something to do.
    length = max(1, min(length, len(left) // (4 * processes)))
    with pool as chosen:
        text = "" if own else json.dumps(plan.to_json())
        waiting: dict[Future[FloatArray], int] = {}
        for first, last in _ranges(left, length):
            job = chosen.submit(_task, first, last, text)
            waiting[job] = first
        try:
            for job in as_completed(waiting):
                yield waiting[job], job.result()
        finally:
            for job in waiting:
                job.cancel()


def _ranges(batches: list[int], length: int) -> Iterator[tuple[int, int]]:
    """Runs of neighbouring batches, at most `length` long, as (first, last + 1)."""
    start = 0
    for end in range(1, len(batches) + 1):
        broken = end == len(batches) or batches[end] != batches[end - 1] + 1
        if broken or end - start == length:
            yield batches[start], batches[end - 1] + 1
            start = end


def _pool(plan: Plan, workers: int) -> ProcessPoolExecutor:
    # A forked process inherits locks of threads that do not exist in it; spawn does not.
    method = "forkserver" if sys.version_info >= (3, 14) and os.name == "posix" else "spawn"
    return ProcessPoolExecutor(
        workers,
        mp_context=multiprocessing.get_context(method),
        initializer=_start_worker,
        initargs=(json.dumps(plan.to_json()),),
    )


_programs: dict[str, Program] = {}
"""Programs by plan text, in a worker: each plan is rebuilt once a process."""


def _start_worker(text: str) -> None:
    keep_freed_memory()
    _programs[""] = _rebuilt(text)


def _rebuilt(text: str) -> Program:
    load_methods()
    plain: dict[str, Any] = json.loads(text)
    return prepare(Plan.from_json(plain))


def _task(first: int, last: int, text: str) -> FloatArray:
    if text not in _programs:
        _programs[text] = _rebuilt(text)
    return simulate_range(_programs[text], first, last)
