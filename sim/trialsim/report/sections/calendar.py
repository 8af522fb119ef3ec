"""The calendar: how long recruitment and the whole trial last, how many are asked, and, where it is
simulated, what happens to participants on it."""

from __future__ import annotations

from math import inf

from markupsafe import Markup

from trialsim.core.clock import DAYS_A_WEEK
from trialsim.operating.calendar import calendar
from trialsim.operating.conduct import Conducted, Point, by_point, conducted
from trialsim.operating.conduct_words import how_simulated, range_of, value_of, what_it_is
from trialsim.operating.courses import n_followed
from trialsim.operating.rounding import value_text
from trialsim.plots.base.words import counted, listed, number, plain, quoted
from trialsim.report.figure_places import FIGURES
from trialsim.report.naming import name_of
from trialsim.report.page import Page
from trialsim.report.render import fill
from trialsim.report.tables import Table
from trialsim.report.wording import shown
from trialsim.scenario.resolve import AS_STATED, N_TOTAL

ID = "calendar"
TITLE = "How long it takes"

MOST_TRIALS = 10_000
"""Simulated calendars of recruitment; more would change nothing that the page shows."""

ERRORS = "In brackets: Monte Carlo standard error."


_NOT_MADE = (
    " A visit is not made by those who have left, come after its window, or have not reached it "
    "when the trial closes."
)


def applies(page: Page) -> bool:
    """Where the scenario says how participants are recruited, or what happens to them when."""
    return page.design.recruitment is not None or page.design.clock is not None


def render(page: Page) -> Markup:
    """Weeks to the last participant and to the last visit, and counts, with their range; then
    room, waiting, sessions and loss."""
    recruitment, clock = page.design.recruitment, page.design.clock
    per_week = "" if recruitment is None else f"{7 * recruitment.per_day:.3g}"
    consent = ""
    if recruitment is not None and recruitment.consent < 1:
        consent = f"{100 * recruitment.consent:.3g}"
    return fill(
        "calendar",
        calendar=_calendar(page),
        conduct=_conduct(page),
        points=_points(page),
        how="" if clock is None else how_simulated(clock),
        rules=_rules(page),
        figures=page.figures(FIGURES[ID]),
        n_total=page.design.n_total,
        per_week=per_week,
        has_end=recruitment is not None and recruitment.until is not None,
        consent=consent,
    )


def _trials(page: Page) -> tuple[int, str]:
    """How many trials are looked at, and a table's words for them."""
    if page.design.clock is None:
        n = min(page.replicates, MOST_TRIALS)
        return n, f"over {n:,} simulated trials"
    n = n_followed(page.design, page.replicates)
    assumption = quoted(page.plan.cells[0].assumption)
    return n, f"over the first {n:,} simulated trials under {assumption}"


def _calendar(page: Page) -> Table | None:
    n, over = _trials(page)
    rows = [
        [
            _named(row.what),
            value_text(row.mean, row.mcse),
            f"{number(row.low, 0)} to {number(row.high, 0)}",
        ]
        for row in calendar(page.plan, n)
    ]
    if not rows:
        return None
    head = ["What", "Mean", "In 95 of 100 trials"]
    caption = f"The calendar of the design as stated, {over}"
    return Table("calendar", caption, head, [("", rows)], ERRORS)


def _named(what: str) -> str:
    """A page speaks of participants."""
    said = what.replace("patient", "participant")
    return f"{said[:1].upper()}{said[1:]}"


def _conduct(page: Page) -> Table | None:
    """What happens on the calendar, by arm; what concerns a whole team stands with its arms."""
    clock = page.design.clock
    if clock is None:
        return None
    groups: dict[str, list[list[str]]] = {}
    found = conducted(page.plan, page.replicates)
    for one in found:
        row = [_named(what_it_is(one, clock)), value_of(one), range_of(one)]
        groups.setdefault(_whose(page, one), []).append(row)
    if not groups:
        return None
    _, over = _trials(page)
    return Table(
        "conduct",
        f"Room, waiting, sessions and visits of the design as stated, {over}",
        ["What", "All trials together", "In 95 of 100 trials"],
        list(groups.items()),
        f"{ERRORS[:-1]}; for a share of exactly 0 or 100%, the far end of its 95% interval. Shares "
        "and means are those of all participants, or appointments, of all trials together."
        + (_NOT_MADE if any(one.what == "not_made" for one in found) else ""),
    )


def _whose(page: Page, one: Conducted) -> str:
    if not one.where:
        return "The whole trial"
    if one.what == "utilisation":
        return listed([page.run.arm_label(arm) for arm in page.design.teams[one.where].arms])
    return page.run.arm_label(one.where)


_COLUMNS = {
    "utilisation": "Appointments booked",
    "first_session": "Days to the first session",
    "attended": "Sessions attended",
    "unplaced": "Sessions without a place",
}


def _points(page: Page) -> Table | None:
    """What other design points would do to room and time."""
    found = by_point(page.plan, page.replicates)
    if not found:
        return None
    there = {(one.what, one.where) for point in found for one in point.found if not _is_whole(one)}
    columns = [(what, where) for what in _COLUMNS for w, where in sorted(there) if w == what]
    several = len({where for _, where in columns}) > 1
    heads = [
        f"{_COLUMNS[what]}, {page.run.arm_label(where)}" if several else _COLUMNS[what]
        for what, where in columns
    ]
    rows = []
    for point in found:
        by_key = {(one.what, one.where): one for one in point.found}
        cells = [value_of(by_key[key]) if key in by_key else "" for key in columns]
        rows.append([_point_name(page, point), value_text(*point.weeks), *cells])
    n = found[0].replicates
    return Table(
        "conduct-points",
        f"The calendar of every design, over the first {n:,} trials of each",
        ["Design", "Weeks to the last visit", *heads],
        [("", rows)],
        ERRORS,
    )


def _is_whole(one: Conducted) -> bool:
    """Whether there is nothing to say: all sessions attended, or none without an appointment."""
    return one.value == (1.0 if one.what == "attended" else 0.0)


def _point_name(page: Page, point: Point) -> str:
    """A design by what it changes."""
    cell = page.plan.cells[point.cell]
    said = [
        f"{value:,} participants"
        if path == N_TOTAL
        else f"{name_of(page, tuple(path.split('.')))} {shown(value)}"
        for path, value in cell.varied
    ]
    if cell.what_if != AS_STATED:
        said.append(quoted(cell.what_if))
    return "; ".join(said) or "as stated"


def _rules(page: Page) -> list[str]:
    """What the simulated calendar keeps to, as far as the scenario asks for it."""
    clock, design = page.design.clock, page.design
    if clock is None:
        return []
    said = []
    for name, diary in clock.diaries.items():
        team = design.teams[name]
        text = (
            f"{listed([page.run.arm_label(arm) for arm in team.arms])}: "
            f"{counted(team.n, 'therapist')} with sessions of {diary.minutes:g} minutes, "
            f"{diary.hours:g} hours a day, {counted(diary.days_a_week, 'day')} a week"
        )
        text += (
            f", {counted(diary.leave_weeks, 'week')} of leave a year" if diary.leave_weeks else ""
        )
        if diary.caseload:
            text += f"; each has at most {counted(diary.caseload, 'participant')} in treatment"
        said.append(text)
    if clock.diaries and clock.appointments == "diary":
        said.append(
            "Booked at the start of treatment, each session at midday of the first working day "
            "with room; slots of those who miss, stop or leave are not given to others"
        )
    if clock.rebook:
        said.append(
            f"Of 100 sessions missed, {100 * clock.rebook:.3g} are given another appointment after "
            "the last one booked"
        )
    if clock.closes < inf:
        weeks = clock.closes / DAYS_A_WEEK
        said.append(f"No session is held later than {weeks:g} weeks after the start of treatment")
    for visit, late in clock.lateness.items():
        if late.mean:
            window = f", not made after {late.window:g} days" if late.window < inf else ""
            said.append(f"{plain(visit)}: {late.mean:g} days late on average{window}")
    if clock.last_day < inf:
        said.append(
            f"The trial closes in week {clock.last_day / DAYS_A_WEEK:g}, whoever is still in it"
        )
    return [f"{text[:1].upper()}{text[1:]}" for text in said]
