"""A trial with something of everything, replayed by the tests of this folder."""

from __future__ import annotations

from functools import cache
from typing import Any

import trialsim as ts
from unit.small_trial import BASE, loaded

TRUTH = -3.1416
"""Digits that no estimate of such a trial would show by chance."""

TRIAL: dict[str, Any] = {
    **BASE,
    "title": "Resting or walking for a sore knee",
    "design": {
        "arms": {
            "resting": {"n": 30},
            "walking": {"n": 30, "label": "walking in company"},
            "swimming": {"n": 30},
        },
        "visits_weeks": {"baseline": 0, "after": 4, "later": 26},
        "contrasts": {"walking": ["walking", "resting"], "swimming": ["swimming", "resting"]},
    },
    "allocation": {"method": "permuted_blocks", "block_sizes": [3, 6]},
    "cohort": {
        "covariates": {
            "age": {"distribution": "normal", "mean": 50, "sd": 9},
            "smoker": {"distribution": "bernoulli", "share": 0.3},
            "stage": {"distribution": "categorical", "levels": {"mild": 0.6, "severe": 0.4}},
        },
        "traits": {"grit": {"distribution": "normal", "mean": 0, "sd": 1}},
    },
    "conduct": {"therapists": {"walking": {"n": 3, "icc": 0.05}, "swimming": {"n": 2}}},
    "assumptions": {
        "nothing": {},
        "zorbing": {"rmdq": {"walking": [0, TRUTH, TRUTH]}, "pain": {"walking": [0, -9, -9]}},
    },
    "observation": {
        "missing": {
            "moved": {"method": "mcar", "rate": 0.1, "pattern": "intermittent"},
            "unwell": {"method": "mnar", "outcome": "rmdq", "overall": 0.2},
        }
    },
    "what_if": {"harsh": {"observation.missing.unwell.overall": 0.5}},
    "analyses": {
        "ancova": {"method": "ancova", "outcome": "rmdq", "visit": "after"},
        "adjusted": {
            "method": "ancova",
            "outcome": "rmdq",
            "visit": "later",
            "adjust": ["baseline", "age", "stage"],
        },
        "t_test": {"method": "t_test", "outcome": "pain", "visit": "after"},
        "change": {"method": "change_score", "outcome": "pain", "visit": "later"},
        "improved": {
            "method": "responder",
            "outcome": "rmdq",
            "visit": "later",
            "cut": 3,
            "event": "at_or_below",
            "of": "change",
        },
        "odds": {
            "method": "responder",
            "outcome": "rmdq",
            "visit": "after",
            "cut": 9,
            "event": "above",
            "measure": "log_odds_ratio",
        },
        "ranks": {"method": "mann_whitney", "outcome": "pain", "visit": "later"},
        "carried": {
            "method": "t_test",
            "outcome": "rmdq",
            "visit": "later",
            "missing": "last_observation",
        },
        "from_baseline": {
            "method": "t_test",
            "outcome": "rmdq",
            "visit": "later",
            "missing": "baseline_observation",
        },
        "worst": {
            "method": "t_test",
            "outcome": "rmdq",
            "visit": "after",
            "missing": "worst_case",
        },
        "therapists": {
            "method": "therapist_means",
            "outcome": "rmdq",
            "visit": "after",
            "contrasts": ["walking"],
        },
    },
    "vary": {"design.n_total": [60, 90, 120]},
    "simulation": {"replicates": 300, "seed": 11},
}


@cache
def scenario() -> ts.LoadedScenario:
    """The trial, read once."""
    return loaded(TRIAL)
