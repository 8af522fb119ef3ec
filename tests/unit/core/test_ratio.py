"""Ratios of arm sizes."""

import pytest

from trialsim.core.ratio import allocation_ratio


@pytest.mark.parametrize(
    ("sizes", "ratio"),
    [
        ((64, 64), (1, 1)),
        ((65, 64), (1, 1)),
        ((64, 65), (1, 1)),
        ((43, 43, 44), (1, 1, 1)),
        ((66, 64), (33, 32)),
        ((80, 40), (2, 1)),
        ((40, 80, 40), (1, 2, 1)),
        ((90, 60), (3, 2)),
        ((2, 1), (2, 1)),
        ((1, 1), (1, 1)),
        ((100,), (1,)),
    ],
)
def test_smallest_whole_ratio(sizes, ratio):
    assert allocation_ratio(sizes) == ratio
