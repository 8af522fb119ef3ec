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
    from trialsim.appraisal.appraise import Appraisal, appraise
    from trialsim.appraisal.ledger import Ledger, ledger
    from trialsim.core.errors import NoAnswer, RunError, ScenarioError, TrialsimError
    from trialsim.literature.simulate import Literatures, simulate_literature
    from trialsim.planning.assurance.assurance import Assurance, assurance
    from trialsim.planning.assurance.pilot import plan_from_pilots
    from trialsim.planning.compare.compare import Comparison, compare
    from trialsim.planning.size.answer import SizeAnswer
    from trialsim.planning.size.size import size
    from trialsim.replayed.trial import ReplayedTrial, replay
    from trialsim.scenario.loaded import LoadedScenario, load, loads
    from trialsim.study import Results, open_results, run
    from trialsim.teaching.lesson import Lesson, lesson
    from trialsim.teaching.mystery.answer import answer_mystery
    from trialsim.teaching.mystery.bundle import new_mystery

__all__ = [
    "Appraisal",
    "Assurance",
    "Comparison",
    "Ledger",
    "Lesson",
    "Literatures",
    "LoadedScenario",
    "NoAnswer",
    "ReplayedTrial",
    "Results",
    "RunError",
    "ScenarioError",
    "SizeAnswer",
    "TrialsimError",
    "answer_mystery",
    "appraise",
    "assurance",
    "compare",
    "ledger",
    "lesson",
    "load",
    "loads",
    "new_mystery",
    "open_results",
    "plan_from_pilots",
    "replay",
    "run",
    "simulate_literature",
    "size",
]

_HOMES = {
    "Appraisal": "trialsim.appraisal.appraise",
    "Assurance": "trialsim.planning.assurance.assurance",
    "Comparison": "trialsim.planning.compare.compare",
    "Ledger": "trialsim.appraisal.ledger",
    "Lesson": "trialsim.teaching.lesson",
    "Literatures": "trialsim.literature.simulate",
    "LoadedScenario": "trialsim.scenario.loaded",
    "NoAnswer": "trialsim.core.errors",
    "ReplayedTrial": "trialsim.replayed.trial",
    "Results": "trialsim.study",
    "RunError": "trialsim.core.errors",
    "ScenarioError": "trialsim.core.errors",
    "SizeAnswer": "trialsim.planning.size.answer",
    "TrialsimError": "trialsim.core.errors",
    "answer_mystery": "trialsim.teaching.mystery.answer",
    "appraise": "trialsim.appraisal.appraise",
    "assurance": "trialsim.planning.assurance.assurance",
    "compare": "trialsim.planning.compare.compare",
    "ledger": "trialsim.appraisal.ledger",
    "lesson": "trialsim.teaching.lesson",
    "load": "trialsim.scenario.loaded",
    "loads": "trialsim.scenario.loaded",
    "new_mystery": "trialsim.teaching.mystery.bundle",
    "open_results": "trialsim.study",
    "plan_from_pilots": "trialsim.planning.assurance.pilot",
    "replay": "trialsim.replayed.trial",
    "run": "trialsim.study",
    "simulate_literature": "trialsim.literature.simulate",
    "size": "trialsim.planning.size.size",
}


def __getattr__(name: str) -> Any:
    # Imported on first use: `trialsim --help` and worker processes need very little of it.
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'trialsim' has no attribute {name!r}")
