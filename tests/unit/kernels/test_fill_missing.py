"""What stands in the place of a missing score."""

from dataclasses import replace

import numpy as np

from trialsim.analysis.t_test import TTest
from trialsim.kernels.fill_missing import filled
from trialsim.outcomes.bounded_integer import BoundedInteger
from trialsim.outcomes.repeated_normal import RepeatedNormal
from unit.kernels.trial_data import trial_data

VISITS = ("baseline", "after", "later")


def test_the_latest_seen_score_stands_in():
    data = replace(trial_data(2, (20, 30)), shifts={("score", "after"): (0.0, 2.0)})
    carried = filled(data, "score", "later", ["after", "baseline"], None)
    seen = data.observed["score"]
    whole = {visit: data.score("score", visit) for visit in VISITS}
    for r, p in np.ndindex(data.arm.shape):
        known = [v for v in ("later", "after", "baseline") if seen[v][r, p]]
        assert carried.observed["score"]["later"][r, p] == bool(known)
        if known:
            assert carried.score("score", "later")[r, p] == whole[known[0]][r, p]
    for visit in ("baseline", "after"):
        assert np.array_equal(carried.score("score", visit), whole[visit])


def test_the_worst_score_stands_in_for_everybody_missing():
    data = trial_data()
    worst = filled(data, "score", "later", [], 24.0)
    lost = ~data.observed["score"]["later"]
    assert worst.observed["score"]["later"].all()
    assert np.all(worst.score("score", "later")[lost] == 24)


def test_filled_scores_are_made_once_and_never_by_changing_the_data():
    data = trial_data()
    before = data.scores["score"]["later"].copy()
    first, second = (filled(data, "score", "later", ["baseline"], None) for _ in range(2))
    assert first.scores["score"]["later"] is second.scores["score"]["later"]
    assert np.array_equal(data.scores["score"]["later"], before)


def test_rules_name_the_visits_that_they_need():
    def rule(missing, visit="later"):
        return TTest(outcome="score", visit=visit, missing=missing)

    assert rule("last_observation").stand_ins(VISITS, "baseline") == ["after", "baseline"]
    assert rule("baseline_observation").stand_ins(VISITS, "baseline") == ["baseline"]
    assert rule("complete_case").stand_ins(VISITS, "baseline") == []
    assert rule("worst_case").stand_ins(VISITS, "baseline") == []


def test_impossible_rules_are_refused_with_a_reason():
    normal, bounded = RepeatedNormal(mean=0, sd=1), BoundedInteger(max=24, mean=9, sd=5)

    def problems(missing, outcome=normal, visit="later", baseline="baseline"):
        method = TTest(outcome="score", visit=visit, missing=missing)
        return method.problems(outcome, VISITS, baseline)

    assert "lowest and a highest score" in problems("worst_case")[0]
    assert problems("worst_case", bounded) == []
    assert "needs a visit before" in problems("last_observation", visit="baseline")[0]
    assert "needs a visit before" in problems("baseline_observation", baseline=None)[0]
    assert problems("complete_case", visit="baseline") == []
