"""Two trials of four patients on a calendar, their course written down by hand.

In the first, of patients enrolled on days 0, 7, 14 and 35 (control, treatment, control, treatment):
1 does everything on time; 2 waits three days for a place, has the first session, stops on day 18
and makes all visits, one a day late; 3 leaves on day 30; 4 has the second session only, comes a
week late to a visit with a window of five days, and has the last visit to come when the trial
closes on day 84. In the second all enrol on day 0 and do everything, and the last never came.
"""

from __future__ import annotations

from math import inf

import numpy as np

from trialsim.core.plan import Design
from trialsim.core.records import Course, TrialData
from trialsim.operating.courses import Followed
from unit.small_trial import BASE, Written, loaded

TRIAL: Written = {
    **BASE,
    "design": {
        "arms": {"control": {"n": 2}, "treatment": {"n": 2}},
        "visits_weeks": {"baseline": 0, "after": 4, "later": 8},
    },
    "conduct": {
        "recruitment": {"per_week": 4, "until_week": 12},
        "sessions": {"planned": 2, "within_weeks": 2, "attend": 0.8, "closes_weeks": 6},
        "therapists": {"treatment": {"n": 1, "session_minutes": 60, "caseload": 4}},
        "visits": {"after": {"late_days": 2, "window_days": 5}},
        "discontinuation": {"per_week": 0.1},
        "withdrawal": {"per_week": 0.1},
        "last_week": 12,
    },
    "observation": {},
}
VISITS = ("baseline", "after", "later")


def design() -> Design:
    """The design of both trials."""
    return loaded(TRIAL).plan.designs[0]


def plane(*rows: list[float]) -> np.ndarray:
    """A plane (r, p)."""
    return np.array(rows, dtype=float)


def course() -> Course:
    """What happened."""
    return Course(
        enrolled_on=plane([0, 7, 14, 35], [0, 0, 0, 50]),
        started_on=plane([0, 10, 14, 35], [0, 0, 0, inf]),
        held_on=(
            plane([3.5, 14.5, 17.5, inf], [3.5, 3.5, 3.5, inf]),
            plane([10.5, inf, 24.5, 46.5], [10.5, 10.5, 10.5, inf]),
        ),
        appointments=np.array([[2, 3, 2, 1], [2, 2, 2, 0]], dtype=np.int8),
        unplaced=np.array([[0, 0, 0, 1], [0, 0, 0, 0]], dtype=np.int8),
        waited=(plane([0] * 4, [0] * 4),) * 2,
        visit_on={
            "baseline": plane([0, 7, 14, 35], [0, 0, 0, inf]),
            "after": plane([28, 36, 42, 70], [28, 28, 28, inf]),
            "later": plane([56, 63, 70, 91], [56, 56, 56, inf]),
        },
        made={
            "baseline": np.array([[1, 1, 1, 1], [1, 1, 1, 0]], dtype=bool),
            "after": np.array([[1, 1, 0, 0], [1, 1, 1, 0]], dtype=bool),
            "later": np.array([[1, 1, 0, 0], [1, 1, 1, 0]], dtype=bool),
        },
        stopped_on=plane([inf, 18, inf, 60], [inf, inf, inf, inf]),
        left_on=plane([inf, inf, 30, inf], [inf, inf, inf, inf]),
        booked={"treatment": np.array([4.0, 2.0])},
        offered={"treatment": np.array([10.0, 4.0])},
    )


ENROLLED = np.array([[1, 1, 1, 1], [1, 1, 1, 0]], dtype=bool)
ARM = np.array([[0, 1, 0, 1]] * 2, dtype=np.int8)


def followed() -> Followed:
    """Both trials, as those who look at courses are handed them."""
    return Followed(design(), ENROLLED, ARM, course())


def data() -> TrialData:
    """Both trials as their statisticians have them: every visit that was made has a score."""
    zero, found = np.zeros((2, 4)), course()
    return TrialData(
        arms=("control", "treatment"),
        visits=VISITS,
        sizes=(4,),
        enrolled=ENROLLED,
        arm=ARM,
        covariates={"age": zero},
        scores={name: dict.fromkeys(VISITS, zero) for name in ("rmdq", "pain")},
        observed={name: dict(found.made) for name in ("rmdq", "pain")},
        centres={},
        course=found,
    )
