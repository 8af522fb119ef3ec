"""What happens to patients moves the estimate by what is computed by hand: switching, things taken
beside the treatment, delay, stopping, leaving. The truth that a run prints is held to the same."""

from math import exp, log, sqrt

import numpy as np
import pytest
import yaml

import trialsim as ts
from verification.simulated import Runs, assert_matches

NORMAL = {"method": "repeated_normal", "mean": 0, "sd": 1, "correlation": 0.5}
RMDQ = {
    "method": "bounded_integer", "max": 24, "mean": [10.45, 9.5, 9.5], "sd": [5.3, 6, 6],
    "correlation": 0.57,
}  # fmt: skip
EFFECT = -0.5
REPLICATES = 20_000
"""Trials of 128 patients: a mean difference of unit SD is known to 0.00125, so 4 errors are 0.005;
each case moves the estimate by at least ten times that."""


def scenario(conduct, outcome=NORMAL, truth=EFFECT, at="after", **sections) -> ts.LoadedScenario:
    return ts.loads(
        yaml.safe_dump(
            {
                "format": 1,
                "design": {
                    "arms": {"control": {"n": 64}, "treated": {"n": 64}},
                    "visits_weeks": {"baseline": 0, "after": 4, "later": 26},
                },
                "conduct": conduct,
                "outcomes": {"score": outcome},
                "assumptions": {"none": {}, "some": {"score": {"treated": truth}}},
                "analyses": {"t": {"method": "t_test", "outcome": "score", "visit": at}},
                **sections,
            },
            sort_keys=False,
        )
    )


def judged(loaded, exact, what, replicates=REPLICATES):
    """The mean estimate, and the truth that is printed, against what is computed by hand."""
    runs = Runs(loaded, replicates, seed=42)
    estimate = runs.columns("some", "t")["estimate"]
    assert_matches(float(estimate.mean()), exact, float(estimate.std()) / sqrt(estimate.size), what)
    table = runs.results.performance()
    row = table[(table["assumption"] == "some") & (table["measure"] == "true_value")]
    error = max(float(row["mcse"].iloc[0]), 1e-9)
    assert_matches(float(row["value"].iloc[0]), exact, error, f"truth of {what}")


def test_patients_who_change_over_take_the_effect_with_them():
    """A fifth of the control arm gets the treatment: 0.8 of the difference is left."""
    switching = {"control": {"to": "treated", "share": 0.2, "week": 2}}
    judged(scenario({"switching": switching}), 0.8 * EFFECT, "switching")


def test_before_they_change_over_nothing_differs():
    """At the visit in week 4 nobody has changed over in week 8: bit for bit the same trials."""
    later = scenario({"switching": {"control": {"to": "treated", "share": 0.2, "week": 8}}})
    plain = scenario({})
    first, second = (ts.run(one, replicates=256, seed=1).values for one in (later, plain))
    assert np.array_equal(first, second, equal_nan=True)


def test_what_patients_take_beside_moves_their_arm():
    """3 in 10 of the controls take something worth -0.4: the difference shrinks by 0.12."""
    taken = {"pills": {"shares": {"control": 0.3}, "size": {"score": -0.4}}}
    judged(scenario({"cointerventions": taken}), EFFECT + 0.3 * 0.4, "co-intervention")


def test_items_add_on_the_logit_of_the_place_between_the_limits():
    """Treatment worth -4 alone and pills worth -5 alone, on 9.5 of 0 to 24: not -9 together."""

    def logit(mean: float) -> float:
        return log(mean / (24 - mean))

    together = logit(5.5) + logit(4.5) - logit(9.5)
    treated = 24 / (1 + exp(-together))
    assert treated - 9.5 > -9 + 1  # the composition is no addition
    taken = {"pills": {"shares": {"treated": 1.0}, "size": {"score": -5}}}
    loaded = scenario({"cointerventions": taken}, outcome=RMDQ, truth=-4.0)
    judged(loaded, treated - 9.5, "two items")


def test_a_single_item_is_exact_on_the_bounded_scale():
    """Pills worth -5 alone, taken by 3 in 10 of the controls, where the treatment does nothing."""
    taken = {"pills": {"shares": {"control": 0.3}, "size": {"score": -5}}}
    loaded = scenario({"cointerventions": taken}, outcome=RMDQ, truth={"difference": 0.0})
    judged(loaded, 0.3 * 5, "one item")


def test_stopping_leaves_the_sessions_before_it():
    """Stopping at a rate h: session s on day d_s is attended by exp(-h d_s) of the patients."""
    days = [(s + 0.5) * 28 / 6 for s in range(6)]
    share = sum(exp(-0.15 * day / 7) for day in days) / 6
    conduct = {
        "sessions": {"planned": 6, "within_weeks": 4},
        "discontinuation": {"per_week": 0.15},
    }
    judged(scenario(conduct), share * EFFECT, "stopping")


def test_those_who_leave_are_not_seen_and_do_no_harm_by_chance():
    """A rate h for everybody: exp(-26 h) are seen at six months, and the estimate is unbiased."""
    loaded = scenario({"withdrawal": {"per_week": 0.01}}, at="later")
    runs = Runs(loaded, REPLICATES, seed=43)
    analysed = runs.columns("some", "t")["n_analysed"] / 128
    share = exp(-0.26)
    error = sqrt(share * (1 - share) / (128 * REPLICATES))
    assert_matches(float(analysed.mean()), share, error, "share seen")
    judged(loaded, EFFECT, "leaving at random")


def test_those_who_leave_because_they_are_worse_flatter_their_arm():
    """Leaving goes with the score at the earlier visit: where the treated leave more readily, what
    is left of them is better than they are. The truth stays that of all patients."""
    leaving = {"by_arm": {"treated": 0.03, "control": 0.0}, "outcome": "score", "latest": 1.0}
    loaded = scenario({"withdrawal": leaving}, at="later")
    runs = Runs(loaded, REPLICATES, seed=44)
    estimate = runs.columns("some", "t")["estimate"]
    error = float(estimate.std()) / sqrt(estimate.size)
    assert runs.measure("some", "t", "true_value") == pytest.approx(EFFECT, abs=1e-12)
    # Lower is better: the estimate is more negative than the truth.
    assert float(estimate.mean()) < EFFECT - 4 * error
    # By an independent population: latent scores of the three visits correlated 0.5, a rate of
    # 0.03 exp(badness) a week from week 4 to week 26 and 0.03 exp(baseline) before.
    z = np.random.default_rng(5).multivariate_normal(np.zeros(3), 0.5 + 0.5 * np.eye(3), 4_000_000)
    scores = z + np.array([0, EFFECT, EFFECT])
    stays = np.exp(-0.03 * 4 * np.exp(scores[:, 0]) - 0.03 * 22 * np.exp(scores[:, 1]))
    seen = float((scores[:, 2] * stays).sum() / stays.sum())
    assert_matches(float(estimate.mean()), seen, sqrt(error**2 + 1 / 2_000_000), "bias of loss")


def test_late_treatment_has_less_time_to_work():
    """One session planned on day 7, which takes four weeks to work, and a diary that cannot hold
    it before a caseload is free: by hand, with two patients of one therapist."""
    conduct = {
        "recruitment": {"per_week": 7000},
        "last_week": 60,
        "sessions": {"planned": 1, "within_weeks": 2, "weeks_to_work": 4},
        "therapists": {
            "treated": {"n": 1, "session_minutes": 1, "hours_a_day": 24, "days_a_week": 7,
                        "caseload": 32},
        },
    }  # fmt: skip
    # All come within hours; 32 start at once, 32 two weeks later. Planned: 21 of 28 days to work
    # by the visit. On time: midday of day 7 or 8 after enrolment, later: two weeks less.
    loaded = scenario(conduct)
    runs = Runs(loaded, 2_000, seed=45)
    estimate = runs.columns("some", "t")["estimate"]
    error = float(estimate.std()) / sqrt(estimate.size)
    # Enrolment at most 0.2 days after the opening: the session is held at midday of day 7, half a
    # day after its time at most; or of day 21.
    early, late = 20.5 / 28 / (21 / 28), 6.5 / 28 / (21 / 28)
    low, high = 0.5 * (early + late), 0.5 * (1 + late + 1 / 42)
    assert EFFECT * high - 4 * error < float(estimate.mean()) < EFFECT * low + 4 * error
    plain = scenario({**conduct, "sessions": {"planned": 1, "within_weeks": 2}})
    judged(plain, EFFECT, "the same without time to work", 2_000)
