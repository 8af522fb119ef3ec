"""The random allocation rule: exact sizes, every order of the arms equally likely."""

from math import comb

import numpy as np
import pytest

from verification.simulated import arms, assert_frequencies_match, assert_share_matches

REPLICATES = 20_000


@pytest.mark.evidence(
    "allocation.random_allocation_rule",
    kind="exact law",
    claim=(
        "Arm sizes are as planned and every order of the arms is equally likely (20, 90 and "
        "21 orders), 40,000 trials, chi-square at level 1e-5."
    ),
    source="enumeration of the orders",
)
@pytest.mark.parametrize(
    ("sizes", "n_orders"), [((3, 3), comb(6, 3)), ((2, 2, 2), 90), ((2, 5), comb(7, 2))], ids=str
)
def test_orders_are_equally_likely(sizes, n_orders):
    """Claim: the random allocation rule gives the planned sizes exactly, and every order of arms
    equally often: C(6, 3) = 20 for 3 and 3, 90 for three pairs, C(7, 2) = 21 for 2 and 5.
    Exact: uniform. 40,000 trials; chi-square at the fixed level 1e-5.
    Detects: an order 15% (of 20) to 40% (of 90) more likely than it should be.
    """
    arm = arms({"method": "random_allocation_rule"}, sizes, 40_000, seed=6).astype(int)
    orders, place = np.unique(arm @ len(sizes) ** np.arange(sum(sizes)), return_inverse=True)
    assert len(orders) == n_orders
    assert_frequencies_match(np.bincount(place), np.full(n_orders, 1 / n_orders))


@pytest.mark.evidence(
    "allocation.random_allocation_rule",
    kind="exact law",
    claim=(
        "Every place in the trial has an arm with chance size/total, 20,000 trials, to 4 "
        "errors (0.014)."
    ),
    source="the uniform law",
)
@pytest.mark.parametrize("sizes", [(64, 65), (10, 20, 30), (1, 200)], ids=str)
def test_sizes_are_exact_and_every_place_is_alike(sizes):
    """Claim: sizes are as planned in every trial, and any patient, first or last, is as likely
    to be in an arm as any other.
    Exact: size / total at every place. 20,000 trials; tolerance 4 errors at each place, 0.014
    at shares of a half.
    Detects: places that favour an arm by 0.02.
    """
    arm = arms({"method": "random_allocation_rule"}, sizes, REPLICATES, seed=129)
    for which, size in enumerate(sizes):
        assert np.all((arm == which).sum(axis=1) == size)
        share = size / sum(sizes)
        for place in (0, 1, sum(sizes) // 2, -2, -1):
            assert_share_matches(arm[:, place] == which, share, f"arm {which}, place {place}")
