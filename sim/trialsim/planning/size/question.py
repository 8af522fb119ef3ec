"""The question that a search is to answer: options checked, names filled in."""

from __future__ import annotations

import math
from collections.abc import Sequence

from trialsim.core.errors import Problem, ScenarioError
from trialsim.planning.size.criteria import Assured, Criterion, Power, Width
from trialsim.planning.size.points import EFFECT, Asked, Engine, points_of
from trialsim.scenario._words import nearest
from trialsim.scenario.loaded import LoadedScenario
from trialsim.scenario.resolve import AS_STATED, N_TOTAL

CRITERIA = ("power", "ci_width", "assurance")


def wanted_of(criterion: str, power: float, width: float | None) -> Criterion:
    """The criterion with its target. Raises ScenarioError."""
    problems = []
    if criterion not in CRITERIA:
        found = f"there is none called '{criterion}'."
        problems.append(Problem((), found, nearest(criterion, CRITERIA), source="--criterion"))
    if criterion == "ci_width" and (width is None or not width > 0 or not math.isfinite(width)):
        found = "needs a width above 0, in units of the outcome."
        problems.append(Problem((), found, "Write for example --width 3.", source="--criterion"))
    if criterion in ("power", "assurance") and width is not None:
        found = "found a width, which is for --criterion ci_width."
        problems.append(Problem((), found, source="--width"))
    if criterion != "ci_width" and not 0.01 <= power <= 0.999:
        problems.append(Problem((), f"found {power:g}, must be 0.01 to 0.999.", source="--power"))
    if problems:
        raise ScenarioError(problems)
    if criterion == "ci_width":
        return Width(float(width or 0))
    return Power(power) if criterion == "power" else Assured(power)


def asked_of(
    scenario: LoadedScenario,
    assumption: str | None,
    what_if: str | None,
    analysis: str | None,
    contrast: str | None,
    solve: str,
    criterion: Criterion,
    loss: float,
) -> Asked:
    """The names, filled in. Raises ScenarioError with everything that is unknown."""
    plan = scenario.plan
    problems = []

    def known(kind: str, name: str, names: Sequence[str]) -> bool:
        if name in names:
            return True
        hint = nearest(name, list(names))
        text = f"there is none called '{name}'."
        problems.append(Problem((), text, hint, source=f"--{kind}"))
        return False

    what_ifs = list(dict.fromkeys(cell.what_if for cell in plan.cells))
    ours = what_if or AS_STATED
    if not known("what-if", ours, what_ifs):
        raise ScenarioError(problems)
    # The first design point of a what_if is the design as stated with its changes alone.
    first = next(cell.design for cell in plan.cells if cell.what_if == ours)
    design = plan.designs[first]
    cells = {cell.assumption: cell for cell in plan.cells if cell.design == first}
    if assumption is not None:
        known("assumption", assumption, list(cells))
    analysis = design.decision.primary if analysis is None else analysis
    if known("analysis", analysis, list(design.analyses)):
        names = design.contrasts_of(analysis)
        contrast = names[0] if contrast is None else contrast
        known("contrast", contrast, names)
    path = {"n_total": N_TOTAL}.get(solve, solve)
    if criterion.name != "power" and path == EFFECT:
        text = f"found effect, which a {criterion.name} does not depend on in this way."
        problems.append(Problem((), text, "Solve for n_total.", source="--solve"))
    if criterion.name == "assurance" and path not in (N_TOTAL, EFFECT):
        text = f"found {solve}; assurance is solved for n_total only."
        problems.append(Problem((), text, source="--solve"))
    if not 0 <= loss < 0.95:
        problems.append(Problem((), f"found {loss:g}, must be 0 to 0.95.", source="--loss"))
    if problems:
        raise ScenarioError(problems)
    if assumption is None:
        assumption = _with_effect(scenario, ours, analysis, str(contrast))
    return Asked(path, assumption, ours, analysis, str(contrast))


def _with_effect(scenario: LoadedScenario, what_if: str, analysis: str, contrast: str) -> str:
    """The first assumption under which the analysis has something to find, else the first."""
    names = list(scenario.written.assumptions)
    for name in names:
        asked = Asked(N_TOTAL, name, what_if, analysis, contrast)
        points = points_of(scenario, asked, Engine(0))
        if not points.rule.null_is_true(points.truth(points.design, points.cell)):
            return name
    return names[0]


def budget_of(
    scenario: LoadedScenario,
    criterion: Criterion,
    replicates: int | None,
    precision: float | None,
    seed: int | None,
) -> tuple[int, int]:
    """Replicates at each size around the answer, and the seed."""
    problems = []
    if precision is not None and criterion.name == "ci_width":
        text = "belongs to a share; the width's own error follows from --replicates."
        problems.append(Problem((), text, source="--precision"))
    elif precision is not None and not 1e-4 <= precision < 0.5:
        text = f"found {precision:g}, must be 0.0001 to 0.5."
        problems.append(Problem((), text, source="--precision"))
    elif precision is not None and replicates is not None:
        problems.append(
            Problem((), "stands beside --replicates.", "Keep one.", source="--precision")
        )
    elif precision is not None:
        share = criterion.target.value
        replicates = max(256, math.ceil(share * (1 - share) / precision**2))
    chosen = scenario.plan.replicates if replicates is None else replicates
    if not 100 <= chosen <= 10_000_000:
        text = f"found {chosen:,}, must be 100 to 10,000,000."
        problems.append(Problem((), text, source="--replicates"))
    chosen_seed = scenario.plan.seed if seed is None else seed
    if not 0 <= chosen_seed < 2**63:
        problems.append(Problem((), f"found {seed}, must be 0 to 2^63 - 1.", source="--seed"))
    if problems:
        raise ScenarioError(problems)
    return chosen, chosen_seed
