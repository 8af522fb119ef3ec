"""The exact rejection rate of a test of two proportions: binomial tables added up."""

from __future__ import annotations

from trialsim.analysis.responder import Responder
from trialsim.core.plan import Cell, Design
from trialsim.core.stages import Rule
from trialsim.operating.truth import has_formula, truth_of
from trialsim.theory.two_proportions import Test, binomial, exact_power

MAX_TABLES = 2_000_000
"""With more tables to add up, over all arm sizes, no exact rate is worked out."""


def exact_responder_rate(
    design: Design, cell: Cell, method: Responder, contrast: str, rule: Rule
) -> float | None:
    """Exact for scores whose shares beyond the cut are, when none of them can be missing; trials
    without variation or with fewer than two patients in an arm are failures, and left out."""
    if any(r.outcomes is None or method.outcome in r.outcomes for r in design.missing.values()):
        return None
    if design.by_team or not has_formula(design, cell, method.outcome):
        return None
    law = design.allocation.size_law(tuple(design.arms.values()))
    if law is None:
        return None
    arms = list(design.arms)
    arm, comparator = (arms.index(name) for name in design.contrasts[contrast])
    sizes = [(sizes[arm], sizes[comparator], chance) for sizes, chance in law]
    sizes = [row for row in sizes if min(row[:2]) >= 2]
    if not sizes or sum((n1 + 1) * (n0 + 1) for n1, n0, _ in sizes) > MAX_TABLES:
        return None
    p1, p0 = method.true_shares(truth_of(design, cell, method.outcome, contrast))
    if rule.sides == 1 and rule.sign < 0:  # the theory looks for more events in the arm
        p1, p0 = 1 - p1, 1 - p0
    test: Test = "fisher" if method.test == "fisher" else "chi_square"
    if method.correction and test == "chi_square":
        test = "yates"
    rejected = possible = 0.0
    for n1, n0, chance in sizes:
        rejected += chance * exact_power(p1, p0, n1, n0, rule.alpha, rule.sides, test)
        first, second = binomial(n1, p1), binomial(n0, p0)
        possible += chance * (1 - first[0] * second[0] - first[-1] * second[-1])
    return float(rejected / possible) if possible > 0 else None
