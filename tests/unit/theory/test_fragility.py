"""The fragility index: counted by hand, by another program, and refused where it means nothing."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from trialsim.theory.fragility import (
    fisher_p_value,
    fragility_index,
    index_at,
    index_by_size,
    significant_tables,
)


@pytest.mark.parametrize(
    "table",
    [
        (1, 64, 8, 65),
        (0, 10, 0, 12),
        (12, 12, 3, 9),
        (139, 1000, 100, 1000),
        (581, 5000, 500, 5000),
    ],
)
def test_fisher_p_matches_scipy(table):
    a, n1, b, n0 = table
    other = stats.fisher_exact([[a, n1 - a], [b, n0 - b]]).pvalue
    assert fisher_p_value(*table) == pytest.approx(other, rel=1e-9)


def test_a_patient_more_ends_significance_at_six_months_of_hsieh_2006():
    """1 of 64 against 8 of 65 has p 0.033; 2 of 64 has p 0.096."""
    assert fisher_p_value(1, 64, 8, 65) == pytest.approx(0.0327, abs=5e-5)
    assert fisher_p_value(2, 64, 8, 65) == pytest.approx(0.0958, abs=5e-5)
    assert fragility_index(1, 64, 8, 65) == 1
    assert fragility_index(8, 65, 1, 64) == 1  # whichever arm is named first


@pytest.mark.parametrize("table", [(3, 64, 14, 65), (10, 100, 40, 110), (200, 1000, 270, 1000)])
def test_index_is_the_first_count_that_is_not_significant(table):
    a, n1, b, n0 = table
    added = next(
        k
        for k in range(n1)
        if stats.fisher_exact([[a + k, n1 - a - k], [b, n0 - b]]).pvalue >= 0.05
    )
    assert fragility_index(*table) == added > 0


def test_at_one_p_value_the_index_follows_the_size():
    """3, 5, 10 and 19 for 50, 200, 1,000 and 5,000 patients an arm at p of 0.007 to 0.01."""
    found = index_by_size([50, 200, 1000, 5000])
    assert [(one.per_arm, one.index) for one in found] == [
        (50, 3),
        (200, 5),
        (1000, 10),
        (5000, 19),
    ]
    assert all(0.007 < one.p_value <= 0.01 for one in found)
    for one in found:  # one event fewer, and p is above 0.01
        more, few = one.events
        assert fisher_p_value(more - 1, one.per_arm, few, one.per_arm) > 0.01


def test_sizes_that_cannot_reach_the_p_value_are_left_out():
    assert index_at(3) is None
    assert index_by_size([3]) == ()


def test_at_one_size_the_index_is_nearly_a_function_of_p():
    rows = significant_tables(60, [0.05, 0.1, 0.2, 0.3, 0.4, 0.5])
    assert stats.spearmanr(rows[:, 0], rows[:, 1]).statistic < -0.97
    assert np.all(rows[:, 0] < 0.05) and np.all(rows[:, 1] >= 1)


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ((2, 64, 8, 65), "defined for significant results; this one has p 0.096"),
        ((1, 40, 12, 65), "defined for arms of 1:1; these have 40 and 65 patients"),
        ((9, 8, 1, 8), "9 events among 8 patients"),
        ((0, 0, 1, 8), "0 events among 0 patients"),
    ],
)
def test_what_has_no_index_is_refused_with_the_reason(table, reason):
    with pytest.raises(ValueError, match=reason):
        fragility_index(*table)
