"""Correlations are those of the scores themselves, between visits and between outcomes."""

from math import sqrt
from typing import Any

import numpy as np
import pytest

from verification.bounded_law import (
    Score,
    correlation_error,
    latent_correlation,
    score_correlation,
)
from verification.simulated import assert_matches, textbook, trials

PER_ARM = 2048
BATCHES = 2  # 1,048,576 patients an arm

RMDQ = (Score(0, 24, 10.45, 5.3), Score(0, 24, 9.5, 6.0))
LOW, HIGH = Score(0, 24, 1.5, 2.5), Score(0, 24, 22.5, 2.5)


def written(*scores: Score, **others: Any) -> dict[str, Any]:
    """An outcome with one of these scores a visit, as a scenario would have it."""
    return {
        "method": "bounded_integer",
        "min": scores[0].low,
        "max": scores[0].high,
        "step": scores[0].step,
        "mean": [score.mean for score in scores],
        "sd": [score.sd for score in scores],
        **others,
    }


def sample(
    outcomes: dict[str, Any], visits: int, difference: float = 0.0, arm: int = 0
) -> dict[str, np.ndarray]:
    """Scores (visit, patient) of one arm by outcome; the first outcome's arms may differ."""
    names = [f"v{v}" for v in range(visits)]
    changes = {
        "design.arms": {"control": {"n": PER_ARM}, "treatment": {"n": PER_ARM}},
        "design.visits_weeks": {name: 4 * v for v, name in enumerate(names)},
        "outcomes": outcomes,
        "assumptions": {"some": {next(iter(outcomes)): {"treatment": difference}}},
        "analyses": {
            f"{outcome}_{visit}": {"method": "t_test", "outcome": outcome, "visit": visit}
            for outcome in outcomes
            for visit in names
        },
        "decision": {"method": "superiority"},
    }
    each: dict[str, list[np.ndarray]] = {outcome: [] for outcome in outcomes}
    for (data,) in trials(textbook(changes), BATCHES, seed=57, assumptions=("some",)):
        for outcome, kept in each.items():
            inside = data.arm == arm
            kept.append(np.stack([data.score(outcome, name)[inside] for name in names]))
    return {outcome: np.concatenate(kept, axis=1) for outcome, kept in each.items()}


def assert_correlation_is_delivered(
    x: np.ndarray, y: np.ndarray, first: Score, second: Score, wanted: float, what: str = ""
) -> None:
    """Within 4 exact errors, which are below the 0.01 that is asked of the simulator."""
    rho = latent_correlation(first, second, wanted)
    error = correlation_error(first, second, rho, x.size)
    assert 4 * error < 0.01
    assert_matches(float(np.corrcoef(x, y)[0, 1]), wanted, error, what)


@pytest.mark.evidence(
    "outcomes.bounded_integer",
    kind="exact law",
    claim=(
        "The correlation written is that of the scores, ten pairs of margins, 1,048,576 "
        "patients, to 4 errors (0.0033)."
    ),
    source="quadrature over the bivariate normal",
)
@pytest.mark.parametrize(
    ("first", "second", "wanted"),
    [
        (*RMDQ, 0.57),
        (*RMDQ, 0.9),
        (*RMDQ, -0.4),
        (RMDQ[0], RMDQ[0], 0.97),
        (LOW, HIGH, 0.25),
        (LOW, HIGH, -0.8),
        (LOW, Score(0, 24, 12, 7), 0.6),
        (Score(0, 24, 5, 5.45), Score(0, 24, 3, 4), 0.7),
        (Score(1, 5, 2.9, 0.8, step=0.25), Score(1, 5, 4.2, 0.7, step=0.25), 0.5),
        (Score(0, 100, 60, 20), Score(0, 100, 40.6, 26.7), 0.5),
    ],
    ids=str,
)
def test_correlation_between_visits_is_that_of_the_scores(first, second, wanted):
    """Claim: the correlation written is that of the scores of two visits in the comparator arm,
    also when the means differ, when it is high or negative, and near the ends of the scale.
    Exact: as written; the error by quadrature over the bivariate law. 1,048,576 patients;
    tolerance 4 errors, 0.0002 (at 0.97) to 0.0033 (at -0.4), against the 0.01 asked for.
    Detects: the latent correlation taken for that of the scores (0.560 for 0.57 at the RMDQ,
    0.145 for 0.25 with opposite skews).
    """
    outcome = written(first, second, correlation=wanted)
    x, y = sample({"score": outcome}, visits=2)["score"]
    assert_correlation_is_delivered(x, y, first, second, wanted)


def test_correlation_matrix_of_three_visits_is_delivered():
    """Claim: the matrix of hsieh2006.yaml (0.57, 0.47, 0.59) is that of the scores.
    Exact: as written. 1,048,576 patients; tolerance 4 errors, about 0.003.
    Detects: rows or visits exchanged; a latent matrix that was made positive by force.
    """
    scores = (*RMDQ, Score(0, 24, 6.89, 4.6))
    matrix = [[1, 0.57, 0.47], [0.57, 1, 0.59], [0.47, 0.59, 1]]
    x = sample({"score": written(*scores, correlation=matrix)}, visits=3)["score"]
    for i, j in ((0, 1), (0, 2), (1, 2)):
        assert_correlation_is_delivered(x[i], x[j], scores[i], scores[j], matrix[i][j], f"{i}{j}")


def test_correlation_in_a_treated_arm_follows_from_the_latent_one():
    """Claim: an effect leaves the latent values alone, so that an arm moved from 9.5 to 3.5 keeps
    the latent correlation with baseline, and its scores correlate 0.521 instead of 0.57.
    Exact: the comparator's latent correlation, solved by quadrature, in the arm's own law.
    1,048,576 patients; tolerance 4 errors, 0.0033.
    Detects: the score correlation kept (0.57), a latent value that changes with the arm.
    """
    before, after = RMDQ
    rho = latent_correlation(before, after, 0.57)
    exact = score_correlation(before, after.moved(-6.0), rho)
    outcome = written(before, after, correlation=0.57)
    x, y = sample({"score": outcome}, visits=2, difference=-6.0, arm=1)["score"]
    error = correlation_error(before, after.moved(-6.0), rho, x.size)
    assert_matches(float(np.corrcoef(x, y)[0, 1]), exact, error)


def test_correlation_between_outcomes_is_that_of_their_scores():
    """Claim: `correlated_with` is the correlation of two outcomes' scores at the same visit; at
    other visits it fades as the outcomes' own correlations do on average. Two outcomes that name
    a third have with it what they state.
    Exact: 0.68 and 0.83 at the same visit as in hsieh2006.yaml; 0.68 (0.57 + 0.5) / 2 between
    visits. 1,048,576 patients; tolerance 4 errors, about 0.003.
    Detects: the latent correlation taken for that of the scores, a faded value at the same visit.
    """
    pain = (Score(0, 100, 60, 20), Score(0, 100, 50, 24))
    oswestry = (Score(0, 54, 22, 9.6), Score(0, 54, 19.8, 9.6))
    x = sample(
        {
            "rmdq": written(*RMDQ, correlation=0.57),
            "vas": written(*pain, correlation=0.5, correlated_with={"rmdq": 0.68}),
            "oswestry": written(*oswestry, correlation=0.5, correlated_with={"rmdq": 0.83}),
        },
        visits=2,
    )
    for name, scores, same in (("vas", pain, 0.68), ("oswestry", oswestry, 0.83)):
        for v in (0, 1):
            for w in (0, 1):
                wanted = same if v == w else same * (0.57 + 0.5) / 2
                what = f"{name} {v}, rmdq {w}"
                assert_correlation_is_delivered(
                    x[name][v], x["rmdq"][w], scores[v], RMDQ[w], wanted, what
                )
        assert_correlation_is_delivered(x[name][0], x[name][1], *scores, 0.5, name)


def test_correlation_matrix_between_outcomes_is_delivered():
    """Claim: a matrix under `correlated_with` has this outcome's visits as its rows.
    Exact: as written, not symmetric. 1,048,576 patients; tolerance 4 errors, about 0.004.
    Detects: the matrix transposed (0.1 for 0.4).
    """
    pain = (Score(0, 100, 60, 20), Score(0, 100, 50, 24))
    matrix = [[0.6, 0.1], [0.4, -0.3]]
    x = sample(
        {
            "rmdq": written(*RMDQ, correlation=0.3),
            "vas": written(*pain, correlation=0.2, correlated_with={"rmdq": matrix}),
        },
        visits=2,
    )
    for v in (0, 1):
        for w in (0, 1):
            assert_correlation_is_delivered(
                x["vas"][v], x["rmdq"][w], pain[v], RMDQ[w], matrix[v][w], f"{v}{w}"
            )


@pytest.mark.evidence(
    "outcomes.repeated_normal",
    kind="exact law",
    claim=(
        "The correlation written between a normal and a bounded score is delivered, 1,048,576"
        " patients, to 4 errors (0.003)."
    ),
    source="quadrature over the bivariate normal",
)
def test_correlation_of_a_bounded_with_a_normal_outcome_is_delivered():
    """Claim: a bounded score correlates with a normal one as written, 0.6.
    Exact: 0.6. For the normal score y and latent z the influence x y - r (x^2 + y^2)/2 has a
    closed mean square given z. 1,048,576 patients; tolerance 4 errors, about 0.003.
    Detects: the latent correlation taken for that of the scores (0.551).
    """
    law, wanted = Score(0, 24, 5, 5.45), 0.6
    x = sample(
        {
            "score": written(law, law, correlation=0.5),
            "index": {
                "method": "repeated_normal",
                "mean": 100,
                "sd": 15,
                "correlation": 0.5,
                "correlated_with": {"score": wanted},
            },
        },
        visits=2,
    )
    z = np.arange(-9, 9, 1e-4) + 5e-5
    weight = np.exp(-(z**2) / 2) / sqrt(2 * np.pi) * 1e-4
    score = (law.values[np.searchsorted(law.cuts[1:-1], z)] - law.mean) / law.sd
    rho = wanted / float(weight @ (score * z))
    # E[influence^2 | z] with y = rho z + sqrt(1 - rho^2) e: moments 1 to 4 of a normal.
    m, s2 = rho * z, 1 - rho**2
    y2, y3, y4 = m**2 + s2, m**3 + 3 * m * s2, m**4 + 6 * m**2 * s2 + 3 * s2**2
    half = wanted / 2
    square = (
        score**2 * y2
        - 2 * half * (score**3 * m + score * y3)
        + half**2 * (score**4 + 2 * score**2 * y2 + y4)
    )
    error = sqrt(float(weight @ square) / x["score"].shape[1])
    for v in (0, 1):
        found = float(np.corrcoef(x["score"][v], x["index"][v])[0, 1])
        assert_matches(found, wanted, error, f"visit {v}")
