"""Power and size for means against R 4.2.2 (pwr, rpact, longpower, stats::pt, integrate)."""

import json
import math
from collections.abc import Callable
from pathlib import Path

import pytest

from trialsim.theory.ancova import ancova_power, ancova_power_balanced
from trialsim.theory.change_score import change_score_power
from trialsim.theory.mmrm import mmrm_size_per_arm
from trialsim.theory.noncentral_t import rejection_probability
from trialsim.theory.noninferiority import noninferiority_power
from trialsim.theory.two_means import (
    pooled_power_unequal_variance,
    t_test_power,
    t_test_sample_size_fractional,
    welch_power,
    z_total,
)

ROWS = json.loads(Path(__file__).with_name("a_power_means.json").read_text(encoding="utf-8"))

# Stored intermediate steps. They are fed to `rejection_probability`, which must give the power.
STEPS = {"ncp", "df"}


def two_sample_t(inputs, expected):
    design = (inputs["n_control"], inputs["n_treatment"], inputs["d"], inputs["sd"])
    alpha = inputs["alpha"]
    yield "power_two_sided", t_test_power(*design, alpha)
    yield "power_one_sided_same_alpha", t_test_power(*design, alpha, sides=1)
    yield "power_two_sided", rejection_probability(expected["ncp"], expected["df"], alpha)


def ancova(inputs, expected):
    n1, n2, alpha = inputs["n_control"], inputs["n_treatment"], inputs["alpha"]
    r = inputs["rho"] if "rho" in inputs else inputs["multiple_R"]
    covariates = inputs.get("covariates", 1)
    design = (n1, n2, inputs["delta"], inputs["sd"], r)
    balanced = ancova_power_balanced(*design, covariates, alpha)
    yield "ancova_power_random_baseline", ancova_power(*design, covariates, alpha)
    if "ancova_power_balanced_baseline" in expected:
        yield "ancova_power_balanced_baseline", balanced
    if "df" in expected:
        error = inputs["sd"] * math.sqrt((1 - r**2) * (1 / n1 + 1 / n2))
        ncp = inputs["delta"] / error
        assert balanced == pytest.approx(
            rejection_probability(ncp, expected["df"], alpha), abs=1e-10
        )
    if "change_score_t_power" in expected:
        yield "change_score_t_power", change_score_power(*design, alpha)
        yield "posttest_t_power", t_test_power(*design[:4], alpha)


def welch(inputs, expected):
    design = [inputs[name] for name in ("n1", "n2", "delta", "sd1", "sd2", "alpha")]
    yield "welch_power", welch_power(*design)
    yield "pooled_t_power", pooled_power_unequal_variance(*design)


def sample_size(inputs, expected):
    target = {"difference": inputs["d"], "power": inputs["power"]}
    alpha = inputs["alpha"]
    # rpact counts the upper tail only: a one-sided test at half of alpha.
    one_tail = {**target, "alpha": alpha / 2, "sides": 1}
    control, treatment = t_test_sample_size_fractional(**one_tail, ratio=2)
    yield "n_per_arm_exact_t", t_test_sample_size_fractional(**target, alpha=alpha)[0]
    yield "total_t_rpact", sum(t_test_sample_size_fractional(**one_tail))
    yield "total_z", z_total(**target, alpha=alpha)
    yield "total_t_2to1", control + treatment
    yield "n_control_2to1", control
    yield "n_treatment_2to1", treatment


def noninferiority(inputs, expected):
    n = inputs["n_per_arm"]
    effect = (inputs["true_difference"], inputs["margin"], inputs["sd"])
    yield "power", noninferiority_power(n, n, *effect, inputs["alpha_one_sided"])


def mmrm(inputs, expected):
    over_time = (inputs["correlation"], inputs["retention_each_arm"])
    target = (inputs["power"], inputs["alpha"])
    size = mmrm_size_per_arm(inputs["delta_last_visit"], inputs["sd"], *over_time, *target)
    yield "n_per_arm", size


FAMILIES: dict[str, Callable] = {
    "t2_": two_sample_t,
    "ancova_": ancova,
    "welch_": welch,
    "ss_": sample_size,
    "ni_": noninferiority,
    "mmrm_": mmrm,
}


@pytest.mark.evidence(
    "decision.noninferiority",
    kind="R",
    claim="The exact power of non-inferiority by the t test, to 1e-6.",
    source="R 4.2.2 rpact 4.3.0",
)
@pytest.mark.evidence(
    "analysis.t_test",
    kind="R",
    claim=(
        "The exact power that a run prints beside the simulated one, pooled and Welch, to "
        "1e-8 and 1e-6."
    ),
    source="R 4.2.2 pwr 1.3.0, stats::integrate",
)
@pytest.mark.evidence(
    "analysis.change_score",
    kind="R",
    claim="The exact power that a run prints beside the simulated one, to 1e-6.",
    source="R 4.2.2 pwr 1.3.0",
)
@pytest.mark.evidence(
    "analysis.ancova",
    kind="R",
    claim=(
        "The exact power that a run prints beside the simulated one, one covariate and "
        "several, to 1e-6."
    ),
    source="R 4.2.2 stats::pt, stats::integrate",
)
@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
def test_power_and_size_match_r(row):
    family = next(FAMILIES[name] for name in FAMILIES if row["id"].startswith(name))
    tolerance = {
        name: row["tolerance"][name] for name in ("abs", "rel") if name in row["tolerance"]
    }
    # Without a `rel` of its own pytest would add its default of 1e-6 to every row.
    tolerance = {"rel": 0, "abs": 0} | tolerance
    compared = set()
    for name, value in family(row["inputs"], row["expected"]):
        assert value == pytest.approx(row["expected"][name], **tolerance), name
        compared.add(name)
    assert compared == set(row["expected"]) - STEPS


def test_every_row_is_tested():
    ids = [row["id"] for row in ROWS]
    assert len(ids) == len(set(ids)) == 165
    assert [i for i in ids if not i.startswith(tuple(FAMILIES))] == []
