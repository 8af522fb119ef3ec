"""What stands beside the number: power there, false alarms, theory, loss, and warnings."""

from __future__ import annotations

import math
import time

import numpy as np

from trialsim.core.axes import FloatArray
from trialsim.planning.size.answer import ByTheory, FalseAlarms, Loss, Share, SizeAnswer
from trialsim.planning.size.criteria import Criterion, rejected, width
from trialsim.planning.size.dial import Turned
from trialsim.planning.size.fit import LEVEL
from trialsim.planning.size.points import EFFECT, Asked, Columns, Points
from trialsim.planning.size.search import Found
from trialsim.scenario.loaded import LoadedScenario

_JUMPS = 1e-4
"""Chance of a misfit below which a curve is said not to be smooth."""
_MANY_FAIL = 0.05


def answer(
    scenario: LoadedScenario,
    points: Points,
    asked: Asked,
    criterion: Criterion,
    on: Turned,
    found: Found,
    exact: float | None,
    loss: float,
    replicates: int,
    started: float,
) -> SizeAnswer:
    """The whole answer; simulates the trial of that size with an effect and without one."""
    x = on.sign * found.x
    design, cell = points.at(x)
    null = points.nothing(x)
    trials = [(design, cell), *([] if null is None else [(design, null[0])])]
    columns, *none = points.simulated(trials, replicates)
    method = design.analyses[points.analysis]
    outcome = design.outcomes[method.outcome]
    power = _share(rejected(design, columns, points.rule))
    reached = power
    if criterion.name == "ci_width":
        reached = _share(width(columns))
    elif criterion.name == "assurance":
        reached = _share(criterion.simulated(points, [x], replicates)[0])
    false_alarms = None
    if null is not None:
        rate = _share(rejected(design, none[0], points.rule))
        false_alarms = FalseAlarms(rate, null[0].assumption, null[1], points.rule.alpha)
    loses = tuple(
        name
        for name, reason in design.missing.items()
        if reason.outcomes is None or method.outcome in reason.outcomes
    )
    scale = points.truth(points.design, points.cell) if points.path == EFFECT else 1.0
    limits = _limits(found, on, scale)
    theory = None
    rate_there = points.theory(x if exact is None else on.sign * exact)
    if criterion.name == "power" and rate_there is not None:
        there, _ = points.at(x if exact is None else on.sign * exact)
        value = None if exact is None else exact * on.sign * scale
        theory = ByTheory(value, rate_there, there.arms)
    return SizeAnswer(
        scenario=scenario.name,
        digest=scenario.plan.digest,
        seed=points.engine.seed,
        replicates=replicates,
        elapsed_s=time.perf_counter() - started,
        solve=points.path,
        criterion=criterion.name,
        target=criterion.target.value,
        assumption=points.assumption,
        what_if=asked.what_if,
        analysis=points.analysis,
        contrast=points.contrast,
        truth=points.truth(design, cell),
        unit=outcome.unit,
        value=x * scale,
        lower=limits[0],
        upper=limits[1],
        level=LEVEL,
        at_most=not found.more if on.sign > 0 else found.more,
        arms=dict(design.arms),
        reached=reached,
        power=power,
        wrong_direction=_wrong(columns, rejected(design, columns, points.rule), points),
        analysed=float(np.nanmean(columns["n_analysed"])),
        false_alarms=false_alarms,
        theory=theory,
        loss=_enrolled(points, on, found.x, loss) if loss and not loses else None,
        loses=loses,
        tried=tuple(one._replace(x=one.x * on.sign * scale) for one in found.tried),
        around=tuple(one * on.sign * scale for one in found.around),
        notes=tuple(_notes(found, limits, columns, points, loss, loses)),
    )


def _limits(found: Found, on: Turned, scale: float) -> tuple[float | None, float | None]:
    """The interval in the unit of the answer."""
    ends = [
        end * on.sign * scale if closed else None
        for end, closed in zip((found.lower, found.upper), found.is_closed, strict=True)
    ]
    return (ends[0], ends[1]) if on.sign * scale > 0 else (ends[1], ends[0])


def _share(values: FloatArray) -> Share:
    used = values[np.isfinite(values)]
    if not used.size:
        return Share(math.nan, math.nan, 0)
    return Share(float(used.mean()), float(used.std()) / math.sqrt(used.size), used.size)


def _wrong(columns: Columns, happened: FloatArray, points: Points) -> float:
    """Share of significant estimates on the other side of what is tested than the truth."""
    truth = points.truth(points.design, points.cell) - points.rule.null
    significant = columns["estimate"][happened == 1] - points.rule.null
    if not significant.size or not truth:
        return math.nan
    return float(np.mean(significant * math.copysign(1, truth) < 0))


def _enrolled(points: Points, on: Turned, n: float, loss: float) -> Loss:
    """The size from which, after losing a share, enough are left."""
    step = on.dial.step or 1
    needed = step * math.ceil(n / (1 - loss) / step - 1e-9)
    design, _ = points.at(needed)
    return Loss(loss, design.n_total, dict(design.arms))


def _notes(
    found: Found,
    limits: tuple[float | None, float | None],
    columns: Columns,
    points: Points,
    loss: float,
    loses: tuple[str, ...],
) -> list[str]:
    notes = []
    failed = float(np.mean(columns["failure"] != 0))
    if failed > _MANY_FAIL:
        notes.append(
            f"{100 * failed:.0f} of 100 analyses fail at the answer and count nowhere: do not use "
            "the number."
        )
    if None in limits:
        notes.append("The interval is open: what is solved for hardly moves the criterion there.")
    if found.misfit < _JUMPS:
        notes.append(
            "The simulated values do not lie on a smooth curve, as with tests of counts, whose "
            "power goes up and down from one size to the next: some larger sizes may fall short."
        )
    if found.passes > 1:
        notes.append(
            f"The target is passed {found.passes} times within what was tried; this is the "
            "passage nearest to where the search began."
        )
    if loss and loses:
        notes.append("The scenario loses patients itself; --loss was not added to that.")
    return notes
