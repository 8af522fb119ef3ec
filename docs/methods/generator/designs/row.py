"""What is measured: runs of a scenario, and the rejection rates that are read from each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import yaml

from trialsim.cli.example import example
from trialsim.core.registry import STAGES, methods

N1, N0 = 64, 65
REPLICATES = 100_000
ALPHA = 0.05

Spec = dict[str, Any]


@dataclass(frozen=True)
class Row:
    """A rejection rate to measure, and the value that it should have."""

    method: str
    """stage.name"""
    variant: Spec
    """Parameters that differ from the defaults."""
    design: str
    """The trial and its analysis, in words."""
    analysis: str
    """Name of the analysis in the scenario."""
    expected: float = ALPHA
    basis: str = "exact"
    """exact: theory gives this value; nominal: theory gives none, and the test should hold its
    level; predicted: theory gives it approximately."""
    nominal: float = ALPHA
    explanation: str = ""
    reference: str = ""


@dataclass(frozen=True)
class Run:
    """One scenario and the rows that are read from it."""

    name: str
    scenario: Spec
    rows: list[Row] = field(default_factory=list)


NORMAL: Spec = {"method": "repeated_normal", "mean": 0, "sd": 1, "correlation": 0.55}
RMDQ: Spec = {
    "method": "bounded_integer",
    "max": 24,
    "mean": [10.45, 9.2],
    "sd": 5.5,
    "correlation": 0.5,
}
SCORE = {"outcome": "score", "visit": "after"}
T_TEST = {"method": "t_test", **SCORE}
RANKS = {"method": "mann_whitney", **SCORE}
ANCOVA = {"method": "ancova", **SCORE}


def trial(outcome: Spec, analyses: Spec, **others: Any) -> Spec:
    """Two arms, one score before and after, no effect; with other keys or in place of these."""
    return {
        "format": 1,
        "design": {
            "arms": {"control": {"n": N0}, "treatment": {"n": N1}},
            "visits_weeks": {"baseline": 0, "after": 4},
        },
        "outcomes": {"score": outcome},
        "analyses": analyses,
        **others,
    }


def usual(stage: str, name: str) -> Spec:
    """A method with its required parameters, as `trialsim list` shows it."""
    written: Any = yaml.safe_load(example(methods(stage)[name]))
    while isinstance(written, dict) and written.get(STAGES[stage]) != name:
        (written,) = written.values()
    return written if isinstance(written, dict) else {STAGES[stage]: name}
