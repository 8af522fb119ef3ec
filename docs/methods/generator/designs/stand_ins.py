"""What stands in for a missing score."""

from __future__ import annotations

from collections.abc import Iterator

from generator.designs.observation import LATER, SHARES, followed
from generator.designs.row import NORMAL, RMDQ, Row, Run


def stand_in_runs() -> Iterator[Run]:
    """What stands in for a missing score."""
    three_means = {**RMDQ, "mean": [10.45, 9.2, 6.7]}
    carried = ("last_observation", "baseline_observation")
    for outcome, scores, names in (
        (NORMAL, "normal scores of one mean and SD", carried),
        (three_means, "scores of the RMDQ, 0 to 24", (*carried, "worst_case")),
    ):
        analyses = {name: {**LATER["t_test"], "missing": name} for name in names}
        basis = "exact" if outcome is NORMAL else "nominal"
        text = f"{scores}, 20% lost completely at random"
        rows = [
            Row("analysis.t_test", {"missing": name}, text, name, basis=basis) for name in names
        ]
        lost = {"method": "mcar", "rate": SHARES}
        kind = "normal" if outcome is NORMAL else "rmdq"
        yield Run(f"stand_ins_{kind}", followed(outcome, analyses, lost), rows)
