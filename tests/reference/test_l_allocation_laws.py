"""Allocation laws and binomial intervals against R 4.2.2 (dbinom, binom.test, own recursions)."""

import json
from pathlib import Path

import numpy as np
import pytest

from trialsim.theory import allocation
from trialsim.theory.proportions import clopper_pearson_interval, wilson_interval

ROWS = json.loads(Path(__file__).with_name("l_dgp_performance.json").read_text(encoding="utf-8"))

# Families of this file that are not laws of allocation, or intervals, and where they belong.
ELSEWHERE = {
    "latent_ordinal_": "ordinal scores from a latent normal: a matter for outcomes/",
    "tetrachoric_": "correlated binary outcomes: a matter for outcomes/",
    "bounded_": "bounded scales: a matter for outcomes/",
    "performance": "performance measures: test_l_performance.py",
}


def permuted_block(inputs, expected):
    half = inputs["block_size"] // 2
    block = (half, half)
    sizes, chances = allocation.permuted_block_arm_size_law(inputs["n"], block)
    law = dict(zip(sizes.tolist(), chances.tolist(), strict=True))
    # R lists sizes that cannot happen too, with probability 0.
    listed = expected["final_arm1_count_values"]
    assert set(law) <= set(listed)
    yield "final_arm1_count_values", listed
    yield "final_arm1_count_probs", [law.get(size, 0.0) for size in listed]
    yield "max_abs_imbalance", allocation.largest_imbalance(block)
    guess = allocation.correct_guess_fraction(block)
    yield "expected_correct_guess_fraction_full_blocks", guess
    yield "number_of_distinct_blocks", allocation.n_distinct_blocks(block)


def simple_randomisation(inputs, expected):
    n, p = inputs["n"], inputs["p"]
    yield "mean_abs_imbalance", allocation.simple_mean_imbalance(n, p)
    yield "prob_imbalance_ge_10", allocation.simple_imbalance_probability(n, 10, p)
    yield "prob_imbalance_ge_20", allocation.simple_imbalance_probability(n, 20, p)


def efron(inputs, expected):
    law = allocation.biased_coin_imbalance_law(inputs["n"], inputs["bias_probability"])
    yield "mean_abs_imbalance", law @ np.arange(law.size)
    yield "prob_best_balance", law[inputs["n"] % 2]


def interval(inputs, expected):
    counts = (inputs["rejections"], inputs["replicates"])
    yield "wilson_ci", wilson_interval(*counts)
    yield "clopper_pearson_ci", clopper_pearson_interval(*counts)


FAMILIES = {
    "permuted_block_": permuted_block,
    "simple_randomisation_": simple_randomisation,
    "efron_": efron,
    "mcse_": interval,
}
# The error of a share belongs to operating/, and is tested in test_l_performance.py.
NOT_HERE = {"mcse"}
CHECKED = [row for row in ROWS if row["id"].startswith(tuple(FAMILIES))]


@pytest.mark.parametrize("row", CHECKED, ids=[row["id"] for row in CHECKED])
def test_law_matches_r(row):
    family = next(FAMILIES[name] for name in FAMILIES if row["id"].startswith(name))
    compared = set()
    for name, value in family(row["inputs"], row["expected"]):
        np.testing.assert_allclose(
            value, row["expected"][name], rtol=0, atol=row["tolerance"]["abs"], err_msg=name
        )
        compared.add(name)
    assert compared == set(row["expected"]) - NOT_HERE


def test_every_row_is_tested_here_or_named():
    ids = [row["id"] for row in ROWS]
    assert len(ids) == len(set(ids)) == 21
    assert [i for i in ids if not i.startswith((*FAMILIES, *ELSEWHERE))] == []
