"""The patients of one trial as its investigators have them: a row a patient, and a dictionary."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from trialsim.cohort.bands import Bands
from trialsim.cohort.bernoulli import Bernoulli
from trialsim.cohort.categorical import Categorical
from trialsim.core.plan import Design
from trialsim.core.records import TrialData
from trialsim.core.stages import CovariateMethod, OutcomeMethod
from trialsim.outcomes.binary import Binary
from trialsim.plots.base.words import exact, listed, plain
from trialsim.plots.run import Run
from trialsim.replayed.on_calendar import calendar_columns

MISSING = "empty"
"""How a missing value is written in a CSV file; NaN in Python, null in Parquet."""

WHY_NOT_SEEN = "the score was not recorded"


@dataclass(frozen=True)
class PatientData:
    """What a statistician of the trial is handed: a row a patient, in the order of enrolment."""

    frame: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """A copy: patient, arm, therapist (where there are any), what happened on the calendar
        (where there is one), covariates, then a column an outcome and visit. Scores that were not
        recorded are NaN; what nobody measures is absent."""
        return self.frame.copy()


def score_columns(design: Design) -> dict[tuple[str, str], str]:
    """Name of the column of every outcome and visit."""
    places = [(outcome, visit) for outcome in design.outcomes for visit in design.visits]
    about = [column.name for column in calendar_columns(design)]
    for between in ("_", "__", "."):
        names = [f"{outcome}{between}{visit}" for outcome, visit in places]
        taken = ["patient", "arm", "therapist", *about, *design.measured, *names]
        if len(set(taken)) == len(taken):
            break
    return dict(zip(places, names, strict=True))


def frame_of(design: Design, data: TrialData, row: int) -> pd.DataFrame:
    """The patients of one trial of a batch, wide."""
    enrolled = np.flatnonzero(data.enrolled[row])
    arm = data.arm[row, enrolled]
    columns: dict[str, object] = {
        "patient": enrolled + 1,
        "arm": np.array(data.arms, dtype=object)[arm],
    }
    if data.therapist:
        columns["therapist"] = _therapists(data, row)[enrolled]
    for column in calendar_columns(design):
        columns[column.name] = column.values(design, data, row)[enrolled]
    for name, plane in data.covariates.items():
        columns[name] = _covariate(design.covariates[name], plane[row, enrolled])
    for (outcome, visit), name in score_columns(design).items():
        seen = data.observed[outcome][visit][row, enrolled]
        columns[name] = np.where(seen, data.score(outcome, visit)[row, enrolled], np.nan)
    return pd.DataFrame(columns)


def _therapists(data: TrialData, row: int) -> np.ndarray:
    """Name of every patient's therapist: the team's name and a number counted from 1."""
    names = np.full(data.arm.shape[1], None, dtype=object)
    for team, therapist in data.therapist.items():
        own = therapist[row]
        for j in np.unique(own[own >= 0]):
            names[own == j] = f"{team} {j + 1}"
    return names


def _covariate(method: CovariateMethod, values: np.ndarray) -> np.ndarray:
    if isinstance(method, Categorical) and isinstance(method.levels, dict):
        return np.array(list(method.levels), dtype=object)[values.astype(int)]
    return values if method.n_levels is None else values.astype(np.int64)


def level_names(method: CovariateMethod) -> list[str]:
    """What the levels of a covariate mean, in order; none where it is a measurement."""
    if isinstance(method, Categorical):
        if isinstance(method.levels, dict):
            return list(method.levels)
        return [f"level {level}" for level in range(len(method.levels))]
    if isinstance(method, Bernoulli):
        return ["no", "yes"]
    if isinstance(method, Bands):
        cuts = [exact(cut) for cut in method.cuts]
        between = [f"{low} to below {high}" for low, high in zip(cuts, cuts[1:], strict=False)]
        return [f"below {cuts[0]}", *between, f"{cuts[-1]} or more"]
    return [f"level {level}" for level in range(method.n_levels or 0)]


def dictionary_of(run: Run, has_therapists: bool) -> pd.DataFrame:
    """The data dictionary, a row a column of the data: name, label, unit, values, missing."""
    rows = [*_about_patients(run, has_therapists), *_scores(run)]
    return pd.DataFrame(rows, columns=["name", "label", "unit", "values", "missing"])


def _about_patients(run: Run, has_therapists: bool) -> Iterator[tuple[str, ...]]:
    design = run.design
    yield "patient", "number in order of enrolment", "", "1 and up", "never missing"
    arms = listed([_meaning(arm, run.arm_label(arm)) for arm in design.arms])
    yield "arm", "arm allocated; the first is the comparator", "", arms, "never missing"
    if has_therapists:
        nobody = f"{MISSING}: an arm without therapists"
        yield "therapist", "who treated the patient: team and number", "", "names", nobody
    for column in calendar_columns(design):
        yield column.name, column.label, column.unit, column.meaning, column.missing
    for name in design.measured:
        method = design.covariates[name]
        yield name, plain(name), "", _values_of(method), "never missing"


def _scores(run: Run) -> Iterator[tuple[str, ...]]:
    for (outcome, visit), name in score_columns(run.design).items():
        method = run.design.outcomes[outcome]
        week = exact(run.design.visits[visit] / 7)
        label = f"{method.label or plain(outcome)} at {plain(visit)} (week {week})"
        unit = "" if isinstance(method, Binary) else method.unit
        yield name, label, unit, _range_of(method), f"{MISSING}: {WHY_NOT_SEEN}"


def _meaning(name: str, label: str) -> str:
    return name if plain(name) == label else f"{name} = {label}"


def _values_of(method: CovariateMethod) -> str:
    if isinstance(method, Categorical) and isinstance(method.levels, dict):
        return listed(list(method.levels))
    levels = level_names(method)
    if levels:
        return "; ".join(f"{level} = {name}" for level, name in enumerate(levels))
    low, high = getattr(method, "min", None), getattr(method, "max", None)
    return f"{low:g} to {high:g}" if low is not None and high is not None else "a number"


def _range_of(method: OutcomeMethod) -> str:
    if isinstance(method, Binary):
        return "0 = no event; 1 = event"
    direction = f"{method.better} is better"
    if method.limits is None:
        return f"a number; {direction}"
    low, high = (exact(limit) for limit in method.limits)
    if np.isfinite(method.limits).all():
        return f"{low} to {high}; {direction}"
    return f"{low} or more; {direction}" if np.isfinite(method.limits[0]) else direction
