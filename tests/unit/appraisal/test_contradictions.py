"""What does not fit together: each kind found, and nothing found in Hsieh 2006."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import trialsim as ts
from trialsim.appraisal.contradictions import contradictions, implied_differences
from trialsim.scenario.keys.published import Published

HSIEH = ts.load(Path(__file__).parents[3] / "scenarios" / "hsieh2006.yaml")
DESIGN = HSIEH.plan.designs[0]


def kinds(**results: dict[str, Any]) -> list[str]:
    published = {name: Published(**one) for name, one in results.items()}
    return [one.kind for one in contradictions(published, DESIGN)]


def post(estimate: float, *interval: float, **more: Any) -> dict[str, Any]:
    return {"analysis": "t_test", "estimate": estimate, "interval": interval, **more}


def change(estimate: float, *interval: float) -> dict[str, Any]:
    return {"analysis": "change", "estimate": estimate, "interval": interval}


def test_nothing_is_found_in_hsieh_2006():
    assert contradictions(HSIEH.written.published, DESIGN) == ()


def test_acupressure_began_0_84_points_worse():
    (implied,) = implied_differences(HSIEH.written.published, DESIGN)
    assert implied.difference == pytest.approx(0.84, abs=1e-12)
    assert implied.slack == pytest.approx(0.055)
    assert (implied.follow_up, implied.change) == ("after_treatment", "change")


@pytest.mark.parametrize(
    ("results", "kind"),
    [
        ({"a": post(-3.8, -5.7, -1.7)}, []),  # 0.1 off the middle, which rounding explains
        ({"a": post(-3.8, -5.7, -1.5)}, ["asymmetric interval"]),
        ({"a": post(-1.0, -5.7, -1.9)}, ["estimate outside its interval"]),
        ({"a": post(-3.8, -5.7, -1.9, p_value=0.0001)}, []),
        ({"a": post(-3.8, -5.7, -1.9, p_value=0.01)}, ["p value against interval"]),
        ({"a": post(-3.8, -5.7, -1.9, p_below=0.001)}, []),
        ({"a": post(-1.8, -3.7, 0.1, p_below=0.05)}, ["p value against interval"]),
        ({"a": post(-30.0, -31.0, -29.0)}, ["difference beyond the scale"]),
        ({"a": post(-3.8, -13.8, 6.2)}, ["SD beyond the scale"]),
    ],
)
def test_one_result_against_itself(results, kind):
    assert kinds(**results) == kind


@pytest.mark.parametrize(
    ("events", "more", "kind"),
    [
        ({"acupressure": (1, 64), "physiotherapy": (8, 65)}, {"needed_to_treat": 9}, []),
        ({"acupressure": (1, 64), "physiotherapy": (8, 65)}, {"needed_to_treat": 10}, []),
        (
            {"acupressure": (1, 64), "physiotherapy": (8, 65)},
            {"needed_to_treat": 6},
            ["number needed to treat against events"],
        ),
        ({"acupressure": (70, 64)}, {}, ["more events than patients"]),
        ({"acupressure": (1, 70)}, {}, ["more patients than randomised"]),
    ],
)
def test_events(events, more, kind):
    assert kinds(a={"events": events, **more}) == kind


def test_a_difference_at_baseline_that_randomisation_does_not_make():
    """5 points are 5.4 standard errors of a baseline with SD 5.3."""
    found = kinds(a=post(-3.8, -5.7, -1.9), b=change(-8.8, -10.55, -7.05))
    assert found == ["impossible difference at baseline"]


@pytest.mark.parametrize(
    ("after", "between", "is_possible"), [(3.2, 0.5, False), (1.9, 5.0, False), (3.2, 1.9, True)]
)
def test_sds_that_no_correlation_joins(after, between, is_possible):
    """SD 5.3 before and 9.2 after (half-width 3.2) leave changes an SD of 3.9 to 14.5; 5.45 after
    one of 0.15 to 10.75. A half-width of 0.5 is an SD of 1.4, one of 5.0 of 14.3."""
    found = kinds(
        a=post(-3.8, -3.8 - after, -3.8 + after), b=change(-4.6, -4.6 - between, -4.6 + between)
    )
    assert ("SDs that no correlation joins" not in found) == is_possible


def test_an_adjusted_estimate_lies_between_the_other_two():
    pair = {"a": post(-3.8, -5.7, -1.9), "b": change(-4.64, -6.39, -2.89)}
    assert kinds(**pair, c={"analysis": "ancova", "estimate": -4.29}) == []
    found = kinds(**pair, c={"analysis": "ancova", "estimate": -5.4})
    assert found == ["adjusted estimate outside the others"]


def test_intervals_of_shares_may_be_asymmetric():
    share = {"analysis": "disabled_six_months", "estimate": -0.107, "interval": (-0.21, -0.017)}
    assert kinds(a=share) == []
