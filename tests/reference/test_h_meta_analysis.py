"""Pooling, heterogeneity, Egger's test and trim-and-fill against R 4.2.2 (metafor 3.8.1)."""

import json
from pathlib import Path

import numpy as np
import pytest

from trialsim.kernels.meta_analysis import (
    confidence_interval,
    dersimonian_laird,
    heterogeneity,
    pool,
    prediction_interval,
    standard_error,
    two_sided_p,
    typical_variance,
    up_to_each,
)
from trialsim.kernels.meta_analysis_asymmetry import egger, filled, trim_and_fill
from trialsim.kernels.meta_analysis_effects import hedges_g
from trialsim.kernels.meta_analysis_reml import reml

ROWS = {
    row["id"]: row
    for row in json.loads(
        Path(__file__).with_name("h_meta_analysis.json").read_text(encoding="utf-8")
    )
}
GENERIC = [name for name in ROWS if name.startswith("generic_")]
BIAS = [name for name in ROWS if name.startswith("bias_")]

# What no function here computes: a new row, or number of a row, must be tested or named here.
NOT_OFFERED = {
    "metaregression": "regression on a property of trials is not part of a simulated literature",
    "binary_OR": "a simulated literature has scores, not events",
    "binary_RR": "a simulated literature has scores, not events",
    "binary_RD": "a simulated literature has scores, not events",
    "binary_peto": "a simulated literature has scores, not events",
    "continuous_MD": "a variance for each arm; the trials here are analysed by pooled t tests",
    "continuous_SMDH": "a variance for each arm; the trials here are analysed by pooled t tests",
}
NUMBERS_NOT_OFFERED = {
    "egger_rma_z": "metafor's own version, with tau2 of a meta-regression",
    "egger_rma_p": "metafor's own version, with tau2 of a meta-regression",
    "begg_tau": "rank test of less power than Egger's",
    "begg_p": "rank test of less power than Egger's",
    "tau2_Qprofile_ci": "an interval of tau2, which nothing here asks for",
}
ELSEWHERE = {"ML", "PM", "HE", "SJ", "EB"}
"""Other estimators of tau2: it is taken from R, and what follows from it is compared."""


def trials(row):
    y, se = (np.array([row["inputs"][key]]) for key in ("y", "se"))
    return y, se**2, np.ones(y.shape, dtype=bool)


def close(found, expected, name, rel=1e-5, absolute=1e-12):
    np.testing.assert_allclose(np.squeeze(found), expected, rtol=rel, atol=absolute, err_msg=name)


def test_every_row_is_tested_or_named():
    tested = {*GENERIC, *BIAS, "leave_one_out_DL", "cumulative_DL", "continuous_SMD"}
    assert tested | set(NOT_OFFERED) == set(ROWS)
    assert not tested & set(NOT_OFFERED)


def inference(pooled, kind, expected, name):
    close(standard_error(pooled, kind), expected["se"], name)
    close(np.array(confidence_interval(pooled, kind)), expected["ci"], name)
    close(two_sided_p(pooled, kind), expected["p"], name, rel=2e-5)


@pytest.mark.parametrize("name", GENERIC)
def test_pooled_estimates_match_r(name):
    """Estimate, error, interval, p value, tau2 and I2; tau2 to 1e-6, as the row's note says.

    metafor stops its search for tau2 at steps of 1e-5, so what depends on it is held to that.
    """
    row = ROWS[name]
    y, v, counted = trials(row)
    expected = dict(row["expected"])
    fixed = pool(y, v, counted)
    close(fixed.estimate, expected["fixed"]["estimate"], "fixed")
    inference(fixed, "normal", expected.pop("fixed"), "fixed")
    found = heterogeneity(y, v, counted)
    df = float(fixed.n[0] - 1)
    close(found.q, expected.pop("Q"), "Q")
    assert df == expected.pop("Q_df")
    close(found.p_value, expected.pop("Q_p"), "Q_p")
    close(100 * found.i2, expected.pop("I2_from_Q"), "I2")
    searched = reml(y, v, counted)
    assert searched.converged.all()
    own = {"DL": dersimonian_laird(y, v, counted), "REML": searched.tau2}
    for method in ("DL", "REML", *sorted(ELSEWHERE)):
        stated = expected.pop(method)
        tau2 = own.get(method, np.array([stated["tau2"]]))
        close(tau2, stated["tau2"], method, rel=0, absolute=1e-6)
        pooled = pool(y, v, counted, tau2)
        close(pooled.estimate, stated["estimate"], method)
        inference(pooled, "normal", stated, method)
        typical = typical_variance(v, counted)
        close(100 * tau2 / (tau2 + typical), stated["I2"], method, absolute=1e-6)
        close(1 + tau2 / typical, stated["H2"], method, absolute=1e-6)
        inference(pooled, "hartung_knapp", expected.pop(f"{method}_hksj"), method)
    pooled = pool(y, v, counted, own["REML"])
    for kind, key in (("normal", "normal"), ("hartung_knapp", "t")):
        ends = prediction_interval(pooled, own["REML"], kind)
        stem = "REML_hksj" if key == "t" else "REML"
        close(np.array(ends), expected.pop(f"{stem}_prediction_interval_{key}"), key)
    assert set(expected) <= set(NUMBERS_NOT_OFFERED)


@pytest.mark.parametrize("name", BIAS)
def test_asymmetry_matches_r(name):
    """Egger's regression by least squares, and trim-and-fill with DerSimonian and Laird.

    The side is that of Egger's intercept; metafor takes the sign of a regression with its own tau2,
    which agrees in both rows.
    """
    row = ROWS[name]
    y, v, counted = trials(row)
    expected = dict(row["expected"])
    found = egger(y, v, counted)
    close(found.intercept, expected.pop("egger_intercept"), "intercept")
    close(found.se, expected.pop("egger_intercept_se"), "se")
    for key in ("egger_t", "egger_lm_t_metafor"):
        close(found.intercept / found.se, expected.pop(key), key)
    for key in ("egger_p", "egger_lm_p_metafor"):
        close(found.p_value, expected.pop(key), key)
    assert found.df == expected.pop("egger_df")
    is_left = found.intercept > 0
    assert ("left" if is_left[0] else "right") == expected.pop("trimfill_side")
    added = trim_and_fill(y, v, counted, is_left)
    assert added.n_filled == expected.pop("trimfill_k0")
    more = filled(y, v, counted, added)
    pooled = pool(*more, dersimonian_laird(*more))
    close(pooled.estimate, expected.pop("trimfill_estimate"), "trim and fill")
    assert set(expected) <= set(NUMBERS_NOT_OFFERED)


def test_cumulative_and_leave_one_out_match_r():
    """Masks of the same kernel: trials up to each, and all but each."""
    row = ROWS["cumulative_DL"]
    y, v, counted = trials(row)
    y, v = y[:, None, :], v[:, None, :]
    masks = up_to_each(counted)
    pooled = pool(y, v, masks, dersimonian_laird(y, v, masks))
    for key, found in (("estimate", pooled.estimate), ("se", pooled.se)):
        close(found, row["expected"][key], key, rel=1e-6)
    row = ROWS["leave_one_out_DL"]
    masks = ~np.eye(y.shape[-1], dtype=bool)[None]
    tau2 = dersimonian_laird(y, v, masks)
    pooled = pool(y, v, masks, tau2)
    for key, found in (("estimate", pooled.estimate), ("se", pooled.se), ("tau2", tau2)):
        close(found, row["expected"][key], key, rel=1e-6)


def test_standardised_differences_match_r():
    """Hedges' g with the exact correction, and its large-sample variance."""
    row = ROWS["continuous_SMD"]
    inputs = {key: np.array(value, dtype=float) for key, value in row["inputs"].items()}
    n1, n0 = inputs["n_treatment"], inputs["n_control"]
    ss = (n1 - 1) * inputs["sd_treatment"] ** 2 + (n0 - 1) * inputs["sd_control"] ** 2
    d = (inputs["mean_treatment"] - inputs["mean_control"]) / np.sqrt(ss / (n1 + n0 - 2))
    g, v = hedges_g(d, n1, n0)
    close(g, row["expected"]["estimate"], "g", rel=1e-8)
    close(v, row["expected"]["variance"], "variance", rel=1e-8)
