"""The conduct of a trial in words: what each result is, its value with its error, its range."""

from __future__ import annotations

from collections.abc import Callable

from trialsim.core.clock import Clock
from trialsim.core.plan import Design, Plan
from trialsim.operating.conduct import Conducted, conducted
from trialsim.operating.rounding import share_text, value_text

Label = Callable[[str], str]

_WHAT = {
    "utilisation": "appointments booked, of those that there was room for",
    "place": "days from randomisation to a place with a therapist",
    "first_session": "days from randomisation to the first session",
    "delay": "days by which sessions come later than planned",
    "room": "minutes in the waiting room before a session",
    "attended": "sessions attended, of those planned",
    "unplaced": "sessions that found no appointment, of all asked for",
    "stopped": "stopped treatment early",
    "left": "left the trial",
    "not_made": "visit not made",
    "unfinished": "patients with a visit to come when the trial closes",
}
_WORKED = "time in sessions, of the time worked"


def as_words(name: str) -> str:
    """A name from a scenario as a reader meets it."""
    return name.replace("_", " ")


def what_it_is(one: Conducted, clock: Clock) -> str:
    """The result in words, without arm or team."""
    if one.what == "utilisation" and clock.appointments == "queue":
        return _WORKED
    return f"{_WHAT[one.what]}: {as_words(one.visit)}" if one.visit else _WHAT[one.what]


def value_of(one: Conducted) -> str:
    """The value with its Monte Carlo error in brackets."""
    if one.unit == "share":
        return share_text(one.value, one.mcse, one.replicates)
    return value_text(one.value, one.mcse)


def range_of(one: Conducted) -> str:
    """What the middle 95 of 100 trials have."""
    if one.unit == "share":
        return f"{100 * one.low:.3g}% to {100 * one.high:.3g}%"
    if one.unit == "patients":
        return f"{one.low:.0f} to {one.high:.0f}"
    return f"{_tenths(one.low)} to {_tenths(one.high)}"


def _tenths(value: float) -> str:
    return f"{value:.0f}" if value >= 10 or value == 0 else f"{value:.1f}"


_IN_SHORT = ("utilisation", "attended", "unplaced", "stopped", "left", "unfinished")


def conduct_lines(
    plan: Plan, replicates: int, label: Label = as_words, *, in_short: bool = False
) -> list[str]:
    """The results of the design as stated, a line each; none without a calendar. In short, those
    by which a clinic is judged, as far as they are not all or nothing."""
    clock = plan.designs[0].clock
    if clock is None:
        return []
    lines = []
    for one in conducted(plan, replicates):
        if in_short and (one.what not in _IN_SHORT or one.low == one.high):
            continue
        where = f"{label(one.where)}: " if one.where else ""
        ends = f"{range_of(one)} in 95 of 100 trials"
        lines.append(f"{where}{what_it_is(one, clock)}: {value_of(one)}; {ends}")
    return lines


def how_simulated(clock: Clock) -> str:
    """Which of the two simulations of a calendar ran, what it does, and why it was that one."""
    if not clock.by_clinic:
        return "The calendar was worked out by “express”, for all simulated trials at once: " + (
            "appointments stand in diaries, so that nobody waits in a room for another."
            if clock.has_places
            else "nobody has to wait for another."
        )
    why = (
        "patients wait in a room for the first free therapist"
        if clock.appointments == "queue"
        else "the scenario asks for it"
    )
    return (
        "The calendar was simulated by “clinic”, each trial by itself, event by event, because "
        f"{why}."
    )


def calendar_leaves_out(design: Design) -> list[str]:
    """What a simulated calendar does not have though trials do, a phrase each; none without one."""
    clock, sessions, found = design.clock, design.sessions, []
    if clock is None:
        return []
    if not clock.diaries:
        found.append("waiting for appointments: there is room for everybody at any time")
    elif clock.appointments == "diary":
        found.append("slots that become free and are given to others")
    if clock.planned and (sessions is None or (sessions.attend == 1 and not sessions.never)):
        found.append("missed sessions")
    if clock.planned and clock.stopping is None:
        found.append("stopping treatment")
    if clock.leaving is None:
        found.append("withdrawal from the trial")
    if not any(late.mean for late in clock.lateness.values()):
        found.append("late visits")
    return found
