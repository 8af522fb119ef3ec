"""run(): the same numbers however the work is divided, resumed or cut, and refusals in words."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import trialsim as ts
from trialsim import study
from trialsim import workers as workers_module
from trialsim.core.axes import REPLICATES_PER_BATCH
from trialsim.core.plan import Series
from trialsim.core.records import COLUMNS
from unit.small_trial import BASE, loaded

REPLICATES, BATCHES = 2_500, 10
SEED = 7


class Interrupted(Exception):
    """Raised by a test in the place of Ctrl-C."""


def interrupt_after(batches: int) -> Callable[[int, int], None]:
    def progress(done: int, total: int) -> None:
        if done >= batches:
            raise Interrupted

    return progress


def run(replicates: int = REPLICATES, **options: Any) -> ts.Results:
    return ts.run(loaded(BASE), replicates=replicates, **{"seed": SEED, **options})


@pytest.fixture(scope="module")
def serial_fixture() -> ts.Results:
    return run()


@pytest.fixture
def batch_by_batch_fixture(monkeypatch) -> None:
    """Every batch is a task of its own, and even the smallest run is worth starting processes."""
    monkeypatch.setattr(workers_module, "SEEN_SECONDS", 1e-9)
    monkeypatch.setattr(workers_module, "TASK_SECONDS", 1e-9)
    monkeypatch.setattr(workers_module, "POOL_PAYS_SECONDS", 0.0)


@pytest.fixture
def pools_fixture(monkeypatch) -> list[int]:
    """How many processes worked together, whenever some were started."""
    started: list[int] = []
    start = workers_module.processes_beside

    def noted(processes: int) -> ProcessPoolExecutor:
        started.append(processes)
        return start(processes)

    monkeypatch.setattr(workers_module, "processes_beside", noted)
    return started


def assert_same(results: ts.Results, expected: ts.Results) -> None:
    np.testing.assert_array_equal(results.values, expected.values)
    assert results.result_hash == expected.result_hash


# However the work is divided


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_workers_do_not_move_a_number(
    serial_fixture, batch_by_batch_fixture, pools_fixture, workers
):
    assert_same(run(workers=workers), serial_fixture)
    assert pools_fixture == ([workers] if workers > 1 else [])


def test_processes_are_not_started_for_work_that_they_would_not_shorten(
    serial_fixture, pools_fixture
):
    assert_same(run(workers=2), serial_fixture)
    assert pools_fixture == []


def test_a_given_executor_works_beside_this_process(serial_fixture, batch_by_batch_fixture):
    with ThreadPoolExecutor(1) as executor:
        assert_same(run(workers=2, executor=executor), serial_fixture)
        assert executor.submit(sum, [1, 2]).result() == 3, "the executor stays its owner's"


def test_a_thread_pool_does_not_move_a_number(serial_fixture, batch_by_batch_fixture):
    with ThreadPoolExecutor(3) as executor:
        assert_same(run(executor=executor), serial_fixture)
        assert executor.submit(sum, [1, 2]).result() == 3, "the executor stays its owner's"


def test_processes_of_a_given_executor_need_no_tables_and_no_figures(
    serial_fixture, batch_by_batch_fixture
):
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn) as executor:
        assert_same(run(executor=executor), serial_fixture)
        loaded_there = set(executor.submit(eval, "[*__import__('sys').modules]").result())
    assert "trialsim.pipeline" in loaded_there
    assert not loaded_there & {"pandas", "pyarrow", "matplotlib", "typer", "rich"}


def test_quick_batches_reach_the_workers_too(monkeypatch):
    """Batches that each take a moment must not all be simulated before any is handed on."""
    simulate = workers_module.simulate_batch

    def quick(program: Any, batch: int) -> Any:
        time.sleep(workers_module.SEEN_SECONDS / 3)
        return simulate(program, batch)

    class Counting(ThreadPoolExecutor):
        tasks = 0

        def submit(self, *args: Any, **kwargs: Any) -> Any:
            self.tasks += 1
            return super().submit(*args, **kwargs)

    monkeypatch.setattr(workers_module, "simulate_batch", quick)
    with Counting(1) as executor:
        run(executor=executor)
        assert executor.tasks > 0


def test_the_same_run_again_gives_the_same_hash(serial_fixture):
    assert_same(run(), serial_fixture)


def test_another_seed_gives_another_hash(serial_fixture):
    assert run(seed=SEED + 1).result_hash != serial_fixture.result_hash


def test_the_scenario_says_replicates_and_seed_when_the_caller_does_not():
    results = ts.run(loaded(BASE))
    assert (results.replicates, results.seed) == (300, 7)
    assert_same(results, run(300))


# Prefixes


@pytest.mark.parametrize("replicates", [1, 2, 255, 256, 257, 1_000])
def test_the_first_replicates_equal_a_run_of_that_many(serial_fixture, replicates):
    few = run(replicates)
    assert few.values.shape[2] == few.replicates == replicates
    assert_same(serial_fixture.first(replicates), few)
    pd.testing.assert_frame_equal(serial_fixture.first(replicates).performance(), few.performance())


@pytest.mark.parametrize("replicates", [0, -1, REPLICATES + 1])
def test_a_prefix_that_does_not_exist_is_refused(serial_fixture, replicates):
    with pytest.raises(ValueError, match=f"has {REPLICATES} replicates, asked for {replicates}"):
        serial_fixture.first(replicates)


def test_the_hash_sees_every_number_but_not_how_zero_and_nan_are_written(serial_fixture):
    few = serial_fixture.first(300)
    values = few.values.copy()
    values[0, 0, 0], values[0, 0, 1] = 0.0, np.nan
    twin = values.copy()
    twin[0, 0, 0], twin[0, 0, 1] = -0.0, -np.nan
    assert replace(few, values=twin).result_hash == replace(few, values=values).result_hash
    twin[-1, -1, -1] = np.nextafter(twin[-1, -1, -1], 9)
    assert replace(few, values=twin).result_hash != replace(few, values=values).result_hash


# Interrupted runs


def parts_in(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.npy"))


@pytest.mark.parametrize("threads", [0, 2])
def test_an_interrupted_run_goes_on_where_it_stopped(
    serial_fixture, batch_by_batch_fixture, tmp_path, threads
):
    seen: list[tuple[int, int]] = []
    executor: Executor | None = ThreadPoolExecutor(threads) if threads else None
    with pytest.raises(Interrupted):
        run(out=tmp_path, executor=executor, progress=interrupt_after(4))
    assert len(parts_in(tmp_path)) == 4

    results = run(out=tmp_path, executor=executor, progress=lambda *step: seen.append(step))
    if executor is not None:
        executor.shutdown()
    assert results.resumed == 4
    assert seen == [(done, BATCHES) for done in range(5, BATCHES + 1)]
    assert_same(results, serial_fixture)

    assert parts_in(tmp_path), "kept until the results are"
    folder = results.save(tmp_path)
    assert parts_in(tmp_path) == []
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]
    assert run(out=tmp_path).resumed == 0, "a finished run is done again, not taken up"


@pytest.mark.parametrize(("replicates", "resumed"), [(600, 3), (1_300, 4), (3_000, 4)])
def test_parts_serve_a_request_for_fewer_or_more_replicates(
    batch_by_batch_fixture, tmp_path, replicates, resumed
):
    with pytest.raises(Interrupted):
        run(out=tmp_path, progress=interrupt_after(4))
    results = run(replicates, out=tmp_path)
    assert results.resumed == resumed
    assert_same(results, run(replicates))


def test_parts_serve_no_other_seed_and_no_other_design(batch_by_batch_fixture, tmp_path):
    with pytest.raises(Interrupted):
        run(out=tmp_path, progress=interrupt_after(4))
    assert run(600, out=tmp_path, seed=SEED + 1).resumed == 0
    changed = loaded(BASE).changed({"design.n_total": 44})
    assert ts.run(changed, replicates=600, seed=SEED, out=tmp_path).resumed == 0


def _empty(path: Path) -> Path:
    path.write_bytes(b"")
    return path


def _garbage(path: Path) -> Path:
    path.write_bytes(b"not an array" * 100)
    return path


def _cut_off(path: Path) -> Path:
    path.write_bytes(path.read_bytes()[:-1000])
    return path


def _pickled(path: Path) -> Path:
    np.save(path, np.array([{}, {}], dtype=object), allow_pickle=True)
    return path


def _of_fewer_series(path: Path) -> Path:
    np.save(path, np.load(path)[:-1])
    return path


def _of_fewer_replicates(path: Path) -> Path:
    np.save(path, np.load(path)[:, :, 1:])
    return path


def _of_whole_numbers(path: Path) -> Path:
    np.save(path, np.zeros(np.load(path).shape, dtype=int))
    return path


def _misnamed(path: Path) -> Path:
    return path.rename(path.with_name("first-second.npy"))


@pytest.mark.parametrize(
    "spoil",
    [
        _empty,
        _garbage,
        _cut_off,
        _pickled,
        _of_fewer_series,
        _of_fewer_replicates,
        _of_whole_numbers,
        _misnamed,
    ],
)
def test_a_spoilt_or_foreign_part_is_named_and_nothing_is_simulated(
    batch_by_batch_fixture, tmp_path, spoil
):
    with pytest.raises(Interrupted):
        run(out=tmp_path, progress=interrupt_after(2))
    path = spoil(parts_in(tmp_path)[0])
    with pytest.raises(ts.RunError) as caught:
        run(out=tmp_path, progress=interrupt_after(0))
    assert str(path) in str(caught.value)
    assert "Delete it and run again." in str(caught.value)
    path.unlink()
    assert run(600, out=tmp_path).resumed == 1


# Refusals


def test_all_impossible_options_are_listed_at_once(tmp_path):
    with pytest.raises(ts.ScenarioError) as caught:
        run(0, seed=-1, workers=0, out=tmp_path)
    assert [str(problem) for problem in caught.value.problems] == [
        "option: replicates: found 0, must be 1 to 100,000,000.",
        "option: seed: found -1, must be 0 to 2^63 - 1.",
        "option: workers: found 0, must be 1 to 1024.",
    ]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("option", "too_large"), [("replicates", 100_000_001), ("seed", 2**63), ("workers", 1025)]
)
def test_options_that_are_too_large_are_refused(option, too_large):
    with pytest.raises(ts.ScenarioError, match=f"{option}: found {too_large}, must be") as caught:
        run(**{"replicates": 1, option: too_large})
    assert len(caught.value.problems) == 1


@pytest.mark.parametrize("seed", [0, 2**63 - 1])
def test_the_first_and_the_last_seed_work(seed):
    assert run(1, seed=seed).seed == seed


def test_results_too_large_for_memory_are_refused_in_words(monkeypatch):
    n_series = len(list(loaded(BASE).plan.series()))
    wanted = n_series * len(COLUMNS) * 1_000 * 8
    monkeypatch.setattr(study, "available_memory", lambda: 2 * wanted - 1)
    with pytest.raises(ts.RunError, match="1,000 replicates of 6 rows need") as caught:
        run(1_000)
    assert "Ask for fewer replicates" in str(caught.value)
    monkeypatch.setattr(study, "available_memory", lambda: 2 * wanted)
    assert run(1_000).replicates == 1_000


def test_a_system_that_does_not_tell_its_memory_is_trusted(monkeypatch):
    monkeypatch.setattr(study, "available_memory", lambda: None)
    assert run(1).replicates == 1


# What a caller sees


def test_run_is_silent_and_writes_nothing_unless_asked(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    run(300).performance()
    assert capfd.readouterr() == ("", "")
    assert list(tmp_path.iterdir()) == []


def test_progress_ends_with_every_batch_done():
    steps: list[tuple[int, int]] = []
    run(progress=lambda *step: steps.append(step))
    done = [step[0] for step in steps]
    assert steps[-1] == (BATCHES, BATCHES)
    assert done == sorted(set(done))


def test_series_are_found_by_cell_analysis_and_contrast(serial_fixture):
    contrast = "treatment - control"
    columns = serial_fixture.series(Series(1, "change", contrast))
    assert list(columns) == list(COLUMNS)
    row = list(serial_fixture.plan.series()).index(Series(1, "change", contrast))
    np.testing.assert_array_equal(columns["estimate"], serial_fixture.values[row, 0])
    assert serial_fixture.values.shape == (6, len(COLUMNS), REPLICATES)
    assert REPLICATES % REPLICATES_PER_BATCH


def test_a_caller_cannot_spoil_the_table_of_a_run(serial_fixture):
    table = serial_fixture.performance()
    table["value"] = 0.0
    assert serial_fixture.performance()["value"].abs().max() > 0
