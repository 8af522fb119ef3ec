"""Judgements beside prices; strengths and judgements move no number."""

from __future__ import annotations

from pathlib import Path

import pytest

import trialsim as ts

APPRAISED = Path(__file__).parents[2] / "scenarios" / "valid" / "appraised.yaml"


@pytest.fixture(scope="module")
def appraised_fixture() -> ts.Appraisal:
    return ts.appraise(ts.load(APPRAISED), replicates=1_000)


def test_every_domain_stands_in_the_table_and_judged_ones_have_prices(appraised_fixture):
    table = appraised_fixture.risk_of_bias
    assert table is not None and table.is_null and table.unpriced == ""
    by_key = {one.key: one for one in table.domains}
    assert list(by_key) == ["randomisation", "deviations", "missing", "measurement", "selection"]
    assert [price.mechanism for price in by_key["measurement"].prices] == [
        "unblinded", "unblinded_much",
    ]  # fmt: skip
    assert by_key["missing"].prices == () and by_key["missing"].judgement == "low"


def test_a_price_is_the_size_of_the_mechanism_in_points(appraised_fixture):
    """Claim: an expectation of 0.56 SD and a setting of 0.09 SD add -3.36 and -0.54 points.
    Exact: SD 6.0 after treatment times the size, delivered exactly in the mean. 1,000 paired
    trials; tolerance 4 stated errors. Detects: the SD of another visit (5.3, 4.6).
    """
    table = appraised_fixture.risk_of_bias
    assert table is not None
    prices = {price.mechanism: price for one in table.domains for price in one.prices}
    for name, points in (("unblinded_much", -0.56 * 6.0), ("setting", -0.09 * 6.0)):
        alone = prices[name].alone
        assert alone.value == pytest.approx(points, abs=4 * alone.mcse)
        assert alone.mcse < 0.02
    much = prices["unblinded_much"]
    assert much.without.significant.value < 0.08 < 0.8 < much.with_it.significant.value


def test_what_a_reader_says_of_the_trial_moves_no_number():
    scenario = ts.load(APPRAISED)
    without = scenario.changed({"strengths": {}, "risk_of_bias": {}, "evidence": {}})
    assert without.plan.digest == scenario.plan.digest
    assert not any(path.startswith(("strengths", "risk_of_bias")) for path in scenario.plan.marks)


def test_without_judgements_there_is_no_table():
    scenario = ts.load(APPRAISED).changed({"risk_of_bias": {}, "evidence": {}})
    assert ts.appraise(scenario, replicates=256).risk_of_bias is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"risk_of_bias.measurement.mechanism": "unblindd"}, "Did you mean unblinded?"),
        ({"risk_of_bias.missing.mechanism": "unblinded"}, "belongs to the measurement"),
        ({"risk_of_bias.measurement.judgement": "unclear"}, "low, some_concerns"),
        ({"risk_of_bias.measurement.mechanism": ["setting", "setting"]}, "names a mechanism twice"),
        ({"what_if": {"a": {"risk_of_bias.missing.judgement": "low"}}}, "is no part of the design"),
        ({"strengths": ["randomised"]}, "strengths"),
    ],
)
def test_judgements_that_cannot_be_are_refused(change, said):
    with pytest.raises(ts.ScenarioError, match=said):
        ts.load(APPRAISED).changed(change)
