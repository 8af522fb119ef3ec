"""Credibility, numbers needed to treat, fragility and the baseline imbalance of Hsieh 2006."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

import trialsim as ts
from trialsim.appraisal.contradictions import implied_differences
from trialsim.appraisal.credibility import credibility
from trialsim.appraisal.fragile import fragile
from trialsim.appraisal.imbalance import biases, imbalance
from trialsim.appraisal.numbers_needed import by_cut, cuts_of, needed, normal_number
from trialsim.appraisal.reported import recover
from trialsim.outcomes.bounded_integer import BoundedInteger
from trialsim.outcomes.repeated_normal import RepeatedNormal
from trialsim.scenario.keys.published import Published

SCENARIOS = Path(__file__).parents[3] / "scenarios"
HSIEH, NORMAL = (ts.load(SCENARIOS / f"{name}.yaml") for name in ("hsieh2006", "hsieh2006_normal"))
RESULT = recover(-3.8, (-5.7, -1.9), (64, 65), name="after_treatment")


def test_credibility_of_hsieh_2006():
    found = credibility(RESULT)
    assert found is not None
    first = found.beliefs[0]
    assert (first.prior, first.power) == (0.1, 0.8)
    assert first.below_alpha == pytest.approx(0.36)
    # Ratio of t densities at 3.958 with 127 df, noncentrality 2.82 against none: 448.
    assert first.at_p == pytest.approx(0.9 / (0.9 + 448 * 0.1), rel=0.01)
    assert found.repeat_flat == pytest.approx(0.92, abs=0.005)
    assert found.repeat_in_general == pytest.approx(0.80, abs=0.005)
    assert found.shrunk == pytest.approx(-3.05, abs=0.005)
    low, high = found.shrunk_interval
    assert (low, high) == pytest.approx((-5.0, -1.1), abs=0.05)
    assert found.median_power == pytest.approx(0.13, abs=0.005)


def test_a_result_that_is_not_significant_has_no_false_positive_risk():
    assert credibility(recover(-1.0, (-2.9, 0.9), (64, 65))) is None


def test_six_months_need_nine_to_benefit_within_five_and_fifty_seven():
    """8/65 - 1/64 = 0.107; Newcombe's interval 0.017 to 0.210."""
    events = {"acupressure": (1, 64), "physiotherapy": (8, 65)}
    found = needed("six", Published(events=events, event="bad"), HSIEH.plan.designs[0])
    assert found is not None and found.is_bad and not found.is_reconstructed
    assert found.text == "NNTB 9.3 (NNTB 4.8 to NNTB 57)"
    assert found.p_value == pytest.approx(0.033, abs=5e-4)


def test_good_events_are_counted_the_other_way_and_reconstructed_ones_are_labelled():
    events = {"acupressure": (40, 64), "physiotherapy": (20, 65)}
    good = Published(events=events, event="good", status="derived")
    found = needed("recovered", good, HSIEH.plan.designs[0])
    assert found is not None and found.number.benefit > 0 and found.is_reconstructed
    bad = needed("worse", Published(events=events, event="bad"), HSIEH.plan.designs[0])
    assert bad is not None and bad.number.benefit == -found.number.benefit


def test_without_a_word_on_the_event_nothing_is_called_benefit_or_harm():
    events = {"acupressure": (40, 64), "physiotherapy": (20, 65)}
    for counts in (events, {arm: (n - k, n) for arm, (k, n) in events.items()}):
        found = needed("a", Published(events=counts), HSIEH.plan.designs[0])
        assert found is not None and found.is_bad is None
        assert found.text == "NNT 3.2 (NNT 2.2 to NNT 6.9)"
    close = {"acupressure": (20, 64), "physiotherapy": (18, 65)}
    found = needed("b", Published(events=close), HSIEH.plan.designs[0])
    assert found is not None and "to infinity to the other way NNT" in found.text


@pytest.mark.parametrize(("cut", "number"), [(8, 3.7), (12, 5.3), (16, 12), (18, 23)])
def test_the_same_shift_needs_more_at_a_higher_cut(cut, number):
    """Normal scores, 9.2 to 5.4, SD 5.5."""
    assert normal_number(9.2, -3.8, 5.5, cut) == pytest.approx(
        number, abs=0.5 if number > 10 else 0.05
    )


def test_rmdq_scores_differ_from_normal_ones():
    """6.59 at 12 for the bounded RMDQ with the same means and SDs, 5.26 for normal scores."""
    bounded = BoundedInteger(min=0, max=24, mean=(10.45, 9.2), sd=5.5, correlation=0.5)
    (at_12,) = by_cut(bounded, 1, -3.8, [12], visits=["before", "after"])
    assert at_12.normal == pytest.approx(5.26, abs=0.005)
    assert at_12.scores == pytest.approx(6.59, abs=0.005)
    normal = RepeatedNormal(mean=(10.45, 9.2), sd=5.5, correlation=0.5)
    (same,) = by_cut(normal, 1, -3.8, [12], visits=["before", "after"])
    assert same.scores == pytest.approx(same.normal)


def test_cuts_are_those_of_the_teaching_numbers_and_stay_on_the_scale():
    outcome = NORMAL.plan.designs[0].outcomes["rmdq"]
    assert cuts_of(outcome, 1) == [8, 12, 16]
    assert cuts_of(HSIEH.plan.designs[0].outcomes["rmdq"], 1, [30, 13.5]) == [8, 13, 13.5, 17]


def test_fragility_at_six_months_is_one_beside_n():
    design = HSIEH.plan.designs[0]
    found = needed("six", HSIEH.written.published["disability_six_months"], design)
    assert found is not None
    index = fragile(found, design)
    assert (index.index, sum(index.n), index.lost) == (1, 129, 0)
    assert [one.index for one in index.at_one_p] == [3, 5, 10, 19]


@pytest.mark.parametrize(
    ("counts", "changes", "reason"),
    [
        ([2, 64], {}, "significant"),
        ([0, 128], {"design.arms.acupressure.n": 128}, "1:1"),
    ],
)
def test_fragility_is_refused_with_the_reason(counts, changes, reason):
    design = HSIEH.changed({**changes, "vary": {}, "evidence": {}}).plan.designs[0]
    events = {"acupressure": tuple(counts), "physiotherapy": (8, 65)}
    found = needed("six", Published(events=events), design)
    assert found is not None
    refused = fragile(found, design)
    assert refused.index is None and reason in refused.refused and refused.at_one_p == ()


def test_a_baseline_difference_moves_two_of_three_analyses():
    """0.84 points worse, r 0.55, equal SDs: +0.46, -0.38 and 0."""
    found = biases(0.84, 0.55, 5.5, 5.5)
    assert found == pytest.approx({"follow_up": 0.462, "change": -0.378, "ancova": 0.0}, abs=1e-9)


def test_hsieh_2006_is_imbalanced_by_chance_and_ancova_lies_between():
    design, published = NORMAL.plan.designs[0], NORMAL.written.published
    (implied,) = implied_differences(published, design)
    found = imbalance(implied, published, design)
    assert found.arm_is_worse
    assert found.chance == pytest.approx(0.386, abs=5e-4)
    assert found.bias == pytest.approx({"follow_up": 0.462, "change": -0.378, "ancova": 0.0})
    assert found.expected == pytest.approx(-4.262)
    assert {kind: value for kind, (value, _) in found.published.items()} == {
        "follow_up": -3.8, "change": -4.64, "ancova": -4.3,
    }  # fmt: skip
    assert not math.isnan(found.correlation_reported)


def test_the_reported_intervals_give_the_correlation():
    """SDs 5.3 before (assumed), 5.45 after and 5.02 of change: r 0.56."""
    design, published = HSIEH.plan.designs[0], HSIEH.written.published
    (implied,) = implied_differences(published, design)
    found = imbalance(implied, published, design)
    assert found.correlation_reported == pytest.approx(0.56, abs=0.005)
    assert found.slope == pytest.approx(0.57 * 6.0 / 5.3)
