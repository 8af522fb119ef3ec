"""Standard errors and SDs behind reported intervals."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy import stats

import trialsim as ts
from trialsim.appraisal.reported import bounded_published, recover, recover_published, rounding
from trialsim.scenario.keys.published import Published

SCENARIOS = Path(__file__).parents[3] / "scenarios"


def test_hsieh_2006_after_treatment():
    """Half-width 1.9 over t(127) 1.979: SE 0.960; SD 5.45 (5.31 to 5.60 for the rounding)."""
    found = recover(-3.8, (-5.7, -1.9), (64, 65))
    assert found.df == 127
    assert found.se.value == pytest.approx(0.960, abs=5e-4)
    assert tuple(found.sd) == pytest.approx((5.45, 5.31, 5.60), abs=0.005)
    assert found.standardised == pytest.approx(-0.70, abs=0.005)
    assert found.smallest == pytest.approx(1.90, abs=1e-9)
    assert found.p_value.value == pytest.approx(1.25e-4, rel=0.01)


def test_hsieh_2006_change():
    found = recover(-4.64, (-6.39, -2.89), (64, 65))
    assert found.se.value == pytest.approx(0.884, abs=5e-4)
    assert tuple(found.sd) == pytest.approx((5.02, 5.01, 5.04), abs=0.005)


@pytest.mark.parametrize("covariates", [0, 2])
@pytest.mark.parametrize("level", [0.9, 0.99])
def test_an_interval_that_was_computed_gives_back_its_data(level, covariates):
    """The pooled t test of SciPy, whose interval is then taken for a reported one."""
    rng = np.random.Generator(np.random.Philox(64))
    a, b = rng.normal(1.0, 3.0, 20), rng.normal(0.0, 3.0, 31)
    test = stats.ttest_ind(a, b)
    interval = test.confidence_interval(level)
    found = recover(
        float(a.mean() - b.mean()), (float(interval.low), float(interval.high)), (20, 31),
        level=level,
    )  # fmt: skip
    pooled = np.sqrt((19 * a.var(ddof=1) + 30 * b.var(ddof=1)) / 49)
    assert found.sd.value == pytest.approx(pooled)
    assert found.p_value.value == pytest.approx(test.pvalue)
    fewer = recover(1.0, (0.0, 2.0), (20, 31), covariates=covariates)
    assert fewer.df == 49 - covariates


@pytest.mark.parametrize(("value", "half"), [(3.8, 0.05), (-4.64, 0.005), (4, 0.5), (40.0, 0.5)])
def test_rounding_is_half_of_the_last_decimal(value, half):
    assert rounding(value) == pytest.approx(half)


def test_only_intervals_of_means_are_recovered():
    design = ts.load(SCENARIOS / "hsieh2006.yaml").plan.designs[0]
    share = Published(analysis="disabled_six_months", estimate=-0.1, interval=(-0.2, 0.0))
    assert recover_published("a", share, design) is None
    assert recover_published("b", Published(analysis="t_test", estimate=-3.8), design) is None
    adjusted = Published(analysis="ancova", estimate=-4.3, interval=(-5.9, -2.7))
    found = recover_published("c", adjusted, design)
    assert found is not None and found.df == 126


def test_a_small_p_value_bounds_the_standard_error():
    """-6.03 with P < 0.001 takes t above 3.37, so an SE below 1.79 and an SD below 10.2."""
    design = ts.load(SCENARIOS / "hsieh2006.yaml").plan.designs[0]
    result = Published(analysis="oswestry_six_months", estimate=-6.03, p_below=0.001)
    found = bounded_published("oswestry", result, design)
    assert found is not None
    assert found.se_most == pytest.approx(1.79, abs=0.005)
    assert found.sd_most == pytest.approx(10.2, abs=0.05)


def test_an_interval_without_width_is_refused():
    with pytest.raises(ValueError, match="has no width"):
        recover(1.0, (2.0, 2.0), (10, 10))
