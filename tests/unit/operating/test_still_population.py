"""The population that stands still, where several things act on patients at once."""

from __future__ import annotations

from copy import deepcopy
from math import isnan
from typing import Any

import pytest

import trialsim as ts
from trialsim.cli.check import eligibility_lines
from trialsim.kernels.population import Population
from trialsim.operating.selected import selected_scores
from trialsim.operating.truth import truth_of
from unit.small_trial import BASE, Written, loaded


def attended_by_severity(rmdq: dict[str, Any]) -> Written:
    """Attendance goes with rmdq, of which the assumption says this; pain differs by -9."""
    written = deepcopy(BASE)
    written["cohort"]["traits"] = {"belief": {"distribution": "bernoulli", "share": 0.5}}
    severity = {"outcome": "rmdq", "strength": 1}
    sessions = {"planned": 6, "within_weeks": 4, "attend": 0.6, "severity": severity}
    written["conduct"] = {"sessions": sessions}
    written["assumptions"] = {"some": {"rmdq": rmdq, "pain": {"treatment": -9}}}
    return written


@pytest.mark.parametrize(
    "rmdq",
    [
        {"treatment": {"modifier": "belief", "by_level": [0, -2]}},
        {"treatment": {"difference": -2, "responders": 0.5}},
    ],
    ids=["by level", "by chance"],
)
def test_who_gains_in_the_score_that_attendance_goes_with_does_not_matter(rmdq):
    """Attendance follows the score at baseline, where nothing acts: the true difference of
    another outcome is the same whoever gains in this one. To the error of two populations,
    0.0001 SD of a score with an SD of 20; and 40% of the sessions are missed."""
    plans = [loaded(attended_by_severity(truth)).plan for truth in (rmdq, {})]
    modified, plain = (
        truth_of(plan.designs[0], plan.cells[0], "pain", "treatment - control").mean_difference(
            "after"
        )
        for plan in plans
    )
    assert modified == pytest.approx(plain, abs=0.002)
    assert -9 < plain < -4


def test_patients_who_all_enter_with_one_score_have_no_correlation_with_it():
    written = deepcopy(BASE)
    written["cohort"]["eligibility"] = {"rmdq": {"min": 11, "max": 11}}
    plan = loaded(written).plan
    (found,) = selected_scores(plan)
    baseline, after, _ = found.after
    assert (baseline.mean, baseline.sd) == (11, 0)
    assert isnan(after.with_baseline)
    assert not isnan(found.before[1].with_baseline)
    assert "nan" not in eligibility_lines(plan)


def test_only_what_is_asked_for_has_an_axis():
    """An axis more would move every point, and with them the calibration of every loss."""
    plain = ts.loads(
        """
format: 1
design: {arms: {control: {n: 20}, treated: {n: 20}}, visits_weeks: {baseline: 0, after: 4}}
outcomes: {score: {method: repeated_normal, mean: 0, sd: 1, correlation: 0.5}}
assumptions: {some: {score: {treated: {difference: 1, responders: 0.5}}}, none: {}}
analyses: {t_test: {method: t_test, outcome: score, visit: after}}
"""
    ).plan
    some, none = (Population(plain.designs[0], cell, n=64) for cell in plain.cells)
    assert len(none._normals) == 2
    assert len(some._normals) == 3
