"""Patients go to therapists in turn, in the order of enrolment: caseloads as equal as can be."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from trialsim.core.axes import ArmPlane, Therapists


def in_turn(arm: ArmPlane, treated: Sequence[int], n_therapists: int) -> Therapists:
    """Therapist (r, p), counted from 0, of the patients of the treated arms; -1 elsewhere.

    Each arm has a turn of its own, so that therapists who treat several have as many patients of
    each as can be.
    """
    therapist = np.full(arm.shape, -1, dtype=np.int16, order="F")
    for a in treated:
        here = arm == a
        turn = np.cumsum(here, axis=1, dtype=np.int16 if arm.shape[1] < 2**15 else np.int32)
        np.copyto(therapist, (turn - 1) % n_therapists, where=here, casting="same_kind")
    return therapist
