"""Table look-up in either memory order."""

import numpy as np
import pytest

from trialsim.kernels.gather import taken


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", [np.int8, np.intp])
@pytest.mark.parametrize("shape", [(4, 6), (1, 6), (4, 1)])
def test_taken_is_fancy_indexing(order, dtype, shape):
    table = np.array([0.5, -1.0, 7.25])
    index = np.array(np.arange(np.prod(shape)).reshape(shape) % 3, dtype=dtype, order=order)
    found = taken(table, index)
    np.testing.assert_array_equal(found, table[index])
    assert found.flags.f_contiguous == index.flags.f_contiguous
