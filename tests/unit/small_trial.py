"""A small trial that the tests of this folder cut, vary and add to."""

from __future__ import annotations

from typing import Any

import numpy as np
import yaml

import trialsim as ts
from trialsim.core.program import prepare
from trialsim.pipeline import simulate_batch

Written = dict[str, Any]

BASE: Written = {
    "format": 1,
    "design": {
        "arms": {"control": {"n": 20}, "treatment": {"n": 20}},
        "visits_weeks": {"baseline": 0, "after": 4, "later": 26},
    },
    "cohort": {"covariates": {"age": {"distribution": "normal", "mean": 50, "sd": 9}}},
    "allocation": "random_allocation_rule",
    "outcomes": {
        "rmdq": {
            "method": "bounded_integer",
            "max": 24,
            "mean": [10.45, 9.5, 6.89],
            "sd": [5.3, 6.0, 4.6],
            "correlation": 0.5,
        },
        "pain": {
            "method": "repeated_normal",
            "mean": 50,
            "sd": 20,
            "correlation": 0.4,
            "correlated_with": {"rmdq": 0.5},
        },
    },
    "assumptions": {
        "no_effect": {},
        "effect": {"rmdq": {"treatment": -2}, "pain": {"treatment": -9}},
    },
    "observation": {"missing": {"lost": {"method": "mcar", "rate": 0.1}}},
    "analyses": {
        "t_test": {"method": "t_test", "outcome": "rmdq", "visit": "after"},
        "change": {"method": "change_score", "outcome": "pain", "visit": "after"},
        "ancova": {
            "method": "ancova",
            "outcome": "rmdq",
            "visit": "after",
            "adjust": ["baseline", "age"],
        },
    },
    "decision": "superiority",
    "simulation": {"replicates": 300, "seed": 7},
}


def loaded(written: Written) -> ts.LoadedScenario:
    return ts.loads(yaml.safe_dump(written, sort_keys=False))


def numbers(written: Written) -> dict[tuple[str, ...], np.ndarray]:
    """Columns of results (column, replicate) by what_if, assumption, analysis and contrast."""
    results = ts.run(loaded(written))
    found: dict[tuple[str, ...], np.ndarray] = {}
    for one, values in zip(results.plan.series(), results.values, strict=True):
        cell = results.plan.cells[one.cell]
        found[cell.what_if, cell.assumption, one.analysis, one.contrast] = values
    return found


def batch_of(written: Written, batch: int = 0) -> np.ndarray:
    return simulate_batch(prepare(loaded(written).plan), batch)


def complete() -> Written:
    return {**BASE, "observation": {}}
