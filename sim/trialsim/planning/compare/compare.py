"""compare(): designs against one another on the same simulated trials."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from trialsim.core.errors import Problem, ScenarioError
from trialsim.core.plan import Plan, Series
from trialsim.core.program import rule_of
from trialsim.operating.characteristics import true_value
from trialsim.planning.compare.cost import Cost, costs
from trialsim.planning.compare.designs import Candidate, Changes, candidates
from trialsim.planning.compare.joint import Columns, columns_of, joined
from trialsim.scenario.loaded import LoadedScenario
from trialsim.study import Progress, run

if TYPE_CHECKING:
    import pandas as pd

    from trialsim.plots.base.figure import Drawn


@dataclass(frozen=True)
class Place:
    """One candidate under one assumption, for one contrast."""

    candidate: int
    assumption: str
    contrast: str
    series: Series
    """Where its estimates are in the joint run."""
    is_null: bool
    """Whether what is tested is true: rejections are false alarms."""


@dataclass(frozen=True)
class Comparison:
    """Designs on common random numbers: what each gives and takes, and how they differ."""

    candidates: tuple[Candidate, ...]
    """The first is the one that the others are compared with."""
    plan: Plan
    """All of them as one plan."""
    places: tuple[Place, ...]
    columns: Mapping[Series, Columns]
    costs: tuple[Cost, ...]
    """What each candidate takes."""
    seed: int
    replicates: int
    smallest: float | None
    """Smallest difference in the share of significant trials that is worth knowing."""
    elapsed_s: float

    @cached_property
    def designs(self) -> pd.DataFrame:
        """What each design gives and takes, one row a measure, every value with its error."""
        from trialsim.planning.compare.tables import designs_table  # imports pandas

        return designs_table(self)

    @cached_property
    def differences(self) -> pd.DataFrame:
        """Every other design less the first: difference, paired error, verdict, and the
        replicates that would tell them apart."""
        from trialsim.planning.compare.tables import differences_table

        return differences_table(self)

    def pareto(self, assumption: str | None = None) -> pd.DataFrame:
        """Power against cost, a row a design and quantity, and which designs buy nothing."""
        from trialsim.planning.compare.pareto import pareto_table

        return pareto_table(self, assumption or self.under_an_effect)

    @cached_property
    def under_an_effect(self) -> str:
        """The first assumption with an effect, or the first."""
        effects = [place.assumption for place in self.places if not place.is_null]
        return (effects or [place.assumption for place in self.places])[0]

    def figures(self, assumption: str | None = None) -> list[Drawn]:
        """The paired differences and, where designs cost different amounts, power against cost."""
        from trialsim.planning.compare.figures import figures

        return figures(self, assumption or self.under_an_effect)


def compare(
    *scenarios: LoadedScenario,
    variants: Sequence[Changes] = (),
    analyses: Sequence[str] = (),
    replicates: int | None = None,
    seed: int | None = None,
    smallest: float | None = None,
    hours_per_session: float = 1.0,
    workers: int | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Compare designs on common random numbers: all others with the first.

    Several scenarios are compared as they are stated, and `variants` (changes by path) of the
    first with them. One scenario alone is compared with its variants; without any its varied
    values are compared, or else its what_ifs; with two `analyses` or more, those. One name in
    `analyses` replaces the primary analysis.

    `replicates` and `seed` are those of the first scenario when left out; `smallest` is the
    smallest difference in the share of significant trials that is worth knowing. `workers` and
    `executor` as in `run`. Raises ScenarioError.
    """
    _check(scenarios, smallest, hours_per_session)
    found = candidates(scenarios, variants=variants, analyses=analyses)
    plan, cells = joined([one.plan for one in found])
    places = _places(found, plan, cells)
    started = time.perf_counter()
    results = run(
        replace(scenarios[0], plan=plan),
        replicates=replicates,
        seed=seed,
        workers=workers,
        executor=executor,
        progress=progress,
    )
    taken = costs(
        [(one.design, one.conduct) for one in found],
        results.seed,
        results.replicates,
        hours_per_session,
    )
    return Comparison(
        tuple(found),
        results.plan,
        tuple(places),
        columns_of(results.plan, results.values),
        tuple(taken),
        results.seed,
        results.replicates,
        smallest,
        time.perf_counter() - started,
    )


def _places(found: Sequence[Candidate], plan: Plan, cells: Sequence[Sequence[int]]) -> list[Place]:
    """Where everything that can be compared with something of the first candidate is."""
    places: list[Place] = []
    for number, (one, own) in enumerate(zip(found, cells, strict=True)):
        contrasts = one.design.contrasts_of(one.analysis)
        rule = rule_of(one.design, one.analysis)
        for cell, index in zip(one.plan.cells, own, strict=True):
            for contrast in contrasts:
                series = Series(index, one.analysis, contrast)
                truth = true_value(plan.designs[plan.cells[index].design], cell, series)
                is_null = rule.null_is_true(truth)
                places.append(Place(number, cell.assumption, contrast, series, is_null))
    for number, one in enumerate(found[1:], start=1):
        if not pairs_of(places, number):
            known = sorted({(p.assumption, p.contrast) for p in places if p.candidate == 0})
            text = f"{one.label} and {found[0].label} have no assumption and contrast in common."
            hint = "Give both the same names: " + "; ".join(f"{a}, {c}" for a, c in known) + "."
            raise ScenarioError(Problem((), text, hint, source="scenarios"))
    return places


def pairs_of(places: Sequence[Place], other: int) -> list[tuple[Place, Place]]:
    """Places of the first candidate and of another that are about the same.

    Contrasts are the same by name, or because each design has only one.
    """
    firsts = [place for place in places if place.candidate == 0]
    others = [place for place in places if place.candidate == other]
    is_single = all(len({place.contrast for place in own}) == 1 for own in (firsts, others))
    return [
        (a, b)
        for a in firsts
        for b in others
        if a.assumption == b.assumption and (is_single or a.contrast == b.contrast)
    ]


def _check(
    scenarios: Sequence[LoadedScenario], smallest: float | None, hours_per_session: float
) -> None:
    problems: list[Any] = []
    if not scenarios:
        raise ValueError("compare at least one scenario")
    if smallest is not None and not 0 < smallest < 1:
        problems.append(f"smallest: found {smallest:g}, must be a share between 0 and 1.")
    if not 0 < hours_per_session < 1000:
        problems.append(f"hours per session: found {hours_per_session:g}, must be above 0.")
    if problems:
        raise ScenarioError([Problem((), text, source="option") for text in problems])
