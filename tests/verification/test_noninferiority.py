"""Non-inferiority: power where the arms are alike, level where the arm is worse by the margin."""

import pytest

import trialsim as ts
from verification.simulated import Runs, assert_share_matches

REPLICATES = 40_000

TRIAL = """
format: 1
design:
  arms: {{control: {{n: 64}}, treated: {{n: 64}}}}
  visits_weeks: {{baseline: 0, after: 4}}
outcomes:
  rmdq: {{method: repeated_normal, mean: 9.5, sd: 5.5, correlation: 0.55, better: {better}}}
assumptions: {{alike: {{}}, at_the_margin: {{rmdq: {{treated: {worst}}}}}}}
analyses:
  t_test: {{method: t_test, outcome: rmdq, visit: after}}
  change: {{method: change_score, outcome: rmdq, visit: after}}
  ancova: {{method: ancova, outcome: rmdq, visit: after}}
decision: {{method: noninferiority, margin: 2}}
"""


@pytest.mark.evidence(
    "decision.noninferiority",
    kind="closed form",
    claim=(
        "64 an arm, margin 2, SD 5.5: 0.532 where the arms are alike and 0.025 at the margin,"
        " whichever direction is good, 40,000 trials, to 4 errors (0.010 and 0.0031)."
    ),
    source="noncentral t; theory checked against R 4.2.2, rpact 4.3.0",
)
@pytest.mark.parametrize(("better", "worst"), [("lower", 2), ("higher", -2)])
def test_power_and_level_match_the_one_sided_t_test(better, worst):
    """Claim: 64 per arm, margin 2, SD 5.5: power 0.532 when alike, 0.025 when worse by the margin,
    whichever direction is good, by each analysis of differences.

    40,000 replicates; tolerance 4 errors: 0.010 of the power, 0.0031 of the level.
    """
    runs = Runs(ts.loads(TRIAL.format(better=better, worst=worst)), REPLICATES, seed=21)
    assert_share_matches(runs.columns("alike", "t_test")["p_value"] < 0.025, 0.532)
    for analysis in ("t_test", "change", "ancova"):
        p_value = runs.columns("at_the_margin", analysis)["p_value"]
        assert_share_matches(p_value < 0.025, 0.025, analysis)


@pytest.mark.evidence(
    "decision.noninferiority",
    kind="identity",
    claim="The interval ends before the margin exactly where the test rejects, 2,000 trials.",
    source="the definition",
)
def test_the_interval_ends_before_the_margin_where_the_test_rejects():
    runs = Runs(ts.loads(TRIAL.format(better="lower", worst=2)), 2_000, seed=22)
    columns = runs.columns("alike", "ancova")
    assert ((columns["p_value"] < 0.025) == (columns["upper"] < 2)).all()


@pytest.mark.parametrize(("per_arm", "power"), [(120, 0.8), (160, 0.9)])
def test_the_sizes_that_tables_give_are_the_smallest_that_reach_the_power(per_arm, power):
    """Margin 2, SD 5.5, one-sided 0.025, truly alike: 120 per arm for 80%, 160 for 90%."""

    def exact(n: int, assumption: str) -> float:
        loaded = ts.loads(TRIAL.format(better="lower", worst=2)).changed({"design.n_total": 2 * n})
        return Runs(loaded, 256, seed=1).measure(assumption, "t_test", "theory_rejection_rate")

    assert exact(per_arm, "alike") >= power > exact(per_arm - 1, "alike")
    assert exact(per_arm, "at_the_margin") == pytest.approx(0.025, abs=1e-9)


def test_a_margin_judges_differences_in_points_of_its_outcome_only():
    loaded = ts.loads(TRIAL.format(better="lower", worst=2))
    responder = {
        "method": "responder", "outcome": "rmdq", "visit": "after", "cut": 12, "event": "above",
    }  # fmt: skip
    with pytest.raises(ts.ScenarioError, match="responder tests no difference in points"):
        loaded.changed({"analyses.share": responder})
