"""Exact sizes of tests of counts and ranks, and why they are not the nominal level."""

from __future__ import annotations

from dataclasses import replace

from generator import expected
from generator.designs.row import N0, N1, Row

TABLES = (
    "Tables of counts are few, so that no test of them rejects exactly 5%: the exact size is the "
    "sum over all tables that reject."
)


BINOMIAL = "sum over binomial tables, theory/two_proportions.py, checked against R 4.2.2"


def untied(row: Row, correction: float = 0.0) -> Row:
    """The row of a Mann-Whitney test without ties, whose exact size is known."""
    size = expected.mann_whitney_size(N1, N0, correction, row.nominal, 2)
    text = (
        "The normal law of U is an approximation: the exact size is the sum over the exact law "
        "of U at 64 and 65."
    )
    reference = "Mann and Whitney 1947, doi 10.1214/aoms/1177730491"
    return replace(row, expected=size, basis="exact", explanation=text, reference=reference)
