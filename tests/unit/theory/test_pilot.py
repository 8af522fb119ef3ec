"""Pilots selected by significance: published shares, and integrals over scipy's noncentral t."""

import numpy as np
import pytest

from trialsim.theory.pilot import selected_pilot
from trialsim.theory.two_means import t_test_power, t_test_sample_size_fractional


def test_published_case():
    """22 an arm, true effect 0.3 SD: 16.3% significant, those report 0.78 SD."""
    pilot = selected_pilot(22, 0.3)
    assert pilot.share_significant == pytest.approx(0.163, abs=5e-4)
    assert pilot.mean_observed == pytest.approx(0.78, abs=5e-3)
    assert pilot.planned_per_arm == 27
    assert pilot.needed_per_arm == 176  # pwr.t.test(d = 0.3, power = 0.8): 175.38


@pytest.mark.parametrize(("per_arm", "true_d"), [(22, 0.3), (10, 0.5), (40, -0.4)])
def test_means_match_integrals_over_the_noncentral_t(per_arm, true_d):
    from scipy.stats import nct, t

    error, df = np.sqrt(2 / per_arm), 2 * per_arm - 2
    critical = t.isf(0.025, df)
    # Both tails as one: |T| beyond the critical value up to where no probability is left.
    size = np.linspace(critical, critical + 14, 1_401)
    density = nct.pdf(size, df, abs(true_d) / error) + nct.pdf(size, df, -abs(true_d) / error)
    density[[0, -1]] /= 2
    sizes = [t_test_sample_size_fractional(x * error)[0] for x in size[::20]]
    planned = np.exp(np.interp(np.log(size), np.log(size[::20]), np.log(sizes)))
    powers = t_test_power(planned, planned, true_d)
    pilot = selected_pilot(per_arm, true_d)
    mean = (size * density).sum() / density.sum() * error
    assert pilot.mean_observed == pytest.approx(mean, abs=1e-4)
    assert pilot.mean_true_power == pytest.approx(
        (powers * density).sum() / density.sum(), abs=5e-4
    )
    assert pilot.share_significant == pytest.approx(density.sum() * 0.01, abs=1e-4)


def test_the_trial_that_a_lucky_pilot_plans_is_far_too_small():
    pilot = selected_pilot(22, 0.3)
    assert pilot.true_power == t_test_power(27, 27, 0.3)
    assert pilot.true_power < 0.25
    assert pilot.mean_true_power < 0.25


def test_a_large_pilot_tells_the_truth():
    """400 an arm, d 0.5: nearly all are significant, and the mean is the truth (x 1.0009)."""
    pilot = selected_pilot(400, 0.5)
    assert pilot.share_significant > 0.999
    assert pilot.mean_observed == pytest.approx(0.5, rel=2e-3)
    assert abs(pilot.planned_per_arm - pilot.needed_per_arm) <= 1


@pytest.mark.parametrize(
    ("arguments", "name"),
    [((1, 0.3), "per_arm"), ((22, 0.0), "difference"), ((22, 0.3, 0.05), "power")],
)
def test_impossible_pilots_are_refused(arguments, name):
    with pytest.raises(ValueError, match=name):
        selected_pilot(*arguments)
