"""Attendance and what it does to the effect: each switch moves the estimate by what is computed."""

from math import sqrt

import numpy as np
import pytest
import yaml
from scipy import special, stats

import trialsim as ts
from verification.simulated import Runs, assert_matches, trials

NORMAL = {"method": "repeated_normal", "mean": 0, "sd": 1, "correlation": 0.5}
RMDQ = {
    "method": "bounded_integer", "max": 24, "mean": [10.45, 9.5], "sd": [5.3, 6],
    "correlation": 0.57,
}  # fmt: skip
SIX = {"planned": 6, "within_weeks": 4}


def scenario(sessions, outcome=NORMAL, truth=-0.5, **sections) -> ts.LoadedScenario:
    return ts.loads(
        yaml.safe_dump(
            {
                "format": 1,
                "design": {
                    "arms": {"control": {"n": 64}, "treated": {"n": 64}},
                    "visits_weeks": {"baseline": 0, "after": 4},
                },
                "conduct": {"sessions": sessions},
                "outcomes": {"score": outcome},
                "assumptions": {"none": {}, "some": {"score": {"treated": truth}}},
                "analyses": {"t": {"method": "t_test", "outcome": "score", "visit": "after"}},
                **sections,
            },
            sort_keys=False,
        )
    )


def estimate_and_truth(loaded, replicates=20_000):
    runs = Runs(loaded, replicates, seed=41)
    estimate = runs.columns("some", "t")["estimate"]
    error = float(estimate.std()) / sqrt(estimate.size)
    return float(estimate.mean()), error, runs.measure("some", "t", "true_value")


CASES = {
    # 30% come to nothing: 0.7 of the full effect.
    "never": ({"never": 0.3}, 0.7),
    # Each session attended with 0.6: 0.6 of it, on average.
    "linear": ({"attend": 0.6}, 0.6),
    # At least 4 of 6 attended with 0.6 each.
    "threshold": ({"attend": 0.6, "dose": "threshold", "needed": 4}, stats.binom.sf(3, 6, 0.6)),
    # a (6 + 2) / ((a + 2) 6), summed over the binomial law.
    "saturating": (
        {"attend": 0.6, "dose": "saturating", "half": 2},
        sum(stats.binom.pmf(a, 6, 0.6) * a * 8 / ((a + 2) * 6) for a in range(7)),
    ),
    "both": ({"attend": 0.8, "never": 0.25}, 0.6),
}


@pytest.mark.parametrize("outcome", [NORMAL, RMDQ], ids=["normal", "rmdq"])
@pytest.mark.parametrize("case", CASES)
def test_the_effect_is_the_part_that_attendance_leaves(case, outcome):
    """Claim: attendance that goes with no score leaves the mean part of the effect computed by
    hand, for bounded scores too, because a shift of the mean is delivered in every class.

    20,000 replicates; tolerance 4 errors: 0.005 SD, 0.03 points.
    """
    sessions, part = CASES[case]
    full = -0.5 if outcome is NORMAL else -3.0
    mean, error, truth = estimate_and_truth(scenario({**SIX, **sessions}, outcome, full))
    assert truth == pytest.approx(part * full, rel=1e-12)
    assert_matches(mean, part * full, error)


def test_attending_everything_changes_no_number():
    loaded = scenario(SIX)
    plain = loaded.changed({"conduct": {}})
    assert np.array_equal(
        ts.run(loaded, replicates=256).values, ts.run(plain, replicates=256).values
    )


def test_a_treatment_policy_effect_is_delivered_as_stated():
    """Claim: an effect stated as that of everybody allocated is found although a third is missed:
    the full dose is worked out from it. 20,000 replicates; 4 errors are 0.005 SD."""
    truth = {"difference": -0.5, "as": "treatment_policy"}
    mean, error, exact = estimate_and_truth(scenario({**SIX, "attend": 2 / 3}, truth=truth))
    assert exact == pytest.approx(-0.5, rel=1e-12)
    assert_matches(mean, -0.5, error)


def test_a_hypothetical_estimand_has_the_truth_of_the_full_dose():
    """The same trials, judged against what full attendance would have given: the difference
    between the two truths is the bias of an intention-to-treat estimate for it."""
    estimand = {
        "outcome": "score", "visit": "after", "contrast": ["treated", "control"],
        "strategy": "hypothetical",
    }  # fmt: skip
    loaded = scenario({**SIX, "never": 0.3}, estimands={"full": estimand})
    mean, error, truth = estimate_and_truth(loaded)
    assert truth == pytest.approx(-0.5, abs=1e-6)
    assert_matches(mean, -0.35, error)


def test_patients_who_come_by_severity_are_those_who_should():
    """Claim: the odds of coming rise by exp(strength) an SD of the baseline score, from the share
    asked for at the average score; of 131,072 patients, by a logistic regression solved in the
    test. Tolerance 4 errors, 0.03 of the slope."""
    severity = {"outcome": "score", "strength": 0.8}
    read = {"t": {"method": "change_score", "outcome": "score", "visit": "after"}}
    loaded = scenario({**SIX, "never": 0.3, "severity": severity}, truth=-50.0, analyses=read)
    z, came = [], []
    for (data,) in trials(loaded, 4, 42, ("some",)):
        treated = data.arm == 1
        z.append(data.score("score", "baseline")[treated])
        came.append(data.score("score", "after")[treated] < -25)
    z, came = np.concatenate(z), np.concatenate(came)
    x = np.column_stack([np.ones(len(z)), z])
    beta = np.zeros(2)
    for _ in range(20):
        p = special.expit(x @ beta)
        information = (x * (p * (1 - p))[:, None]).T @ x
        beta += np.linalg.solve(information, x.T @ (came - p))
    errors = np.sqrt(np.diag(np.linalg.inv(information)))
    assert_matches(beta[0], special.logit(0.7), errors[0], "odds at the average")
    assert_matches(beta[1], 0.8, errors[1], "slope")


def test_when_worse_patients_attend_more_the_effect_is_larger_on_a_bounded_scale():
    """Claim: those with worse scores have more to gain before the floor: the delivered mean is
    larger than 0.7 of the full effect, it is the truth beside the run, and trials agree with it.

    20,000 replicates; tolerance 4 errors, 0.03 points; the excess is above 0.1.
    """
    outcome = {**RMDQ, "mean": [6, 4], "sd": [5, 4.5]}
    apart = {**SIX, "never": 0.3}
    severe = {**apart, "severity": {"outcome": "score", "strength": 1.5}}
    mean, error, truth = estimate_and_truth(scenario(severe, outcome, -3))
    _, _, alike = estimate_and_truth(scenario(apart, outcome, -3), 256)
    assert alike == pytest.approx(-2.1, rel=1e-12)
    came = truth / -3
    assert_matches(mean, truth, error)
    share = _share_who_come(outcome)
    assert came > share + 0.03, (came, share)


def _share_who_come(outcome) -> float:
    """Mean chance of coming over a normal approximation of the baseline score, 0.7 at its mean."""
    z = np.linspace(-8, 8, 4001)
    weight = np.exp(-(z**2) / 2)
    return float(np.sum(weight * special.expit(special.logit(0.7) + 1.5 * z)) / weight.sum())


def test_sessions_not_yet_due_are_not_missed():
    """A visit in the middle of the course finds the part of the sessions that were due by then:
    three of six by week 2, of which each was attended with 0.6."""
    loaded = ts.loads(
        yaml.safe_dump(
            {
                "format": 1,
                "design": {
                    "arms": {"control": {"n": 64}, "treated": {"n": 64}},
                    "visits_weeks": {"baseline": 0, "middle": 2, "after": 4},
                },
                "conduct": {"sessions": {**SIX, "attend": 0.6, "dose": "threshold", "needed": 3}},
                "outcomes": {"score": NORMAL},
                "assumptions": {"some": {"score": {"treated": [0, -1, -1]}}},
                "analyses": {
                    "middle": {"method": "t_test", "outcome": "score", "visit": "middle"},
                    "t": {"method": "t_test", "outcome": "score", "visit": "after"},
                },
            },
            sort_keys=False,
        )
    )
    runs = Runs(loaded, 20_000, seed=43)
    for name, due in (("middle", 3), ("t", 6)):
        exact = -float(stats.binom.sf(2, due, 0.6))
        estimate = runs.columns("some", name)["estimate"]
        error = float(estimate.std()) / sqrt(estimate.size)
        assert_matches(float(estimate.mean()), exact, error, name)
        assert runs.measure("some", name, "true_value") == pytest.approx(exact, rel=1e-12)
