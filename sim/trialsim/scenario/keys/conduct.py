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
