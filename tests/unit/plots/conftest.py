"""Simulated trials that resemble Hsieh 2006: SD 5.5, 129 participants, RMDQ differences."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.random import Generator, Philox
from scipy.stats import t

from trialsim.plots.figure import Settings
from trialsim.plots.panel import Panel

SD = 5.5


def trials(truth: float, replicates: int, n_total: int = 129, seed: int = 2006) -> pd.DataFrame:
    rng = Generator(Philox(seed))
    n = n_total // 2
    scale = np.sqrt(1 / n + 1 / (n_total - n))
    se = SD * scale * np.sqrt(rng.chisquare(n_total - 2, replicates) / (n_total - 2))
    estimate = truth + SD * scale * rng.standard_normal(replicates)
    p_value = 2 * t.sf(np.abs(estimate / se), n_total - 2)
    return pd.DataFrame({"estimate": estimate, "p_value": p_value, "converged": True})


@pytest.fixture
def trials_fixture() -> Callable[..., pd.DataFrame]:
    return trials


@pytest.fixture
def panels_fixture() -> Callable[..., dict[str, Panel]]:
    def panels(replicates: int = 2_000, **truths: float) -> dict[str, Panel]:
        return {
            name: Panel(trials(truth, replicates, seed=2006 + place), truth, critical=1.92)
            for place, (name, truth) in enumerate(truths.items())
        }

    return panels


@pytest.fixture
def rates_fixture() -> Callable[..., pd.DataFrame]:
    def rates(sizes: list[int], replicates: int = 1_000, **truths: float) -> pd.DataFrame:
        rows = []
        for name, truth in truths.items():
            for n_total in sizes:
                share = float((trials(truth, replicates, n_total)["p_value"] < 0.05).mean())
                mcse = np.sqrt(share * (1 - share) / replicates)
                rows.append((name, n_total, share, mcse, truth == 0))
        return pd.DataFrame(rows, columns=["assumption", "n_total", "value", "mcse", "is_null"])

    return rates


@pytest.fixture
def words_fixture() -> dict[str, Any]:
    """What both many-trials functions are told besides the trials."""
    return {
        "alpha": 0.05,
        "outcome_label": "RMDQ after treatment",
        "treatment": "acupressure",
        "comparator": "physiotherapy",
        "better": "lower",
    }


@pytest.fixture
def settings_fixture() -> Settings:
    return Settings(n_total=129, replicates=2_000, seed=2006, digest="4c1e9a27", analysis="t_test")
