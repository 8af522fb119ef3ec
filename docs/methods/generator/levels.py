"""Measured levels: simulate the runs, keep the rates, say how far they are from theory."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict
from math import isclose, sqrt
from pathlib import Path
from typing import Any, Literal, get_args, get_origin
from zlib import crc32

import yaml

import trialsim as ts
from generator.designs import rows, runs
from generator.designs.row import REPLICATES, Row, Run
from trialsim.core.registry import STAGES, Method, load_methods, methods

STORED = Path(__file__).parents[1] / "levels.json"
MEASURE = "python docs/methods/update.py --measure"
LIMIT = 4.0
"""Distance, in Monte Carlo errors, beyond which a rate is not what it should be."""

MEANT_TO_BREAK_IT = "bias"
"""The stage whose methods have no level to hold."""

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
        raise SystemExit(f"write a run of its own in generator/designs: {error}") from error
    # A seed for each run: rows of different runs do not share their luck.
    seed = crc32(run.name.encode()) % 100_000
    table = ts.run(scenario, replicates=REPLICATES, seed=seed).performance()
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
    described, kept = [stated(row) for row in rows()], stored()
    return len(described) == len(kept) and all(
        # Another build of SciPy may differ in the last digits.
        isclose(kept[i].pop("expected"), one.pop("expected"), abs_tol=1e-7)
        and one.items() <= kept[i].items()
        for i, one in enumerate(described)
    )


def distance(level: Level, value: float) -> float:
    """How far a rate lies from a value, in Monte Carlo errors at that value."""
    return (level["rate"] - value) / sqrt(value * (1 - value) / level["analysed"])


def is_away(level: Level) -> bool:
    """Whether a rate is beyond four errors from its nominal level."""
    return abs(distance(level, level["nominal"])) > LIMIT


def problems(level: Level) -> list[str]:
    """What is wrong with a level: far from its value, or away from its nominal unexplained."""
    where = f"{level['method']} {level['variant']}, {level['design']}"
    found = []
    if abs(distance(level, level["expected"])) > LIMIT:
        found.append(
            f"{where}: rejects {level['rate']:.4f}, {level['basis']} {level['expected']:.4f}, "
            f"{distance(level, level['expected']):+.1f} errors"
        )
    if is_away(level) and not (level["explanation"] and level["reference"]):
        found.append(f"{where}: away from {level['nominal']} without explanation and reference")
    return found


def gaps() -> list[str]:
    """Methods, and values of their choices, at which no level is measured.

    A choice is a parameter with a few values. Those that all methods of a stage share need one
    method of the stage that was measured with each; one's own need the method itself.
    """
    load_methods()
    found, every = [], rows()
    for stage in STAGES:
        if stage == MEANT_TO_BREAK_IT:
            continue
        rows_of_stage = [row for row in every if row.method.startswith(f"{stage}.")]
        for name, method in methods(stage).items():
            own = [row for row in rows_of_stage if row.method == f"{stage}.{name}"]
            if not own:
                found.append(f"{stage}.{name}")
                continue
            shared = _shared(method)
            for field, values in _choices(method).items():
                default = method.model_fields[field].default
                pool = rows_of_stage if field in shared else own
                measured = [row.variant.get(field, default) for row in pool]
                found += [f"{stage}.{name} {field}: {v}" for v in values if v not in measured]
    return found


def _shared(method: type[Method]) -> set[str]:
    base = next(one for one in method.__mro__ if "stage" in vars(one))
    return set(base.model_fields)


def _choices(method: type[Method]) -> dict[str, tuple[Any, ...]]:
    found: dict[str, tuple[Any, ...]] = {}
    for name, field in method.model_fields.items():
        if get_origin(field.annotation) is Literal:
            found[name] = get_args(field.annotation)
        elif field.annotation is bool:
            found[name] = (False, True)
    return found
