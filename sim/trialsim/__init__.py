"""Simulate randomised trials and learn how far their designs can be trusted.

>>> import trialsim as ts
>>> scenario = ts.load("scenarios/textbook.yaml")
>>> results = ts.run(scenario, replicates=256)
>>> results.performance()  # tidy DataFrame, every value with its Monte Carlo error
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from trialsim.core.errors import RunError, ScenarioError, TrialsimError
    from trialsim.replayed.trial import ReplayedTrial, replay
    from trialsim.scenario.loaded import LoadedScenario, load, loads
    from trialsim.study import Results, open_results, run

__all__ = [
    "LoadedScenario",
    "ReplayedTrial",
    "Results",
    "RunError",
    "ScenarioError",
    "TrialsimError",
    "load",
    "loads",
    "open_results",
    "replay",
    "run",
]

_HOMES = {
    "LoadedScenario": "trialsim.scenario.loaded",
    "ReplayedTrial": "trialsim.replayed.trial",
    "Results": "trialsim.study",
    "RunError": "trialsim.core.errors",
    "ScenarioError": "trialsim.core.errors",
    "TrialsimError": "trialsim.core.errors",
    "load": "trialsim.scenario.loaded",
    "loads": "trialsim.scenario.loaded",
    "open_results": "trialsim.study",
    "replay": "trialsim.replayed.trial",
    "run": "trialsim.study",
}


def __getattr__(name: str) -> Any:
    # Imported on first use: `trialsim --help` and worker processes need very little of it.
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'trialsim' has no attribute {name!r}")
