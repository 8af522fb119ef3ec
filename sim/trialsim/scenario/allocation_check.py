"""Factors of the allocation: they must be covariates with levels, and analyses should know them.

Kahan and Morris 2012, Improper analysis of trials randomised using stratified blocks or
minimisation, doi 10.1002/sim.4431.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from trialsim.core.errors import Path, Problem
from trialsim.core.plan import Plan
from trialsim.core.stages import AllocationMethod, AnalysisMethod
from trialsim.scenario._words import clipped, listed, nearest
from trialsim.scenario.schema import Scenario


def factor_problems(scenario: Scenario) -> Iterable[Problem]:
    """Factors that are no covariates, have no levels, or are named twice."""
    allocation, covariates = scenario.allocation, scenario.cohort.covariates
    factors = allocation.factors
    levelled = [name for name, method in covariates.items() if method.n_levels is not None]
    for i, name in enumerate(factors):
        path: Path = ("allocation", *_field_of(allocation, factors), i)
        if name in scenario.cohort.traits:
            text = f"'{clipped(name)}' is a trait, which nobody measures."
            yield Problem(path, text, "Describe it under cohort.covariates.")
        elif name not in covariates:
            text = f"no covariate is called '{clipped(name)}'."
            hint = nearest(name, levelled) if levelled else _HOW_TO_HAVE_ONE
            yield Problem(path, text, hint)
        elif name not in levelled:
            text = f"'{clipped(name)}' is a measurement ({covariates[name].name}), without levels."
            hint = f"Covariates with levels: {listed(levelled)}." if levelled else _HOW_TO_HAVE_ONE
            yield Problem(path, text, hint)
        if name in factors[:i]:
            text = f"names '{clipped(name)}' a second time."
            yield Problem(path, text, "Delete one of the two.")
    for name in getattr(allocation, "weights", {}):
        if name not in factors:
            text = f"'{clipped(name)}' is not among the factors to balance."
            yield Problem(
                ("allocation", "weights", name), text, nearest(name, list(dict.fromkeys(factors)))
            )


def omissions(plan: Plan) -> list[str]:
    """Analyses that omit a factor of the allocation."""
    found: dict[str, None] = {}  # designs repeat one another
    for design in plan.designs:
        for name, analysis in design.analyses.items():
            reads = analysis.reads(tuple(design.covariates))
            read = {variable for outcome, variable in reads if not outcome}
            omitted = [factor for factor in design.allocation.factors if factor not in read]
            if omitted:
                found[_omission(name, analysis, omitted, design.allocation)] = None
    return list(found)


def _omission(
    name: str, analysis: AnalysisMethod, omitted: Sequence[str], allocation: AllocationMethod
) -> str:
    adjust = getattr(analysis, "adjust", None)
    wanted = f"adjust: [{', '.join([*(adjust or ()), *omitted])}]"
    way = f"write {wanted}" if adjust is not None else f"use ancova with {wanted}"
    return (
        f"{name} does not adjust for {listed(omitted, 'and')}, which the allocation "
        f"({allocation.name}) balances: if prognostic, its p values are too large; {way}."
    )


_HOW_TO_HAVE_ONE = (
    "Describe it under cohort.covariates, with distribution: bernoulli or categorical."
)


def _field_of(allocation: AllocationMethod, factors: Sequence[str]) -> Path:
    """The key under which the factors are written."""
    names = [key for key in type(allocation).model_fields if getattr(allocation, key) == factors]
    return tuple(names[:1])
