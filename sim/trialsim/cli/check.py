"""trialsim check: is the scenario right, what does it say, how much work is it?"""

from __future__ import annotations

import time

import typer

from trialsim.core.axes import REPLICATES_PER_BATCH
from trialsim.core.plan import Plan
from trialsim.core.program import prepare
from trialsim.operating.allocation import allocation_characteristics
from trialsim.operating.rounding import percent, with_error
from trialsim.pipeline import simulate_batch
from trialsim.scenario.allocation_check import warnings
from trialsim.scenario.describe import paragraph, work_of
from trialsim.scenario.loaded import LoadedScenario, load


def check_command(path: str, changes: list[str], values: bool, allocation: bool = False) -> None:
    """Print one paragraph on the design and one on the work; with `values`, every value; with
    `allocation`, how well the arms balance and how often the next one could be guessed."""
    scenario = load(path, changes)
    plan = scenario.plan
    typer.echo(paragraph(scenario.written, plan))
    typer.echo()
    typer.echo(work_line(scenario))
    typer.echo(unsourced_line(scenario))
    for text in warnings(plan):
        typer.echo(f"Warning: {text}")
    if allocation:
        typer.echo(f"\n{allocation_lines(plan)}")
    if values:
        typer.echo()
        width = max(len(place) for place in plan.marks)
        for place, marked in sorted(plan.marks.items()):
            typer.echo(f"{place:<{width}}  {marked.status:<8}  {marked.value}")


def work_line(scenario: LoadedScenario) -> str:
    """Cells, rows, bytes, time and memory of a run; the time from one batch, measured now."""
    plan, work = scenario.plan, work_of(scenario.plan)
    program = prepare(plan)
    began = time.perf_counter()
    simulate_batch(program, 0)
    seconds = (time.perf_counter() - began) * plan.replicates / REPLICATES_PER_BATCH
    design = plan.designs[0]
    contrasts = sum(len(design.contrasts_of(analysis)) for analysis in design.analyses)
    analyses = counted(work.analyses, "analysis", "analyses")
    factors = (
        counted(work.design_points, "design point"),
        counted(work.assumptions, "assumption"),
        analyses if contrasts == work.analyses else f"{contrasts:,} contrasts of {analyses}",
    )
    return (
        f"Work: {' x '.join(factors)}, {counted(work.replicates, 'replicate')} each: "
        f"{counted(work.rows, 'estimate')}, "
        f"{work.bytes / 1e6:,.0f} MB, about {duration(seconds)} on one core, "
        f"peak memory about {work.peak_bytes / 1e9:.1f} GB."
    )


def allocation_lines(plan: Plan) -> str:
    """The operating characteristics of the stated design's allocation, a line each."""
    found = allocation_characteristics(plan)
    lines = [f"Allocation by {found.method.replace('_', ' ')}, {found.replicates:,} trials:"]
    for row in found.rows:
        if row.is_share:
            text = f"{percent(row.value, row.mcse)} (mcse {100 * row.mcse:.1g})"
        else:
            text = f"{with_error(row.value, row.mcse)}, at most {row.largest:.4g} in these trials"
        lines.append(f"  {row.what}: {text}")
    return "\n".join(lines)


def unsourced_line(scenario: LoadedScenario) -> str:
    """How many of the evidence entries are of which status."""
    evidence = scenario.written.evidence.values()
    if not evidence:
        return "Evidence: none of the numbers has a stated source."
    counts = {
        status: sum(entry.status == status for entry in evidence)
        for status in ("reported", "derived", "recalled", "assumed")
    }
    return "Evidence: " + ", ".join(f"{n} {status}" for status, n in counts.items() if n) + "."


def counted(n: int, noun: str, plural: str = "") -> str:
    """A count with its noun: "1 analysis", "6 analyses"."""
    return f"{n:,} {noun if n == 1 else plural or noun + 's'}"


def duration(seconds: float) -> str:
    """A time to read: 0.4 s, 12 s, 3 min, 2.5 h."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    if seconds < 99:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
