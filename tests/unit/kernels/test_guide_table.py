"""The guide table gives what a search among the cut-points gives, to the last bit."""

import numpy as np
import pytest
from numpy.random import Generator, Philox

from trialsim.kernels.beta_binomial import cut_points, overdispersion
from trialsim.kernels.guide_table import REACH, guide_table

MARGINS = {
    "rmdq": (24, 10.45, 5.3),
    "floor": (24, 0.7, 1.6),
    "ceiling": (24, 23.5, 0.9),
    "vas": (100, 50, 26.7),
    "heaped": (8, 4, 3.6),
    "coarse": (2, 1, 0.8),
    "binomial": (24, 12, 6**0.5),
}


def cuts_of(name):
    n, mean, sd = MARGINS[name]
    return cut_points(n, mean, overdispersion(n, mean, sd))


def latent_values(*cuts):
    """Random values, every cut-point, and the numbers next to each."""
    edges = np.concatenate(cuts)
    edges = edges[np.isfinite(edges)]
    near = [edges, np.nextafter(edges, -np.inf), np.nextafter(edges, np.inf)]
    extreme = [-12.0, -REACH, -0.0, 0.0, REACH, 12.0]
    z = np.concatenate([Generator(Philox(1)).standard_normal(20_000), *near, extreme])
    return z.reshape(1, -1)


def searched(cuts, z, lowest=0.0, step=1.0):
    """Cut-points below z, of those that z can reach."""
    reached = np.where(cuts >= REACH, np.inf, np.where(cuts <= -REACH, -np.inf, cuts))
    return lowest + step * np.searchsorted(reached, z, side="left")


@pytest.mark.parametrize("name", MARGINS)
@pytest.mark.parametrize("order", ["C", "F"])
def test_one_margin_matches_a_search(name, order):
    cuts = cuts_of(name)
    z = np.array(latent_values(cuts), order=order)
    scores = guide_table([cuts], 0.0, 1.0).scores(z, None)
    np.testing.assert_array_equal(scores, searched(cuts, z))


@pytest.mark.parametrize("order", ["C", "F"])
def test_each_arm_reads_its_own_margin(order):
    margins = [cuts_of(name) for name in ("rmdq", "floor", "binomial")]
    z = latent_values(*margins)
    z = np.array(z[:, : z.shape[1] // 4 * 4].reshape(4, -1), order=order)
    arm = np.array(Generator(Philox(2)).integers(0, 3, z.shape).astype(np.int8), order=order)
    scores = guide_table(margins, 0.0, 1.0).scores(z, arm)
    expected = np.stack([searched(cuts, z) for cuts in margins])
    np.testing.assert_array_equal(scores, np.take_along_axis(expected, arm[None].astype(int), 0)[0])


@pytest.mark.parametrize(("lowest", "step"), [(1.0, 0.25), (-4.0, 0.5), (10.0, 2.0), (0.0, 0.1)])
def test_steps_and_lowest_score(lowest, step):
    cuts = cuts_of("rmdq")
    z = latent_values(cuts)
    scores = guide_table([cuts], lowest, step).scores(z, None)
    np.testing.assert_allclose(scores, searched(cuts, z, lowest, step), rtol=1e-14, atol=1e-14)


@pytest.mark.parametrize("gap", [1e-1, 1e-2, 1e-3])
def test_close_cut_points_are_still_apart(gap):
    cuts = np.array([-1.0, 0.5, 0.5 + gap, 0.5 + 2 * gap, 3.0])
    z = latent_values(cuts)
    np.testing.assert_array_equal(guide_table([cuts], 0, 1).scores(z, None), searched(cuts, z))


def test_cut_points_that_no_table_can_part_are_refused():
    with pytest.raises(ValueError, match="too close together"):
        guide_table([np.array([0.5, 0.5 + 1e-6])], 0, 1)


def test_cut_points_out_of_reach_are_never_crossed():
    cuts = np.array([-np.inf, -9.5, -1.0, 2.0, 9.5, np.inf])
    z = latent_values(cuts)
    scores = guide_table([cuts], 0, 1).scores(z, None)
    np.testing.assert_array_equal(scores, 2.0 + (z > -1) + (z > 2))


def test_the_latent_values_are_left_alone():
    cuts = cuts_of("rmdq")
    z = latent_values(cuts)
    before = z.copy()
    z.setflags(write=False)
    guide_table([cuts], 0, 1).scores(z, np.zeros(z.shape, dtype=np.int8))
    np.testing.assert_array_equal(z, before)
