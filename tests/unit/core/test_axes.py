"""Slabs: slices of replicates that keep a plane in cache."""

import pytest

from trialsim.core.axes import SLAB_BYTES, slabs


@pytest.mark.parametrize("replicates", [2, 3, 16, 255, 256])
@pytest.mark.parametrize("patients", [1, 129, 4096, 4097, 4112, 5000, 20_000, 300_000, 10**7])
def test_slabs_hold_every_replicate_once(replicates, patients):
    cut = slabs(replicates, patients)
    assert [row for part in cut for row in range(replicates)[part]] == list(range(replicates))


@pytest.mark.parametrize("patients", [4097, 5000, 12_200, 70_000, 300_000, 10**7])
def test_slabs_fit_and_hold_two_replicates_at_least(patients):
    """A single replicate is summed in another order, so that its numbers would move."""
    sizes = [part.stop - part.start for part in slabs(256, patients)]
    assert min(sizes) >= 2
    # Three rows where two and one would be left.
    assert max(sizes) <= max(3, SLAB_BYTES // (8 * patients) + 1)


def test_an_ordinary_batch_is_not_cut():
    assert slabs(256, 4096) == [slice(0, 256)]
