"""Looks at the data on the way, and a trial that stops when it likes what it sees.

Armitage, McPherson and Rowe 1969, doi 10.2307/2343787. Boundaries that keep the level, with the
intervals that belong to them: Jennison and Turnbull 1989, J R Stat Soc B 51:305.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from scipy import special

from trialsim.bias._boundaries import ALPHA, TABULATED, Boundary, levels
from trialsim.core.axes import FloatArray
from trialsim.core.records import Estimates, TrialData
from trialsim.core.registry import register
from trialsim.core.stages import ReportBias, Rule
from trialsim.core.stages.distorting import Analyse, Domain, Setting


@register("peeking")
class Peeking(ReportBias):
    """The data are looked at several times, and the trial stops when they are significant.

    Looks are equally spaced, at patients whose outcomes are in. With a boundary the level of the
    whole is kept: p values and intervals are those that go with it.
    """

    domain: ClassVar[Domain] = "selection of the reported result"
    turn = "when"

    looks: int = Field(ge=2, le=200)
    """How many, the last of which is that of the whole trial."""
    boundary: Boundary = "naive"
    """naive: each look is judged as if it were the only one; pocock, obrien_fleming: by critical
    values for so many looks (2 to 10, two-sided 0.05)."""

    def problems(self, trial: Setting) -> list[str]:
        """Looks for which the boundary has no values."""
        if self.boundary == "naive":
            return []
        found = []
        if self.looks not in TABULATED:
            limits = f"{TABULATED[0]} to {TABULATED[-1]}"
            found.append(f"{self.boundary} has values for {limits} looks, not {self.looks}.")
        if (trial.alpha, trial.sides) != (ALPHA, 2):
            found.append(f"{self.boundary} has values for a two-sided level of {ALPHA:g} only.")
        return found

    def report(
        self, analysis: str, data: TrialData, analyse: Analyse, rules: Mapping[str, Rule]
    ) -> Estimates:
        """The first significant look, else the last."""
        alpha = rules[analysis].alpha
        by_size = []
        for size in data.sizes:
            looks = sorted({-(-size * look // self.looks) for look in range(1, self.looks + 1)})
            found = analyse(analysis, _first(data, looks))  # (c, look, r)
            nominal = levels(self.boundary, self.looks, alpha)[-len(looks) :]
            stops = found.p_value < nominal[:, None]
            stops[:, -1] = True
            at = np.argmax(stops, axis=1)[:, None]  # (c, 1, r)
            reported = _at(found, at)
            if self.boundary != "naive":
                reported = _repeated(reported, nominal[at], alpha)
            by_size.append(reported)

        def column(name: str) -> Any:
            return np.concatenate([getattr(one, name) for one in by_size], axis=1)

        return Estimates(**{field.name: column(field.name) for field in fields(Estimates)})


def _at(found: Estimates, look: NDArray[np.intp]) -> Estimates:
    """The estimates of one look, contrast by contrast and trial by trial."""

    def column(name: str) -> Any:
        return np.take_along_axis(getattr(found, name), look, axis=1)

    return Estimates(**{field.name: column(field.name) for field in fields(Estimates)})


def _repeated(found: Estimates, nominal: FloatArray, alpha: float) -> Estimates:
    """p values that are below alpha where they are below the level of their look, and the
    intervals of that level."""
    with np.errstate(invalid="ignore"):
        wider = special.stdtrit(found.df, 1 - nominal / 2) / special.stdtrit(
            found.df, 1 - alpha / 2
        )
    return replace(
        found,
        p_value=np.minimum(1.0, found.p_value * alpha / nominal),
        lower=found.estimate - (found.estimate - found.lower) * wider,
        upper=found.estimate + (found.upper - found.estimate) * wider,
    )


def _first(data: TrialData, looks: Sequence[int]) -> TrialData:
    """The data of the first patients, to be analysed at each of these numbers."""
    n = looks[-1]
    if n == data.arm.shape[1]:
        return replace(data, sizes=tuple(looks), memo={})

    def part(value: Any) -> Any:
        if isinstance(value, np.ndarray):
            return value[:, :n]
        return {name: part(inner) for name, inner in value.items()}

    by_patient = (
        "enrolled", "arm", "covariates", "scores", "observed", "therapist", "attended", "beside",
    )  # fmt: skip
    planes = {name: part(getattr(data, name)) for name in by_patient}
    return replace(data, sizes=tuple(looks), course=None, enrolled_on=None, memo={}, **planes)
