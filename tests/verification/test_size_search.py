"""Sizes that are found by simulation, against published sizes and against very large runs."""

from __future__ import annotations

import os

import numpy as np
import pytest
from scipy import special

import trialsim as ts
from trialsim.core.axes import FloatArray
from trialsim.planning.size.fit import Probit, Sample, sample
from trialsim.planning.size.search import Dial, Found, Target, search
from verification.simulated import textbook

SEARCHES = int(os.environ.get("TRIALSIM_SEARCHES", "24"))
"""Searches with other seeds; 200 and more by asking."""

WITHOUT_THEORY = """\
format: 1
design:
  arms: {usual_care: {n: 60}, exercise: {n: 60}}
  visits_weeks: {baseline: 0, after: 6}
allocation: random_allocation_rule
conduct:
  therapists: {exercise: {n: 6, icc: 0.03}}
outcomes:
  rmdq: {method: bounded_integer, min: 0, max: 24, mean: [11, 8], sd: [5, 5.5], correlation: 0.5}
assumptions:
  no_effect: {}
  effect: {rmdq: {exercise: -3}}
observation:
  missing: {lost: {method: mcar, rate: 0.2}}
analyses:
  ancova: {method: ancova, outcome: rmdq, visit: after, adjust: [baseline]}
simulation: {replicates: 1000, seed: 1}
"""

TRUE_SIZE = 94
"""Rejection rates of one million ordinary trials each: 0.7927 at 92, 0.8008 at 94 and 0.8089 at
96 patients, with errors of 0.0004; a second million at 94 has 0.8009."""


def trial(difference: float, sd: float) -> ts.LoadedScenario:
    return textbook(
        {
            "outcomes.score.sd": sd,
            "assumptions": {"no_effect": {}, "effect": {"score": {"treatment": difference}}},
            "decision.primary": "t_test",
        }
    )


@pytest.mark.parametrize(
    ("difference", "sd", "power", "an_arm"),
    [
        (0.5, 1.0, 0.8, 64),
        (0.5, 1.0, 0.9, 86),
        (0.2, 1.0, 0.8, 394),
        (2.0, 5.5, 0.8, 120),
        (2.0, 5.5, 0.9, 160),
    ],
)
def test_size_of_a_t_test_covers_the_published_one(difference, sd, power, an_arm):
    """Claim: two-sided 0.05, t test: d 0.5 takes 64 an arm for 0.8 and 86 for 0.9, d 0.2 takes
    394, 2 points with SD 5.5 take 120 and 160.
    Exact: noncentral t (Cohen 1988, table 2.4.1; R's power.t.test gives 63.8, 85.0, 393.4, 119.7
    and 159.9 before rounding up). The interval is widened to 4 errors, twice its own half.
    Replicates 4,096 at each size: an error of about 0.7 of 100 in the power, so 4 errors are about
    8% of the size. Detects: a size wrong by a tenth, such as that of a power of 0.83.
    """
    found = ts.size(trial(difference, sd), power, replicates=4096, seed=640_86)
    assert found.theory is not None
    assert found.theory.value == 2 * an_arm
    assert found.lower is not None and found.upper is not None
    low, high = 2 * found.lower - found.value, 2 * found.upper - found.value
    assert low <= 2 * an_arm <= high
    assert high - low < 0.25 * an_arm * 2


def test_smallest_difference_of_64_and_65_covers_the_published_one():
    """Claim: 64 and 65 patients detect 0.497 SD with power 0.8.
    Exact: noncentral t. Replicates 4,096; interval widened to 4 errors, about 0.03.
    Detects: 0.46 or 0.53, that of one-sided tests or of a power of 0.85.
    """
    found = ts.size(trial(0.3, 1.0), 0.8, solve="effect", replicates=4096, seed=65)
    assert found.theory is not None
    assert found.theory.value == pytest.approx(0.497, abs=0.0005)
    assert found.lower is not None and found.upper is not None
    assert 2 * found.lower - found.value <= 0.497 <= 2 * found.upper - found.value
    assert found.upper - found.lower < 0.04


def covered(searches: list[tuple[float, float]], truth: float) -> int:
    return sum(low <= truth <= high for low, high in searches)


def least_covered(n: int) -> float:
    """0.95 of n, less 4 errors."""
    return 0.95 * n - 4 * np.sqrt(n * 0.95 * 0.05)


@pytest.mark.slow
def test_intervals_hold_the_answer_of_a_very_large_run_as_often_as_they_claim():
    """Claim: bounded scores, a fifth missing, six therapists in one arm: no theory is exact. The
    95% interval holds the smallest size with power 0.8 in at least 95 of 100 searches (a little
    more often, because sizes are even numbers).
    Exact: `TRUE_SIZE`, by 4 million ordinary trials. Searches: `SEARCHES` of 1,000 replicates a
    size, tolerance 4 errors, 0.18 with 24 of them; detects intervals half as wide as they should
    be, which hold it in two thirds. Of 400 (tolerance 0.044) it held it in 385.
    """
    scenario = ts.loads(WITHOUT_THEORY, "without_theory")
    found = [ts.size(scenario, 0.8, seed=1000 + seed) for seed in range(SEARCHES)]
    intervals = [(one.lower or 0.0, one.upper or np.inf) for one in found]
    assert covered(intervals, TRUE_SIZE) >= least_covered(SEARCHES)
    widths = [high - low for low, high in intervals]
    assert np.median(widths) < 0.15 * TRUE_SIZE


LADDER = np.geomspace(2, 40_000, 60)
"""Sizes at which the paths of the made-up trials are fixed."""


def paths(seed: int, places: list[float], replicates: int) -> FloatArray:
    """Brownian paths at sizes (replicate, size): the same path whatever sizes are asked for."""
    steps = np.sqrt(np.diff(np.r_[0, LADDER]))
    fixed = np.cumsum(np.random.default_rng(seed).standard_normal((replicates, 60)) * steps, axis=1)
    rows = []
    for x in places:
        j = int(np.searchsorted(LADDER, x))
        low, high = LADDER[j - 1], LADDER[j]
        bridge = np.sqrt((x - low) * (high - x) / (high - low))
        noise = np.random.default_rng([seed, int(x)]).standard_normal(replicates)
        share = (x - low) / (high - low)
        rows.append(fixed[:, j - 1] * (1 - share) + fixed[:, j] * share + bridge * noise)
    return np.array(rows).T


@pytest.mark.parametrize(("d", "rho", "power"), [(0.15, 0.0, 0.9), (0.3, 0.005, 0.8)])
def test_intervals_hold_the_exact_size_of_made_up_trials(d, rho, power):
    """Claim: z tests whose statistics at all sizes come from one path of each trial (as where the
    first patients of a larger trial are those of a smaller one), with power curves that are
    straight, and that bend as those of clustered trials do. Intervals hold the exact size.
    Exact: the first even n at which Phi(d sqrt(n / (1 + rho n)) - 1.96) reaches the power.
    Searches 150 of 1,000 replicates, tolerance 4 errors, 0.071: at least 0.88. Detects intervals
    that take the sizes for independent, which hold it in 85 of 100.
    """
    limit = special.ndtri(0.975)
    sizes = np.arange(8, 4000, 2)
    exact = sizes[np.argmax(special.ndtr(d * np.sqrt(sizes / (1 + rho * sizes)) - limit) >= power)]
    intervals = []
    for seed in range(150):

        def evaluate(places: list[float], replicates: int, seed: int = seed) -> Sample:
            at = np.array(places, dtype=float)
            drift = d * np.sqrt(at / (1 + rho * at))
            statistic = paths(seed, places, 4096)[:replicates] / np.sqrt(at) + drift
            return sample(places, (statistic > limit).astype(float).T)

        found = search(
            evaluate,
            Dial(8, 100_000, step=2, by_root=True, improves=True),
            Target(power, Probit(), at_least=True),
            [exact * rung for rung in (0.5, 0.64, 0.8, 1.0, 1.25)],
            1000,
        )
        assert isinstance(found, Found)
        intervals.append((found.lower, found.upper))
    assert covered(intervals, exact) >= least_covered(150)
    assert np.median([high - low for low, high in intervals]) < 0.3 * exact


def test_false_alarms_of_one_therapist_in_an_arm_are_shown_beside_the_size():
    """Claim: an unadjusted test of arms of which one has a single therapist (ICC 0.05) rejects
    far above its level when there is no effect, and more so in larger trials.
    Exact: with normal scores the difference has variance (1 - icc) 4 / n + icc (one therapist in
    one arm, none named in the other), of which the test knows 4 / n - icc 2 / n: at n patients it
    rejects about 2 Phi(-1.96 / sqrt(1 + icc n / 4)), 0.26 at 160. Tolerance 0.05, which covers the
    approximation and 4 errors (0.04). Detects: a rate at the level, or that of a t test that
    knows the therapist.
    """
    one = {"conduct.therapists": {"treatment": {"n": 1, "icc": 0.05}}}
    found = ts.size(trial(0.5, 1.0).changed(one), 0.8, replicates=2048, seed=5)
    assert found.false_alarms is not None
    n = found.n_total
    about = 2 * special.ndtr(-special.ndtri(0.975) / np.sqrt(1 + 0.05 * n / 4))
    assert abs(found.false_alarms.rate.value - about) < 0.05
    assert found.false_alarms.exceeds
    assert not found.is_power
