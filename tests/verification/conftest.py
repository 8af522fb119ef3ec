"""Runs that several files of this folder judge: made once."""

import pytest

import trialsim as ts
from verification.simulated import SCENARIOS, Runs, textbook


@pytest.fixture(scope="session")
def textbook_fixture() -> Runs:
    """100,000 trials of 64 and 65 with normal scores, r 0.55: no effect, and d 0.4."""
    return Runs(textbook(), replicates=100_000, seed=64_65)


@pytest.fixture(scope="session")
def hsieh_normal_fixture() -> Runs:
    """100,000 trials of 65 and 64 with normal scores of SD 5.5, r 0.55, several effects."""
    scenario = ts.load(SCENARIOS / "hsieh2006_normal.yaml").changed({"vary": {}})
    return Runs(scenario, replicates=100_000, seed=2006)
