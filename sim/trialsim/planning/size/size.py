"""size(): the smallest trial, or other number, that reaches what is wanted.

Theory first, where it is exact; then simulation, whose answer has an interval. Beside it stands
how often a trial of that size finds something where there is nothing.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import Executor

from trialsim.core.errors import NoAnswer, ScenarioError
from trialsim.planning.size.answer import SizeAnswer
from trialsim.planning.size.beside import answer
from trialsim.planning.size.criteria import Criterion
from trialsim.planning.size.dial import Turned, by_theory, ladder, turned
from trialsim.planning.size.fit import Sample, sample
from trialsim.planning.size.points import EFFECT, Engine, Points, Report, points_of
from trialsim.planning.size.question import asked_of, budget_of, wanted_of
from trialsim.planning.size.reasons import nothing_to_find, why_missed
from trialsim.planning.size.search import Missed, search
from trialsim.scenario.loaded import LoadedScenario
from trialsim.scenario.resolve import N_TOTAL


def size(
    scenario: LoadedScenario,
    power: float = 0.90,
    *,
    assumption: str | None = None,
    solve: str = "n_total",
    criterion: str = "power",
    width: float | None = None,
    analysis: str | None = None,
    contrast: str | None = None,
    what_if: str | None = None,
    between: tuple[float, float] | None = None,
    loss: float = 0.0,
    replicates: int | None = None,
    precision: float | None = None,
    seed: int | None = None,
    workers: int | None = None,
    executor: Executor | None = None,
    progress: Report | None = None,
) -> SizeAnswer:
    """The smallest number of patients at which the primary analysis reaches a power.

    `assumption` is by default the first that has an effect, `analysis` the primary one and
    `contrast` its first. `solve` names what is looked for: `n_total`, `effect` (the smallest
    difference that is found with this power at the scenario's size: the assumption's differences
    are multiplied by one factor), or the path of any number, within `between` where that is given.
    `criterion` is power, ci_width (a mean interval of at most `width`) or assurance (`power` is
    then its target). `loss` is the share of patients expected to be lost, for a scenario that
    loses none.

    `replicates` trials are simulated at each of the sizes around the answer, by default as many
    as the scenario says; `precision` chooses them by the Monte Carlo standard error of the power.
    Neither `workers` nor `executor` changes any number.

    Raises ScenarioError for impossible options, and NoAnswer where nothing reaches the target.
    """
    started = time.perf_counter()
    wanted = wanted_of(criterion, power, width)
    asked = asked_of(scenario, assumption, what_if, analysis, contrast, solve, wanted, loss)
    chosen, seed = budget_of(scenario, wanted, replicates, precision, seed)
    points = points_of(scenario, asked, Engine(seed, workers, executor, progress))
    if wanted.name == "power" and asked.path in (N_TOTAL, EFFECT):
        nothing = nothing_to_find(points, points.truth(points.design, points.cell))
        if nothing:
            raise NoAnswer(nothing)
    on = turned(points, wanted, between)

    def evaluate(places: Sequence[float], n: int) -> Sample:
        return sample(places, wanted.simulated(points, [on.sign * x for x in places], n))

    def is_possible(x: float) -> bool:
        return points.is_possible(on.sign * x)

    exact = _exact(points, wanted, on)
    rungs = ladder(points, wanted, on, exact)
    found = search(evaluate, on.dial, wanted.target, rungs, chosen, is_possible)
    if isinstance(found, Missed):
        raise NoAnswer(why_missed(points, wanted, on, found))
    return answer(scenario, points, asked, wanted, on, found, exact, loss, chosen, started)


def _exact(points: Points, criterion: Criterion, on: Turned) -> float | None:
    """The answer by theory, where it is exact."""
    if criterion.name != "power" or points.path not in (N_TOTAL, EFFECT):
        return None

    def rate(x: float) -> float | None:
        try:
            return points.theory(x)
        except ScenarioError:
            return None

    return by_theory(rate, on.dial, criterion.target, on.stated)
