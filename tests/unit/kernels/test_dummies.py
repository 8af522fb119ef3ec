"""Covariates with levels as dummies, in the kernel and in the analysis that uses it."""

from dataclasses import replace

import numpy as np
import pytest

from trialsim.analysis.ancova import Ancova
from trialsim.core.stages import Rule
from trialsim.kernels.dummies import with_dummies
from unit.kernels.trial_data import trial_data

RULE = Rule(alpha=0.05, sides=2, sign=1)


def with_centre(n_levels):
    """Two arms, two sizes, and a centre for every patient."""
    data = trial_data(2, (40, 60), is_complete=True)
    centre = np.arange(60) * 7 % n_levels + np.zeros((5, 1))
    return replace(
        data,
        covariates={**data.covariates, "centre": centre},
        centres={**data.centres, ("", "centre"): 1.0},
        levels={"centre": n_levels},
    )


def test_every_level_but_the_first_is_a_variable():
    data = with_centre(4)
    made, used = with_dummies(data, [("score", "after"), ("", "centre"), ("", "age")])
    names = ["centre=1", "centre=2", "centre=3"]
    assert used == [("score", "after"), *(("", name) for name in names), ("", "age")]
    for level, name in enumerate(names, start=1):
        assert np.array_equal(made.covariates[name], data.covariates["centre"] == level)
    again, _ = with_dummies(data, [("", "centre")])
    assert again.covariates["centre=1"] is made.covariates["centre=1"]


def test_two_levels_stay_as_they_are():
    _, used = with_dummies(with_centre(2), [("", "centre")])
    assert used == [("", "centre")]


@pytest.mark.evidence(
    "analysis.ancova",
    kind="double programming",
    claim=(
        "A covariate with four levels enters as three variables: estimate and error equal "
        "those of an explicit design matrix to 1e-9."
    ),
    source="NumPy 2.0 or later: linalg.lstsq",
)
def test_ancova_adjusts_for_levels_and_not_for_their_numbers():
    data = with_centre(4)
    method = Ancova(outcome="score", visit="after", adjust=("centre", "baseline"))
    found = method.analyse(data, [(1, 0)], RULE)
    for k, size in enumerate(data.sizes):
        for r in range(5):
            centre = data.covariates["centre"][r, :size]
            x = np.column_stack(
                [
                    data.arm[r, :size],
                    *(centre == level for level in range(4)),
                    data.scores["score"]["baseline"][r, :size],
                ]
            ).astype(float)
            y = data.scores["score"]["after"][r, :size]
            slopes, residual, rank, _ = np.linalg.lstsq(x, y, rcond=None)
            assert rank == 6
            error = np.sqrt(residual[0] / (size - 6) * np.linalg.inv(x.T @ x)[0, 0])
            assert found.estimate[0, k, r] == pytest.approx(slopes[0], abs=1e-9)
            assert found.se[0, k, r] == pytest.approx(error)
            assert found.df[0, k, r] == size - 6
