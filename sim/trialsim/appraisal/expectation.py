"""What patients' expectation alone would do to a trial: significance against its size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from trialsim.core.errors import Problem, ScenarioError
from trialsim.core.plan import Design
from trialsim.operating.exact_power import exact_rejection_rate
from trialsim.scenario.loaded import LoadedScenario
from trialsim.scenario.resolve import N_TOTAL
from trialsim.study import Progress, Results, run

SHIFTS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.56, 0.63, 0.7)
"""Sizes that are simulated, SDs of the comparator."""

PER_ARM = (40, 200)
"""Patients an arm of trials that are shown beside the scenario's own."""

_GRID = np.linspace(0, 0.7, 71)
_NAME = "expectation"
_COLUMNS = (
    "n_total", "shift", "source", "significant", "significant_mcse", "coverage", "coverage_mcse",
)  # fmt: skip


@dataclass(frozen=True)
class ExpectationCurve:
    """Shares of significant trials, and of intervals that hold the truth, with no effect."""

    analysis: str
    sd: float
    """Of the comparator at the visit analysed, natural units: one of the shift."""
    unit: str
    n_total: int
    """Patients of the scenario's own design."""
    frame: pd.DataFrame
    """A row a size of trial, shift and source (theory or simulated): n_total, shift (SDs), points,
    source, significant, coverage, each with its Monte Carlo error (0 for theory)."""
    replicates: int
    seed: int
    digest: str


def expectation_curve(
    scenario: LoadedScenario,
    *,
    analysis: str | None = None,
    shifts: Sequence[float] = SHIFTS,
    per_arm: Sequence[int] = PER_ARM,
    replicates: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> ExpectationCurve:
    """Trials of a scenario in which nothing works, and patients of every arm but the comparator
    report better scores by so many SDs.

    One size for all trials: nothing varies between them. Where an exact rejection rate exists for
    a true effect of that size it is the theory, for with normal scores the two cannot be told
    apart. Raises ScenarioError for an analysis that does not exist.
    """
    stated = scenario.plan.designs[0]
    chosen = stated.decision.primary if analysis is None else analysis
    if chosen not in stated.analyses:
        hint = f"Known: {', '.join(stated.analyses)}."
        raise ScenarioError(Problem((), f"no analysis is called '{chosen}'.", hint, "--analysis"))
    method = stated.outcomes[stated.analyses[chosen].outcome]
    visit = list(stated.visits).index(stated.analyses[chosen].visit)
    sd = method.at(method.sd, visit)
    good = -1.0 if method.better == "lower" else 1.0
    sizes = sorted({stated.n_total, *(len(stated.arms) * n for n in per_arm)})
    results = run(
        _misled(scenario, chosen, [good * shift for shift in shifts], sizes),
        replicates=replicates,
        seed=seed,
        workers=workers,
        progress=progress,
    )
    rows = [*_by_theory(scenario, chosen, good, sizes), *_simulated(results, chosen)]
    frame = pd.DataFrame(rows, columns=list(_COLUMNS))
    frame.insert(2, "points", frame["shift"] * sd)
    return ExpectationCurve(
        chosen,
        sd,
        method.unit,
        stated.n_total,
        frame.sort_values(["n_total", "source", "shift"], ignore_index=True),
        results.replicates,
        results.seed,
        results.plan.digest,
    )


def _alone(scenario: LoadedScenario, analysis: str) -> dict[str, object]:
    """Changes that leave the design, one analysis, and no truth but none."""
    data = scenario.document.data
    gone = ("vary", "what_if", "uncertain", "evidence", "published", "bias", "risk_of_bias")
    return {
        **{key: {} for key in gone if key in data},
        "analyses": {analysis: data["analyses"][analysis]},
        "decision.primary": analysis,
        "assumptions": {"no_effect": {}},
    }


def _misled(
    scenario: LoadedScenario, analysis: str, sizes: Sequence[float], n_totals: Sequence[int]
) -> LoadedScenario:
    outcome = scenario.written.analyses[analysis].outcome
    mechanism = {"method": "expectation", "size": {outcome: sizes[-1]}, "unit": "sd"}
    path = f"bias.{_NAME}.size.{outcome}"
    return scenario.changed(
        {
            **_alone(scenario, analysis),
            "bias": {_NAME: mechanism},
            "vary": {path: list(sizes), N_TOTAL: list(n_totals)},
        }
    )


def _by_theory(
    scenario: LoadedScenario, analysis: str, good: float, n_totals: Sequence[int]
) -> Iterator[tuple[object, ...]]:
    """The power that a true effect of the same size would have."""
    design = scenario.plan.designs[0]
    outcome = design.analyses[analysis].outcome
    truths = {
        f"shift_{i}": {outcome: _everywhere(design, outcome, good * shift)}
        for i, shift in enumerate(_GRID.tolist())
    }
    changes = {**_alone(scenario, analysis), "assumptions": truths}
    plan = scenario.changed({**changes, "vary": {N_TOTAL: list(n_totals)}}).plan
    contrast = design.contrasts_of(analysis)[0]
    told: set[tuple[int, str]] = set()
    for cell in plan.cells:
        sized = plan.designs[cell.design]
        if sized.n_total not in n_totals or (sized.n_total, cell.assumption) in told:
            continue  # the design as stated stands among its own sizes
        told.add((sized.n_total, cell.assumption))
        exact = exact_rejection_rate(sized, cell, analysis, contrast)
        if exact is not None:
            shift = _GRID[int(cell.assumption.removeprefix("shift_"))]
            yield sized.n_total, shift, "theory", exact, 0.0, 1 - exact, 0.0


def _everywhere(design: Design, outcome: str, shift: float) -> dict[str, list[float]]:
    """A true difference of so many SDs at every visit after baseline, in every other arm."""
    method = design.outcomes[outcome]
    by_visit = [
        0.0 if visit == design.baseline else shift * method.at(method.sd, v)
        for v, visit in enumerate(design.visits)
    ]
    return {arm: by_visit for arm in list(design.arms)[1:]}


def _simulated(results: Results, analysis: str) -> Iterator[tuple[object, ...]]:
    design, table = results.plan.designs[0], results.performance()
    path = f"bias.{_NAME}.size.{design.analyses[analysis].outcome}"
    own = table[table["contrast"] == design.contrasts_of(analysis)[0]]
    keys = ["n_total", path]
    measures = {
        name: own[own["measure"] == name].drop_duplicates(keys).set_index(keys)
        for name in ("rejection_rate", "coverage")
    }
    for place, hit in measures["rejection_rate"].iterrows():
        held = measures["coverage"].loc[place]
        n_total, size = place
        yield (
            n_total,
            abs(size),
            "simulated",
            hit["value"],
            hit["mcse"],
            held["value"],
            held["mcse"],
        )
