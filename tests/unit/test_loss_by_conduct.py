"""Loss that depends on scores follows the scores of its own cell, whatever else is simulated."""

import numpy as np
import pytest

import trialsim as ts

TRIAL = """
format: 1
design: {arms: {control: {n: 20}, treated: {n: 20}}, visits_weeks: {baseline: 0, after: 4}}
conduct:
  sessions: {planned: 6, within_weeks: 3, attend: 0.9}
  therapists: {treated: {n: 2, icc: 0.05}}
outcomes: {score: {method: repeated_normal, mean: 10, sd: 5, correlation: 0.5}}
assumptions: {works: {score: {treated: -8}}}
observation: {missing: {lost: {method: mnar, outcome: score, overall: 0.3, strength: 2}}}
analyses: {t_test: {method: t_test, outcome: score, visit: after}}
what_if: {W}
simulation: {replicates: 256, seed: 3}
"""


@pytest.mark.parametrize(
    "change", ["conduct.sessions.attend: 0.3", "conduct.therapists.treated.icc: 0.4"]
)
def test_a_what_if_loses_the_patients_that_it_loses_alone(change):
    beside = ts.run(ts.loads(TRIAL.replace("{W}", f"{{other: {{{change}}}}}")))
    path, value = change.split(": ")
    alone = ts.run(ts.loads(TRIAL.replace("{W}", "{}")).changed({path: float(value)}))
    stated, other = beside.values
    assert np.array_equal(other, alone.values[0], equal_nan=True)
    assert not np.array_equal(other, stated, equal_nan=True)
