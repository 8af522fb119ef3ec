"""The truths that stand for what is believed: each a design point like any other.

A node is the scenario with other numbers written at its uncertain paths, resolved as `vary` would
resolve it, and simulated on the same random numbers as all the others. What a scenario cannot
have at a node (a mean outside its scale) is refused: a prior that was cut to fit would be another.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trialsim.core.errors import Path, Problem, ScenarioError
from trialsim.core.plan import Cell, Design, Plan
from trialsim.planning.assurance.priors import Floats, Law, grid, law_of
from trialsim.planning.reduced import reduced
from trialsim.scenario.keys.uncertain import Prior
from trialsim.scenario.loaded import LoadedScenario
from trialsim.scenario.overrides import split_path
from trialsim.scenario.resolve import N_TOTAL
from trialsim.scenario.validate import nearest


@dataclass(frozen=True)
class Believed:
    """An uncertain number, and what is believed of it."""

    name: str
    path: str
    stated: float
    """The number that the scenario states."""
    prior: Prior
    law: Law
    worthwhile: float | None


@dataclass(frozen=True)
class Nodes:
    """Truths with weights, as cells of one plan, for one trial size or several."""

    plan: Plan
    believed: tuple[Believed, ...]
    scores: Floats
    """Standard normal scores (node, value), of the values that are not certain."""
    values: Floats
    """(node, value), in the order of `believed`."""
    weights: Floats
    """(node,), which sum to 1."""
    cells: tuple[tuple[int, ...], ...]
    """By size: the cell of the scenario as stated, then that of every node."""


def believed_in(scenario: LoadedScenario, assumption: str) -> tuple[Believed, ...]:
    """What is uncertain under an assumption: what is written of another does not count."""
    found, problems = [], []
    for name, one in scenario.written.uncertain.items():
        head, *rest = split_path(one.path)
        if head == "assumptions" and rest[:1] != [assumption]:
            continue
        try:
            law = law_of(one.prior)
        except ValueError as error:
            place: Path = ("uncertain", name, "prior")
            problems.append(_located(scenario, place, f"{error}.", "Let it reach further."))
            continue
        stated = float(_value(scenario.document.data, one.path))
        found.append(Believed(name, one.path, stated, one.prior, law, one.worthwhile))
    if problems:
        raise ScenarioError(problems)
    return tuple(found)


def assumption_of(scenario: LoadedScenario, wanted: str | None) -> str:
    """The assumption to be believed: the one named, else the first of which a number is uncertain,
    else the first that has an effect."""
    names = list(scenario.written.assumptions)
    if wanted is not None:
        if wanted not in names:
            text = f"no assumption is called '{wanted}'."
            raise ScenarioError(Problem((), text, nearest(wanted, names), "--assumption"))
        return wanted
    for one in scenario.written.uncertain.values():
        head, *rest = split_path(one.path)
        if head == "assumptions" and rest:
            return str(rest[0])
    return next((name for name in names if scenario.written.assumptions[name]), names[0])


def nodes_of(
    scenario: LoadedScenario, assumption: str, analysis: str, sizes: Sequence[int | None]
) -> Nodes:
    """The nodes of a scenario for each trial size; None is the size that it states.

    Raises ScenarioError where nothing is uncertain, or a node cannot be simulated.
    """
    believed = believed_in(scenario, assumption)
    if not believed:
        hint = "Write for example `uncertain: {effect: {path: ..., prior: ...}}`."
        text = f"says nothing that is not known under {assumption}."
        raise ScenarioError(_located(scenario, ("uncertain",), text, hint))
    spread = [one for one in believed if not one.law.is_certain]
    try:
        scores, weights = grid(len(spread))
    except ValueError as error:
        hint = "State those that matter least as known."
        raise ScenarioError(_located(scenario, ("uncertain",), f"{error}.", hint)) from None
    values = np.empty((len(weights), len(believed)))
    of_spread = iter(range(len(spread)))
    for place, one in enumerate(believed):
        score = np.zeros(len(weights)) if one.law.is_certain else scores[:, next(of_spread)]
        found = one.law.at(score)
        # A value that is nothing but a rounding error away from zero is zero.
        values[:, place] = np.where(np.abs(found) < 1e-12 * np.ptp(found), 0.0, found)
    bare = _bare(scenario, assumption)
    pool = _Cells()
    cells = []
    for n in sizes:
        base = bare if n is None else bare.changed({N_TOTAL: n}, source="--n")
        _same_name(base, analysis)
        rows = [pool.add(base.plan, analysis, n, _varied(believed, [b.stated for b in believed]))]
        points = _resolved(base, believed, values, weights)
        for point, row in zip(points, values, strict=True):
            rows.append(pool.add(point.plan, analysis, n, _varied(believed, row.tolist())))
        cells.append(tuple(rows))
    plan = replace(scenario.plan, designs=tuple(pool.designs), cells=tuple(pool.cells))
    return Nodes(plan, believed, scores, values, weights, tuple(cells))


def _bare(scenario: LoadedScenario, assumption: str) -> LoadedScenario:
    """The scenario as stated under one assumption, without what no node needs."""
    truth = scenario.document.data.get("assumptions", {}).get(assumption)
    left_out: dict[str, Any] = {
        key: {}
        for key in ("vary", "what_if", "published", "evidence", "uncertain")
        if key in scenario.document.data
    }
    if "assumptions" in scenario.document.data:
        left_out["assumptions"] = {assumption: truth}
    return scenario.changed(left_out)


def _varied(believed: Sequence[Believed], values: Sequence[float]) -> tuple[tuple[str, Any], ...]:
    return tuple((one.path, value) for one, value in zip(believed, values, strict=True))


def _same_name(scenario: LoadedScenario, analysis: str) -> None:
    names = list(scenario.written.analyses)
    if analysis not in names:
        text = f"no analysis is called '{analysis}'."
        raise ScenarioError(Problem((), text, nearest(analysis, names), "--analysis"))


class _Cells:
    """Cells and designs of many plans, none twice."""

    def __init__(self) -> None:
        self.designs: list[Design] = []
        self.cells: list[Cell] = []
        self._known: dict[str, int] = {}

    def add(
        self, plan: Plan, analysis: str, n: int | None, varied: tuple[tuple[str, Any], ...]
    ) -> int:
        """The index of the only cell of a plan, with one analysis."""
        only = reduced(plan, analyses=[analysis])
        design, cell = only.designs[0], only.cells[0]
        key = json.dumps([design.to_json(), cell.to_json()["effects"]], sort_keys=True)
        if key not in self._known:
            self._known[key] = len(self.cells)
            sized = varied if n is None else ((N_TOTAL, n), *varied)
            self.designs.append(design)
            self.cells.append(replace(cell, design=len(self.designs) - 1, varied=sized))
        return self._known[key]


def _resolved(
    base: LoadedScenario, believed: Sequence[Believed], values: Floats, weights: Floats
) -> list[LoadedScenario]:
    """The scenario at every node. Raises ScenarioError if one of them is impossible."""
    points, wrong = [], {}
    for node, row in enumerate(values):
        changes = {one.path: float(value) for one, value in zip(believed, row, strict=True)}
        try:
            points.append(base.changed(changes, source="uncertain"))
        except ScenarioError as error:
            wrong[node] = error.problems[0]
    if wrong:
        raise ScenarioError(_impossible(base, believed, values, weights, wrong))
    return points


def _impossible(
    base: LoadedScenario,
    believed: Sequence[Believed],
    values: Floats,
    weights: Floats,
    wrong: dict[int, Problem],
) -> Problem:
    """What is wrong with a prior that reaches where nothing can be simulated."""
    nodes = list(wrong)
    share, first = float(weights[nodes].sum()), nodes[0]
    possible = np.delete(np.arange(len(weights)), nodes)
    blamed = believed[0]
    hint = "Use a prior that does not reach there, such as uniform or beta."
    if len(possible):
        # The value that differs most between what is possible and what is not is to blame.
        apart = [
            _apart(values[nodes, place], values[possible, place]) for place in range(len(believed))
        ]
        place = int(np.argmax(apart))
        blamed = believed[place]
        if len(believed) == 1:
            hint = (
                f"If that cannot be true either, write `{_limits(values[:, place], possible)}` in "
                "the prior, or use one with limits, such as uniform or beta."
            )
    at = ", ".join(f"{one.path} = {v:.4g}" for one, v in zip(believed, values[first], strict=True))
    reason = str(replace(wrong[first], source="", line=None, column=None, hint=""))
    text = f"{_of_100(share)} of what is believed cannot be simulated, such as {at}: {reason}"
    return _located(base, ("uncertain", blamed.name, "prior"), text, hint)


def _limits(values: Floats, possible: NDArray[np.intp]) -> str:
    """The ends of what is possible, as keys of a prior; few digits, none of which leads beyond."""
    low, high = float(values[possible].min()), float(values[possible].max())
    unit = 10.0 ** math.floor(math.log10(float(np.ptp(values)) / 100))
    ends = []
    if values.min() < low:
        ends.append(f"min: {float(f'{math.ceil(low / unit) * unit:.6g}'):g}")
    if values.max() > high:
        ends.append(f"max: {float(f'{math.floor(high / unit) * unit:.6g}'):g}")
    return ", ".join(ends)


def _apart(wrong: Floats, possible: Floats) -> float:
    width = float(np.ptp(np.concatenate([wrong, possible]))) or 1.0
    return abs(float(wrong.mean() - possible.mean())) / width


def _of_100(share: float) -> str:
    return "less than 0.1%" if share < 0.001 else f"{100 * share:.2g}%"


def _located(scenario: LoadedScenario, path: Path, text: str, hint: str) -> Problem:
    place = scenario.document.place(path)
    if place is None:
        return Problem(path, text, hint, scenario.document.source)
    return Problem(path, text, hint, place.source, place.line, place.column)


def _value(data: Any, path: str) -> Any:
    for part in split_path(path):
        data = data[str(part)] if isinstance(data, dict) else data[part]
    return data
