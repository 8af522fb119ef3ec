from pathlib import Path

import pytest
from matplotlib.figure import Figure

import trialsim as ts
from trialsim.plots.loss import lost
from trialsim.plots.loss_numbers import by_share, loss_of

SCENARIOS = Path(__file__).parents[3] / "scenarios"
OPPOSITE = "worst leave treatment best leave control"


def figures(replicates: int = 1024, **changes):
    paths = {path.replace("__", "."): value for path, value in changes.items()}
    scenario = ts.load(SCENARIOS / "loss.yaml").changed({"evidence": {}} | paths)
    return ts.run(scenario, replicates=replicates, seed=1).plot


@pytest.fixture(scope="module")
def loss_fixture():
    return figures()


def test_every_reason_has_every_share_once(loss_fixture):
    numbers = loss_fixture.draw("loss").numbers
    assert len(numbers) == 4 * 6 * 2
    for (_, _), its in numbers.groupby(["reason", "measure"]):
        assert its["share"].tolist() == [0, 0.05, 0.1, 0.2, 0.3, 0.4]
    assert numbers.loc[numbers["as_stated"], "reason"].unique() == ["lost completely at random"]


def test_the_numbers_are_those_of_the_table(loss_fixture):
    numbers = loss_fixture.draw("loss").numbers
    table = loss_fixture.run.table
    wanted = table[
        (table["what_if"] == "worst_leave_treatment_only")
        & (table["observation.missing.lost.overall"] == 0.3)
        & (table["assumption"] == "no_effect")
        & (table["analysis"] == "t_test")
    ].set_index("measure")["value"]
    its = numbers[
        (numbers["reason"] == "worst leave treatment only") & (numbers["share"] == 0.3)
    ].set_index("measure")["value"]
    assert its["bias"] == wanted["bias"]
    assert its["rejection_rate"] == wanted["rejection_rate"]


def test_the_share_that_is_missing_in_both_arms_is_counted(loss_fixture):
    """One arm alone losing 40 of 100 leaves the analysis without 20 of 100.

    1,024 replicates of 128: shares are known to 0.0013.
    """
    numbers = loss_fixture.draw("loss").numbers
    last = numbers[numbers["share"] == 0.4].groupby("reason")["lost"].first()
    assert last["worst leave treatment only"] == pytest.approx(0.2, abs=0.006)
    assert last[OPPOSITE] == pytest.approx(0.4, abs=0.006)
    caption = loss_fixture.draw("loss").caption
    assert "Where the axis says 40, the analysis lacks 20 of 100 patients if" in caption
    assert caption.count("Where the axis says") == 1


def test_the_takeaway_compares_reasons_at_the_stated_share(loss_fixture):
    heading = loss_fixture.draw("loss").takeaway
    assert heading.startswith(
        "Who is lost matters more than how many: with 20 of 100 patients lost, "
    )
    # Two reasons bias nothing; which of them has fewer false alarms in so few trials is chance.
    harmless = ("lost completely at random", "worst leave both arms")
    said = [f"of 100 trials are false alarms if “{name}”" in heading for name in harmless]
    assert any(said)
    assert heading.endswith("2.5 points too good for treatment.")
    assert "power" not in heading


def test_harmless_reasons_are_not_told_as_harmful():
    heading = figures(what_if={}).draw("loss").takeaway
    assert "matters more" not in heading
    assert heading.endswith("No reason biases the estimate by more than chance explains.")


def test_under_an_effect_it_does_not_speak_of_false_alarms():
    drawn = figures(256, assumptions={"two_points": {"score": {"treatment": -2}}}).draw("loss")
    words = f"{drawn.takeaway} {drawn.caption} {drawn.alt}"
    assert "false alarms" not in words
    assert "trials are significant if" in drawn.takeaway


def test_it_applies_where_a_share_lost_is_varied():
    assert "loss" not in figures(256, vary={}, what_if={}).names()
    assert "loss" not in figures(256, vary={"design.n_total": [100, 200]}, what_if={}).names()
    reason = {"lost": {"method": "mcar", "rate": 0.1}}
    rate = {"observation.missing.lost.rate": [0.1, 0.3]}
    names = figures(256, observation__missing=reason, vary=rate, what_if={}).names()
    assert "loss" in names


def test_it_draws_on_axes_of_your_own(loss_fixture):
    run = loss_fixture.run
    loss = loss_of(run)
    assert loss is not None
    frame = by_share(run, loss)
    ax = Figure(figsize=(10, 5)).subplots()
    assert lost(frame, loss=loss, measure="rejection_rate", ax=ax) is ax
    assert ax.get_ylim() == (0, 100)
    with pytest.raises(ValueError, match="bias"):
        lost(frame, loss=loss, measure="coverage")


def test_no_text_stands_on_another(loss_fixture, faults_fixture):
    assert faults_fixture(loss_fixture.draw("loss").figure) == []
