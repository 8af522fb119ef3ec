"""trialsim check: is the scenario right, what does it say, how much work is it?"""

from __future__ import annotations

import time
from math import isnan

import typer

from trialsim.cli.check_bias import bias_lines
from trialsim.cli.check_clinic import clinic_lines
from trialsim.core.axes import REPLICATES_PER_BATCH
from trialsim.core.plan import Plan
from trialsim.core.program import Program, prepare
from trialsim.operating.allocation import allocation_characteristics
from trialsim.operating.calendar import calendar
from trialsim.operating.delivered import delivered
from trialsim.operating.rounding import NOT_DEFINED, percent, with_error
from trialsim.operating.selected import selected_scores
from trialsim.pipeline import simulate_batch
from trialsim.scenario.describe import paragraph, work_of
from trialsim.scenario.loaded import LoadedScenario, load
from trialsim.scenario.warnings import warnings


def check_command(path: str, changes: list[str], values: bool, allocation: bool = False) -> None:
    """Print one paragraph on the design and one on the work; with `values`, every value; with
    `allocation`, how well the arms balance and how often the next one could be guessed."""
    scenario = load(path, changes)
    plan = scenario.plan
    typer.echo(paragraph(scenario.written, plan))
    typer.echo()
    typer.echo(work_line(scenario))
    typer.echo(unsourced_line(scenario))
    parts = (eligibility_lines, delivered_lines, clinic_lines, calendar_lines)
    for text in (*(part(plan) for part in parts), bias_lines(scenario)):
        if text:
            typer.echo(f"\n{text}")
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
    """Cells, rows, bytes, time and memory of a run; the time from two batches, measured now."""
    plan, work = scenario.plan, work_of(scenario.plan)
    seconds = seconds_of(plan)
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


def seconds_of(plan: Plan) -> float:
    """Time of a run on one core, from two batches; where trials are simulated one by one, from
    two small ones, of which the larger takes more by so much a trial."""
    program, batches = prepare(plan), plan.replicates / REPLICATES_PER_BATCH
    if not any(design.clock and design.clock.by_clinic for design in plan.designs):
        first = _took(program, 0, REPLICATES_PER_BATCH)  # also makes what is kept for all
        return first + _took(program, 1, REPLICATES_PER_BATCH) * (batches - 1)
    first, (few, many) = _took(program, 0, FEW_TRIALS[0]), FEW_TRIALS
    small, large = (_took(program, 1, trials) for trials in FEW_TRIALS)
    each = max(0.0, (large - small) / (many - few))
    return first + (small + each * (REPLICATES_PER_BATCH - few)) * batches


FEW_TRIALS = (4, 16)


def _took(program: Program, batch: int, trials: int) -> float:
    began = time.perf_counter()
    simulate_batch(program, batch, trials)
    return time.perf_counter() - began


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


def eligibility_lines(plan: Plan) -> str:
    """Who may enter, and what that does to the score: before and after, a line a visit."""
    lines = []
    for found in selected_scores(plan):
        limits = [
            f"{found.lowest:g} or more" if found.lowest is not None else "",
            f"{found.highest:g} or less" if found.highest is not None else "",
        ]
        wanted = " and ".join(text for text in limits if text)
        lines.append(
            f"May enter: {found.outcome} of {wanted} at baseline, {100 * found.share:.1f}% of "
            "those who come. Of them and, in brackets, of all who come:"
        )
        baseline = str(plan.designs[0].baseline)
        for left, everybody in zip(found.after, found.before, strict=True):
            text = (
                f"  {found.outcome} at {left.visit}: mean {left.mean:.2f} ({everybody.mean:.2f}), "
                f"SD {left.sd:.2f} ({everybody.sd:.2f})"
            )
            if left.visit != baseline:
                known = left.with_baseline
                text += (
                    f", correlation with {baseline} "
                    f"{NOT_DEFINED if isnan(known) else format(known, '.2f')} "
                    f"({everybody.with_baseline:.2f})"
                )
            lines.append(text)
    return "\n".join(lines)


def delivered_lines(plan: Plan) -> str:
    """True differences that are not those stated, because patients are selected or gain by
    something that goes with their score."""
    lines = [
        f"  {one.outcome} at {one.visit}, {one.contrast}, under {one.assumption}: "
        f"{one.true:.3g} (stated {one.stated:.3g})"
        for one in delivered(plan)
    ]
    head = "True mean differences among those who enter, where they are not those stated:"
    return "\n".join([head, *lines]) if lines else ""


def calendar_lines(plan: Plan) -> str:
    """When the trial will be over, a line each."""
    # With a clock every trial is followed through, which takes longer.
    batches = 4 if plan.designs[0].clock is None else 1
    found = calendar(plan, REPLICATES_PER_BATCH * batches)
    lines = [
        f"  {row.what}: {row.mean:.3g} on average, {row.low:.3g} to {row.high:.3g} in 95 of 100"
        for row in found
    ]
    return "\n".join(["Calendar:", *lines]) if lines else ""


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
