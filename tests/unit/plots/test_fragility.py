"""P14: the fragility index and the panel that debunks it."""

from __future__ import annotations

import pytest

from trialsim.plots.fragility import Table, draw_fragility, sizes_of

HSIEH = Table((1, 8), (64, 65), 0.0327, 1)


def test_the_index_stands_beside_n_and_its_dependence_on_it():
    drawn = draw_fragility(HSIEH)
    assert "The fragility index is 1 with 129 participants" in drawn.takeaway
    assert "19 with 5,000" in drawn.takeaway
    assert set(drawn.numbers["panel"]) == {"one size", "one p value"}
    by_size = sizes_of(0.05)
    assert by_size["index"].is_monotonic_increasing
    assert by_size["p_value"].between(0.005, 0.01).all()


@pytest.mark.parametrize(
    "table", [HSIEH, Table((5, 16), (64, 65), 0.0157, 2, lost=9, is_reconstructed=True)]
)
def test_no_text_is_cut_or_covered_and_counts_are_labelled(table, faults_fixture):
    drawn = draw_fragility(table)
    assert faults_fixture(drawn.figure) == []
    assert ("reconstructed" in drawn.caption) == table.is_reconstructed
    assert ("9 participants randomised but not counted" in drawn.caption) == bool(table.lost)
