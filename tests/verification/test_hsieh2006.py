"""scenarios/hsieh2006.yaml as its published results would have it, against those results."""

from math import sqrt

import numpy as np
import pytest
from scipy import special

import trialsim as ts
from verification.bounded_law import Score, latent_correlation, score_correlation
from verification.simulated import SCENARIOS, Runs, assert_matches, assert_share_matches, trials

REPLICATES = 40_000
N1, N0 = 64, 65
PUBLISHED_POST, PUBLISHED_CHANGE = -3.8, -4.64
TRUTH = -4.3
"""-3.8 less 0.58 x 0.84: the effect if the arms had started equal."""

BASELINE = Score(0, 24, 10.45, 5.3)
AFTER = {"physiotherapy": Score(0, 24, 9.5, 6.0), "acupressure": Score(0, 24, 5.2, 4.7)}
SIX_MONTHS = {"physiotherapy": Score(0, 24, 6.89, 4.6), "acupressure": Score(0, 24, 1.99, 3.1)}


def scenario() -> ts.LoadedScenario:
    alone = {"vary": {}, "what_if": {}, "evidence": {}}
    return ts.load(SCENARIOS / "hsieh2006.yaml").changed(alone)


@pytest.fixture(scope="module")
def runs_fixture() -> Runs:
    return Runs(scenario(), REPLICATES, seed=696)


def covariance_of_post_and_baseline() -> np.ndarray:
    """Exact covariance of the two differences between arms: (post, baseline)."""
    rho = latent_correlation(BASELINE, AFTER["physiotherapy"], 0.57)
    matrix = np.zeros((2, 2))
    for arm, n in (("acupressure", N1), ("physiotherapy", N0)):
        after = AFTER[arm]
        shared = score_correlation(BASELINE, after, rho) * BASELINE.sd * after.sd
        matrix += np.array([[after.sd**2, shared], [shared, BASELINE.sd**2]]) / n
    return matrix


def test_mean_interval_half_width_matches_the_published_one(runs_fixture):
    """Claim: intervals of the t test after treatment are 1.9 points to either side on average, as
    published (-5.7 to -1.9), within 0.1.
    Exact: the mean squared error estimate is (63 x 4.7^2 + 64 x 6.0^2)/127 (1/64 + 1/65) =
    0.9024, so that the half-width is 1.88 less a little for the spread of SE. Replicates 40,000;
    tolerance 4 errors by the fourth moments of the scores, 0.2%.
    Detects: one SD of 6.0 for both arms (2.09), 5.5 for 4.7 in one (1.99).
    """
    columns = runs_fixture.columns("as_published", "t_test")
    half_width = (columns["upper"] - columns["lower"]) / 2
    assert half_width.mean() == pytest.approx(1.9, abs=0.1)
    physiotherapy, acupressure = AFTER.values()
    k = (1 / N1 + 1 / N0) / (N1 + N0 - 2)
    exact = k * ((N1 - 1) * acupressure.sd**2 + (N0 - 1) * physiotherapy.sd**2)
    assert exact == pytest.approx(0.9024, abs=5e-5)
    parts = (
        (N1 - 1) * acupressure.variance_error(N1),
        (N0 - 1) * physiotherapy.variance_error(N0),
    )
    error = k * float(np.hypot(*parts)) / sqrt(REPLICATES)
    assert_matches(float(np.mean(columns["se"] ** 2)), exact, error, "squared SE")


@pytest.mark.evidence(
    "outcomes.bounded_integer",
    kind="published",
    claim=(
        "From means and SDs alone, 1.0 of 64 and 8.5 of 65 patients are above 12 points at "
        "six months; the trial's paper has 1 and 8. 5,120 trials, to 4 errors."
    ),
    source="doi 10.1136/bmj.38744.672616.AE",
)
def test_patients_above_12_points_at_six_months_match_the_published_counts():
    """Claim: at six months about 1 of 64 (acupressure) and 8 to 9 of 65 (physiotherapy) are above
    12 points; published 1 and 8.
    Exact: tails of the beta-binomials (mean 1.99, SD 3.1; 6.89, 4.6): 1.02 and 8.50 patients.
    Replicates 5,120; tolerance 4 errors of a binomial count, 0.06 and 0.15 patients.
    Detects: an SD of 3.2 for 3.1 (1.19 patients), the comparator's overdispersion in both arms
    (0.59), a cut at 13 (6.4 in the comparator).
    """
    above: dict[str, list[np.ndarray]] = {name: [] for name in SIX_MONTHS}
    for (data,) in trials(scenario(), batches=20, seed=12, assumptions=("as_published",)):
        score = data.score("rmdq", "six_months")
        for name, counts in above.items():
            inside = data.arm == list(data.arms).index(name)
            counts.append(((score > 12) & inside).sum(axis=1))
    around = {"physiotherapy": (65, 8.0, 9.0), "acupressure": (64, 0.5, 1.5)}
    for name, (n, low, high) in around.items():
        p = float(SIX_MONTHS[name].probabilities[13:].sum())
        counts = np.concatenate(above[name])
        assert low < n * p < high
        assert_matches(float(counts.mean()), n * p, sqrt(n * p * (1 - p) / counts.size), name)


@pytest.mark.evidence(
    "outcomes.bounded_integer",
    kind="published",
    claim=(
        "From mean 10.45 and SD 5.3 alone, 64.6% have 0 to 12 points at baseline; the trial's"
        " paper has 63%. 330,240 patients, to 4 errors (0.0033)."
    ),
    source="doi 10.1136/bmj.38744.672616.AE",
)
def test_baseline_share_of_minimal_disability_matches_the_published_one():
    """Claim: 63% of patients have 0 to 12 points at baseline, as published, within 2.
    Exact: beta-binomial of mean 10.45 and SD 5.3, 0.6456. 330,240 patients; tolerance 4 errors,
    0.0033.
    Detects: a baseline SD of 5.1 for 5.3.
    """
    exact = float(BASELINE.probabilities[:13].sum())
    assert exact == pytest.approx(0.63, abs=0.02)
    each = trials(scenario(), batches=10, seed=63, assumptions=("as_published",))
    scores = np.concatenate([data.score("rmdq", "baseline").ravel() for (data,) in each])
    assert_share_matches(scores <= 12, exact)


@pytest.mark.parametrize(
    ("analysis", "published", "below"),
    [("t_test", PUBLISHED_POST, 0.70), ("change", PUBLISHED_CHANGE, 0.35)],
)
def test_published_estimates_lie_inside_the_simulated_distribution(
    runs_fixture, analysis, published, below
):
    """Claim: with a true effect of -4.3 and arms that may differ at baseline by chance, the
    published -3.8 (post) and -4.64 (change) are ordinary: inside the central 95% of trials, 70%
    and 35% of which show a larger difference.
    Exact: normal laws around -4.3 with SDs 0.948 and 0.885; the sums of 64 and 65 bounded scores
    are nearly normal, hence a tolerance of 0.02 and not of 4 errors (0.009).
    Replicates 40,000.
    Detects: a truth of -4.2 or -4.4, a sign turned round.
    """
    estimate = runs_fixture.columns("as_published", analysis)["estimate"]
    low, high = np.quantile(estimate, [0.025, 0.975])
    assert low < published < high
    contrast = np.array([1, 0 if analysis == "t_test" else -1])
    spread = sqrt(contrast @ covariance_of_post_and_baseline() @ contrast)
    exact = float(special.ndtr((published - TRUTH) / spread))
    assert exact == pytest.approx(below, abs=0.01)
    assert float(np.mean(estimate <= published)) == pytest.approx(exact, abs=0.02)
    assert_matches(float(estimate.mean()), TRUTH, spread / sqrt(REPLICATES), "mean")
    assert_matches(float(estimate.std()), spread, spread / sqrt(2 * REPLICATES), "SD")


def test_published_pair_is_jointly_plausible(runs_fixture):
    """Claim: -3.8 and -4.64 imply arms 0.84 points apart at baseline, which is ordinary (0.9
    errors), and given that, both are what a true effect of -4.3 produces: -3.82 and -4.66.
    Exact: regression on the baseline difference, slopes 0.567 and -0.433 from the covariances of
    the scores. Replicates 40,000; tolerance 4 errors of a slope and of a fitted value, 0.017 and
    0.021; the exact values themselves lie within 0.03 of the published ones.
    Two thirds of trials lie farther from the centre than the pair does (chi-square on 2, 0.667;
    tolerance 0.02, for near-normality).
    Detects: a baseline correlation of 0.55 for 0.57 in the comparator, arms that are balanced at
    baseline, a truth of -4.2.
    """
    post, change = (
        runs_fixture.columns("as_published", name)["estimate"] for name in ("t_test", "change")
    )
    baseline = post - change
    matrix = covariance_of_post_and_baseline()
    imbalance = PUBLISHED_POST - PUBLISHED_CHANGE
    assert imbalance == pytest.approx(0.84)
    assert imbalance / sqrt(matrix[1, 1]) == pytest.approx(0.90, abs=0.005)
    post_slope = matrix[0, 1] / matrix[1, 1]
    residual = sqrt(matrix[0, 0] - post_slope * matrix[0, 1])
    slope_error = residual / sqrt(matrix[1, 1] * REPLICATES)
    fitted_error = residual * sqrt((1 + imbalance**2 / matrix[1, 1]) / REPLICATES)
    for estimate, slope, published in (
        (post, post_slope, PUBLISHED_POST),
        (change, post_slope - 1, PUBLISHED_CHANGE),
    ):
        expected = TRUTH + slope * imbalance
        assert expected == pytest.approx(published, abs=0.03)
        fitted_slope, level = np.polyfit(baseline, estimate, 1)
        assert_matches(float(fitted_slope), slope, slope_error, "slope")
        assert_matches(float(level + fitted_slope * imbalance), expected, fitted_error, "fitted")

    def squared_distance(post_less_truth: np.ndarray, baseline: np.ndarray) -> np.ndarray:
        pair = np.stack([post_less_truth, baseline])
        return np.sum(pair * np.linalg.solve(matrix, pair), axis=0)

    (own,) = squared_distance(np.array([PUBLISHED_POST - TRUTH]), np.array([imbalance]))
    farther = float(np.mean(squared_distance(post - TRUTH, baseline) > own))
    assert farther == pytest.approx(float(special.chdtrc(2, own)), abs=0.02)
    assert farther > 0.5
