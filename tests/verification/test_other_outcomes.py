"""Events, categories, counts and skewed scores: margins and correlations as asked."""

from __future__ import annotations

import numpy as np
import pytest

import trialsim as ts
from trialsim.core.draws import Draws
from trialsim.core.program import Batch, prepare
from trialsim.pipeline import trial_data

TRIAL = """
format: 1
design:
  arms: {a: {n: 200}, b: {n: 200}}
  visits_weeks: {first: 2, second: 8}
outcomes:
  event: {method: binary, mean: [0.3, 0.15], correlation: 0.4}
  category: {method: ordinal, shares: [0.2, 0.3, 0.3, 0.2], correlation: 0.5,
             correlated_with: {event: 0.25}}
  days: {method: count, mean: [3, 5], sd: [4, 5.5], correlation: 0.45,
         correlated_with: {category: 0.3}}
  cost: {method: log_normal, mean: 100, sd: 80, correlation: 0.6, correlated_with: {days: 0.3}}
  waiting: {method: gamma, mean: [2.28, 5.05], sd: [2.62, 5.11], correlation: 0.4}
assumptions:
  effect:
    event: {b: -0.1}
    category: {b: 0.4}
    days: {b: -1.5}
    cost: {b: {difference: -30, sd: 60}}
    waiting: {b: -1}
analyses:
  event: {method: t_test, outcome: event, visit: second}
  category: {method: t_test, outcome: category, visit: second}
  days: {method: change_score, outcome: days, visit: second, from_visit: first}
  cost: {method: change_score, outcome: cost, visit: second, from_visit: first}
  waiting: {method: change_score, outcome: waiting, visit: second, from_visit: first}
  event_change: {method: change_score, outcome: event, visit: second, from_visit: first}
  category_change: {method: change_score, outcome: category, visit: second, from_visit: first}
"""
OUTCOMES = ("event", "category", "days", "cost", "waiting")


@pytest.fixture(scope="module")
def scores_fixture():
    """Scores (outcome, visit): (comparator's, treated arm's), 409,600 patients an arm or so."""
    program = prepare(ts.loads(TRIAL).plan)
    found: dict[tuple[str, str], list[list[np.ndarray]]] = {}
    for batch in range(8):
        data = trial_data(program.groups[0], Batch(Draws(11, batch)))
        for outcome in OUTCOMES:
            for visit in ("first", "second"):
                score = data.score(outcome, visit)
                arms = found.setdefault((outcome, visit), [[], []])
                for a in (0, 1):
                    # Patients one after another, the same for every outcome and visit.
                    arms[a].append(score[data.arm == a])
    return {key: [np.concatenate(parts) for parts in arms] for key, arms in found.items()}


def within(sample: np.ndarray, mean: float, sd: float) -> bool:
    """Mean within 4 Monte Carlo errors; SD within 4 of its own, kurtosis included."""
    n = sample.size
    centred = sample - sample.mean()
    kurtosis = np.mean(centred**4) / np.mean(centred**2) ** 2
    sd_error = sample.std() * np.sqrt((kurtosis - 1) / (4 * n))
    return abs(sample.mean() - mean) < 4 * sd / np.sqrt(n) and abs(sample.std() - sd) < 4 * sd_error


@pytest.mark.evidence(
    "outcomes.binary",
    kind="exact law",
    claim=(
        "Comparator's means and SDs as asked for at two visits: shares of 0.3 and 0.15, "
        "409,600 scores, to 4 errors (0.006 SD)."
    ),
    source="moments of the Bernoulli law",
)
@pytest.mark.evidence(
    "outcomes.count",
    kind="exact law",
    claim=(
        "Comparator's means and SDs as asked for at two visits: counts of mean 3 and 5, "
        "409,600 scores, to 4 errors (0.006 SD)."
    ),
    source="moments of the negative binomial law",
)
@pytest.mark.evidence(
    "outcomes.log_normal",
    kind="exact law",
    claim=(
        "Comparator's means and SDs as asked for at two visits: mean 100 and SD 80, 409,600 "
        "scores, to 4 errors (0.006 SD)."
    ),
    source="moments of the log-normal law",
)
@pytest.mark.evidence(
    "outcomes.gamma",
    kind="exact law",
    claim=(
        "Comparator's means and SDs as asked for at two visits: means of 2.28 and 5.05, "
        "409,600 scores, to 4 errors (0.006 SD)."
    ),
    source="moments of the gamma law",
)
@pytest.mark.evidence(
    "outcomes.ordinal",
    kind="exact law",
    claim=(
        "Comparator's means and SDs as asked for at two visits: four categories, 409,600 "
        "scores, to 4 errors (0.006 SD)."
    ),
    source="moments of the stated shares",
)
def test_comparator_has_the_means_and_sds_asked(scores_fixture):
    """Claim: every margin has the stated mean and SD; 409,600 scores tell 0.006 SD apart."""
    wanted = {
        "event": ((0.3, 0.3 * 0.7), (0.15, 0.15 * 0.85)),
        "category": ((1.5, 1.05), (1.5, 1.05)),  # 0.2 (2.25 + 2.25) + 0.3 (0.25 + 0.25)
        "days": ((3, 16), (5, 5.5**2)),
        "cost": ((100, 6400), (100, 6400)),
        "waiting": ((2.28, 2.62**2), (5.05, 5.11**2)),
    }
    for outcome, laws in wanted.items():
        for visit, (mean, variance) in zip(("first", "second"), laws, strict=True):
            assert within(scores_fixture[outcome, visit][0], mean, np.sqrt(variance)), outcome


@pytest.mark.evidence(
    "outcomes.binary",
    kind="exact law",
    claim=(
        "A treated arm's mean is moved by the stated difference and its SD follows from the "
        "share, 409,600 scores, to 4 errors."
    ),
    source="moments of the Bernoulli law",
)
@pytest.mark.evidence(
    "outcomes.count",
    kind="exact law",
    claim=(
        "A treated arm's mean is moved by the stated difference and its SD follows from the "
        "negative binomial's size, 409,600 scores, to 4 errors."
    ),
    source="moments of the negative binomial law",
)
@pytest.mark.evidence(
    "outcomes.log_normal",
    kind="exact law",
    claim=(
        "A treated arm's mean is moved by the stated difference and its SD is the "
        "assumption's own value, 409,600 scores, to 4 errors."
    ),
    source="moments of the log-normal law",
)
@pytest.mark.evidence(
    "outcomes.gamma",
    kind="exact law",
    claim=(
        "A treated arm's mean is moved by the stated difference and its SD follows from the "
        "coefficient of variation, 409,600 scores, to 4 errors."
    ),
    source="moments of the gamma law",
)
@pytest.mark.evidence(
    "outcomes.ordinal",
    kind="exact law",
    claim=(
        "A difference of 0.4 in mean score is delivered and moves every category in one "
        "direction, 409,600 scores, to 4 errors."
    ),
    source="the stated effect",
)
def test_differences_are_delivered_and_spread_carries_over(scores_fixture):
    """Claim: the treated arm has the comparator's mean plus the difference; its SD follows from
    the share, from the negative binomial's size, or from the coefficient of variation; log-normal
    costs have the SD of the arm's own."""
    size = 25 / (5.5**2 - 5)
    wanted = {
        "event": (0.05, np.sqrt(0.05 * 0.95)),
        "days": (3.5, np.sqrt(3.5 + 3.5**2 / size)),
        "cost": (70, 60),
        "waiting": (4.05, 5.11 * 4.05 / 5.05),
    }
    for outcome, (mean, sd) in wanted.items():
        assert within(scores_fixture[outcome, "second"][1], mean, sd), outcome
    categories = scores_fixture["category", "second"][1]
    assert abs(categories.mean() - 1.9) < 4 * categories.std() / np.sqrt(categories.size)
    shares = np.bincount(categories.astype(int)) / categories.size
    assert (np.cumsum(shares)[:-1] < np.array([0.2, 0.5, 0.8])).all()  # all in one direction


@pytest.mark.evidence(
    "outcomes.binary",
    kind="exact law",
    claim=(
        "The correlation written is that of the scores at two visits, within 0.01, 409,600 "
        "patients."
    ),
    source="the stated correlation",
)
@pytest.mark.evidence(
    "outcomes.ordinal",
    kind="exact law",
    claim=(
        "The correlation written is that of the scores at two visits, within 0.01, 409,600 "
        "patients."
    ),
    source="the stated correlation",
)
@pytest.mark.evidence(
    "outcomes.count",
    kind="exact law",
    claim=(
        "The correlation written is that of the scores at two visits, within 0.01, 409,600 "
        "patients."
    ),
    source="the stated correlation",
)
@pytest.mark.evidence(
    "outcomes.log_normal",
    kind="exact law",
    claim=(
        "The correlation written is that of the scores at two visits, within 0.01, 409,600 "
        "patients."
    ),
    source="the stated correlation",
)
@pytest.mark.evidence(
    "outcomes.gamma",
    kind="exact law",
    claim=(
        "The correlation written is that of the scores at two visits, within 0.01, 409,600 "
        "patients."
    ),
    source="the stated correlation",
)
def test_correlations_over_visits_and_between_outcomes(scores_fixture):
    """Claim: correlations of the scores in the comparator are met within 0.01."""
    over_visits = {"event": 0.4, "category": 0.5, "days": 0.45, "cost": 0.6, "waiting": 0.4}
    for outcome, wanted in over_visits.items():
        pair = [scores_fixture[outcome, visit][0] for visit in ("first", "second")]
        assert abs(np.corrcoef(pair)[0, 1] - wanted) < 0.01, outcome
    between = {("category", "event"): 0.25, ("days", "category"): 0.3, ("cost", "days"): 0.3}
    for (one, other), wanted in between.items():
        for visit in ("first", "second"):
            pair = [scores_fixture[name, visit][0] for name in (one, other)]
            assert abs(np.corrcoef(pair)[0, 1] - wanted) < 0.01, (one, other)


def test_no_effect_makes_the_arms_alike():
    """Claim: without an assumption the arms are one population, bit for bit where allocation
    cannot matter."""
    text = TRIAL[: TRIAL.index("assumptions:")] + TRIAL[TRIAL.index("analyses:") :]
    program = prepare(ts.loads(text).plan)
    swapped = prepare(ts.loads(text.replace("a: {n: 200}, b:", "b: {n: 200}, a:")).plan)
    for one, other in zip(program.groups, swapped.groups, strict=True):
        first = trial_data(one, Batch(Draws(5, 0)))
        second = trial_data(other, Batch(Draws(5, 0)))
        for outcome in OUTCOMES:
            np.testing.assert_array_equal(
                first.score(outcome, "second"), second.score(outcome, "second")
            )
