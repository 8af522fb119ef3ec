"""Therapists whose patients are alike: what it does to naive tests, and to one that knows."""

from math import sqrt

import numpy as np
import pytest
import yaml
from scipy import stats

import trialsim as ts
from trialsim.core.records import FAILURES, ONE_THERAPIST
from verification.simulated import Runs, assert_matches, assert_share_matches, share_error, trials

ICC, REPLICATES = 0.05, 40_000
RMDQ = {"method": "bounded_integer", "max": 24, "mean": 9.5, "sd": 6, "correlation": 0.5}
NORMAL = {"method": "repeated_normal", "mean": 0, "sd": 1, "correlation": 0.5}


def scenario(therapists, outcome=NORMAL, weeks=None, **sections) -> ts.LoadedScenario:
    """64 patients an arm, no effect, with these therapists."""
    return ts.loads(
        yaml.safe_dump(
            {
                "format": 1,
                "design": {
                    "arms": {"control": {"n": 64}, "treated": {"n": 64}},
                    "visits_weeks": weeks or {"baseline": 0, "after": 4, "later": 26},
                },
                "conduct": {"therapists": therapists},
                "outcomes": {"score": outcome},
                "analyses": {
                    "naive": {"method": "t_test", "outcome": "score", "visit": "after"},
                    "means": {"method": "therapist_means", "outcome": "score", "visit": "after"},
                },
                **sections,
            },
            sort_keys=False,
        )
    )


@pytest.mark.evidence(
    "analysis.therapist_means",
    kind="published",
    claim=(
        "One arm treated by 8, 4 or 2 therapists with ICC 0.05: the test of therapist means "
        "rejects 0.0511, 0.0577 and 0.0955 under no effect; 40,000 trials, to 4 errors (0.006)."
    ),
    source="independent simulation, to four digits",
)
@pytest.mark.parametrize("outcome", [NORMAL, RMDQ], ids=["normal", "rmdq"])
@pytest.mark.parametrize(
    ("n", "naive", "means"),
    [(8, 0.0706, 0.0511), (4, 0.0948, 0.0577), (2, 0.1424, 0.0955), (1, 0.2255, None)],
)
def test_false_alarms_of_one_arm_with_therapists(n, naive, means, outcome):
    """Claim: 64 per arm, one arm treated in equal caseloads, ICC 0.05 there and none in the
    other, no effect: the t test rejects 0.0706, 0.0948, 0.1424, 0.2255 with 8, 4, 2, 1
    therapists; the test of therapist means 0.0511, 0.0577, 0.0955, and with 1 it says why not.

    The expected rates are themselves simulated, to four digits. 40,000 replicates; tolerance
    4 errors: 0.005 to 0.008.
    """
    runs = ts.run(
        scenario({"treated": {"n": n, "icc": ICC}}, outcome), replicates=REPLICATES, seed=31
    )
    table = runs.performance().set_index(["analysis", "measure"])["value"]
    distance = (table["naive", "rejection_rate"] - naive) / share_error(naive, REPLICATES)
    assert abs(distance) < 4
    if means is None:
        assert table["means", "failed"] == 1
        failure = runs.values[1, -1]
        assert set(failure) == {ONE_THERAPIST}
        assert "cannot be told apart" in FAILURES[ONE_THERAPIST]
    else:
        distance = (table["means", "rejection_rate"] - means) / share_error(means, REPLICATES)
        assert abs(distance) < 4
        assert table["means", "failed"] == 0


def test_one_therapist_in_each_arm_matches_the_exact_rate():
    """Claim: with one therapist in each arm, ICC 0.05, 64 per arm, the t statistic is a t times
    sqrt(1 + 64 ICC / (1 - ICC)): the test rejects 0.3455.

    40,000 replicates; tolerance 4 errors, 0.0095.
    """
    one = {"n": 1, "icc": ICC}
    runs = Runs(scenario({"treated": one, "control": one}), REPLICATES, seed=32)
    widening = sqrt(1 + 64 * ICC / (1 - ICC))
    exact = 2 * stats.t.sf(stats.t.isf(0.025, 126) / widening, 126)
    assert exact == pytest.approx(0.3455, abs=5e-5)
    assert_share_matches(runs.columns("no_effect", "naive")["p_value"] < 0.05, exact)


@pytest.mark.parametrize("outcome", [NORMAL, RMDQ], ids=["normal", "rmdq"])
def test_therapists_take_their_share_and_leave_the_totals(outcome):
    """Claim: patients of one therapist correlate by the ICC at each visit after baseline and
    between visits, not at baseline; mean, SD and the stated correlations stay.

    ICC 0.2; 512 trials of 64 patients of 16 therapists; tolerances 4 errors, from the spread
    over trials: 0.012 of an ICC, 0.02 of a correlation.
    """
    loaded = scenario({"treated": {"n": 16, "icc": 0.2}}, outcome, analyses={
        visit: {"method": "t_test", "outcome": "score", "visit": visit}
        for visit in ("baseline", "after", "later")
    })  # fmt: skip
    spread = float(np.atleast_1d(outcome["sd"])[0])
    shared, correlations, squares = [], [], []
    for (data,) in trials(loaded, 2, 33, ("no_effect",)):
        scores = [
            (data.score("score", visit) - outcome["mean"]) / spread
            for visit in ("baseline", "after", "later")
        ]
        therapist = data.therapist["treated"]
        for r in range(len(therapist)):
            mine = therapist[r] >= 0
            order = np.argsort(therapist[r][mine], kind="stable")
            groups = [score[r][mine][order].reshape(16, 4) for score in scores]
            pairs = [(0, 0), (1, 1), (2, 2), (1, 2)]
            row = []
            for a, b in pairs:
                whole = groups[a].sum(axis=1) * groups[b].sum(axis=1)
                own = (groups[a] * groups[b]).sum(axis=1)
                row.append(np.mean((whole - own) / 12))
            shared.append(row)
            correlations.append([np.mean(groups[0] * groups[1]), np.mean(groups[1] * groups[2])])
            squares.append([np.mean(group**2) for group in groups])
    for values, wanted in ((shared, [0, 0.2, 0.2, None]), (correlations, [0.5, 0.5]),
                           (squares, [1, 1, 1])):  # fmt: skip
        found = np.array(values)
        error = found.std(axis=0) / sqrt(len(found))
        for mean, mcse, exact in zip(found.mean(axis=0), error, wanted, strict=True):
            if exact is None:  # between visits latent values share it, scores of any law nearly so
                assert 0.17 < mean < 0.22
            else:
                assert_matches(float(mean), exact, float(mcse))


def test_caseloads_are_as_equal_as_can_be():
    loaded = scenario({"treated": {"n": 5, "icc": 0.1, "also": ["control"]}})
    ((data,),) = trials(loaded, 1, 34, ("no_effect",))
    therapist = data.therapist["treated"]
    for arm in range(2):
        caseload = [np.sum((data.arm == arm) & (therapist == j), axis=1) for j in range(5)]
        assert (np.ptp(caseload, axis=0) <= 1).all()


def test_therapists_who_treat_both_arms_bias_nobody():
    """Claim: where the same four therapists treat both arms, their effects cancel: the naive t
    test rejects less than 5%, and comparing each therapist with themselves exactly 5%.

    40,000 replicates; tolerance 4 errors: 0.0044.
    """
    loaded = scenario({"treated": {"n": 4, "icc": 0.2, "also": ["control"]}})
    runs = Runs(loaded, REPLICATES, seed=35)
    assert runs.measure("no_effect", "naive", "rejection_rate") < 0.04
    assert_share_matches(runs.columns("no_effect", "means")["p_value"] < 0.05, 0.05)


def test_without_an_icc_therapists_change_no_number():
    plain = ts.run(scenario({}), replicates=256, seed=36)
    named = ts.run(scenario({"treated": {"n": 3}}), replicates=256, seed=36)
    assert np.array_equal(plain.values[0], named.values[0])


def test_therapist_means_by_hand():
    """The statistic from its formula, patient by patient, for one trial."""
    loaded = scenario({"treated": {"n": 8, "icc": 0.1}})
    results = ts.run(loaded, replicates=256, seed=37)
    ((data,),) = trials(loaded, 1, 37, ("no_effect",))
    y, arm, therapist = data.score("score", "after")[3], data.arm[3], data.therapist["treated"][3]
    means = [y[(arm == 1) & (therapist == j)].mean() for j in range(8)]
    expected = stats.ttest_ind(means, y[arm == 0], equal_var=False)
    row = dict(zip(("estimate", "se", "df", "p_value"), results.values[1, :4, 3], strict=True))
    assert row["p_value"] == pytest.approx(expected.pvalue, rel=1e-9)
    assert row["df"] == pytest.approx(expected.df, rel=1e-9)
    assert row["estimate"] == pytest.approx(np.mean(means) - y[arm == 0].mean(), rel=1e-9)
