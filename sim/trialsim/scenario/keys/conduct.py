"""conduct: what happens between allocation and visits."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from trialsim.scenario.written import MaybeEmpty, Name, Written

Icc = Annotated[float, Field(ge=0, lt=1)]


class Therapists(Written):
    """Those who treat an arm."""

    n: int = Field(ge=1, le=1000)
    """How many they are. Patients go to them in turn, so that caseloads are as equal as can be."""
    icc: Icc | dict[Name, Icc] = 0.0
    """Intraclass correlation: the share of the variance of the score at every visit after
    baseline, within the arm, that lies between therapists; one for all outcomes, or outcome:
    share. The total variance and the stated correlations stay as they are."""
    also: tuple[Name, ...] = ()
    """Other arms that the same people treat."""
    session_minutes: float | None = Field(default=None, ge=1, le=1440)
    """Length of a session. With it the therapists have diaries, and patients wait where these are
    full; without it there is room for everybody."""
    hours_a_day: float = Field(default=8.0, gt=0, le=24)
    """Hours of a working day: together with the length, how many sessions it has room for."""
    days_a_week: int = Field(default=5, ge=1, le=7)
    """Working days, from Monday on."""
    leave_weeks: int = Field(default=0, ge=0, le=26)
    """Weeks a year in which each therapist is away, in one stretch at a random time."""
    caseload: int | None = Field(default=None, ge=1, le=10000)
    """Most patients whom one therapist has in treatment. A patient waits for a place, which is
    held for as long as a course is planned to take."""
    lengths: Literal["fixed", "exponential"] = "fixed"
    """Whether all sessions last as long, or at random with that mean; only for a queue."""


class Severity(Written):
    """How attendance goes with the score at baseline."""

    outcome: str
    """Outcome whose baseline score matters."""
    strength: float = Field(ge=-10, le=10)
    """Log odds ratio of coming, and of attending a session, for a score one SD worse; negative
    where those who are well come more."""


class Sessions(Written):
    """Sessions of the treatments that have an effect."""

    planned: int = Field(ge=1, le=60)
    """How many are planned, evenly spread."""
    within_weeks: float = Field(gt=0, le=520)
    """Weeks after allocation within which they take place."""
    attend: float = Field(default=1.0, gt=0, le=1)
    """Chance of attending a session, of patients who come at all; with `severity`, of one whose
    score is average."""
    never: float = Field(default=0.0, ge=0, lt=1)
    """Share of patients who come to no session."""
    severity: Severity | None = None
    """The baseline score that attendance goes with, if it does."""
    dose: Literal["linear", "threshold", "saturating"] = "linear"
    """What a part of the sessions gives. linear: that part of the effect; threshold: all of it
    from `needed` sessions on, nothing before; saturating: a(1 + h)/(a + h), with a and h as shares
    of the sessions that were due, and h of `half` sessions."""
    needed: int | None = Field(default=None, ge=1)
    """Sessions from which on a threshold gives the whole effect."""
    half: float | None = Field(default=None, gt=0)
    """Sessions that give half of what infinitely many would give, where the effect saturates."""
    rebook: float = Field(default=0.0, ge=0, le=1)
    """Chance that a missed session is given another appointment, after the last one booked."""
    closes_weeks: float | None = Field(default=None, gt=0, le=520)
    """Weeks after the start of treatment after which no session is held; what has found no
    appointment by then is lost."""
    weeks_to_work: float = Field(default=0.0, ge=0, le=520)
    """Weeks that a session takes to work in full, its effect growing in proportion: treatment that
    is late has less time to work by a visit. 0 for at once."""


class Visit(Written):
    """How late a visit may be."""

    late_days: float = Field(default=0.0, ge=0, le=3650)
    """Mean days by which patients come late (exponential)."""
    window_days: float | None = Field(default=None, ge=0, le=3650)
    """Days after which a late visit is not made; no limit when left out."""


class Hazard(Written):
    """How readily patients do something for good."""

    per_week: float = Field(default=0.0, ge=0, le=100)
    """Rate a week among those who have not yet, of a patient whose scores are average."""
    by_arm: dict[Name, Annotated[float, Field(ge=0, le=100)]] = {}
    """Arm: rate a week, for arms with a rate of their own."""
    outcome: str | None = None
    """Outcome whose scores matter, if any do."""
    severity: float = Field(default=0.0, ge=-10, le=10)
    """Log ratio of rates for a score at baseline one SD worse."""
    latest: float = Field(default=0.0, ge=-10, le=10)
    """Log ratio of rates for a latest score one SD worse: that of the visit planned last."""


class Switching(Written):
    """Patients of an arm who change over to the treatment of another."""

    to: str
    """The arm whose treatment they take."""
    share: float = Field(gt=0, le=1)
    """Share of the arm that changes over, whatever their scores."""
    week: float = Field(ge=0, le=520)
    """Week after enrolment; visits after it find the whole effect of the other treatment, and
    nothing of their own."""


class CoIntervention(Written):
    """Something else that patients take, beside their treatment. It is part of what a treatment
    policy estimand means."""

    shares: dict[Name, Annotated[float, Field(ge=0, le=1)]]
    """Arm: share of its patients who take it, whatever their scores."""
    size: dict[Name, float]
    """Outcome: what it would do alone to the mean of the comparator, in natural units."""
    from_week: float = Field(default=0.0, ge=0, le=520)
    """Week after enrolment; visits after it find its effect."""


class Centre(Written):
    """One centre that recruits."""

    share: float = Field(gt=0, le=1)
    """Share of the full rate that it brings."""
    start_week: float = Field(default=0.0, ge=0, le=5200)
    """Week in which it opens."""


class Recruitment(Written):
    """When patients come."""

    per_week: float = Field(gt=0, le=1e6)
    """Patients randomised a week when all centres recruit in full, over the mean of a year. They
    come at random (a Poisson process)."""
    ramp_weeks: float = Field(default=0.0, ge=0, le=5200)
    """Weeks over which the rate of a centre rises from nothing."""
    seasonal: float = Field(default=0.0, ge=0, le=1)
    """How far the rate rises above its mean, and falls below it, in the course of a year."""
    peak_week: float = Field(default=0.0, ge=0, le=53)
    """Week after the opening of the trial in which the year's rate is highest."""
    until_week: float | None = Field(default=None, gt=0, le=5200)
    """Week in which recruitment ends, however many have come; with it the planned sizes are the
    most that are enrolled. Without it the trial waits for the last patient."""
    consent: float = Field(default=1.0, gt=0, le=1)
    """Share of those assessed who are eligible and consent."""
    centres: Annotated[dict[Name, Centre], MaybeEmpty] = {}
    """Centres by name; one that opens at once when left out."""


class Conduct(Written):
    """What happens to patients between allocation and visits."""

    recruitment: Recruitment | None = None
    """When patients come, for the calendar of the trial."""
    sessions: Sessions | None = None
    """Sessions of the treatments that have an effect. A stated effect is that of attending all of
    them, unless its assumption says `as: treatment_policy`."""
    therapists: Annotated[dict[Name, Therapists], MaybeEmpty] = {}
    """Arm: its therapists. Arms without any, such as usual care, are treated by nobody, or by so
    many that patients share none."""
    method: Literal["auto", "express", "clinic"] = "auto"
    """How a calendar is simulated. express: all trials at once, diaries only; clinic: every trial
    by itself, event by event (simpy), about a hundred times slower; auto: express wherever it can
    do what is asked. They give the same numbers."""
    appointments: Literal["diary", "queue"] = "diary"
    """diary: booked at enrolment, the first free slot of a working day; queue: patients come at
    their time and wait in the room for the first free therapist."""
    visits: Annotated[dict[Name, Visit], MaybeEmpty] = {}
    """Visit: how late patients come to it. Those left out are made on their day."""
    discontinuation: Hazard | None = None
    """Stopping treatment, staying in the trial."""
    withdrawal: Hazard | None = None
    """Leaving the trial: no session and no visit after it."""
    switching: Annotated[dict[Name, Switching], MaybeEmpty] = {}
    """Arm: those of its patients who change over to another treatment."""
    cointerventions: Annotated[dict[Name, CoIntervention], MaybeEmpty] = {}
    """What patients take beside their treatment, by name."""
    last_week: float | None = Field(default=None, gt=0, le=5200)
    """Week in which the trial is closed, whoever is still in it: nothing happens after it."""
