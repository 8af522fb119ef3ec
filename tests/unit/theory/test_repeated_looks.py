"""Looks at accumulating data: the table of Armitage 1969, the boundaries of Pocock and others."""

from __future__ import annotations

import pytest
from scipy import stats

from trialsim.theory.repeated_looks import any_look_rejects, equal_boundary, falling_boundary

Z = float(stats.norm.ppf(0.975))

ARMITAGE = {
    1: 0.05, 2: 0.083, 3: 0.107, 4: 0.126, 5: 0.142, 10: 0.193, 20: 0.248, 50: 0.320,
}  # fmt: skip


@pytest.mark.parametrize(("looks", "share"), ARMITAGE.items())
def test_naive_looks_match_armitage_1969(looks, share):
    assert any_look_rejects([Z] * looks) == pytest.approx(share, abs=6e-4)


def test_two_looks_match_the_bivariate_normal():
    """z at half and at the end correlate by the root of a half."""
    inside = stats.multivariate_normal(cov=[[1, 0.5**0.5], [0.5**0.5, 1]])
    corners = inside.cdf([2.2, 1.9], lower_limit=[-2.2, -1.9])
    assert any_look_rejects([2.2, 1.9]) == pytest.approx(1 - corners, abs=1e-6)


@pytest.mark.parametrize(
    ("looks", "equal", "falling"), [(2, 2.178, 1.977), (5, 2.413, 2.040), (10, 2.555, 2.087)]
)
def test_boundaries_match_the_tables(looks, equal, falling):
    """Jennison and Turnbull 2000, tables 2.1 and 2.3."""
    assert equal_boundary(looks) == pytest.approx(equal, abs=6e-4)
    assert falling_boundary(looks) == pytest.approx(falling, abs=6e-4)


@pytest.mark.parametrize("call", [
    lambda: any_look_rejects([]), lambda: any_look_rejects(1.96),
    lambda: any_look_rejects([1.96, -1]), lambda: equal_boundary(0), lambda: falling_boundary(2.5),
])  # fmt: skip
def test_impossible_arguments_are_refused(call):
    with pytest.raises(ValueError, match=r"must|give one"):
        call()
