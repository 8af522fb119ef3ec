"""What is compared: scenarios, design points of one scenario, changes to it, or its analyses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from trialsim.core.errors import Problem, ScenarioError
from trialsim.core.plan import Cell, Design, Plan
from trialsim.planning.reduced import reduced
from trialsim.scenario._words import listed, nearest
from trialsim.scenario.keys.conduct import Conduct
from trialsim.scenario.loaded import LoadedScenario
from trialsim.scenario.resolve import AS_STATED

AS_WRITTEN = "as stated"

ALONE: Mapping[str, Any] = {"vary": {}, "what_if": {}, "evidence": {}}
"""Changes that leave a scenario as it is stated, and nothing beside it."""

Changes = Mapping[str, Any]
"""Values by path."""


@dataclass(frozen=True)
class Candidate:
    """One design with one analysis, ready to be compared."""

    label: str
    plan: Plan
    """Its cells only, one an assumption, with the analyses that are compared."""
    analysis: str
    conduct: Conduct
    """What was written of conduct: the plan keeps only what moves scores."""

    @property
    def design(self) -> Design:
        """The design."""
        return self.plan.designs[0]


def candidates(
    scenarios: Sequence[LoadedScenario],
    *,
    variants: Sequence[Changes] = (),
    analyses: Sequence[str] = (),
) -> list[Candidate]:
    """The designs that a call of `compare` means; the others are compared with the first.

    Several scenarios are compared as stated. Of one scenario these are compared: the `analyses`
    that are named, if there are two; else the scenario and its `variants`; else its varied values;
    else its what_ifs. A single name in `analyses` replaces the primary analysis of all. Raises
    ScenarioError.
    """
    first, names = scenarios[0], list(dict.fromkeys(analyses))
    if len(names) > 1:
        if len(scenarios) > 1 or variants:
            text = f"found {listed(names, 'and')}, and several designs."
            raise _refused("analyses", text, "Compare analyses of one scenario, or name one.")
        return [_candidate(first, name, names, name) for name in names]
    if len(scenarios) > 1 or variants:
        changed = [first.changed({**ALONE, **changes}, "--set") for changes in variants]
        found = [_candidate(one, one.name, names) for one in scenarios]
        if len(scenarios) == 1:
            found = [replace(found[0], label=AS_WRITTEN)]
        found += [
            _candidate(one, _said(changes.items()), names)
            for one, changes in zip(changed, variants, strict=True)
        ]
        return _told_apart(found)
    found = _points(first, names)
    if len(found) < 2:
        text = f"{first.name} is one design: it varies nothing and has no what_if."
        hint = "Name a second scenario, a change to it (--set), or two analyses (--analyses)."
        raise _refused("scenarios", text, hint)
    return found


def _points(scenario: LoadedScenario, names: Sequence[str]) -> list[Candidate]:
    """The design as stated and its varied values, or else its what_ifs."""
    first_cells: dict[int, Cell] = {}
    for cell in scenario.plan.cells:
        first_cells.setdefault(cell.design, cell)
    varied = {i: cell for i, cell in first_cells.items() if cell.what_if == AS_STATED}
    if len(varied) > 1:
        points = {i: (_said(cell.varied), dict(cell.varied)) for i, cell in varied.items()}
        points[0] = (f"{points[0][0]} ({AS_WRITTEN})", {})
    else:
        sets = scenario.written.what_if
        stated = dict(scenario.plan.cells[0].varied)
        points = {0: (AS_WRITTEN, {})} | {
            i: (cell.what_if, dict(sets[cell.what_if]))
            for i, cell in first_cells.items()
            if i and dict(cell.varied) == stated
        }
    found = []
    for index, (label, changes) in points.items():
        one = _candidate(scenario, label, names, design=index)
        if any(path.startswith("conduct") for path in changes):
            written = scenario.changed({**ALONE, **changes}).written
            one = replace(one, conduct=written.conduct)
        found.append(one)
    return found


def _candidate(
    scenario: LoadedScenario,
    label: str,
    analyses: Sequence[str],
    analysis: str | None = None,
    design: int = 0,
) -> Candidate:
    plan = scenario.plan
    for name in analyses:
        if name not in plan.designs[design].analyses:
            text = f"{scenario.name} has no analysis called '{name}'."
            raise _refused("analyses", text, nearest(name, list(plan.designs[design].analyses)))
    kept = list(analyses) or [plan.designs[design].decision.primary]
    cells = [i for i, cell in enumerate(plan.cells) if cell.design == design]
    alone = reduced(plan, cells=cells, analyses=kept)
    # What a cell is called beside its assumption says nothing of its numbers.
    same = tuple(replace(cell, what_if=AS_STATED, varied=()) for cell in alone.cells)
    return Candidate(
        label, replace(alone, cells=same), analysis or kept[0], scenario.written.conduct
    )


def _said(values: Iterable[tuple[str, Any]]) -> str:
    """Values as a label: `n_total 200, alpha 0.01`."""
    return ", ".join(f"{path.split('.')[-1]} {_short(value)}" for path, value in values)


def _short(value: Any) -> str:
    if isinstance(value, Mapping):
        return str(value.get("method") or "changed")
    return f"{value:g}" if isinstance(value, float) else str(value)


def _told_apart(found: Sequence[Candidate]) -> list[Candidate]:
    """The same with a number behind labels that several share."""
    shared = {label for label, n in Counter(one.label for one in found).items() if n > 1}
    count: Counter[str] = Counter()
    named = []
    for one in found:
        count[one.label] += 1
        is_first = one.label not in shared
        label = one.label if is_first else f"{one.label} ({count[one.label]})"
        named.append(replace(one, label=label))
    return named


def _refused(option: str, text: str, hint: str) -> ScenarioError:
    return ScenarioError(Problem((), text, hint, source=option))
