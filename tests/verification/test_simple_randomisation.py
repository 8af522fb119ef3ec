"""Simple randomisation: independent patients, binomial arm sizes."""

import json
from math import sqrt
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from verification.simulated import (
    arms,
    assert_frequencies_match,
    assert_matches,
    assert_share_matches,
)

REFERENCE = Path(__file__).parents[1] / "reference" / "l_dgp_performance.json"
ROWS = [
    row
    for row in json.loads(REFERENCE.read_text(encoding="utf-8"))
    if row["id"].startswith("simple_randomisation_")
]
REPLICATES = 20_000


@pytest.mark.evidence(
    "allocation.simple",
    kind="exact law",
    claim=(
        "The 256 sequences of eight patients are equally likely, 51,200 trials, chi-square at"
        " level 1e-5."
    ),
    source="the uniform law",
)
def test_all_sequences_are_equally_likely():
    """Claim: eight patients get each of the 256 sequences of arms equally often: fair coins,
    independent of one another.
    Exact: uniform. 51,200 trials; chi-square on 255 at the fixed level 1e-5.
    Detects: a coin of 0.51, or a serial correlation of 0.02.
    """
    arm = arms({"method": "simple"}, (4, 4), 51_200, seed=8)
    counts = np.bincount(arm.astype(int) @ 2 ** np.arange(8), minlength=256)
    assert_frequencies_match(counts, np.full(256, 1 / 256))


@pytest.mark.evidence(
    "allocation.simple",
    kind="exact law",
    claim=(
        "Arm sizes are binomial with two and three arms, 20,000 trials, chi-square at level 1e-5."
    ),
    source="SciPy 1.13 or later: stats.binom",
)
@pytest.mark.parametrize("sizes", [(64, 65), (60, 30), (40, 40, 40), (20, 60, 40)], ids=str)
def test_arm_sizes_are_binomial(sizes):
    """Claim: the size of each arm is binomial with the arm's share of the planned total (64 and
    65 count as equal), for two and three arms.
    Exact: scipy's binomial. 20,000 trials; chi-square at the fixed level 1e-5.
    Detects: a share of 0.505 for 0.5, sizes that are kept (no variance at all).
    """
    arm = arms({"method": "simple"}, sizes, REPLICATES, seed=sum(sizes))
    n = sum(sizes)
    shares = [0.5, 0.5] if sizes == (64, 65) else [size / n for size in sizes]
    for which, share in enumerate(shares):
        counts = np.bincount((arm == which).sum(axis=1), minlength=n + 1)
        assert_frequencies_match(counts, stats.binom(n, share).pmf(np.arange(n + 1)))


@pytest.mark.evidence(
    "allocation.simple",
    kind="R",
    claim="Mean imbalance and the chances of 10 and of 20 or more, 20,000 trials, to 4 errors.",
    source="R 4.2.2 dbinom",
)
@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
def test_imbalance_matches_r(row):
    """Claim: mean absolute imbalance, and the chances of 10 and 20 or more, as in
    l_dgp_performance.json (R 4.2.2, dbinom).
    Exact: 3.52, 9.08 and 11.27 patients for 20, 129 and 200; the squared imbalance is n on
    average, which gives the error. 20,000 trials; tolerance 4 errors, 0.075 to 0.24 patients and
    at most 0.014. Chances that expect fewer than 10 trials of them are left out.
    Detects: a coin of 0.52 at n 200.
    """
    n, expected = row["inputs"]["n"], row["expected"]
    arm = arms({"method": "simple"}, (n // 2, n - n // 2), REPLICATES, seed=n)
    found = np.abs(2 * arm.sum(axis=1, dtype=int) - n)
    mean = expected["mean_abs_imbalance"]
    assert_matches(found.mean(), mean, sqrt((n - mean**2) / REPLICATES), "mean")
    for limit in (10, 20):
        exact = expected[f"prob_imbalance_ge_{limit}"]
        if exact * REPLICATES >= 10:
            assert_share_matches(found >= limit, exact, f"{limit} or more")
