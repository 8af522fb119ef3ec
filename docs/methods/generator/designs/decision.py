"""Conclusions at their null hypotheses: no difference, or a loss as large as the margin."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from generator.designs.row import ANCOVA, NORMAL, T_TEST, Row, Run, Spec, trial

ANALYSES = {"t_test": T_TEST, "ancova": ANCOVA}


def decision_runs() -> Iterator[Run]:
    """Superiority and non-inferiority; any other decision needs runs at its own null hypothesis."""
    for sides, alpha in ((2, 0.05), (2, 0.01), (1, 0.025)):
        variant = {"sides": sides, "alpha": alpha}
        rows = _rows("superiority", variant, "normal scores")
        outcome = NORMAL
        if sides == 1:
            outcome = {**NORMAL, "better": "higher"}
            text = f"one-sided t test at {alpha}"
            higher = {"better": "higher"}
            rows.append(
                Row("outcomes.repeated_normal", higher, text, "t_test", alpha, nominal=alpha)
            )
        yield _run("superiority", variant, rows, outcome)
    for alpha in (0.025, 0.05):
        variant = {"margin": 0.4, "alpha": alpha}
        rows = _rows("noninferiority", variant, "normal scores, the arm worse by the margin")
        at_the_margin = {"at_the_margin": {"score": {"treatment": 0.4}}}  # lower is better
        yield _run("noninferiority", variant, rows, NORMAL, assumptions=at_the_margin)


def _rows(name: str, variant: Spec, design: str) -> list[Row]:
    alpha = variant["alpha"]
    return [
        Row(f"decision.{name}", variant, f"{design}: {words}", analysis, alpha, nominal=alpha)
        for analysis, words in (("t_test", "t test"), ("ancova", "ANCOVA"))
    ]


def _run(name: str, variant: Spec, rows: list[Row], outcome: Spec, **others: Any) -> Run:
    decision = {"method": name, **variant}
    scenario = trial(outcome, ANALYSES, decision=decision, **others)
    return Run("_".join(map(str, decision.values())), scenario, rows)
