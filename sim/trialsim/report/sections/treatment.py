"""The treatments as delivered: sessions, therapists, and what effect of the stated one arrives."""

from __future__ import annotations

from math import exp

from markupsafe import Markup

from trialsim.operating.delivered import Delivered, delivered
from trialsim.plots.base.words import counted, listed, plain
from trialsim.report.page import Page
from trialsim.report.render import fill
from trialsim.report.tables import Table, exactly
from trialsim.scenario.keys.conduct import Hazard

ID = "treatment"
TITLE = "Treatment as delivered"

_CURVES = {
    "linear": "every session gives an equal part of the effect",
    "threshold": "the effect is there from {needed} on, and not before",
    "saturating": "the first sessions give most of the effect; {half} would give half of what "
    "infinitely many would",
}


def applies(page: Page) -> bool:
    """Where the scenario speaks of sessions or therapists, of stopping, leaving or other treatment,
    or another effect arrives than was stated."""
    conduct = page.written.conduct
    said = (conduct.sessions, conduct.therapists, conduct.discontinuation, conduct.withdrawal)
    others = (conduct.switching, conduct.cointerventions)
    return any(bool(one) for one in (*said, *others)) or bool(delivered(page.plan))


def render(page: Page) -> Markup:
    """Sessions, stopping, leaving and other treatment in words, therapists by arm, and the true
    differences that are not those stated."""
    return fill(
        "treatment",
        sessions=_sessions(page),
        others=[*_hazards(page), *_other_treatment(page)],
        therapists=_therapists(page),
        delivered=_delivered(page, delivered(page.plan)),
    )


def _sessions(page: Page) -> list[str]:
    written = page.written.conduct.sessions
    if written is None:
        return []
    said = [f"{counted(written.planned, 'session')} planned within {written.within_weeks:g} weeks"]
    if page.design.sessions is None:
        return [*said, "everybody is taken to attend all of them"]
    if written.attend == 1 and not written.never:
        said.append("everybody is taken to attend whatever finds an appointment")
    if written.never:
        said.append(f"{100 * written.never:g} of 100 participants come to none")
    of = " of the others" if written.never else ""
    if written.attend < 1:
        said.append(f"each session is attended by {100 * written.attend:g} of 100{of}")
    if written.severity is not None:
        more = "more" if written.severity.strength > 0 else "less"
        outcome = page.outcome_label(written.severity.outcome)
        said.append(
            f"whoever starts with a worse score ({outcome}) comes {more} often (odds ratio "
            f"{exp(abs(written.severity.strength)):.3g} an SD)"
        )
    half = "" if written.half is None else f"{written.half:g} sessions"
    needed = "" if written.needed is None else counted(written.needed, "session")
    said.append(_CURVES[written.dose].format(needed=needed, half=half))
    if written.weeks_to_work:
        weeks = "a week" if written.weeks_to_work == 1 else f"{written.weeks_to_work:g} weeks"
        said.append(
            f"a session takes {weeks} to work in full, so that treatment that is late has done "
            "less by a visit"
        )
    return said


def _hazards(page: Page) -> list[str]:
    """Who stops treatment and who leaves, and how readily."""
    conduct = page.written.conduct
    said = (
        ("stop treatment and stay in the trial", conduct.discontinuation),
        ("leave the trial, for all sessions and visits to come", conduct.withdrawal),
    )
    return [_hazard(page, what, stated) for what, stated in said if stated is not None]


def _hazard(page: Page, what: str, stated: Hazard) -> str:
    rates = [
        f"{100 * stated.by_arm.get(arm, stated.per_week):.3g} with {page.run.arm_label(arm)}"
        for arm in page.design.arms
    ]
    if not stated.by_arm:
        rates = [f"{100 * stated.per_week:.3g}"]
    text = f"Of 100 participants who have not yet, {listed(rates)} a week {what}"
    if stated.outcome is not None:
        outcome = page.outcome_label(stated.outcome)
        for score, strength in (("at baseline", stated.severity), ("last time", stated.latest)):
            if strength:
                text += (
                    f"; with a score {score} ({outcome}) one SD worse, "
                    f"{exp(strength):.3g} times as many"
                )
    return text


def _other_treatment(page: Page) -> list[str]:
    """Changes to another arm's treatment, and what is taken beside one's own."""
    conduct, said = page.written.conduct, []
    for arm, one in conduct.switching.items():
        said.append(
            f"{100 * one.share:.3g} of 100 participants allocated to {page.run.arm_label(arm)} "
            f"change over to {page.run.arm_label(one.to)} in week {one.week:g}: later visits find "
            "its whole effect, and nothing of their own"
        )
    for name, taken in conduct.cointerventions.items():
        who = listed(
            [f"{100 * n:.3g} with {page.run.arm_label(arm)}" for arm, n in taken.shares.items()]
        )
        sizes = listed(
            [
                f"{exactly(size)} {page.design.outcomes[outcome].unit} of "
                f"{page.outcome_label(outcome)}"
                for outcome, size in taken.size.items()
            ]
        )
        since = f" from week {taken.from_week:g} on" if taken.from_week else ""
        said.append(f"“{plain(name)}” is taken{since} by, of 100, {who}; alone it changes {sizes}")
    return [f"{text[:1].upper()}{text[1:]}" for text in said]


def _therapists(page: Page) -> Table | None:
    rows = []
    for team in page.design.teams.values():
        n = sum(page.design.arms[arm] for arm in team.arms)
        shares = [f"{page.outcome_label(name)} {icc:g}" for name, icc in team.icc.items() if icc]
        if len(set(team.icc.values())) == 1 and len(team.icc) == len(page.design.outcomes):
            shares = [f"{next(iter(team.icc.values())):g}"]
        rows.append(
            [
                listed([page.run.arm_label(arm) for arm in team.arms]),
                f"{team.n:,}",
                f"{n // team.n:,}"
                if n % team.n == 0
                else f"{n // team.n:,} or {n // team.n + 1:,}",
                ", ".join(shares) or "0: all equally good",
            ]
        )
    if not rows:
        return None
    head = ["Arm", "Therapists", "Participants of each", "Share of variance between them (ICC)"]
    return Table("therapists", "Who treats whom, in the design as stated", head, [("", rows)])


def _delivered(page: Page, found: list[Delivered]) -> Table | None:
    if not found:
        return None
    groups: dict[str, list[list[str]]] = {}
    for one in found:
        unit = page.design.outcomes[one.outcome].unit
        label = f"{page.outcome_label(one.outcome)}, {plain(one.visit)}"
        if len(page.design.contrasts) > 1:
            label = f"{label}, {page.contrast_label(one.contrast)}"
        row = [label, f"{exactly(one.stated)} {unit}", f"{_three(one.true)} {unit}"]
        groups.setdefault(f"If the truth is “{plain(one.assumption)}”", []).append(row)
    return Table(
        "delivered",
        "True differences that are not those stated",
        ["Outcome and visit", "Stated", "Delivered"],
        list(groups.items()),
        "Delivered: the difference of the means among those who enter, whatever they attend. "
        "Every truth on this page is the delivered one, unless its estimand is hypothetical.",
    )


def _three(value: float) -> str:
    return exactly(float(f"{value:.3g}"))
