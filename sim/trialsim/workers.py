"""The batches of a run, here, over other processes of this machine, or over an executor.

No result depends on who simulated it: a batch is the unit of randomness.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
import time
from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import (
    FIRST_COMPLETED,
    Executor,
    Future,
    ProcessPoolExecutor,
    as_completed,
    wait,
)
from importlib import import_module
from typing import Any

import numpy as np

from trialsim.core.axes import FloatArray
from trialsim.core.memory import keep_freed_memory
from trialsim.core.plan import Plan
from trialsim.core.program import Program, prepare
from trialsim.core.registry import load_methods
from trialsim.pipeline import simulate_batch

TASK_SECONDS = 0.5
"""Work handed to a worker at once: long against the cost of handing over, short to a watcher."""

SEEN_SECONDS = 0.05
"""Work after which it is known how long a batch takes."""

POOL_PAYS_SECONDS = 2.5
"""Work left below which starting processes costs more than they save."""

Simulated = Generator[tuple[int, FloatArray], None, None]
"""Results of ranges of batches as (first batch, results), in any order."""


def simulate_range(program: Program, first: int, last: int) -> FloatArray:
    """Batches `first` to `last`, the end excluded: (series, column, replicate)."""
    return np.concatenate([simulate_batch(program, batch) for batch in range(first, last)], axis=2)


def simulate(
    plan: Plan, program: Program, missing: list[int], workers: int | None, executor: Executor | None
) -> Simulated:
    """Results of the missing batches."""
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
    processes = workers or 1
    # At the end of a run everybody should still have something to do.
    fair = max(1, min(length, len(left) // (4 * processes)))
    if executor is not None and workers is None:
        yield from _elsewhere(plan, executor, left, fair)
    elif executor is not None and processes > 1:
        yield from _together(plan, program, left, fair, processes, executor)
    elif processes > 1 and seconds * len(left) > POOL_PAYS_SECONDS:
        with processes_beside(processes) as pool:
            yield from _together(plan, program, left, fair, processes, pool)
    else:
        for first, last in _ranges(left, length):
            yield first, simulate_range(program, first, last)


def processes_beside(processes: int) -> ProcessPoolExecutor:
    """As many processes as it takes to be `processes` together with this one."""
    # A forked process inherits locks of threads that do not exist in it; spawn does not.
    method = "forkserver" if sys.version_info >= (3, 14) and os.name == "posix" else "spawn"
    context = multiprocessing.get_context(method)
    return ProcessPoolExecutor(processes - 1, mp_context=context, initializer=keep_freed_memory)


def get_ready_to_draw() -> None:
    """Import what drawing takes: for a process that has nothing to do yet."""
    import_module("trialsim.report.drawing")


def _elsewhere(plan: Plan, executor: Executor, left: list[int], length: int) -> Simulated:
    """All of it by an executor that somebody else started."""
    text = json.dumps(plan.to_json())
    jobs = {executor.submit(_task, *one, text): one[0] for one in _ranges(left, length)}
    try:
        for job in as_completed(jobs):
            yield jobs[job], job.result()
    finally:
        for job in jobs:
            job.cancel()


def _together(
    plan: Plan,
    program: Program,
    left: list[int],
    length: int,
    processes: int,
    others: Executor,
) -> Simulated:
    """This process and others: it works while they start, and between their reports."""
    ranges, text = deque(_ranges(left, length)), json.dumps(plan.to_json())
    waiting: dict[Future[FloatArray], int] = {}
    try:
        while ranges or waiting:
            while ranges and len(waiting) < 2 * (processes - 1):  # one ready behind each
                one = ranges.popleft()
                waiting[others.submit(_task, *one, text)] = one[0]
            if ranges:
                first, last = ranges.pop()
                yield first, simulate_batch(program, first)
                if first + 1 < last:
                    ranges.append((first + 1, last))
            done = [job for job in waiting if job.done()]
            if not ranges and not done and waiting:
                done = list(wait(waiting, return_when=FIRST_COMPLETED).done)
            for job in done:
                yield waiting.pop(job), job.result()
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


_programs: dict[str, Program] = {}
"""Programs by plan text, in a worker: each plan is rebuilt once a process."""


def _rebuilt(text: str) -> Program:
    load_methods()
    plain: dict[str, Any] = json.loads(text)
    return prepare(Plan.from_json(plain))


def _task(first: int, last: int, text: str) -> FloatArray:
    if text not in _programs:
        _programs[text] = _rebuilt(text)
    return simulate_range(_programs[text], first, last)
