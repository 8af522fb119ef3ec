"""The cohort stage: who enters, in enrolment order."""

from __future__ import annotations

import numpy as np

from trialsim.cohort.recruit import days
from trialsim.core.axes import Mask, Plane
from trialsim.core.program import Batch, Group
from trialsim.core.records import Cohort
from trialsim.kernels.selection import eligible


def enrol(group: Group, batch: Batch) -> Cohort:
    """Everybody who may enter is enrolled, with the characteristics that something reads."""
    n, known = group.capacity, group.design.covariates
    normal = eligible(batch, group.design.selected)

    def values(name: str) -> Plane:
        def make() -> Plane:
            return known[name].values(batch.latent(group.design.latent[""][name], n, normal))

        return batch.once(("covariate", group.keys["cohort"], name, n), make)

    covariates = {name: values(name) for outcome, name in group.reads if not outcome}
    return Cohort(_enrolled(group, batch), covariates, _enrolled_on(group, batch))


def _enrolled(group: Group, batch: Batch) -> Mask:
    """Everybody, or those who came before recruitment ended."""
    recruitment, n = group.design.recruitment, group.capacity
    if recruitment is None or recruitment.until is None:
        return batch.everybody(n)
    until = recruitment.until

    def make() -> Mask:
        return _days(group, batch) < until

    return batch.once(("enrolled", group.keys["cohort"], n), make)


def _enrolled_on(group: Group, batch: Batch) -> Plane:
    """Days of randomisation, for those who simulate a calendar."""
    recruitment, n = group.design.recruitment, group.capacity
    if recruitment is None or group.design.clock is None:
        return batch.once(("at once", n), lambda: np.zeros((batch.draws.rows, n), order="F"))
    return _days(group, batch)


def _days(group: Group, batch: Batch) -> Plane:
    recruitment, n = group.design.recruitment, group.capacity
    assert recruitment is not None
    key = ("enrolled on", group.keys["cohort"])
    return batch.at_least(key, n, lambda: days(batch.draws, recruitment, n))
