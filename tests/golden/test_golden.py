"""One small study whose numbers are kept: golden, never verification."""

from __future__ import annotations

import pandas as pd
import pytest

from golden import update


@pytest.fixture(scope="module")
def simulated_fixture() -> pd.DataFrame:
    return update.simulated()


def test_golden_numbers_have_not_moved(simulated_fixture):
    """Every operating characteristic of a small study is what it was, to 1e-9.

    The numbers prove nothing but that they are the same. When they move for a reason, write them
    anew and give the reason under *Numbers change* in CHANGELOG.md:

        python tests/golden/update.py
    """
    pd.testing.assert_frame_equal(
        simulated_fixture.drop(columns="cell"),
        update.stored().drop(columns="cell"),
        check_dtype=False,
        rtol=1e-9,
        atol=1e-9,
    )


def test_golden_cells_keep_their_hashes(simulated_fixture):
    """The short hash of a cell moves with what a plan holds, even where no number does.

    After a change that is meant to: python tests/golden/update.py
    """
    assert list(simulated_fixture["cell"]) == list(update.stored()["cell"])
