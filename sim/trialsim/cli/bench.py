"""trialsim bench: the engine against the random-number floor of this machine, in one run.

A time means little on its own. Every row is the ratio, taken round by round, to something that
was timed beside it: drawing as many normals as the patients need, the same work with one thing
less, or another program. Medians over rounds; nothing is asserted.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np
import typer

from trialsim import __version__
from trialsim.cli.bench_conduct import EVERYTHING, NO_LEAVE, clinic_seconds, express_seconds
from trialsim.core.draws import random_number_floor
from trialsim.core.errors import RunError
from trialsim.core.memory import keep_freed_memory
from trialsim.scenario.loaded import LoadedScenario, loads
from trialsim.study import run

_BOUNDED = """
format: 1
design:
  arms: {physiotherapy: {n: 65}, acupressure: {n: 64}}
  visits_weeks: {baseline: 0, after: 4, six_months: 26}
outcomes:
  rmdq: {method: bounded_integer, max: 24, mean: [10.45, 9.5, 6.89], sd: [5.3, 6, 4.6],
         correlation: [[1, 0.57, 0.47], [0.57, 1, 0.59], [0.47, 0.59, 1]]}
"""
_TWO_VISITS = (
    _BOUNDED
    + """
assumptions: {large_trials: {rmdq: {acupressure: [0, -1.4, -1]}}}
analyses:
  after: {method: ancova, outcome: rmdq, visit: after}
  six_months: {method: ancova, outcome: rmdq, visit: six_months}
"""
)
_THREE_ANALYSES = (
    _BOUNDED
    + """
observation: {missing: {lost: {method: mcar, rate: 0.1}}}
analyses:
  t_test: {method: t_test, outcome: rmdq, visit: six_months}
  change: {method: change_score, outcome: rmdq, visit: six_months}
  ancova: {method: ancova, outcome: rmdq, visit: six_months, adjust: [baseline, after]}
assumptions:
  large_trials: {rmdq: {acupressure: [0, -1.4, -1]}}
"""
)
_FURTHER = """  as_published: {rmdq: {acupressure: [0, -4.3, -4.9]}}
  half: {rmdq: {acupressure: [0, -2.1, -2.4]}}
"""
_NORMAL = """
format: 1
design:
  arms: {{control: {{n: 65}}, treatment: {{n: 64}}}}
  visits_weeks: {{baseline: 0, after: 4}}
allocation: {allocation}
outcomes: {{score: {{method: repeated_normal, mean: 0, sd: 1, correlation: 0.5}}}}
assumptions: {assumptions}
analyses: {{ancova: {{method: ancova, outcome: score, visit: after}}}}
vary: {{{vary}}}
"""
_ONE = "{medium: {score: {treatment: 0.4}}}"
_THREE = "{no_effect: {}, small: {score: {treatment: 0.2}}, medium: {score: {treatment: 0.4}}}"
CURVE_SIZES = tuple(range(20, 301, 20))
TWELVE_SIZES = tuple(range(50, 601, 50))

_RIVAL = """
import contextlib, io, sys, time
import mcpower
from mcpower import MCPower
model = MCPower("y = arm + x")
model.set_variable_type("arm=binary")
model.set_effects("arm=0.4, x=0.55")
mcpower._engine.set_n_threads(1)
curve = sys.argv[1] == "curve"
def work():
    if curve:
        model.find_sample_size(target_test="arm", from_size=20, to_size=300, by=20,
                               n_sims=10000, progress_callback=False, verbose=False)
    else:
        model.find_power(sample_size=129, target_test="arm", n_sims=100000,
                         progress_callback=False, verbose=False)
with contextlib.redirect_stdout(io.StringIO()):
    work()
    start = time.perf_counter(); work(); seconds = time.perf_counter() - start
print(seconds)
"""


@dataclass(frozen=True)
class Row:
    """One line of the table: a ratio of two times measured beside each other."""

    work: str
    seconds: float
    beside: str
    ratio: float
    lowest: float
    highest: float
    wanted: str


def bench_command(quick: bool, rival: str | None, out: str | None) -> None:
    """Measure every row and print the table, with the machine."""
    keep_freed_memory()
    rounds, replicates = (1, 512) if quick else (9, 5_120)
    rows = [
        *_engine_rows(rounds, replicates),
        *_curve_rows(rounds, replicates),
        *_conduct_rows(rounds, 4 if quick else 64),
        *(_rival_rows(rounds, rival) if rival else ()),
        *(() if quick else _command_rows()),
    ]
    text = "\n".join([machine(), "", *_markdown(rows)])
    typer.echo(text)
    if out is not None:
        Path(out).write_text(text + "\n", encoding="utf-8")


def machine() -> str:
    """The machine and versions, in a line."""
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [line for line in info.read_text().splitlines() if line.startswith("model name")]
        model = names[0].split(":", 1)[1].strip() if names else model
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return (
        f"{model}, {cores} cores; Python {platform.python_version()}, NumPy {np.__version__}, "
        f"trialsim {__version__}."
    )


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _paired(
    work: str,
    ours: Callable[[], float],
    other: Callable[[], float],
    beside: str,
    wanted: str,
    rounds: int,
) -> Row:
    """Time both, round by round; each callable returns its own seconds."""
    ours(), other()
    pairs = [(ours(), other()) for _ in range(rounds)]
    ratios = [a / b for a, b in pairs]
    return Row(
        work, median(a for a, _ in pairs), beside, median(ratios), min(ratios), max(ratios), wanted
    )


def _running(scenario: LoadedScenario, replicates: int) -> Callable[[], float]:
    return lambda: _seconds(lambda: run(scenario, replicates=replicates))


def _engine_rows(rounds: int, replicates: int) -> list[Row]:
    def floor(planes: int) -> Callable[[], float]:
        return lambda: random_number_floor(129 * planes, replicates)

    one, three = loads(_THREE_ANALYSES), loads(_THREE_ANALYSES + _FURTHER)

    def each_further() -> float:
        first = _seconds(lambda: run(one, replicates=replicates))
        return (_seconds(lambda: run(three, replicates=replicates)) - first) / 2

    return [
        _paired(
            "129 patients, 3 visits, bounded scores, ANCOVA at 2 visits, nobody missing",
            _running(loads(_TWO_VISITS), replicates),
            floor(3),
            "floor",
            "3",
            rounds,
        ),
        _paired(
            "the same with 10% missing, t + change + ANCOVA, one assumption",
            _running(one, replicates),
            floor(3),
            "floor",
            "5",
            rounds,
        ),
        _paired("each further assumption of that", each_further, floor(3), "floor", "1.5", rounds),
        _paired(
            "129 patients, one normal outcome, ANCOVA",
            _running(loads(_normal("permuted_blocks", _ONE)), replicates),
            floor(2),
            "floor",
            "",
            rounds,
        ),
    ]


def _normal(allocation: str, assumptions: str, sizes: tuple[int, ...] = ()) -> str:
    vary = f"design.n_total: [{', '.join(map(str, sizes))}]" if sizes else ""
    return _NORMAL.format(allocation=allocation, assumptions=assumptions, vary=vary)


def _curve_rows(rounds: int, replicates: int) -> list[Row]:
    rows = []
    for allocation, wanted in (("permuted_blocks", "1.5"), ("random_allocation_rule", "2.5")):
        twelve = loads(_normal(allocation, _ONE, TWELVE_SIZES[:-1]))
        twelve = twelve.changed({"design.n_total": TWELVE_SIZES[-1]})
        alone = loads(_normal(allocation, _ONE)).changed({"design.n_total": TWELVE_SIZES[-1]})
        rows.append(
            _paired(
                f"12 sample sizes, 50 to 600, {allocation.replace('_', ' ')}",
                _running(twelve, replicates),
                _running(alone, replicates),
                "the largest alone",
                wanted,
                rounds,
            )
        )
    return rows


def _conduct_rows(rounds: int, replicates: int) -> list[Row]:
    """The course of events, its tables included, against drawing these; and simpy by the trial."""
    rows = []
    for what, changes in (("everything but leave", NO_LEAVE), ("everything", EVERYTHING)):
        express_seconds(changes)
        pairs = [express_seconds(changes) for _ in range(rounds)]
        ratios = [ours / tables for ours, tables in pairs]
        rows.append(
            Row(
                f"256 trials of 129 x 6 sessions, express, {what}",
                median(ours for ours, _ in pairs),
                "drawing its tables",
                median(ratios),
                min(ratios),
                max(ratios),
                "2",
            )
        )
    times = [clinic_seconds(replicates) for _ in range(rounds)]
    limit = 0.010
    rows.append(
        Row(
            "a trial of 129 x 6 sessions, clinic, everything",
            median(times),
            "10 ms",
            median(times) / limit,
            min(times) / limit,
            max(times) / limit,
            "1",
        )
    )
    return rows


def _rival_rows(rounds: int, python: str) -> list[Row]:
    def rival(what: str) -> Callable[[], float]:
        def timed() -> float:
            call = [python, "-c", _RIVAL, what]
            done = subprocess.run(call, capture_output=True, text=True)
            if done.returncode:
                last = done.stderr.strip().splitlines()[-1:] or ["no message"]
                raise RunError(f"{python} cannot run MCPower: {last[0]}")
            return float(done.stdout)

        return timed

    one = loads(_normal("simple", _ONE))
    curve = loads(_normal("simple", _THREE, CURVE_SIZES[:-1]))
    curve = curve.changed({"design.n_total": CURVE_SIZES[-1]})
    return [
        _paired(
            "one normal outcome, ANCOVA, 129 patients, p values, 100,000 replicates",
            _running(one, 100_000),
            rival("one"),
            "MCPower, one core",
            "below 1",
            rounds,
        ),
        _paired(
            "15-point curve of that, 3 assumptions together, 10,000 replicates each",
            _running(curve, 10_000),
            rival("curve"),
            "MCPower, one assumption",
            "below 1",
            rounds,
        ),
    ]


def _command_rows() -> list[Row]:
    """Whole commands, cold: seconds, with the wanted seconds beside."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        text = Path(folder) / "bounded.yaml"
        text.write_text(_THREE_ANALYSES + _FURTHER, encoding="utf-8")
        start = [sys.executable, "-m", "trialsim.cli"]
        commands = [
            ("trialsim --help", [*start, "--help"], 0.4),
            ("import trialsim", [sys.executable, "-c", "import trialsim"], 0.5),
            (
                "the engine, imported on first use",
                [sys.executable, "-c", "from trialsim import run"],
                0.5,
            ),
            (
                "100,000 replicates x 3 assumptions x 3 analyses, stored and drawn",
                [*start, "run", str(text), "--replicates", "100000", "--quiet", "--out"],
                6.0,
            ),
        ]
        for name, command, wanted in commands:
            times = []
            for attempt in range(5):
                own = [*command, f"{folder}/{attempt}"] if command[-1] == "--out" else command
                started = time.perf_counter()
                subprocess.run(own, check=True, capture_output=True)
                times.append(time.perf_counter() - started)
            rows.append(
                Row(
                    f"{name}, cold",
                    median(times),
                    "wanted seconds",
                    median(times) / wanted,
                    min(times) / wanted,
                    max(times) / wanted,
                    f"1 ({wanted:g} s)",
                )
            )
    return rows


def _markdown(rows: list[Row]) -> list[str]:
    lines = [
        "| work | seconds | beside | ratio | lowest to highest | to reach |",
        "|---|---|---|---|---|---|",
    ]
    for row in rows:
        lines.append(
            f"| {row.work} | {row.seconds:.3g} | {row.beside} | {row.ratio:.2f} | "
            f"{row.lowest:.2f} to {row.highest:.2f} | {row.wanted} |"
        )
    return lines
