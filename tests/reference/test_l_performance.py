"""Performance measures and Wilson intervals against R 4.2.2 (Morris, White and Crowther 2019)."""

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.special import ndtr, ndtri

from trialsim.core.stages import Rule
from trialsim.decision.superiority import Superiority
from trialsim.operating.performance import performance as measures_of
from trialsim.operating.rounding import share_interval


def performance(*columns, alpha, favourable_sign, **named):
    """The measures of replicates judged at `alpha`, as a superiority decision judges them."""
    rule = Rule(alpha=alpha, sides=2, sign=favourable_sign)
    decisions = Superiority().decide(columns[0], columns[2], rule)
    return measures_of(*columns, decisions=decisions, **named)


ROWS = json.loads(Path(__file__).with_name("l_dgp_performance.json").read_text(encoding="utf-8"))
SHARES = [row for row in ROWS if row["id"].startswith("mcse_")]
# Named as in R; the measures that are compared under the names that they have here.
NAMES = {"power": "rejection_rate"}


@pytest.mark.evidence(
    "decision.superiority",
    kind="R",
    claim="Rejection rate and its error, from decisions at 0.05, to a relative 1e-9.",
    source="R 4.2.2; formulas of Morris, White and Crowther 2019, doi 10.1002/sim.8086",
)
def test_measures_match_r():
    (row,) = [row for row in ROWS if row["id"] == "performance"]
    estimate, se = (np.array(row["inputs"][key]) for key in ("estimates", "standard_errors"))
    critical = ndtri(0.975) * se  # the row's intervals are normal, so its tests are too
    measures = performance(
        estimate,
        se,
        2 * ndtr(-np.abs(estimate / se)),
        estimate - critical,
        estimate + critical,
        np.ones(estimate.size, dtype=bool),
        critical=critical,
        true_value=row["inputs"]["true_effect"],
        alpha=0.05,
        favourable_sign=-1,
    )
    found = {m.name: m.value for m in measures} | {f"{m.name}_mcse": m.mcse for m in measures}
    ratio = found["model_se"] / found["empirical_se"]
    found["relative_error_model_se_percent"] = 100 * (ratio - 1)
    for name, expected in row["expected"].items():
        stem = name.removesuffix("_mcse")
        here = NAMES.get(stem, stem) + name[len(stem) :]
        assert found[here] == pytest.approx(expected, **row["tolerance"]), name


@pytest.mark.parametrize("row", SHARES, ids=[row["id"] for row in SHARES])
def test_error_and_wilson_interval_of_a_share_match_r(row):
    rejections, replicates = row["inputs"]["rejections"], row["inputs"]["replicates"]
    ones = np.ones(replicates)
    p_value = np.where(np.arange(replicates) < rejections, 0.01, 0.5)
    rejection_rate, *_ = performance(
        ones,
        ones,
        p_value,
        ones,
        ones,
        np.ones(replicates, dtype=bool),
        critical=ones,
        true_value=1.0,
        alpha=0.05,
        favourable_sign=1,
    )
    tolerance = row["tolerance"]
    assert rejection_rate.value == rejections / replicates
    assert rejection_rate.mcse == pytest.approx(row["expected"]["mcse"], **tolerance)
    interval = share_interval(rejections, replicates)
    assert interval == pytest.approx(tuple(row["expected"]["wilson_ci"]), **tolerance)
