"""The records that stages hand to one another: frozen structs of arrays, replicate axis first.

Axis letters in comments: r replicate, p patient, v visit, a arm, c contrast, k trial size.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trialsim.core.axes import ArmPlane, BoolArray, FloatArray, Levels, Mask, Plane, Therapists
from trialsim.core.effect import Beside

FAILURES = (
    "",
    "fewer patients than the model needs",
    "no variation in the outcome",
    "covariates are collinear or constant",
    "one therapist in an arm: therapist and treatment cannot be told apart",
)
"""Why an analysis gave no result, by code; code 0 is success. Append only: codes are stored."""

TOO_FEW, NO_VARIATION, COLLINEAR, ONE_THERAPIST = 1, 2, 3, 4


@dataclass(frozen=True)
class Cohort:
    """Who enters, in enrolment order."""

    enrolled: Mask
    """Who is in the trial; the patient axis is capacity, not a count."""
    covariates: Mapping[str, Plane]
    """Baseline characteristics by name, in natural units."""
    enrolled_on: Plane
    """Day of randomisation (r, p) since the opening of the trial; zeros where nobody asks."""


@dataclass(frozen=True)
class Allocation:
    """Who gets what."""

    arm: ArmPlane
    """Arm of every patient of the capacity, enrolled or not."""


@dataclass(frozen=True)
class Course:
    """What happened to every patient on the calendar: days (r, p) since the opening of the trial,
    infinite for what never happened."""

    enrolled_on: Plane
    """Day of randomisation."""
    started_on: Plane
    """Day on which a therapist had a place: that of randomisation unless caseloads are full."""
    held_on: tuple[Plane, ...]
    """By session: the day on which it was held."""
    appointments: Levels
    """Appointments made."""
    unplaced: Levels
    """Sessions, first bookings and later ones alike, that found no appointment before treatment
    closed."""
    waited: tuple[Plane, ...]
    """By session: days between coming and the beginning of the session, where it was held; 0 in
    a diary."""
    visit_on: Mapping[str, Plane]
    """By visit: the day on which it was made, or would have been."""
    made: Mapping[str, Mask]
    """By visit: whether it was made."""
    stopped_on: Plane
    """Day on which the patient stopped treatment, leaving aside."""
    left_on: Plane
    """Day on which the patient left the trial."""
    booked: Mapping[str, FloatArray]
    """By team with a diary (r,): appointments made; in a queue, days that its sessions took."""
    offered: Mapping[str, FloatArray]
    """By team with a diary (r,): appointments that there was room for up to the day of its last;
    in a queue, days that its therapists worked up to the end of its last session."""


@dataclass(frozen=True)
class Conduct:
    """What happened to the patients between allocation and visits."""

    therapist: Mapping[str, Therapists]
    """By team: the therapist (r, p) of each patient, counted from 0; -1 in the arms that the team
    does not treat."""
    attended: Mapping[str, Levels] = field(default_factory=dict)
    """By visit: sessions attended before it, or, where sessions take time to work, hundredths of
    the effect of full attendance on time; visits are left out where nobody missed any."""
    beside: Mapping[str, Levels] = field(default_factory=dict)
    """By visit: what acts beside the treatment allocated, an index into the design's `beside`;
    visits are left out where nothing does."""
    made: Mapping[str, Mask] = field(default_factory=dict)
    """By visit: whether it was made; visits that everybody makes are left out."""
    course: Course | None = None
    """What happened when; None where nothing asks for a clock."""
    key: tuple[Hashable, ...] = ()
    """Identity of the inputs: equal for cells in which the same happens."""


@dataclass(frozen=True)
class Distortion:
    """What misleads about scores. No truth knows of it."""

    states: Mapping[tuple[str, str], tuple[NDArray[np.int16], Sequence[Beside]]]
    """By (outcome, visit): the state (r, p) of each patient, and what each state does; places
    where nothing misleads are left out."""
    key: tuple[Hashable, ...] = ()
    """Identity of the inputs: equal for cells in which the same misleads."""


@dataclass(frozen=True)
class Outcomes:
    """What is true at every visit, under the arm received."""

    scores: Mapping[str, Mapping[str, Plane]]
    """True scores by outcome and visit, in natural units; only those that something reads. Where
    `shifts` has an entry they lack it: the score of a patient is the sum of the two."""
    shifts: Mapping[tuple[str, str], tuple[float, ...]] = field(default_factory=dict)
    """By (outcome, visit): what each arm adds to the scores, where that is all an effect does."""


@dataclass(frozen=True)
class Observations:
    """What is seen of the truth."""

    observed: Mapping[str, Mapping[str, Mask]]
    """By outcome and visit: whether the score was recorded. Values behind it stay finite."""


@dataclass(frozen=True)
class TrialData:
    """Exactly what a statistician would be handed, for every replicate of a batch."""

    arms: Sequence[str]
    """Names of the arms, the comparator first."""
    visits: Sequence[str]
    """Names of the visits, in order of time."""
    sizes: Sequence[int]
    """Trial sizes (k): each analysis is made for the first `size` patients in enrolment order.
    One size unless designs share all their patients. Ascending; the last is the capacity."""
    enrolled: Mask
    """Who is in the trial."""
    arm: ArmPlane
    """Arm of each patient."""
    covariates: Mapping[str, Plane]
    """Baseline characteristics by name."""
    scores: Mapping[str, Mapping[str, Plane]]
    """Recorded scores by outcome and visit, less what `shifts` adds in the patient's arm; ask
    `score` for the whole. Meaningless, though finite, where not observed."""
    observed: Mapping[str, Mapping[str, Mask]]
    """Whether a score was recorded, by outcome and visit."""
    centres: Mapping[tuple[str, str], float]
    """A number near the middle of each variable, known before the trial: (outcome, visit) or
    ("", covariate). Subtracted before sums of products, because raw sums lose digits."""
    levels: Mapping[str, int] = field(default_factory=dict)
    """How many levels a covariate has, counted from 0, where it is a category."""
    shifts: Mapping[tuple[str, str], tuple[float, ...]] = field(default_factory=dict)
    """By (outcome, visit): a constant for each arm, so that assumptions that differ in nothing
    else share one plane and all its sums."""
    therapist: Mapping[str, Therapists] = field(default_factory=dict)
    """By team: who treated each patient, counted from 0; -1 in arms that it does not treat."""
    teams: Mapping[str, tuple[Sequence[str], int]] = field(default_factory=dict)
    """By team: the arms that it treats, and how many therapists it has."""
    attended: Mapping[str, Levels] = field(default_factory=dict)
    """By visit: sessions attended before it, or hundredths of full attendance on time; visits are
    left out where nobody missed any."""
    course: Course | None = None
    """What happened to each patient when, as far as it is on record; None without a calendar. No
    analysis reads it."""
    beside: Mapping[str, Levels] = field(default_factory=dict)
    """By visit: treatment changed over to and other things taken, an index into the design's
    `states`; visits are left out where there are none."""
    enrolled_on: Plane | None = None
    """Day of randomisation (r, p) since the opening of the trial; None where nobody asked."""
    memo: dict[Hashable, Any] = field(default_factory=dict, compare=False, repr=False)
    """Sums already made, shared by all analyses of these patients, allocated and observed like
    this, under whatever assumption: what differs is told apart by the identity of its array."""

    def score(self, outcome: str, visit: str) -> Plane:
        """The recorded scores (r, p) of an outcome at a visit, as a statistician sees them."""
        plane, shift = self.scores[outcome][visit], self.shifts.get((outcome, visit))
        return plane if shift is None else plane + np.array(shift)[self.arm]

    def shift(self, outcome: str, visit: str, arm: int) -> float:
        """What the arm adds to `scores`; 0 where the scores are whole."""
        return self.shifts.get((outcome, visit), (0.0,) * len(self.arms))[arm]


@dataclass(frozen=True)
class Estimates:
    """What one analysis reports: arrays (c, k, r)."""

    estimate: FloatArray
    """Arm minus comparator, natural units of the analysis."""
    se: FloatArray
    """Standard error of the estimate."""
    df: FloatArray
    """Degrees of freedom of the reference distribution; infinite for a normal one."""
    p_value: FloatArray
    """One- or two-sided as the decision asks."""
    lower: FloatArray
    """Lower limit of the confidence interval."""
    upper: FloatArray
    """Upper limit of the confidence interval."""
    n_analysed: FloatArray
    """Patients who entered the analysis."""
    failure: NDArray[np.int8]
    """0 where the analysis converged, else an index into `FAILURES`; then the rest is NaN."""


@dataclass(frozen=True)
class Decisions:
    """What is concluded from each estimate: arrays of the estimates' shape."""

    rejected: BoolArray
    """The null hypothesis is rejected."""
    favourable: BoolArray
    """It is rejected and the estimate favours the arm over its comparator."""


COLUMNS = ("estimate", "se", "df", "p_value", "lower", "upper", "n_analysed", "failure")
"""What is kept of each estimate, in the order of the columns of a results array."""
