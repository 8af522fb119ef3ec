"""What is added to a scenario moves no number of what was there.

Numbers are compared bit for bit. Whatever changes an estimate that it has no part in has read
another's random numbers, or has made the same sum in another order.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import numpy as np
import pytest

import trialsim as ts
from unit.small_trial import BASE, Written, loaded, numbers


def added(section: str, name: str, value: Any, *, first: bool = False) -> Written:
    """The scenario with one more entry in a section, after the others or before them."""
    written = deepcopy(BASE)
    place = written
    for part in section.split("."):
        place = place[part]
    others = dict(place)
    place.clear()
    place.update({name: value, **others} if first else {**others, name: value})
    return written


DISABILITY = {
    "method": "bounded_integer",
    "max": 54,
    "mean": [22, 19.8, 15],
    "sd": [9.6, 9.6, 8],
    "correlation": 0.5,
}
READS_DISABILITY = {"method": "t_test", "outcome": "disability", "visit": "after"}


def with_outcome(first: bool, **more: Any) -> Written:
    """Another outcome, and an analysis that reads it: otherwise it would not be simulated."""
    written = added("outcomes", "disability", {**DISABILITY, **more}, first=first)
    analyses = added("analyses", "disability", READS_DISABILITY, first=first)["analyses"]
    return {**written, "analyses": analyses}


def with_covariate(first: bool) -> Written:
    severity = {"distribution": "truncated_normal", "mean": 5, "sd": 2, "min": 0, "max": 10}
    written = added("cohort.covariates", "severity", severity, first=first)
    adjusted = {
        "method": "ancova",
        "outcome": "rmdq",
        "visit": "later",
        "adjust": ["severity", "age"],
    }
    return {**written, "analyses": added("analyses", "severe", adjusted, first=first)["analyses"]}


BELIEF = {"distribution": "bernoulli", "share": 0.4, "correlated_with": {"rmdq": 0.3}}
ALL_ATTENDED = {"planned": 6, "within_weeks": 4, "dose": "saturating", "half": 2}
TEAM = {"n": 3, "also": ["control"]}


def with_section(section: str, value: Any, **others: Any) -> Written:
    """The scenario with a section that it lacks, and others."""
    return {**deepcopy(BASE), section: value, **others}


def with_people(kind: str, name: str, value: Any) -> Written:
    """The scenario with one more covariate or trait before the others."""
    cohort = deepcopy(BASE["cohort"])
    return with_section("cohort", {**cohort, kind: {name: value, **cohort.get(kind, {})}})


def with_believers_who_gain() -> Written:
    """A trait, and another assumption under which it decides who gains."""
    by_belief = {"rmdq": {"treatment": {"modifier": "belief", "by_level": [0, -4]}}}
    assumptions = {"by_belief": by_belief, **BASE["assumptions"]}
    return {**with_people("traits", "belief", BELIEF), "assumptions": assumptions}


def with_therapist_means() -> Written:
    """A team that makes nobody alike, and an analysis of its means."""
    analysis = {"method": "therapist_means", "outcome": "rmdq", "visit": "after"}
    analyses = added("analyses", "means", analysis, first=True)["analyses"]
    return with_section("conduct", {"therapists": {"treatment": TEAM}}, analyses=analyses)


NEIGHBOURS: dict[str, Written] = {
    "an outcome written last": with_outcome(False),
    "an outcome written first": with_outcome(True),
    "an outcome correlated with one": with_outcome(False, correlated_with={"rmdq": 0.8}),
    "an outcome correlated with two, written first": with_outcome(
        True, correlated_with={"rmdq": 0.8, "pain": 0.5}
    ),
    "an outcome nobody reads": added("outcomes", "disability", DISABILITY, first=True),
    "an analysis of the same variables": added(
        "analyses", "raw", {"method": "ancova", "outcome": "rmdq", "visit": "after"}, first=True
    ),
    "an analysis of another visit": added(
        "analyses",
        "late",
        {"method": "change_score", "outcome": "rmdq", "visit": "later"},
        first=True,
    ),
    "an analysis by Welch": added(
        "analyses",
        "welch",
        {"method": "t_test", "variance": "welch", "outcome": "rmdq", "visit": "after"},
        first=True,
    ),
    "a covariate written last": with_covariate(False),
    "a covariate written first": with_covariate(True),
    "a loss at another visit": added(
        "observation.missing", "moved", {"method": "mcar", "rate": {"later": 0.3}}, first=True
    ),
    "a loss of an outcome nobody reads": {
        **added("outcomes", "disability", DISABILITY),
        "observation": added(
            "observation.missing",
            "skipped",
            {"method": "mcar", "rate": 0.3, "outcomes": ["disability"]},
        )["observation"],
    },
    "an assumption written first": added(
        "assumptions", "more", {"rmdq": {"treatment": {"difference": -4, "sd": 5}}}, first=True
    ),
    "an assumption that only shifts": added(
        "assumptions", "shift", {"pain": {"treatment": 3}}, first=True
    ),
    "an assumption with responders": added(
        "assumptions",
        "some_gain",
        {"rmdq": {"treatment": {"difference": -2, "responders": 0.5}}},
        first=True,
    ),
    "a trait": with_people("traits", "belief", BELIEF),
    "a trait that decides who gains elsewhere": with_believers_who_gain(),
    "bands of a covariate": with_people(
        "covariates", "old", {"distribution": "bands", "of": "age", "cuts": [50]}
    ),
    "bands of a score": with_people(
        "covariates", "severe", {"distribution": "bands", "of": "rmdq", "cuts": [8, 12]}
    ),
    "therapists who make nobody alike": with_section(
        "conduct", {"therapists": {"treatment": TEAM}}
    ),
    "an analysis of therapists": with_therapist_means(),
    "sessions that everybody attends": with_section("conduct", {"sessions": ALL_ATTENDED}),
    "recruitment that waits for the last": with_section(
        "conduct", {"recruitment": {"per_week": 4, "ramp_weeks": 3, "consent": 0.6}}
    ),
    "a tail lost at another visit": added(
        "observation.missing",
        "worst",
        {"method": "tail", "outcome": "rmdq", "rate": 0.2, "at": ["later"]},
        first=True,
    ),
    "what_ifs of conduct": with_section(
        "conduct",
        {"therapists": {"treatment": TEAM}, "sessions": ALL_ATTENDED},
        what_if={
            "alike": {"conduct.therapists.treatment.icc": 0.1},
            "missed": {"conduct.sessions.attend": 0.6},
            "severe": {"cohort.eligibility": {"rmdq": {"min": 8}}},
        },
    ),
    "a what_if": {**BASE, "what_if": {"no_loss": {"observation.missing.lost.rate": 0}}},
}


@pytest.mark.parametrize("name", NEIGHBOURS)
def test_what_is_added_moves_no_other_number(name):
    before, after = numbers(BASE), numbers(NEIGHBOURS[name])
    assert before.keys() <= after.keys()
    for series, values in before.items():
        np.testing.assert_array_equal(values, after[series], err_msg=str(series))


def test_a_loss_of_one_outcome_moves_no_number_of_another():
    rule = {"method": "mcar", "rate": 0.3, "outcomes": ["pain"]}
    before, after = numbers(BASE), numbers(added("observation.missing", "skipped", rule))
    for series, values in before.items():
        same = np.array_equal(values, after[series], equal_nan=True)
        assert same == (series[2] != "change"), series


def test_losses_add_up():
    """A second reason hides further scores, and the first one hides those that it hid before."""
    rule = {"method": "mcar", "rate": 0.3}
    before, after = numbers(BASE), numbers(added("observation.missing", "skipped", rule))
    n = 6  # column of the patients analysed
    for series, values in before.items():
        assert (after[series][n] <= values[n]).all()
        assert after[series][n].mean() < values[n].mean()


@pytest.mark.parametrize("allocation", ["simple", "permuted_blocks", "random_allocation_rule"])
def test_a_design_point_moves_numbers_by_rounding_only(allocation):
    """Trials that share their patients are summed together, in parts."""
    base = {**BASE, "allocation": allocation}
    before, varied = numbers(base), ts.run(loaded({**base, "vary": {"design.n_total": [16, 60]}}))
    plan = varied.plan
    for one, values in zip(plan.series(), varied.values, strict=True):
        cell = plan.cells[one.cell]
        if plan.designs[cell.design].n_total == 40:
            expected = before[cell.what_if, cell.assumption, one.analysis, one.contrast]
            np.testing.assert_allclose(values, expected, rtol=1e-9, atol=1e-9)
