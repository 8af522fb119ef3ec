"""Bounded scores: mean, SD and every frequency as asked for, in each arm, and nothing clamped."""

from collections.abc import Mapping
from math import sqrt
from typing import Any

import numpy as np
import pytest

import trialsim as ts
from verification.bounded_law import Score, paired_shift
from verification.simulated import (
    assert_frequencies_match,
    assert_matches,
    assert_share_matches,
    textbook,
    trials,
)

PER_ARM = 2048

MARGINS = [
    Score(0, 24, 5, 5.45),
    Score(0, 24, 1.5, 2.5),
    Score(0, 24, 22.5, 2.5),
    Score(0, 24, 22.5, 4.5),
    Score(0, 24, 0.3, 0.9),
    Score(0, 24, 12, 10.5),
    Score(0, 100, 60, 20),
    Score(1, 5, 2.9, 0.8, step=0.25),
    Score(0, 10, 6.2, 2.1, step=0.1),
    Score(-3, 3, 1, 1.4, step=0.5),
]


def scenario(score: Score, arms: Mapping[str, Any]) -> ts.LoadedScenario:
    """Two large arms with this score in the comparator, under assumptions `none` and `some`."""
    outcome = {
        "method": "bounded_integer",
        "min": score.low,
        "max": score.high,
        "step": score.step,
        "mean": score.mean,
        "sd": score.sd,
    }
    return textbook(
        {
            "design.arms": {"control": {"n": PER_ARM}, "treatment": {"n": PER_ARM}},
            "outcomes.score": outcome,
            "assumptions": {"none": {}, "some": {"score": arms}},
            "analyses": {"t_test": {"method": "t_test", "outcome": "score", "visit": "after"}},
            "decision": {"method": "superiority"},
        }
    )


def sample(
    score: Score, arms: Mapping[str, Any] | None = None, batches: int = 1, seed: int = 24
) -> list[np.ndarray]:
    """Scores after treatment of each arm; 524,288 an arm and batch."""
    assumption = ("none",) if arms is None else ("some",)
    each = [
        [data.score("score", "after")[data.arm == arm] for arm in (0, 1)]
        for (data,) in trials(scenario(score, arms or {}), batches, seed, assumption)
    ]
    return [np.concatenate(by_batch) for by_batch in zip(*each, strict=True)]


def steps(scores: np.ndarray, law: Score) -> np.ndarray:
    """Scores as whole steps above the lowest, all of which must lie on the scale."""
    assert scores.min() >= law.low
    assert scores.max() <= law.high
    place = (scores - law.low) / law.step
    assert np.abs(place - np.round(place)).max() < 1e-9
    return np.round(place).astype(int)


def assert_law_is_delivered(scores: np.ndarray, law: Score, what: str) -> None:
    """Mean, SD and the frequency of every score."""
    n = scores.size
    counts = np.bincount(steps(scores, law), minlength=law.n + 1)
    assert_matches(float(scores.mean()), law.mean, law.mean_error(n), f"{what}: mean")
    assert_matches(float(scores.std()), law.sd, law.sd_error(n), f"{what}: SD")
    assert_frequencies_match(counts, law.probabilities, what)


def test_mean_5_and_sd_5_45_are_delivered_to_a_hundredth():
    """Claim: scores on 0..24 with mean 5 and SD 5.45 have that mean, that SD and 24.4% zeros.
    Exact: the beta-binomial of scipy, P(0) = 0.24419. First a million scores against the
    tolerance 0.01 that is asked of the simulator, which is 1.8 errors of the mean (0.00545) and
    2.3 of the SD (0.0044): a fixed seed that passes. Then 5.2 million against 4 errors, 0.0095
    for the mean, 0.0078 for the SD and 0.0008 for the zeros, which is the test that can fail.
    Detects: a normal with this mean and SD rounded and clamped (5.52 and 4.63), an SD of 5.44.
    """
    law = MARGINS[0]
    assert law.probabilities[0] == pytest.approx(0.244, abs=5e-4)
    scores = np.concatenate(sample(law, batches=5))
    assert scores.size > 5_000_000
    million = scores[:1_000_000]
    assert abs(million.mean() - 5) < 0.01
    assert abs(million.std() - 5.45) < 0.01
    assert_share_matches(million == 0, law.probabilities[0], "zeros of a million")
    assert_share_matches(scores == 0, law.probabilities[0], "zeros")
    assert_law_is_delivered(scores, law, "0..24")


@pytest.mark.evidence(
    "outcomes.bounded_integer",
    kind="exact law",
    claim=(
        "Mean, SD and the frequency of every score are the beta-binomial's for nine margins, "
        "floors and ceilings included, 1,048,576 scores, to 4 errors and chi-square at level "
        "1e-5."
    ),
    source="SciPy 1.13 or later: stats.betabinom",
)
@pytest.mark.parametrize("law", MARGINS[1:], ids=str)
def test_margins_match_the_beta_binomial(law):
    """Claim: means near both ends, U-shapes, scales of 0..100, steps of 0.25, 0.1 and 0.5: mean,
    SD and the frequency of every score are those of the law, and no score leaves the scale.
    Exact: scipy's beta-binomial. 1,048,576 scores; tolerance 4 errors for mean and SD (for SD
    5.45 0.021 and 0.018), chi-square at the fixed level 1e-5 for the frequencies.
    Detects: a score whose probability of 0.05 is 0.052, a mean 0.4% of the SD off.
    """
    assert_law_is_delivered(np.concatenate(sample(law)), law, "margin")


@pytest.mark.evidence(
    "outcomes.bounded_integer",
    kind="exact law",
    claim=(
        "A difference moves an arm's mean by as much and keeps the overdispersion, five "
        "margins, 524,288 scores an arm, to 4 errors."
    ),
    source="SciPy 1.13 or later: stats.betabinom",
)
@pytest.mark.parametrize(
    ("law", "difference"),
    [
        (Score(0, 24, 9.2, 5.45), -3.8),
        (Score(0, 24, 5, 5.45), -3.8),
        (Score(0, 24, 1.5, 2.5), 21.0),
        (Score(0, 100, 60, 20), 15.0),
        (Score(1, 5, 2.9, 0.8, step=0.25), 1.1),
    ],
    ids=str,
)
def test_arms_keep_the_overdispersion_of_the_comparator(law, difference):
    """Claim: a mean difference moves the arm's mean by as much; its SD becomes
    step sqrt(n p q (1 + (n - 1) t)) with the comparator's t; the comparator stays as it was.
    Exact: that law, by scipy. 524,288 scores an arm; tolerance as above.
    Detects: the comparator's SD carried over as it is (5.45 for 4.68 at 5.4), a difference that
    shrinks near the end of the scale.
    """
    by_arm = sample(law, {"treatment": difference})
    assert_law_is_delivered(by_arm[0], law, "comparator")
    assert_law_is_delivered(by_arm[1], law.moved(difference), "arm")


def test_sd_of_an_arms_own_is_delivered():
    """Claim: an assumption that states an arm's SD gets it: 5.2 (SD 4.7) against 9.5 (SD 6.0).
    Exact: scipy's beta-binomial. 524,288 scores an arm; tolerance as above.
    Detects: the overdispersion carried over instead (SD 5.05 for 4.7).
    """
    law = Score(0, 24, 9.5, 6.0)
    by_arm = sample(law, {"treatment": {"difference": -4.3, "sd": 4.7}})
    assert_law_is_delivered(by_arm[0], law, "comparator")
    assert_law_is_delivered(by_arm[1], Score(0, 24, 5.2, 4.7), "arm")


@pytest.mark.evidence(
    "outcomes.bounded_integer",
    kind="exact law",
    claim=(
        "A difference of -3.8 points is delivered in mid-scale and near the floor, 2 and 7 "
        "million patients, to 4 errors (0.005)."
    ),
    source="SciPy 1.13 or later: stats.betabinom",
)
@pytest.mark.parametrize(
    ("law", "batches"), [(Score(0, 24, 9.2, 5.45), 4), (Score(0, 24, 5, 5.45), 14)], ids=str
)
def test_difference_of_3_8_points_is_delivered_to_a_hundredth(law, batches):
    """Claim: an effect of -3.8 lowers the mean by 3.80, near the floor as in mid-scale, and no
    patient gets worse by it.
    Exact: -3.8; each patient is compared with herself under no effect (one latent value), so the
    error is that of the individual effects, whose SD (1.27 and 3.35) the exact law gives.
    2.1 and 7.3 million patients; tolerance 4 errors, 0.0035 and 0.0050.
    Detects: -3.79 or -3.81 (subtracting and then clamping at 0 gives -3.46 and -2.30);
    comparators that change with the assumption.
    """
    mean, spread = paired_shift(law, law.moved(-3.8))
    assert mean == pytest.approx(-3.8, abs=1e-9)
    n, total = 0, 0.0
    trial = scenario(law, {"treatment": -3.8})
    for none, some in trials(trial, batches, seed=38, assumptions=("none", "some")):
        shift = some.score("score", "after") - none.score("score", "after")
        treated = some.arm == 1
        assert not shift[~treated].any()
        assert shift.max() <= 0
        n, total = n + int(treated.sum()), total + float(shift[treated].sum())
    assert_matches(total / n, -3.8, spread / sqrt(n))
