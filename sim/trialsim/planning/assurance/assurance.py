"""Assurance: the chance that a trial succeeds when the truth is itself uncertain.

Spiegelhalter and Freedman 1986, doi 10.1002/sim.4780050103; O'Hagan, Stevens and Campbell 2005,
doi 10.1002/pst.175. Power is a statement about one truth. What is believed of the truth makes it a
distribution of power, of which assurance is the mean.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from trialsim.core.axes import FloatArray
from trialsim.core.errors import Problem, ScenarioError
from trialsim.core.plan import Plan, Series
from trialsim.operating.exact_power import exact_rejection_rate
from trialsim.planning.assurance.assured import Assurance, Truth, Uncertainty, Worthwhile
from trialsim.planning.assurance.nodes import Believed, Nodes, assumption_of, nodes_of
from trialsim.planning.assurance.power_spread import (
    chance_below,
    chance_worthwhile,
    error_of_nodes,
    mean_given_worthwhile,
    quantile_of_power,
)
from trialsim.planning.assurance.priors import in_words
from trialsim.planning.assurance.rejections import Estimate, Rejections, error_of, rejections_of
from trialsim.scenario.loaded import LoadedScenario
from trialsim.scenario.validate import nearest
from trialsim.study import Progress, Results, run

__all__ = ["Assurance", "assurance", "assurance_curve"]

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Of the distribution of power."""


def assurance(
    scenario: LoadedScenario,
    *,
    n_total: int | None = None,
    assumption: str | None = None,
    analysis: str | None = None,
    contrast: str | None = None,
    replicates: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Assurance:
    """Assurance of a trial, beside its power at the stated values.

    `n_total` is by default that of the scenario, `assumption` the one of which a number is
    uncertain, `analysis` the primary one and `contrast` its first; `vary` and `what_if` are left
    aside. The other options are those of `run`. Raises ScenarioError where nothing is uncertain, or
    what is believed reaches where nothing can be simulated.
    """
    wanted = _Wanted(assumption, analysis, contrast, replicates, seed, workers, progress)
    (found,) = _assurances(scenario, [n_total], wanted)
    return found


def assurance_curve(
    scenario: LoadedScenario,
    sizes: Sequence[int],
    *,
    assumption: str | None = None,
    analysis: str | None = None,
    contrast: str | None = None,
    replicates: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> tuple[Assurance, ...]:
    """Assurance for several total sizes, in one run on the same patients; see `assurance`."""
    wanted = _Wanted(assumption, analysis, contrast, replicates, seed, workers, progress)
    return _assurances(scenario, sizes, wanted)


@dataclass(frozen=True)
class _Wanted:
    """The options of both functions."""

    assumption: str | None
    analysis: str | None
    contrast: str | None
    replicates: int | None
    seed: int | None
    workers: int | None
    progress: Progress | None


def _assurances(
    scenario: LoadedScenario, sizes: Sequence[int | None], wanted: _Wanted
) -> tuple[Assurance, ...]:
    assumption = assumption_of(scenario, wanted.assumption)
    analysis = wanted.analysis or scenario.plan.designs[0].decision.primary
    nodes = nodes_of(scenario, assumption, analysis, sizes)
    contrast = _contrast(nodes.plan, analysis, wanted.contrast)
    results = run(
        replace(scenario, plan=nodes.plan),
        replicates=wanted.replicates,
        seed=wanted.seed,
        workers=wanted.workers,
        progress=wanted.progress,
    )
    rows = dict(zip(results.plan.series(), results.values, strict=True))
    found = []
    for cells in nodes.cells:
        series = [Series(cell, analysis, contrast) for cell in cells]
        found.append(_summary(results, assumption, nodes, series, rows))
    return tuple(found)


def _contrast(plan: Plan, analysis: str, wanted: str | None) -> str:
    known = list(plan.designs[0].contrasts_of(analysis))
    if wanted is None:
        return known[0]
    if wanted not in known:
        text = f"{analysis} has no contrast '{wanted}'."
        raise ScenarioError(Problem((), text, nearest(wanted, known), "--contrast"))
    return wanted


def _summary(
    results: Results,
    assumption: str,
    nodes: Nodes,
    series: Sequence[Series],
    rows: Mapping[Series, FloatArray],
) -> Assurance:
    """What one trial size comes to; `series` are those of the stated values and of every node."""
    plan, weights = nodes.plan, nodes.weights
    design = plan.designs[plan.cells[series[0].cell].design]
    counted = rejections_of(plan, series, rows)
    shares, good = counted.shares(counted.rejected), counted.shares(counted.favourable)
    every, of_good = counted.influence(counted.rejected), counted.influence(counted.favourable)
    mean, mean_good = float(shares[1:] @ weights), float(good[1:] @ weights)
    moved, moved_good = weights @ every[1:], weights @ of_good[1:]
    part = mean_good / mean if mean > 0 else math.nan
    part_error = error_of(moved_good - part * moved) / mean if mean > 0 else math.nan
    exact = [_exact(plan, one) for one in series]

    def measured(measure: Callable[[FloatArray], float]) -> Estimate:
        return counted.jackknife(lambda some: measure(some.shares(some.rejected)[1:]))

    return Assurance(
        scenario=plan.name,
        assumption=assumption,
        analysis=series[0].analysis,
        contrast=series[0].contrast,
        n_total=design.n_total,
        replicates=results.replicates,
        seed=results.seed,
        digest=results.plan.digest,
        alpha=design.decision.alpha,
        sides=design.decision.sides,
        uncertain=tuple(
            Uncertainty(one.name, one.path, one.stated, in_words(one.prior))
            for one in nodes.believed
        ),
        power=float(shares[0]),
        power_mcse=error_of(every[0]),
        assurance=mean,
        mcse=error_of(moved),
        difference_mcse=error_of(moved - every[0]),
        favourable=Estimate(mean_good, error_of(moved_good)),
        favourable_share=Estimate(part, part_error),
        power_favourable=Estimate(float(good[0]), error_of(of_good[0])),
        quantiles={
            level: measured(partial(quantile_of_power, nodes, level=level)) for level in QUANTILES
        },
        below_half=measured(partial(chance_below, nodes, limit=0.5)),
        worthwhile=_worthwhile(nodes, counted),
        truths=tuple(
            Truth(
                values=tuple(nodes.values[node].tolist()),
                scores=tuple(nodes.scores[node].tolist()),
                weight=float(weight),
                power=float(shares[node + 1]),
                mcse=error_of(every[node + 1]),
                favourable=float(good[node + 1]),
                exact=exact[node + 1],
            )
            for node, weight in enumerate(weights)
        ),
        exact_power=exact[0],
        exact_assurance=_mean_of(exact[1:], weights),
        error_of_nodes=error_of_nodes(nodes, shares[1:]),
        failed=float((1 - counted.converged[1:].mean(axis=1)) @ weights),
    )


def _exact(plan: Plan, series: Series) -> float | None:
    cell = plan.cells[series.cell]
    return exact_rejection_rate(plan.designs[cell.design], cell, series.analysis, series.contrast)


def _mean_of(exact: Sequence[float | None], weights: FloatArray) -> float | None:
    known = [value for value in exact if value is not None]
    if len(known) < len(weights):
        return None
    return float(sum(value * weight for value, weight in zip(known, weights, strict=True)))


def _worthwhile(nodes: Nodes, counted: Rejections) -> tuple[Worthwhile, ...]:
    """The chance of success given that an effect is worth having, where it is stated what is."""
    found = []
    for one in nodes.believed:
        if one.worthwhile is not None:
            success = counted.jackknife(partial(_success, nodes, one))
            found.append(Worthwhile(one.name, one.worthwhile, chance_worthwhile(one), success))
    return tuple(found)


def _success(nodes: Nodes, one: Believed, counted: Rejections) -> float:
    return mean_given_worthwhile(nodes, one, counted.shares(counted.favourable)[1:])
