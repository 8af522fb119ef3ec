"""Measured levels: simulate the runs, keep the rates, say how far they are from theory."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict
from math import sqrt
from pathlib import Path
from typing import Any

import yaml
from generator.designs import REPLICATES, Row, Run, rows, runs

import trialsim as ts

STORED = Path(__file__).parents[1] / "levels.json"
MEASURE = "python docs/methods/update.py --measure"
LIMIT = 4.0
"""Distance, in Monte Carlo errors, beyond which a rate is not what it should be."""

Level = dict[str, Any]


def measure() -> None:
    """Simulate every run and write levels.json: some minutes on one core."""
    started, found = time.perf_counter(), []
    for run in runs():
        found += _measured(run)
        print(f"{time.perf_counter() - started:6.1f} s  {run.name}", file=sys.stderr)
    STORED.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _measured(run: Run) -> list[Level]:
    try:
        scenario = ts.loads(yaml.safe_dump(run.scenario, sort_keys=False), run.name)
    except ts.ScenarioError as error:
        raise SystemExit(f"write a run of its own in generator/designs.py: {error}") from error
    table = ts.run(scenario, replicates=REPLICATES, seed=SEED).performance()
    table = table[table["measure"] == "rejection_rate"].set_index("analysis")
    return [
        {
            **asdict(row),
            "replicates": REPLICATES,
            "analysed": int(table.at[row.analysis, "n_used"]),
            "rate": float(table.at[row.analysis, "value"]),
            "mcse": float(table.at[row.analysis, "mcse"]),
        }
        for row in run.rows
    ]


SEED = 6465


def stored() -> list[Level]:
    """The rows of levels.json."""
    found: list[Level] = json.loads(STORED.read_text(encoding="utf-8"))
    return found


def stated(row: Row) -> Level:
    """What levels.json should say of a row, but for what was measured."""
    plain: Level = json.loads(json.dumps(asdict(row)))
    return plain


def is_current() -> bool:
    """Whether levels.json has the rows of the runs, in their order, with their values."""
    names = list(stated(rows()[0]))
    return [{name: level[name] for name in names} for level in stored()] == [
        stated(row) for row in rows()
    ]


def distance(level: Level, value: float) -> float:
    """How far a rate lies from a value, in Monte Carlo errors at that value."""
    return (level["rate"] - value) / sqrt(value * (1 - value) / level["analysed"])


def problems(level: Level) -> list[str]:
    """What is wrong with a level: far from its value, or away from its nominal unexplained."""
    where = f"{level['method']} {level['variant']}, {level['design']}"
    found = []
    if abs(distance(level, level["expected"])) > LIMIT:
        found.append(
            f"{where}: rejects {level['rate']:.4f}, {level['basis']} {level['expected']:.4f}, "
            f"{distance(level, level['expected']):+.1f} errors"
        )
    is_away = abs(distance(level, level["nominal"])) > LIMIT
    if is_away and not (level["explanation"] and level["reference"]):
        found.append(f"{where}: away from {level['nominal']} without explanation and reference")
    return found
