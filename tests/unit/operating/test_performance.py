"""Performance measures: what is counted, what is left out, what is not defined, and the errors."""

import math

import numpy as np
import pytest
from numpy.random import Generator, Philox
from scipy.special import stdtr, stdtrit

from trialsim.core.stages import Rule
from trialsim.decision.superiority import Superiority
from trialsim.operating.performance import MIN_SIGNIFICANT, Measure
from trialsim.operating.performance import performance as measures_of

NAMES = [
    "rejection_rate",
    "favourable_rejection_rate",
    "mean_estimate",
    "true_value",
    "bias",
    "empirical_se",
    "model_se",
    "mse",
    "coverage",
    "bias_eliminated_coverage",
    "mean_ci_width",
    "type_s",
    "type_m",
    "critical_estimate",
    "failed",
]
FROM_CONVERGED = [n for n in NAMES if n not in ("true_value", "type_s", "type_m", "failed")]


def performance(*, alpha, favourable_sign, **columns):
    """The measures of replicates judged at `alpha`, as a superiority decision judges them."""
    rule = Rule(alpha=alpha, sides=2, sign=favourable_sign)
    decisions = Superiority().decide(columns["estimate"], columns["p_value"], rule)
    return measures_of(**columns, decisions=decisions)


def normal_columns(rng, replicates, *, truth, df=20, alpha=0.05, sd=1.0):
    """Replicates of a normal estimator with SD `sd` and an independent chi-square variance."""
    estimate = truth + sd * rng.standard_normal(replicates)
    se = sd * np.sqrt(rng.chisquare(df, replicates) / df)
    critical = stdtrit(df, 1 - alpha / 2) * se
    return {
        "estimate": estimate,
        "se": se,
        "p_value": 2 * stdtr(df, -np.abs(estimate / se)),
        "lower": estimate - critical,
        "upper": estimate + critical,
        "critical": critical,
        "converged": np.ones(replicates, dtype=bool),
    }


def measured(columns, **settings) -> dict[str, Measure]:
    settings = {"true_value": 1.0, "alpha": 0.05, "favourable_sign": 1} | settings
    return {measure.name: measure for measure in performance(**columns, **settings)}


@pytest.fixture
def columns():
    return normal_columns(Generator(Philox(11)), 400, truth=1.0)


def test_measures_come_in_the_reported_order(columns):
    measures = performance(**columns, true_value=1.0, alpha=0.05, favourable_sign=1)
    assert [measure.name for measure in measures] == NAMES
    assert all(type(m.value) is type(m.mcse) is float and type(m.n_used) is int for m in measures)


def test_values_are_those_of_the_definitions(columns):
    m = measured(columns, true_value=0.8, favourable_sign=-1)
    estimate, significant = columns["estimate"], columns["p_value"] < 0.05
    assert m["rejection_rate"].value == significant.mean()
    assert m["favourable_rejection_rate"].value == (significant & (estimate < 0)).mean()
    assert m["bias"].value == pytest.approx(estimate.mean() - 0.8)
    assert m["model_se"].value == pytest.approx(np.sqrt(np.mean(columns["se"] ** 2)))
    assert m["mse"].value == pytest.approx(m["bias"].value ** 2 + estimate.var())
    assert m["type_s"].value == (estimate[significant] < 0).mean()
    assert m["type_m"].value == pytest.approx(np.abs(estimate[significant]).mean() / 0.8)
    assert m["type_s"].n_used == m["type_m"].n_used == significant.sum()
    assert m["critical_estimate"].value == pytest.approx(columns["critical"].mean())
    assert m["failed"] == Measure("failed", 0.0, 0.0, 400)


def test_a_p_value_equal_to_alpha_does_not_reject(columns):
    columns["p_value"] = np.full(400, 0.05)
    assert measured(columns)["rejection_rate"].value == 0
    assert measured(columns, alpha=np.nextafter(0.05, 1))["rejection_rate"].value == 1


def test_failed_replicates_are_counted_and_touch_nothing_else(columns):
    converged = np.arange(400) % 8 != 0
    kept = {name: column[converged] for name, column in columns.items()}
    expected = measured(kept)
    for rubbish in (np.nan, 1e300, 0.0):
        spoilt = {name: np.where(converged, column, rubbish) for name, column in columns.items()}
        spoilt["converged"] = converged
        found = measured(spoilt)
        assert found.pop("failed") == Measure("failed", 0.125, math.sqrt(0.125 * 0.875 / 400), 400)
        assert found == {name: m for name, m in expected.items() if name != "failed"}
    assert all(expected[name].n_used == 350 for name in FROM_CONVERGED)


@pytest.mark.parametrize("n", [0, 1])
def test_too_few_replicates_give_nan_without_a_warning(columns, n):
    for kept in (np.arange(400) < n, np.arange(n) < n):  # all others failed; none others exist
        few = {name: column[: kept.size] for name, column in columns.items()}
        m = measured(few | {"converged": kept})
        assert all(m[name].n_used == n for name in FROM_CONVERGED)
        without_spread = ["mean_estimate", "bias", "model_se", "mse", "mean_ci_width"]
        assert all(math.isnan(m[name].mcse) for name in [*without_spread, "critical_estimate"])
        assert all(math.isnan(m[name].value) == (n == 0) for name in [*without_spread, "coverage"])
        assert math.isnan(m["empirical_se"].value)
        assert math.isnan(m["failed"].value) == (kept.size == 0)


def test_type_s_and_type_m_are_blank_below_thirty_significant(columns):
    for n_significant, blank in ((MIN_SIGNIFICANT - 1, True), (MIN_SIGNIFICANT, False)):
        columns["p_value"] = np.where(np.arange(400) < n_significant, 0.01, 0.5)
        m = measured(columns)
        for name in ("type_s", "type_m"):
            assert math.isnan(m[name].value) is math.isnan(m[name].mcse) is blank
            assert m[name].n_used == n_significant


def test_under_no_effect_sign_and_exaggeration_are_not_defined():
    null = normal_columns(Generator(Philox(12)), 2_000, truth=0.0)
    m = measured(null, true_value=0.0)
    assert m["type_s"].n_used == m["type_m"].n_used == (null["p_value"] < 0.05).sum() > 30
    assert all(math.isnan(m[name].value) for name in ("type_s", "type_m"))
    assert m["bias"].value == m["mean_estimate"].value


def test_the_sign_of_a_negative_truth_is_respected(columns):
    mirrored = columns | {"estimate": -columns["estimate"]}
    mirrored |= {"lower": -columns["upper"], "upper": -columns["lower"]}
    up, down = measured(columns), measured(mirrored, true_value=-1.0, favourable_sign=-1)
    for name in ("favourable_rejection_rate", "coverage", "type_s", "type_m", "mse"):
        assert down[name] == up[name]


def test_a_simulated_truth_shows_its_own_error(columns):
    assert measured(columns)["true_value"] == Measure("true_value", 1.0, 0.0, 0)
    simulated = measured(columns, true_value_mcse=0.01)
    assert simulated["true_value"] == Measure("true_value", 1.0, 0.01, 400)


def test_one_sided_intervals_have_an_infinite_width_without_an_error(columns):
    one_sided = columns | {"upper": np.full(400, np.inf)}
    width = measured(one_sided)["mean_ci_width"]
    assert width.value == math.inf
    assert math.isnan(width.mcse)
    assert measured(one_sided)["coverage"].value == (columns["lower"] <= 1).mean()


@pytest.mark.parametrize(
    ("column", "spoilt"),
    [
        ("p_value", ["rejection_rate", "favourable_rejection_rate", "type_s", "type_m"]),
        ("lower", ["coverage", "bias_eliminated_coverage", "mean_ci_width"]),
        ("se", ["model_se"]),
        ("estimate", ["favourable_rejection_rate", "bias", "empirical_se", "type_s", "type_m"]),
    ],
)
def test_a_missing_number_in_a_converged_replicate_is_not_a_silent_no(columns, column, spoilt):
    first_significant = np.argmax(columns["p_value"] < 0.05)
    values = columns[column].copy()
    values[first_significant] = np.nan
    m = measured(columns | {column: values})
    assert all(math.isnan(m[name].value) and math.isnan(m[name].mcse) for name in spoilt)
    assert not math.isnan(m["critical_estimate"].value)


def test_columns_of_unequal_length_are_refused(columns):
    with pytest.raises(ValueError, match="one length"):
        measured(columns | {"se": columns["se"][:-1]})


def test_input_is_not_altered(columns):
    columns["converged"][3] = False
    before = {name: column.copy() for name, column in columns.items()}
    measured(columns)
    assert all(np.array_equal(columns[name], before[name]) for name in columns)


def test_mcse_matches_the_spread_over_repeated_simulation_studies():
    """Claim: the mcse of each measure is the SD of that measure over repetitions of the study.

    2,000 independent studies of 200 replicates, a tenth of which fail at random; the estimator
    is normal with mean 0.8 and SD 1, its variance estimate an independent chi-square with 20 df.
    alpha 0.2 makes wrong signs common enough (about 1 in 20) to check the error of type S.
    Exact answer: SD over studies / root mean square mcse = 1 (the squares are what is unbiased;
    empirical_se, model_se and the proportions are so to within 0.5%). Tolerance 4 standard
    errors of a SD, sqrt((kurtosis - 1) / (4 x 2,000)): 6 to 7%. Detects an mcse wrong by 10%
    or more, so a lost factor 2 or sqrt(2), or n where n_used belongs (type S and M).
    """
    rng, studies = Generator(Philox(2019)), 2_000
    value, mcse = np.empty((2, studies, len(NAMES)))
    for study in range(studies):
        columns = normal_columns(rng, 200, truth=0.8, alpha=0.2)
        columns["converged"] = rng.random(200) < 0.9
        measures = performance(**columns, true_value=0.8, alpha=0.2, favourable_sign=1)
        value[study] = [measure.value for measure in measures]
        mcse[study] = [measure.mcse for measure in measures]
    deviation = value - value.mean(axis=0)
    spread = np.sqrt((deviation**2).sum(axis=0) / (studies - 1))
    claimed = np.sqrt((mcse**2).mean(axis=0))
    for i, name in enumerate(NAMES):
        if name == "true_value":
            assert np.all(value[:, i] == 0.8) and claimed[i] == 0
            continue
        kurtosis = (deviation[:, i] ** 4).mean() / (deviation[:, i] ** 2).mean() ** 2
        tolerance = 4 * math.sqrt((kurtosis - 1) / (4 * studies))
        assert tolerance < 0.075, name
        assert spread[i] / claimed[i] == pytest.approx(1, abs=tolerance), name
