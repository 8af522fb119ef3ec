"""The cohort stage: who enters, in enrolment order."""

from __future__ import annotations

from trialsim.core.axes import Plane
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
    everybody = batch.everybody(n)
    return Cohort(everybody, covariates)
