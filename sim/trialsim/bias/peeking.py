"""Looks at the data on the way, and a trial that stops when it likes what it sees.

Armitage, McPherson and Rowe 1969, doi 10.2307/2343787.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from trialsim.core.records import Estimates, TrialData
from trialsim.core.registry import register
from trialsim.core.stages import ReportBias, Rule
from trialsim.core.stages.distorting import Domain


@register("peeking")
class Peeking(ReportBias):
    """The primary analysis is made several times as patients come, and the trial stops at the
    first that is significant.

    Looks are equally spaced, at patients whose outcomes are in; each is judged at `level`, as if
    it were the only one.
    """

    domain: ClassVar[Domain] = "selection of the reported result"

    looks: int = Field(ge=2, le=200)
    """How many, the last of which is that of the whole trial."""
    level: float | None = Field(default=None, gt=0, lt=0.5)
    """Significance level of each look; that of the decision when left out."""

    def report(
        self,
        own: Estimates,
        others: Mapping[str, Estimates],
        again: Callable[[TrialData], Estimates],
        data: TrialData,
        rule: Rule,
    ) -> Estimates:
        """The first significant look, else the last."""
        level = rule.alpha if self.level is None else self.level
        by_size = []
        for size in data.sizes:
            looks = sorted({-(-size * look // self.looks) for look in range(1, self.looks + 1)})
            found = again(_first(data, looks))  # (c, look, r)
            stops = found.p_value < level
            stops[:, -1] = True
            by_size.append((found, np.argmax(stops, axis=1)))

        def column(name: str) -> Any:
            values = [
                np.take_along_axis(getattr(found, name), at[:, None], axis=1)
                for found, at in by_size
            ]
            return np.concatenate(values, axis=1)

        return Estimates(**{field.name: column(field.name) for field in fields(Estimates)})


def _first(data: TrialData, looks: Sequence[int]) -> TrialData:
    """The data of the first patients, to be analysed at each of these numbers."""
    n = looks[-1]
    return replace(
        data,
        sizes=tuple(looks),
        enrolled=data.enrolled[:, :n],
        arm=data.arm[:, :n],
        covariates={name: plane[:, :n] for name, plane in data.covariates.items()},
        scores={
            outcome: {visit: plane[:, :n] for visit, plane in by_visit.items()}
            for outcome, by_visit in data.scores.items()
        },
        observed={
            outcome: {visit: mask[:, :n] for visit, mask in by_visit.items()}
            for outcome, by_visit in data.observed.items()
        },
        therapist={name: plane[:, :n] for name, plane in data.therapist.items()},
        memo={},
    )
