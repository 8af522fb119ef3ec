"""Scores of every distribution, by the t test and by ranks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from generator import expected
from generator.designs.reasons import BINOMIAL, TABLES, untied
from generator.designs.row import N0, N1, NORMAL, RANKS, RMDQ, T_TEST, Row, Run, Spec, trial, usual
from trialsim.core.registry import methods

OUTCOMES: Mapping[str, Spec] = {
    "repeated_normal": NORMAL,
    "bounded_integer": RMDQ,
    "binary": {"mean": 0.3},
    "ordinal": {"shares": [0.2, 0.3, 0.3, 0.2]},
    "count": {"mean": 3, "sd": 4},
    "log_normal": {"mean": 100, "sd": 80},
    "gamma": {"mean": 2.28, "sd": 2.62},
}

HEAVY = (
    "Skewed scores with long tails make the t test of equal arms a little conservative: it rejects "
    "as if it had more degrees of freedom. Their number depends on the kurtosis of each sample, so "
    "that no exact size is stated."
)
BOX = "Box and Andersen 1955, J R Stat Soc B 17:1-34"


def outcome_runs() -> Iterator[Run]:
    """A run a distribution."""
    for name in methods("outcomes"):
        spec = {**(OUTCOMES.get(name) or usual("outcomes", name)), "method": name}
        rows = [
            Row(f"outcomes.{name}", {}, "t test", "t_test", basis="nominal"),
            Row(f"outcomes.{name}", {}, "Mann-Whitney test", "ranks", basis="nominal"),
        ]
        if name in ("repeated_normal", "log_normal", "gamma"):  # no two scores are equal
            rows[1] = untied(rows[1])
        if name in ("log_normal", "gamma"):
            rows[0] = replace(rows[0], explanation=HEAVY, reference=BOX)
        if name == "repeated_normal":
            rows[0] = replace(rows[0], basis="exact")
        if name == "binary":
            sizes = expected.binary_sizes(spec["mean"], N1, N0)
            rows = [
                replace(
                    row,
                    expected=sizes[test],
                    basis="exact",
                    explanation=TABLES,
                    reference=BINOMIAL,
                )
                for row, test in zip(rows, ("t_test", "mann_whitney"), strict=True)
            ]
        analyses = {"t_test": T_TEST, "ranks": RANKS}
        shown = {key: value for key, value in spec.items() if key not in ("method", "correlation")}
        rows = [replace(row, variant=shown) for row in rows]
        yield Run(f"outcomes_{name}", trial(spec, analyses), rows)
