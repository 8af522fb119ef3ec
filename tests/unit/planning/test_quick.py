"""Quick answers against published sizes and stored R numbers, by family."""

import math

import pytest

from trialsim.core.errors import NoAnswer
from trialsim.planning.quick import quick


@pytest.mark.parametrize(
    ("difference", "sd", "power", "per_arm"),
    [
        (0.5, 1.0, 0.8, 64),
        (0.5, 1.0, 0.9, 86),
        (0.2, 1.0, 0.8, 394),
        (2.0, 5.5, 0.8, 120),
        (-2.0, 5.5, 0.9, 160),
    ],
)
def test_t_test_sizes_match_published_values(difference, sd, power, per_arm):
    answer = quick(difference=difference, sd=sd, power=power)
    assert (answer.n_control, answer.n_treatment) == (per_arm, per_arm)
    assert answer.n_randomised == 2 * per_arm
    assert answer.power >= power
    assert answer.wanted == "n"


def test_power_there_matches_the_published_value():
    answer = quick(difference=0.5, sd=1, power=0.8)
    assert answer.power == pytest.approx(0.8015, abs=5e-5)


def test_detectable_difference_of_129_patients():
    """64 and 65 at 0.8 detect 0.497 SD."""
    answer = quick(sd=1.0, n_total=129, power=0.8)
    assert (answer.n_control, answer.n_treatment) == (65, 64)
    assert answer.difference == pytest.approx(0.497, abs=5e-4)
    assert answer.power == pytest.approx(0.8, abs=1e-9)


def test_power_of_129_patients_matches_published_values():
    """d 0.4: t test 0.61576, change score at r 0.55 0.66140."""
    assert quick(difference=0.4, sd=1, n_total=129).power == pytest.approx(0.61576, abs=1e-4)
    changed = quick(difference=0.4, sd=1, n_total=129, r=0.55, change=True)
    assert changed.power == pytest.approx(0.66140, abs=1e-4)


@pytest.mark.parametrize(
    ("difference", "power", "per_arm"), [(2, 0.8, 85), (2, 0.9, 113), (3, 0.8, 39), (3, 0.9, 51)]
)
def test_ancova_sizes_match_published_values(difference, power, per_arm):
    """SD 5.5, r 0.55, baseline balanced by chance only."""
    answer = quick(difference=difference, sd=5.5, power=power, r=0.55)
    assert answer.n_control == answer.n_treatment == per_arm


def test_ancova_power_matches_r():
    """R row ancova_n20_n20_d0.2_rho0.0 (stats::pt over the beta law): 0.0933427927937394."""
    answer = quick(difference=0.2, sd=1, n_total=40, r=0.0)
    assert answer.power == pytest.approx(0.0933427927937394, abs=1e-6)


def test_welch_power_matches_r():
    """R row welch_n20_n20_d0.50_s1.0_1.0 (stats::integrate): 0.336771059749148."""
    answer = quick(difference=0.5, sd=1, n_total=40, welch=True)
    assert answer.power == pytest.approx(0.336771059749148, abs=1e-6)


def test_two_to_one_sizes_match_r():
    """rpact for d 0.2, power 0.8: 294.97 and 589.95, before rounding up."""
    answer = quick(difference=0.2, sd=1, power=0.8, ratio=2)
    assert (answer.n_control, answer.n_treatment) == (295, 590)


def test_noninferiority_of_means_matches_r():
    """rpact row ni_m-0.30_d0.00_sd1.0_n100: 0.560035853711463; both directions alike."""
    for margin in (-0.3, 0.3):
        answer = quick(sd=1, n_total=200, margin=margin)
        assert answer.power == pytest.approx(0.560035853711463, abs=1e-6)
        assert answer.difference == 0
    assert quick(sd=1, n_total=200, margin=0.3, alpha=0.025, sides=1).power == pytest.approx(
        0.560035853711463, abs=1e-6
    )
    better = quick(sd=1, n_total=200, margin=0.3, difference=-0.1)
    worse = quick(sd=1, n_total=200, margin=0.3, difference=0.1)
    assert worse.power < 0.56 < better.power


def test_noninferiority_is_shown_half_an_interval_short_of_the_margin():
    answer = quick(sd=5.5, n_total=240, margin=2)
    assert answer.smallest_significant == pytest.approx(2 - answer.expected_width / 2)
    mirrored = quick(sd=5.5, n_total=240, margin=-2)
    assert mirrored.smallest_significant == pytest.approx(-answer.smallest_significant)


def test_proportions_match_r():
    """power.prop.test for 0.3 and 0.5: 92.999 an arm; 50 an arm, all tables: 0.54554095129565."""
    answer = quick(p1=0.3, p2=0.5, power=0.8)
    assert answer.n_control == answer.n_treatment == 93
    assert quick(p1=0.5, p2=0.3, power=0.8).n_control == 93
    assert quick(p1=0.3, p2=0.5, n_total=100).power == pytest.approx(0.54554095129565, abs=1e-6)
    one_sided = quick(p1=0.3, p2=0.5, n_total=100, alpha=0.025, sides=1)
    assert one_sided.power == pytest.approx(0.545510835777626, abs=1e-6)
    mirrored = quick(p1=0.7, p2=0.5, n_total=100, alpha=0.025, sides=1)
    assert mirrored.power == pytest.approx(0.545510835777626, abs=1e-6)


def test_a_formula_that_promises_too_much_is_told_apart_from_tables():
    answer = quick(p1=0.3, p2=0.5, power=0.8)
    assert answer.power < 0.8
    assert len(answer.notes) == 1
    assert "94 and 94 have the 80%" in answer.notes[0]
    assert quick(p1=0.3, p2=0.5, n_total=188).power >= 0.8


@pytest.mark.parametrize(("rate", "total"), [(0.3, 658), (0.5, 780)])
@pytest.mark.parametrize("margin", [-0.1, 0.1])
def test_noninferiority_of_proportions_matches_published_sizes(rate, total, margin):
    """Friede, Mitchell and Mueller-Velten 2007, Biometrical Journal 49:903."""
    answer = quick(p1=rate, p2=rate, power=0.8, margin=margin)
    assert answer.n_analysed == total


def test_detectable_rise_and_fall():
    """0.3 to 0.5 needs 92.999 an arm: 93 detect just under 20 points; from 0.95 only a fall."""
    rise = quick(p1=0.3, n_total=186, power=0.8).difference
    assert 0.19995 < rise < 0.2
    fall = quick(p1=0.95, n_total=100, power=0.8).difference
    assert -0.95 < fall < -0.1
    mirrored = quick(p1=0.05, n_total=100, power=0.8).difference
    assert fall == pytest.approx(-mirrored, abs=1e-9)


def test_partially_nested_power_matches_r():
    """R rows partially_nested_k10_m6_c60_icc0.08 and k5_m13_c64_icc0.10 (closed forms)."""
    answer = quick(difference=0.4, sd=1, n_total=120, therapists=10, icc=0.08)
    assert answer.power == pytest.approx(0.484721285663195, abs=1e-6)
    assert answer.design_effect == pytest.approx(1.4, abs=1e-12)
    # 64 and 65: the larger arm is the comparator here, so the sizes are put in by the ratio.
    answer = quick(difference=0.5, sd=1, n_total=129, ratio=65 / 64, therapists=5, icc=0.1)
    assert (answer.n_control, answer.n_treatment) == (64, 65)
    assert answer.power == pytest.approx(0.512112244923633, abs=1e-6)
    assert answer.design_effect == pytest.approx(2.2, abs=1e-12)


def test_too_few_therapists_have_no_size_and_the_number_that_has():
    with pytest.raises(NoAnswer, match="5 therapists or more") as caught:
        quick(difference=2.5, sd=5.5, power=0.8, therapists=4, icc=0.05)
    assert "With 4 therapists no size has 80% power" in str(caught.value)
    answer = quick(difference=2.5, sd=5.5, power=0.8, therapists=5, icc=0.05)
    assert answer.power >= 0.8
    assert answer.false_alarms > 0.1


def test_a_baseline_leaves_the_therapists_their_variance():
    """ICC 0.05 of a variance of which r 0.6 leaves 0.64: 0.078125 of it; changes 0.8: 0.0625."""
    teams = {"difference": 0.5, "n_total": 120, "therapists": 6}
    adjusted = quick(sd=1, r=0.6, icc=0.05, **teams)
    assert adjusted.power == pytest.approx(quick(sd=0.8, icc=0.078125, **teams).power, abs=1e-12)
    changed = quick(sd=1, r=0.6, change=True, icc=0.05, **teams)
    assert changed.power == pytest.approx(
        quick(sd=math.sqrt(0.8), icc=0.0625, **teams).power, abs=1e-12
    )


@pytest.mark.parametrize(
    "options",
    [
        {"sd": 5.5},
        {"sd": 5.5, "r": 0.55},
        {"sd": 5.5, "r": 0.55, "change": True},
        {"sd": 5.5, "welch": True},
        {"sd": 5.5, "ratio": 2},
        {"sd": 5.5, "therapists": 40, "icc": 0.05},
    ],
)
def test_size_for_a_width_is_the_smallest(options):
    answer = quick(width=2, **options)
    assert answer.expected_width <= 2
    assert answer.power is None
    fewer = answer.n_analysed - 1 - round(options.get("ratio", 1))
    assert quick(n_total=fewer, **options).expected_width > 2


def test_width_of_proportions():
    """0.3 in both arms, 10 points: Wald's formula gives 645.4 an arm, Newcombe's a little less."""
    answer = quick(p1=0.3, width=0.1)
    assert 635 <= answer.n_control <= 646
    assert answer.expected_width <= 0.1
    assert quick(p1=0.3, n_total=2 * answer.n_control - 2).expected_width > 0.1


def test_width_with_a_difference_says_the_power():
    """120 an arm have 0.80 power for 2 points, SD 5.5: an interval of 2.8."""
    answer = quick(width=2.8, sd=5.5, difference=2)
    assert answer.power == pytest.approx(0.8, abs=0.01)


def test_loss_is_added_to_sizes_and_taken_from_totals():
    """77 / 0.85 = 90.6; 129 of whom 20% are lost: 52 and 51."""
    answer = quick(difference=2.5, sd=5.5, power=0.8, loss=0.15)
    assert (answer.n_control, answer.randomised_control) == (77, 91)
    assert (answer.n_analysed, answer.n_randomised) == (154, 182)
    answer = quick(difference=2.5, sd=5.5, n_total=129, loss=0.2)
    assert (answer.n_control, answer.n_treatment) == (52, 51)
    assert answer.n_randomised == 129
    # A size that survives its loss exactly is not inflated by rounding: 80 / 0.8 = 100.
    assert quick(difference=2.5, sd=5.5, n_total=200, loss=0.2).n_control == 80


def test_smallest_significant_difference():
    """Means: half the interval. Shares: from 0.3 with 100 an arm, x / sqrt(pooled) = 1.96."""
    means = quick(sd=5.5, n_total=129)
    assert means.smallest_significant == pytest.approx(means.expected_width / 2)
    x = quick(p1=0.3, p2=0.5, n_total=200).smallest_significant
    pooled = 0.3 + x / 2
    assert x / math.sqrt(pooled * (1 - pooled) * 0.02) == pytest.approx(1.959964, abs=1e-5)
    assert math.isnan(quick(p1=0.9, p2=0.95, n_total=10).smallest_significant)
