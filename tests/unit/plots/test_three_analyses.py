from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

import trialsim as ts
from trialsim.plots import three_analyses
from trialsim.plots.three_analyses_numbers import Baseline, numbers_of, trio_of

SCENARIOS = Path(__file__).parents[3] / "scenarios"


def figures(name: str, replicates: int = 512, **changes):
    """Figures of a scenario, simulated without its other sizes."""
    paths = {path.replace("__", "."): value for path, value in changes.items()}
    scenario = ts.load(SCENARIOS / f"{name}.yaml").changed({"vary": {}, "evidence": {}} | paths)
    return ts.run(scenario, replicates=replicates, seed=2006).plot


@pytest.fixture(scope="module")
def hsieh_fixture():
    return figures("hsieh2006_normal", replicates=4096)


def baseline(r: float, sd_before: float = 1.0, sd_after: float = 1.0) -> Baseline:
    return Baseline("", r, sd_before, sd_after, se=0.2, implied=None)


@pytest.mark.parametrize(
    ("r", "change", "ancova"),
    # 2 (1 - r) and 1 - r^2, Vickers and Altman 2001; by hand.
    [(0.3, 1.40, 0.91), (0.5, 1.00, 0.75), (0.55, 0.90, 0.6975), (0.7, 0.60, 0.51)],
)
def test_variances_are_those_of_the_textbook(r, change, ancova):
    assert baseline(r).variance("change", r) == pytest.approx(change)
    assert baseline(r).variance("ancova", r) == pytest.approx(ancova)
    assert baseline(r).variance("follow_up", r) == 1


def test_unequal_sds_change_the_variance_of_changes_and_the_slopes():
    # 3^2 + 5^2 - 2 x 0.6 x 3 x 5 = 16, over 25; slope 0.6 x 5 / 3.
    one = baseline(0.6, 3.0, 5.0)
    assert one.variance("change", 0.6) == pytest.approx(16 / 25)
    assert one.slope("follow_up") == pytest.approx(1.0)
    assert one.slope("change") == pytest.approx(0.0)


def test_published_results_imply_the_imbalance_and_its_biases(hsieh_fixture):
    numbers = hsieh_fixture.draw("three_analyses").numbers
    paper = numbers[numbers["kind"] == "published"].set_index("analysis")
    assert paper["x"].tolist() == pytest.approx([0.84] * 3)  # -3.8 less -4.64
    assert paper.loc["follow_up", "value"] == pytest.approx(0.462)
    assert paper.loc["change", "value"] == pytest.approx(-0.378)
    assert paper.loc["ancova", "value"] == 0


def test_simulated_ratios_match_their_exact_values(hsieh_fixture):
    """Claim: estimates of 129 patients have the ratios 0.9 (change) and 0.7031 (ANCOVA).

    4,096 replicates; tolerance 4 errors, 0.044 and 0.034. Detects: an SD in place of a variance,
    r 0.58 for 0.55.
    """
    numbers = hsieh_fixture.draw("three_analyses").numbers
    points = numbers[(numbers["panel"] == "variance") & (numbers["kind"] == "simulated")]
    exact = {"change": 0.9, "ancova": (1 - 0.55**2) * (1 + 1 / 125)}
    # The estimates correlate by r of the scores: (1 - r) / sqrt(2 (1 - r)), and sqrt(1 - r^2).
    shared = {"change": (0.45 / np.sqrt(0.9)) ** 2, "ancova": 1 - 0.55**2}
    for row in points.itertuples():
        error = 2 * exact[row.analysis] * np.sqrt((1 - shared[row.analysis]) / 4096)
        assert abs(row.value - exact[row.analysis]) < 4 * error
        assert row.mcse == pytest.approx(error, rel=0.1)
    assert set(points["analysis"]) == {"change", "ancova"}


def test_simulated_biases_follow_the_lines(hsieh_fixture):
    """Claim: given the imbalance the bias is 0.55, -0.45 and 0 of it.

    768 trials, slopes by least squares; tolerance 4 errors, 0.13 points a point. Detects: the
    imbalance of other trials than those of the estimates (slope 0), its sign turned.
    """
    numbers = hsieh_fixture.draw("three_analyses").numbers
    points = numbers[(numbers["panel"] == "bias") & (numbers["kind"] == "simulated")]
    for analysis, slope in (("follow_up", 0.55), ("change", -0.45), ("ancova", 0.0)):
        its = points[points["analysis"] == analysis]
        assert its["n_used"].sum() == 768
        fitted = np.polyfit(its["x"], its["value"], 1)[0]
        # Residual SD of an estimate over the SD of the imbalance: sqrt(1 - r^2).
        assert abs(fitted - slope) < 4 * 1.05 * np.sqrt((1 - 0.55**2) / 768)


def test_the_takeaway_follows_the_numbers(hsieh_fixture):
    heading = hsieh_fixture.draw("three_analyses").takeaway
    assert heading.startswith("Baseline and follow-up scores correlate 0.55: ANCOVA needs ")
    assert heading.endswith(
        "If acupressure starts 0.84 points higher, as the published results imply, that biases "
        "follow-up scores by +0.46, change scores by \u22120.38 and ANCOVA by nothing."
    )
    weak = figures("textbook", outcomes__score__correlation=0.1).draw("three_analyses")
    assert "correlate 0.1" in weak.takeaway
    change = weak.numbers.query("kind == 'simulated' and analysis == 'change'")["value"].iloc[0]
    assert change > 1.5  # worse than follow-up scores alone: 1.8 by theory
    # Without published results the imbalance is one standard error: sqrt(1/64 + 1/65).
    assert "starts 0.18 SD higher by chance, that biases" in weak.takeaway
    assert "in 32 of 100 trials" in weak.caption


def test_two_of_the_three_are_enough():
    analyses = {
        "change": {"method": "change_score", "outcome": "score", "visit": "after"},
        "ancova": {"method": "ancova", "outcome": "score", "visit": "after"},
    }
    drawn = figures("textbook", analyses=analyses, decision="superiority").draw("three_analyses")
    # Nothing simulated to compare with: theory, 1 - 0.55^2 and 2 (1 - 0.55).
    assert "ANCOVA needs 70 participants and change scores 90 where" in drawn.takeaway


def test_it_applies_to_two_analyses_of_one_score_with_a_baseline():
    assert "three_analyses" not in figures("dichotomising", 256).names()
    one = {"t_test": {"method": "t_test", "outcome": "score", "visit": "after"}}
    run = figures("textbook", 256, analyses=one, decision="superiority")
    assert "three_analyses" not in run.names()


def test_it_draws_on_axes_of_your_own(hsieh_fixture):
    run = hsieh_fixture.run
    trio = trio_of(run)
    assert trio is not None
    baseline, numbers = numbers_of(run, trio)
    top, bottom = Figure(figsize=(10, 6)).subplots(2)
    assert three_analyses.variance_ratios(numbers, correlation=0.55, ax=top) is top
    assert (
        three_analyses.imbalance_biases(numbers, baseline=baseline, trio=trio, ax=bottom) is bottom
    )
    assert len(top.lines) > 3
    assert len(bottom.lines) > 3


def test_no_text_stands_on_another(hsieh_fixture, faults_fixture):
    assert faults_fixture(hsieh_fixture.draw("three_analyses").figure) == []
    long = {"control": {"n": 64, "label": "Treatment as usual " * 4}, "treatment": {"n": 64}}
    assert (
        faults_fixture(figures("textbook", design__arms=long).draw("three_analyses").figure) == []
    )
