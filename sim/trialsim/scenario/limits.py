"""How large a scenario may be: what would take hours, or memory that nobody has, is refused."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from math import floor, log10, prod

from trialsim.core.errors import Path, Problem
from trialsim.core.stages import OutcomeMethod
from trialsim.scenario._words import plain, thousands
from trialsim.scenario.schema import Scenario

MAX_ARMS = 100
MAX_PATIENTS = 100_000
MAX_VISITS = 60
MAX_OUTCOMES = 100
MAX_COVARIATES = 100
MAX_REASONS = 100
MAX_ANALYSES = 200
MAX_CONTRASTS = 200
MAX_ADJUST = 50
MAX_PARENTS = 10
"""Outcomes that one outcome may be correlated with."""
MAX_STEPS = 1_000
"""Scores of a scale: cut-points of its margin on the latent normal."""
MAX_BLOCKS = 100
"""Different block sizes."""
MAX_POINTS = 2_000
"""Design points: combinations of varied values under every what_if."""
MAX_CELLS = 10_000
"""Design points times assumptions."""
MAX_CORRELATIONS = 2_000
"""Latent correlations to be solved for while the plan is made; each takes up to 1 ms."""
MAX_EFFECTS = 200_000
"""Differences from the comparator: cells times outcomes, arms and visits."""

MIN_ALPHA = 1e-9
"""Levels below it cannot be told from 0 in the tails of a distribution."""


def size_problems(scenario: Scenario, readable: Collection[str]) -> list[Problem]:
    """What there is too much of, in the sections that can be read."""
    return [problem for problem in _all(scenario) if str(problem.path[0]) in readable]


def _all(scenario: Scenario) -> Iterable[Problem]:
    design = scenario.design
    counts: list[tuple[Path, str, int, int]] = [
        (("design", "arms"), "arms", len(design.arms), MAX_ARMS),
        (("design", "visits_weeks"), "visits", len(design.visits_weeks), MAX_VISITS),
        (("design", "contrasts"), "contrasts", len(design.contrasts), MAX_CONTRASTS),
        (("outcomes",), "outcomes", len(scenario.outcomes), MAX_OUTCOMES),
        (("analyses",), "analyses", len(scenario.analyses), MAX_ANALYSES),
        (("cohort", "covariates"), "covariates", len(scenario.cohort.covariates), MAX_COVARIATES),
        (("observation", "missing"), "reasons", len(scenario.observation.missing), MAX_REASONS),
    ]
    for name, outcome in scenario.outcomes.items():
        place: Path = ("outcomes", name, "correlated_with")
        counts.append((place, "outcomes", len(outcome.correlated_with), MAX_PARENTS))
        yield from _steps(name, outcome)
    for name, analysis in scenario.analyses.items():
        n = len(getattr(analysis, "adjust", ()))
        counts.append((("analyses", name, "adjust"), "variables", n, MAX_ADJUST))
    for path, noun, n, most in counts:
        if n > most:
            yield Problem(path, f"has {n:,} {noun}; at most {most:,} can be simulated.")
    total = sum(arm.n for arm in design.arms.values())
    if total > MAX_PATIENTS:
        text = f"has {total:,} patients; at most {MAX_PATIENTS:,} can be simulated in a trial."
        yield Problem(("design", "arms"), text)
    yield from _blocks(scenario)
    if scenario.decision.alpha < MIN_ALPHA:
        text = f"found {scenario.decision.alpha:g}; levels below {MIN_ALPHA:g} cannot be simulated."
        yield Problem(("decision", "alpha"), text)


def _blocks(scenario: Scenario) -> Iterable[Problem]:
    stated = getattr(scenario.allocation, "block_sizes", ())
    sizes = stated if isinstance(stated, tuple) else (stated,)
    path: Path = ("allocation", "block_sizes")
    if len(sizes) > MAX_BLOCKS:
        yield Problem(path, f"has {len(sizes):,} sizes; at most {MAX_BLOCKS} can be simulated.")
    for i, size in enumerate(sizes):
        if size > MAX_PATIENTS:
            place: Path = (*path, i) if isinstance(stated, tuple) else path
            text = f"found {thousands(size)}; at most {MAX_PATIENTS:,} patients fit in a block."
            yield Problem(place, text)


def _steps(name: str, outcome: OutcomeMethod) -> Iterable[Problem]:
    low, high = getattr(outcome, "min", None), getattr(outcome, "max", None)
    step = getattr(outcome, "step", None)
    if low is None or high is None or not step or not 0 < step < high - low:
        return
    if (high - low) / step > MAX_STEPS * (1 + 1e-9):
        n_steps, limits = thousands(round((high - low) / step)), f"{plain(low)} to {plain(high)}"
        yield Problem(
            ("outcomes", name, "step"),
            f"a step of {plain(step)} makes {n_steps} steps from {limits}; at most {MAX_STEPS:,} "
            "can be simulated.",
            f"Write for example `step: {plain(_round_step((high - low) / MAX_STEPS))}`.",
        )


def _round_step(least: float) -> float:
    """The next of 1, 2, 5, 10, 20 ... that is not smaller."""
    unit = 10.0 ** floor(log10(least))
    return float(next(unit * m for m in (1, 2, 5, 10) if unit * m >= least * (1 - 1e-9)))


_KEEP_CORRELATIONS = (
    "design.n_total",
    "design.arms",
    "decision",
    "allocation",
    "observation",
    "analyses",
    "assumptions",
    "cohort",
)
"""Varied paths that leave the correlations of the scores as they are."""


def work_problems(scenario: Scenario) -> list[Problem]:
    """Design points, cells and correlations that are more than a plan can hold."""
    n_sets = 1 + len(scenario.what_if)
    n_visits = min(len(scenario.design.visits_weeks), MAX_VISITS)  # more is told elsewhere
    n_outcomes = min(len(scenario.outcomes), MAX_OUTCOMES)
    n_values = {paths: max(1, n) for paths, n in scenario.vary.counts.items()}
    n_points = n_sets * prod(n_values.values()) + (n_sets - 1) * bool(n_values)
    n_cells = n_points * len(scenario.assumptions)
    n_effects = n_cells * n_outcomes * len(scenario.design.arms) * n_visits
    n_links = sum(
        min(len(outcome.correlated_with), MAX_PARENTS) for outcome in scenario.outcomes.values()
    )
    n_moved = prod(
        n
        for paths, n in n_values.items()
        if not all(path.startswith(_KEEP_CORRELATIONS) for path in paths)
    )
    n_pairs = n_outcomes * n_visits * (n_visits - 1) // 2 + n_links * n_visits**2
    many = "vary" if n_values else "what_if" if scenario.what_if else ""
    for n, most, noun, place in (
        (n_points, MAX_POINTS, "design points", many),
        (n_cells, MAX_CELLS, "cells (design points x assumptions)", many or "assumptions"),
        (n_effects, MAX_EFFECTS, "effects (cells x outcomes x arms x visits)", many or "outcomes"),
        (n_moved * n_pairs, MAX_CORRELATIONS, "correlations to work out", many or "outcomes"),
    ):
        if n > most:
            text = f"makes {thousands(n)} {noun}; at most {most:,} fit in one run."
            return [Problem((place,), text, "Divide it among several scenarios.")]
    return []
