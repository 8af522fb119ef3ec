"""Design effects and power with clusters against R 4.2.2 (clusterPower, closed forms)."""

import json
from pathlib import Path

import pytest

from trialsim.theory.clustered import (
    arm_variance,
    clustered_power,
    design_effect,
    design_effect_of_sizes,
    error_and_df,
)

ROWS = json.loads(Path(__file__).with_name("j_clustered.json").read_text(encoding="utf-8"))

# Rows that no closed form in theory/ reaches: a new row must be tested or named here.
LATER_ROWS = {
    "longitudinal_slope_2lvl_1": "slopes over time are no analysis of a run",
    "longitudinal_slope_2lvl_2": "slopes over time are no analysis of a run",
    "longitudinal_slope_2lvl_3": "slopes over time are no analysis of a run",
    "longitudinal_slope_partially_nested_1": "slopes over time are no analysis of a run",
    "longitudinal_slope_partially_nested_2": "slopes over time are no analysis of a run",
    "crt_data_c1": "data for a mixed model, which is fitted and not a closed form",
    "crt_data_c2": "data for a mixed model, which is fitted and not a closed form",
    "partially_nested_data_1": "data for a mixed model, which is fitted and not a closed form",
    "partially_nested_data_2": "data for a mixed model, which is fitted and not a closed form",
}
APPROXIMATE = {"power_clusterPower": "a normal approximation, several points above the t test"}


def effects(inputs):
    if "cluster_sizes" in inputs:
        sizes = (inputs["cluster_sizes"], inputs["icc"])
        yield "kish_unweighted_mean", design_effect_of_sizes(*sizes)
        yield "optimal_weights", design_effect_of_sizes(*sizes, weighted=True)
        return
    names = ("mean_cluster_size", "icc", "cv_cluster_size")
    effect = design_effect(*(inputs[name] for name in names))
    yield "design_effect", effect
    yield "effective_n", inputs["total_n"] / effect


def both_arms(inputs):
    clusters = inputs["clusters_per_arm"]
    n = clusters * inputs["cluster_size"]
    teams = (inputs["total_sd"], inputs["icc"], clusters, clusters)
    power = clustered_power(n, n, inputs["difference"], *teams, inputs["alpha"])
    error, df = error_and_df(n, n, *teams)
    yield "power_t_two_sided", power
    yield "power_clusterPower", power
    yield "ncp", inputs["difference"] / error
    yield "df", df


def one_arm(inputs):
    clusters, each = inputs["clusters_treatment"], inputs["cluster_size"]
    n0, n1 = inputs["n_control"], clusters * each
    team = (inputs["total_sd_both_arms"], inputs["icc_treatment"], clusters)
    error, df = error_and_df(n0, n1, *team)
    yield "variance_treatment_mean", arm_variance(n1, *team)
    yield "variance_control_mean", arm_variance(n0, team[0])
    yield "satterthwaite_df", df
    yield "ncp", inputs["difference"] / error
    power = clustered_power(n0, n1, inputs["difference"], *team, alpha=inputs["alpha"])
    yield "power_two_sided", power
    yield "inflation_treatment_arm", design_effect(each, inputs["icc_treatment"])


FAMILIES = {"design_effect_": effects, "crt_power_": both_arms, "partially_nested_k": one_arm}
CHECKED = [row for row in ROWS if row["id"] not in LATER_ROWS]


@pytest.mark.parametrize("row", CHECKED, ids=[row["id"] for row in CHECKED])
def test_clusters_match_r(row):
    family = next(FAMILIES[name] for name in FAMILIES if row["id"].startswith(name))
    # Without a `rel` of its own pytest would add its default of 1e-6 to every row.
    tolerance = {"rel": 0, "abs": 0} | {
        name: row["tolerance"][name] for name in ("abs", "rel") if name in row["tolerance"]
    }
    compared = set()
    for name, value in family(row["inputs"]):
        # clusterPower rounds on its way; its own tolerance stands in the note of the row.
        loose = {"abs": 2e-3} if name == "power_clusterPower" else tolerance
        assert value == pytest.approx(row["expected"][name], **loose), name
        compared.add(name)
    assert set(row["expected"]) - compared <= set(APPROXIMATE)


def test_every_row_is_tested_or_named_for_later():
    ids = [row["id"] for row in ROWS]
    assert len(ids) == len(set(ids)) == 23
    assert set(LATER_ROWS) <= set(ids)
    assert [i for i in ids if i not in LATER_ROWS and not i.startswith(tuple(FAMILIES))] == []
