"""What check says of therapists' time: whether demand fits room and sessions fit the visits, who
will be left, and how the calendar is simulated."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf

from trialsim.core.clock import DAYS_A_WEEK, Clock
from trialsim.core.plan import Design, Plan
from trialsim.operating.backlog import Backlog, backlog
from trialsim.operating.capacity import Fit, Load, fits, loads
from trialsim.operating.closing import Closing, closing

SHOWN = 0.005
"""Expected patients below which nobody is said to be left."""


NEARLY_FULL = 0.85
"""Share of the room taken above which chance makes many wait."""

NEARLY = ", but only just: where many come at once, by chance, they wait."


def clinic_lines(plan: Plan) -> str:
    """Room and demand of the design as stated, and the last day; nothing without a calendar."""
    design = plan.designs[0]
    if design.clock is None:
        return ""
    lines = [method_line(design.clock)]
    last = fits(design)
    for name, load in loads(design).items():
        lines += team_lines(load, last.get(name), backlog(design, load), design.clock)
    lines += closing_lines(design, closing(design))
    return "\n".join(lines)


def method_line(clock: Clock) -> str:
    """Which of the two simulations runs, and why."""
    if not clock.by_clinic:
        return "Appointments by express, all trials at once: nobody waits in a room for another."
    why = "patients queue" if clock.appointments == "queue" else "it was asked for"
    return (
        f"Appointments by clinic, each trial by itself, event by event: {why}. The time of the run "
        "above says what that takes."
    )


def team_lines(load: Load, fit: Fit | None, waits: Backlog, clock: Clock) -> Iterator[str]:
    """What one team is asked for, what it has, and what follows."""
    people = "1 therapist" if load.therapists == 1 else f"{load.therapists} therapists"
    noun = "sessions" if clock.appointments == "queue" else "appointments"
    yield (
        f"{load.team} ({people}): {load.asked:.3g} {noun} a week asked for at full recruitment, "
        f"room for {load.room:.3g}: {_share(load.booked)} taken."
    )
    if load.places < inf:
        yield (
            f"  Caseload: {load.patients * load.course:.3g} patients in treatment at once, "
            f"{load.places:g} places: {_share(load.held)} held."
        )
    if load.held > 1:
        yield (
            f"  Too few places: the wait for one grows by {load.held - 1:.2g} weeks a week, to "
            f"{waits.for_place:.2g} weeks."
        )
    if load.booked > 1:
        yield (
            f"  Too little room: {noun} come later by {load.booked - 1:.2g} weeks more each week, "
            f"by {waits.for_appointment:.2g} weeks in the end."
        )
    elif load.held <= 1:
        nearly = max(load.held, load.booked) > NEARLY_FULL
        yield f"  Demand fits{NEARLY if nearly else '.'}"
    if waits.unplaced > 0:
        yield (
            f"  About {_share(waits.unplaced)} of them find no time before treatment closes, "
            f"{clock.closes / DAYS_A_WEEK:g} weeks after its start."
        )
    if waits.behind > 0 and fit is not None:
        yield (
            f"  For about {_share(waits.behind)} of patients, waiting takes the last session "
            f"beyond {fit.visit} (day {fit.visit_day:g})."
        )
    if waits.unfinished >= SHOWN:
        yield (
            f"  About {waits.unfinished:.2g} patients are still in treatment, or wait for it, "
            "when the trial is closed."
        )
    if fit is not None:
        yield from _fit_lines(fit, clock)


def _fit_lines(fit: Fit, clock: Clock) -> Iterator[str]:
    leave = f", up to {fit.leave:g} days later because of leave" if fit.leave else ""
    text = (
        f"  Last session planned for day {fit.planned:.3g} of treatment, held by day "
        f"{fit.latest:.3g} where there is room{leave}"
    )
    if not fit.visit:
        yield f"{text}; no visit comes after it."
    elif fit.share_late:
        yield f"{text}: after {fit.visit} (day {fit.visit_day:g}) for {_share(fit.share_late)}."
    elif fit.latest + fit.leave > fit.visit_day:
        yield f"{text}: before {fit.visit} (day {fit.visit_day:g}), but for leave."
    else:
        yield f"{text}: always before {fit.visit} (day {fit.visit_day:g})."
    if fit.latest > clock.closes:
        yield (
            f"  Treatment closes on day {clock.closes:g}: a weekend may leave a session without "
            "a day."
        )


def closing_lines(design: Design, found: Closing) -> Iterator[str]:
    """The last possible day, and who has not seen it all by then."""
    if design.recruitment is None:
        return
    if found.last_day == inf:
        yield f"No last day is certain: {found.why}."
        return
    week = found.last_day / DAYS_A_WEEK
    yield f"Nothing happens after day {found.last_day:.4g} (week {week:.3g})."
    if found.not_enrolled >= SHOWN:
        yield f"  {found.not_enrolled:.3g} of {design.n_total} patients have not come by then."
    left = [f"{visit} {n:.3g}" for visit, n in found.not_reached.items() if n >= SHOWN]
    if left:
        yield f"  Enrolled, and closed before their visit: {', '.join(left)} patients."


def _share(share: float) -> str:
    return f"{100 * share:.3g}%"
