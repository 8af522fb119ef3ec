"""Conclusions, two-sided and one-sided."""

from __future__ import annotations

from collections.abc import Iterator

from generator.designs.row import ANCOVA, NORMAL, T_TEST, Row, Run, trial


def decision_runs() -> Iterator[Run]:
    """Superiority at three levels; other decisions need runs at their own null hypotheses."""
    analyses = {"t_test": T_TEST, "ancova": ANCOVA}
    for sides, alpha in ((2, 0.05), (2, 0.01), (1, 0.025)):
        variant = {"sides": sides, "alpha": alpha}
        rows = [
            Row(
                "decision.superiority",
                variant,
                f"{words} of normal scores",
                name,
                alpha,
                nominal=alpha,
            )
            for name, words in (("t_test", "t test"), ("ancova", "ANCOVA"))
        ]
        outcome = NORMAL
        if sides == 1:
            outcome = {**NORMAL, "better": "higher"}
            text = f"one-sided t test at {alpha}"
            higher = {"better": "higher"}
            rows.append(
                Row("outcomes.repeated_normal", higher, text, "t_test", alpha, nominal=alpha)
            )
        scenario = trial(outcome, analyses, decision={"method": "superiority", **variant})
        yield Run(f"superiority_{sides}_{alpha}", scenario, rows)
