"""Latent scores, correlated binary outcomes and truncated scales against R 4.2.2 (mvtnorm).

Also the list of who checks what: every row of the file, and every number of the rows checked here,
is tested somewhere or named with the reason why not.
"""

import json
from math import pi, sqrt
from pathlib import Path

import numpy as np
import pytest
from scipy.special import ndtr, ndtri

from trialsim.cohort.truncated_normal import TruncatedNormal
from trialsim.kernels.latent_normal import covariance, latent_correlation, step_coefficients

HERE = Path(__file__).parent
ROWS = json.loads((HERE / "l_dgp_performance.json").read_text(encoding="utf-8"))

# Families of rows that other files check, each of which must name its family.
ELSEWHERE = {
    "permuted_block_": "test_l_allocation_laws.py",
    "simple_randomisation_": "test_l_allocation_laws.py",
    "efron_": "test_l_allocation_laws.py",
    "mcse_": "test_l_performance.py",
    "performance": "test_l_performance.py",
}

# Numbers that nothing in trialsim gives yet, by family and exact name.
LATER = {
    ("latent_ordinal_", "mann_whitney_prob_visit2_vs_visit1_independent"): (
        "a comparison by ranks arrives with analysis/mann_whitney.py"
    ),
    ("tetrachoric_", "maximum_attainable_phi"): (
        "a refusal names the nearest correlation that the expansion reaches, 0.9999 latent with "
        "400 terms, not the limit; arrives with outcomes/binary.py"
    ),
    ("bounded_", "censored_mean"): "nothing is clamped: bounded scores have margins of their own",
    ("bounded_", "censored_sd"): "nothing is clamped",
    ("bounded_", "floor_probability_censored"): "nothing is clamped",
    ("bounded_", "ceiling_probability_censored"): "nothing is clamped",
    ("bounded_", "rounded_clipped_mean"): "nothing is rounded and clamped",
    ("bounded_", "rounded_clipped_sd"): "nothing is rounded and clamped",
}

# Stored intermediate steps, from which the checked numbers are made.
STEPS = {("latent_ordinal_", "thresholds_visit1"), ("latent_ordinal_", "thresholds_visit2")}


def latent_ordinal(inputs, expected):
    """Ordinal scores are step functions of the latent value, as bounded ones are."""
    rho = inputs["latent_correlation"]
    cuts = [np.array(expected[f"thresholds_visit{visit}"]) for visit in (1, 2)]
    margins = [np.array(inputs[f"marginal_visit{visit}"]) for visit in (1, 2)]
    scores = [step_coefficients(c, 1.0) for c in cuts]
    places = [np.arange(margin.size) for margin in margins]
    sds = [
        sqrt(margin @ place**2 - (margin @ place) ** 2)
        for margin, place in zip(margins, places, strict=True)
    ]
    yield "pearson_of_integer_scores", covariance(*scores, rho) / (sds[0] * sds[1])
    # P(both above a pair of cuts) is a covariance of two single steps; cells are differences.
    above = [np.cumsum(margin[::-1])[::-1] for margin in margins]
    both = np.zeros((margins[0].size + 1, margins[1].size + 1))
    both[:-1, :-1] = np.outer(*above)
    for i, first in enumerate(cuts[0], start=1):
        for j, second in enumerate(cuts[1], start=1):
            steps = [step_coefficients(np.array([cut]), 1.0) for cut in (first, second)]
            both[i, j] += covariance(*steps, rho)
    yield "joint_probabilities", np.diff(np.diff(both, axis=0), axis=1)


def tetrachoric(inputs, expected):
    """Two binary outcomes with correlation phi: one cut each."""
    p1, p2 = inputs["p1"], inputs["p2"]
    steps = [step_coefficients(np.array([-ndtri(p)]), 1.0) for p in (p1, p2)]
    wanted = inputs["phi"] * sqrt(p1 * (1 - p1) * p2 * (1 - p2))
    rho, reached = latent_correlation(*steps, wanted)
    yield "latent_correlation", rho
    yield "joint_p11", p1 * p2 + reached


def bounded(inputs, expected):
    """A normal cut off at the limits of the scale, by its quantiles over a standard normal."""
    people = TruncatedNormal(
        mean=expected["truncated_mean"],
        sd=expected["truncated_sd"],
        min=float(inputs["lower"]),
        max=float(inputs["upper"]),
    )
    nodes, weights = np.polynomial.legendre.leggauss(20)
    left = np.arange(-9, 9, 0.25)[:, None]
    z = (left + 0.125 * (nodes + 1)).ravel()
    weight = np.tile(0.125 * weights, left.size) * np.exp(-(z**2) / 2) / sqrt(2 * pi)
    values = people.values(z[None])[0]
    mean = weight @ values
    yield "truncated_mean", mean
    yield "truncated_sd", sqrt(weight @ (values - mean) ** 2)
    # The same people as the normal of the row, cut off: equal shares lie below any value.
    low, high, inside = (
        ndtr((x - inputs["latent_mean"]) / inputs["latent_sd"])
        for x in (people.min, people.max, values)
    )
    np.testing.assert_allclose((inside - low) / (high - low), ndtr(z), rtol=0, atol=1e-7)


FAMILIES = {"latent_ordinal_": latent_ordinal, "tetrachoric_": tetrachoric, "bounded_": bounded}
CHECKED = [row for row in ROWS if row["id"].startswith(tuple(FAMILIES))]


@pytest.mark.evidence(
    "outcomes.ordinal",
    kind="R",
    claim=(
        "The correlation of scores and the joint shares of two visits that a latent "
        "correlation makes, by the expansion that ordinal scores use, to 1e-6."
    ),
    source="R 4.2.2 mvtnorm 1.1.3",
)
@pytest.mark.evidence(
    "outcomes.binary",
    kind="R",
    claim=(
        "The latent correlation that gives two events the correlation asked for, by the "
        "expansion that binary scores use, to 1e-5."
    ),
    source="R 4.2.2 mvtnorm 1.1.3",
)
@pytest.mark.evidence(
    "cohort.truncated_normal",
    kind="R",
    claim=(
        "Mean, SD and every quantile are those of a normal cut off at the limits, to a "
        "relative 1e-7."
    ),
    source="R 4.2.2, closed form",
)
@pytest.mark.parametrize("row", CHECKED, ids=[row["id"] for row in CHECKED])
def test_scores_match_r(row):
    name, family = next((n, f) for n, f in FAMILIES.items() if row["id"].startswith(n))
    tolerance = {"rtol": row["tolerance"].get("rel", 0), "atol": row["tolerance"].get("abs", 0)}
    accounted = {number for prefix, number in {*LATER, *STEPS} if prefix == name}
    for number, value in family(row["inputs"], row["expected"]):
        np.testing.assert_allclose(value, row["expected"][number], **tolerance, err_msg=number)
        assert number not in accounted
        accounted.add(number)
    assert accounted == set(row["expected"])


def test_every_row_is_checked_here_or_elsewhere():
    ids = [row["id"] for row in ROWS]
    assert len(ids) == len(set(ids))
    known = (*FAMILIES, *ELSEWHERE)
    assert [i for i in ids if not i.startswith(known)] == []
    assert [name for name in known if not any(i.startswith(name) for i in ids)] == []
    for family, file in ELSEWHERE.items():
        assert f'"{family}"' in (HERE / file).read_text(encoding="utf-8")
