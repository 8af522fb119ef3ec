"""ANCOVA adjusted for each kind of covariate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from generator.designs.row import ANCOVA, NORMAL, Row, Run, Spec, trial, usual
from trialsim.core.registry import methods

COVARIATES: Mapping[str, Spec] = {
    "bands": {"of": "score", "cuts": [0.0], "correlated_with": {}},
    "truncated_normal": {"mean": 51.4, "sd": 15.6, "min": 18, "max": 81},
    "log_normal": {"mean": 30, "sd": 24},
    "categorical": {"levels": {"mild": 0.5, "moderate": 0.3, "severe": 0.2}},
}


def cohort_runs() -> Iterator[Run]:
    """A run a distribution."""
    for name in methods("cohort"):
        spec = COVARIATES.get(name) or usual("cohort", name)
        spec = {"correlated_with": {"score": 0.4}, **spec, "distribution": name}
        scenario = trial(
            NORMAL,
            {"ancova": {**ANCOVA, "adjust": ["x"]}},
            cohort={"covariates": {"x": spec}},
        )
        # Conditional on the covariate ANCOVA is exact where the rest of the score is normal.
        basis = "exact" if name == "normal" else "nominal"
        text = "ANCOVA adjusted for it, correlation 0.4 with a normal score"
        if name == "bands":
            text = "ANCOVA adjusted for bands of the baseline score, cut at its mean"
        yield Run(
            f"cohort_{name}", scenario, [Row(f"cohort.{name}", {}, text, "ancova", basis=basis)]
        )
