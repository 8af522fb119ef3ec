"""The plan with only these cells and analyses: what a question needs, and no more.

Every number of what is left is that of the whole run, because a table of random numbers is
addressed by seed, purpose and batch, and not by what else is simulated. It is the same to the last
bit, with one exception: sizes that share all their patients (`prefix_stable` allocations) are
summed from one size to the next, so that without its neighbours a size can differ in the last bits
of a sum, by about 1e-15 of it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from trialsim.core.plan import Design, Plan
from trialsim.core.stages import ReportBias


def reduced(
    plan: Plan, *, cells: Collection[int] | None = None, analyses: Collection[str] | None = None
) -> Plan:
    """A plan with these of the cells (indices) and analyses (names), in the order that they had.

    None keeps all. Designs that no cell is left of are dropped and the others keep their order. A
    primary analysis that is dropped is replaced by the first that is kept. One whose result is
    chosen among others (a bias of reporting) keeps those others beside it. Raises ValueError for a
    cell or analysis that is not there, or where nothing would be left.
    """
    kept = range(len(plan.cells)) if cells is None else sorted(set(cells))
    if not kept or kept[0] < 0 or kept[-1] >= len(plan.cells):
        raise ValueError(f"the plan has cells 0 to {len(plan.cells) - 1}; asked for {list(kept)}")
    designs = sorted({plan.cells[cell].design for cell in kept})
    place = {design: index for index, design in enumerate(designs)}
    return replace(
        plan,
        designs=tuple(_with_analyses(plan.designs[design], analyses) for design in designs),
        cells=tuple(
            replace(plan.cells[cell], design=place[plan.cells[cell].design]) for cell in kept
        ),
    )


def _with_analyses(design: Design, names: Collection[str] | None) -> Design:
    if names is None:
        return design
    if unknown := set(names) - set(design.analyses):
        raise ValueError(f"no analysis is called {', '.join(sorted(unknown))}")
    if not names:
        raise ValueError("no analysis would be left")
    wanted, decision, bias = set(names), design.decision, dict(design.bias)
    choices = {name: one for name, one in bias.items() if isinstance(one, ReportBias)}
    if decision.primary in wanted:
        wanted |= {name for one in choices.values() for name in one.needs()}
    else:
        # What is chosen is reported as the primary result, and as no other.
        bias = {name: one for name, one in bias.items() if name not in choices}
    kept = {name: method for name, method in design.analyses.items() if name in wanted}
    if decision.primary not in kept:
        decision = decision.model_copy(update={"primary": next(iter(kept))})
    return replace(design, analyses=kept, decision=decision, bias=bias)
