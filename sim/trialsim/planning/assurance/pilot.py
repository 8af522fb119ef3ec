"""From pilot to main trial: what becomes of trials planned because a pilot was significant.

Each simulated pilot is taken at its word: the next trial is planned for the effect that it
observed. Leon, Davis and Kraemer 2011, doi 10.1016/j.jpsychires.2010.10.008, on why it should not
be.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from trialsim.analysis.t_test import TTest
from trialsim.core.axes import FloatArray
from trialsim.core.errors import Problem, ScenarioError
from trialsim.core.plan import Cell, Design, Plan, Series
from trialsim.operating.characteristics import true_value
from trialsim.operating.exact_power import exact_rejection_rate
from trialsim.planning.assurance.nodes import assumption_of
from trialsim.planning.assurance.rejections import Estimate, error_of, rejections_of
from trialsim.planning.reduced import reduced
from trialsim.scenario.loaded import LoadedScenario
from trialsim.scenario.resolve import N_TOTAL
from trialsim.study import Results, run
from trialsim.theory.pilot import SelectedPilot, selected_pilot
from trialsim.theory.two_means import t_test_sample_size, t_test_sample_size_fractional

_TABLE = np.geomspace(0.01, 50.0, 300)
"""Effects in SDs at which sizes are worked out; between them they are interpolated."""


@dataclass(frozen=True)
class Pilots:
    """Simulated pilots, and the trial that each of them leads to."""

    scenario: str
    assumption: str
    analysis: str
    contrast: str
    n_total: int
    """Patients of the pilot in all arms."""
    per_arm: float
    """Patients an arm of the pilot; the mean where arms differ."""
    true_d: float
    """True difference in SDs, positive in the good direction."""
    wanted: float
    """Power that the next trial is planned for."""
    alpha: float
    replicates: int
    seed: int
    digest: str
    needed_per_arm: int
    """Patients an arm that the true effect needs, by the t test."""
    significant: Estimate
    """Share of pilots, in either direction."""
    mean_observed: Estimate
    """Mean size of the difference that significant pilots report, in observed SDs."""
    planned_per_arm: int | None
    """Patients an arm if the next trial is planned for that mean; None without any."""
    main_power: Estimate
    """Simulated power of that trial under the true effect."""
    mean_main_power: Estimate
    """The same when each significant pilot plans by its own effect, averaged over them."""
    exact: SelectedPilot | None
    """The same numbers without simulation, where scores are normal with one SD."""
    observed: FloatArray = field(repr=False)
    """Observed difference of every pilot in observed SDs, positive in the good direction (r,)."""
    is_significant: NDArray[np.bool_] = field(repr=False)
    """Whether it was significant (r,)."""
    planned: FloatArray = field(repr=False)
    """Patients an arm that it leads to, whole numbers; infinite for no difference at all (r,)."""
    power_at: Mapping[int, Estimate] = field(repr=False)
    """By patients an arm: simulated power of the main trial under the true effect."""

    def frame(self) -> pd.DataFrame:
        """Every pilot, a row each: observed, significant, planned_per_arm, main_power (of sizes
        to which a significant pilot leads)."""
        powers = {n: one.value for n, one in self.power_at.items()}
        return pd.DataFrame(
            {
                "observed": self.observed,
                "significant": self.is_significant.astype(bool),
                "planned_per_arm": self.planned,
                "main_power": [powers.get(n, math.nan) for n in self.planned],
            }
        )


def plan_from_pilots(
    scenario: LoadedScenario,
    *,
    power: float = 0.8,
    n_total: int | None = None,
    assumption: str | None = None,
    replicates: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
) -> Pilots:
    """Simulate a scenario as a pilot and plan the next trial from each, for `power`.

    The pilots are an ordinary run of the scenario, its primary analysis and first contrast; the
    power of the trials that they lead to is simulated under the same assumption. The next trial
    has equal arms, by the t test for the observed difference in observed SDs (after adjustment,
    where the analysis adjusts). Raises ScenarioError where the assumption has no effect.
    """
    if not 0 < power < 1 or power <= scenario.plan.designs[0].decision.alpha:
        text = f"found {power:g}; a power lies above the level of the test and below 1."
        raise ScenarioError(Problem((), text, "Write for example 0.8.", "--power"))
    chosen = assumption_of(scenario, assumption)
    sized = scenario.changed({key: {} for key in _LEFT_OUT if key in scenario.document.data})
    if n_total is not None:
        sized = sized.changed({N_TOTAL: n_total}, source="--n")
    analysis = sized.plan.designs[0].decision.primary
    plan = _only(sized.plan, chosen, analysis)
    design, cell = plan.designs[0], plan.cells[0]
    series = Series(0, analysis, design.contrasts_of(analysis)[0])
    truth = true_value(design, cell, series)
    if truth == 0:
        text = f"{chosen} has no effect: there is nothing to plan a trial for."
        raise ScenarioError(Problem((), text, "Name another.", "--assumption"))
    results = run(replace(sized, plan=plan), replicates=replicates, seed=seed, workers=workers)
    concluded = rejections_of(plan, [series], {series: results.values[0]})
    hit = (concluded.rejected & concluded.converged)[0]
    outcome = design.outcomes[design.analyses[analysis].outcome]
    sign = 1.0 if outcome.better == "higher" else -1.0
    observed, typical_sd = _observed(results.series(series), design, series)
    observed = sign * observed
    known_sd = _stated_sd(design, cell, series)
    true_d = sign * truth / (typical_sd if known_sd is None else known_sd)
    level = (design.decision.alpha, design.decision.sides)
    planned = sizes_for(observed, power, *level)
    mean = _mean(np.abs(observed[hit]))
    at_mean = t_test_sample_size(mean.value, 1.0, power, *level)[0] if hit.any() else None
    powers, of_own = _main_trials(sized, chosen, series, at_mean, planned[hit], results, workers)
    return Pilots(
        scenario=plan.name,
        assumption=chosen,
        analysis=analysis,
        contrast=series.contrast,
        n_total=design.n_total,
        per_arm=float(np.mean([design.arms[arm] for arm in design.contrasts[series.contrast]])),
        true_d=true_d,
        wanted=power,
        alpha=design.decision.alpha,
        replicates=results.replicates,
        seed=results.seed,
        digest=plan.digest,
        needed_per_arm=t_test_sample_size(abs(true_d), 1.0, power, *level)[0],
        significant=Estimate(
            float(concluded.shares(concluded.rejected)[0]),
            error_of(concluded.influence(concluded.rejected)[0]),
        ),
        mean_observed=mean,
        planned_per_arm=at_mean,
        main_power=_UNKNOWN if at_mean is None else powers[at_mean],
        mean_main_power=of_own,
        exact=_exact(design, cell, series, true_d, power) if known_sd is not None else None,
        observed=observed,
        is_significant=hit,
        planned=planned,
        power_at=powers,
    )


_LEFT_OUT = ("vary", "what_if", "uncertain", "published", "evidence")
_UNKNOWN = Estimate(math.nan, math.nan)


def sizes_for(observed: FloatArray, power: float, alpha: float, sides: int) -> FloatArray:
    """Patients an arm that a t test needs for each difference in SDs, rounded up; infinite for
    differences too small to plan for."""
    table = [t_test_sample_size_fractional(d, 1.0, power, alpha, sides)[0] for d in _TABLE]
    size = np.abs(np.nan_to_num(observed))
    with np.errstate(divide="ignore"):
        fractional = np.exp(np.interp(np.log(size), np.log(_TABLE), np.log(table)))
    return np.where(size < _TABLE[0], np.inf, np.ceil(fractional))


def _only(plan: Plan, assumption: str, analysis: str) -> Plan:
    cells = [i for i, cell in enumerate(plan.cells) if cell.assumption == assumption]
    return reduced(plan, cells=cells, analyses=[analysis])


def _observed(
    columns: Mapping[str, FloatArray], design: Design, series: Series
) -> tuple[FloatArray, float]:
    """Observed differences in observed SDs (r,), NaN where an analysis failed, and the root mean
    square of the SDs. After adjustment the SD is that of what the analysis leaves unexplained."""
    arm, comparator = (design.arms[name] for name in design.contrasts[series.contrast])
    share = arm / (arm + comparator)
    n = columns["n_analysed"]
    with np.errstate(divide="ignore", invalid="ignore"):
        sd = columns["se"] / np.sqrt(1 / (n * share) + 1 / (n * (1 - share)))
        return columns["estimate"] / sd, float(np.sqrt(np.nanmean(sd**2)))


def _stated_sd(design: Design, cell: Cell, series: Series) -> float | None:
    """The SD of the scores, where they are normal with the same in both arms and no analysis makes
    it smaller: then every number here has an exact value."""
    exact = exact_rejection_rate(design, cell, series.analysis, series.contrast)
    method = design.analyses[series.analysis]
    pooled = isinstance(method, TTest) and method.variance == "pooled"
    if exact is None or not pooled or len(set(design.arms.values())) > 1:
        return None
    outcome = design.outcomes[method.outcome]
    return float(outcome.at(outcome.sd, list(design.visits).index(method.visit)))


def _exact(
    design: Design, cell: Cell, series: Series, true_d: float, power: float
) -> SelectedPilot | None:
    """The same numbers by theory, for two-sided tests of what is allocated in equal arms."""
    if design.decision.sides != 2 or design.allocation.name == "simple":
        return None
    per_arm = next(iter(design.arms.values()))
    return selected_pilot(per_arm, abs(true_d), power, design.decision.alpha)


def _mean(values: FloatArray) -> Estimate:
    if len(values) == 0:
        return _UNKNOWN
    error = float(values.std(ddof=1)) / math.sqrt(len(values)) if len(values) > 1 else math.nan
    return Estimate(float(values.mean()), error)


def _main_trials(
    scenario: LoadedScenario,
    assumption: str,
    series: Series,
    at_mean: int | None,
    planned: FloatArray,
    pilots: Results,
    workers: int | None,
) -> tuple[Mapping[int, Estimate], Estimate]:
    """Simulated power of the main trials by patients an arm, and its mean over the pilots.

    They have patients of their own: those of the next seed.
    """
    sizes, counts = np.unique(planned[np.isfinite(planned)].astype(int), return_counts=True)
    wanted = sorted({*sizes.tolist(), *([] if at_mean is None else [at_mean])})
    if not wanted:
        return {}, _UNKNOWN
    n_arms = len(scenario.plan.designs[0].arms)
    plans = [
        _only(scenario.changed({N_TOTAL: n_arms * n}).plan, assumption, series.analysis)
        for n in wanted
    ]
    joint = replace(
        plans[0],
        designs=tuple(plan.designs[0] for plan in plans),
        cells=tuple(
            replace(plan.cells[0], design=i, varied=((N_TOTAL, n_arms * n),))
            for i, (n, plan) in enumerate(zip(wanted, plans, strict=True))
        ),
    )
    results = run(
        replace(scenario, plan=joint),
        replicates=pilots.replicates,
        seed=(pilots.seed + 1) % 2**63,
        workers=workers,
    )
    rows = dict(zip(results.plan.series(), results.values, strict=True))
    each = [series._replace(cell=i) for i in range(len(wanted))]
    concluded = rejections_of(joint, each, rows)
    share, moved = concluded.shares(concluded.rejected), concluded.influence(concluded.rejected)
    powers = {n: Estimate(float(share[i]), error_of(moved[i])) for i, n in enumerate(wanted)}
    weights = np.array([counts[sizes == n].sum() for n in wanted]) / counts.sum()
    mean = float(weights @ share)
    # Of the main trials, and of which sizes the pilots happened to lead to.
    scatter = math.sqrt(float(weights @ (share - mean) ** 2) / counts.sum())
    return powers, Estimate(mean, math.hypot(error_of(weights @ moved), scatter))
