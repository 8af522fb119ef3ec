"""A reduced plan: fewer cells and analyses, and every number of what is left."""

from __future__ import annotations

import numpy as np
import pytest

from trialsim.core.program import prepare
from trialsim.pipeline import simulate_batch
from trialsim.planning.reduced import reduced
from unit.small_trial import BASE, Written, loaded

VARIED: Written = {
    **BASE,
    "conduct": {
        "recruitment": {"per_week": 3, "until_week": 10},
        "sessions": {"planned": 4, "within_weeks": 3, "attend": 0.8},
        "therapists": {"treatment": {"n": 2, "icc": 0.05}},
    },
    "decision": {"method": "superiority", "alpha": 0.05},
    "what_if": {"strict": {"decision.alpha": 0.01}},
    "vary": {"design.n_total": [40, 60]},
}


def both(written: Written, **kept):
    """Results of the whole plan's rows that are kept, and of the reduced plan."""
    plan = loaded(written).plan
    small = reduced(plan, **kept)
    cells = list(kept.get("cells", range(len(plan.cells))))
    whole = simulate_batch(prepare(plan), 0)
    wanted = [
        row
        for row, one in enumerate(plan.series())
        if one.cell in cells and one.analysis in small.designs[0].analyses
    ]
    return whole[wanted], simulate_batch(prepare(small), 0)


@pytest.mark.parametrize(
    "kept",
    [
        {"cells": [1]},
        {"analyses": ["change"]},
        {"analyses": ["t_test", "ancova"]},
        {"cells": [0, 3, 5], "analyses": ["ancova"]},
    ],
)
def test_what_is_left_is_bit_for_bit_that_of_the_whole_run(kept):
    whole, small = both(VARIED, **kept)
    np.testing.assert_array_equal(small, whole)
    assert small.shape[0] > 0


def test_sizes_that_share_their_patients_agree_to_the_last_bits_of_a_sum():
    """Permuted blocks: sizes are summed from one to the next. A wrong patient would show at
    about 1e-2."""
    whole, small = both({**VARIED, "allocation": "permuted_blocks"}, cells=[2])
    np.testing.assert_allclose(small, whole, rtol=1e-11, atol=1e-12)


def test_designs_that_no_cell_is_left_of_are_dropped():
    plan = loaded(VARIED).plan
    last = len(plan.cells) - 1
    small = reduced(plan, cells=[last])
    assert small.designs == (plan.designs[plan.cells[last].design],)
    assert small.cells[0].design == 0
    assert small.cell_key(0) == plan.cell_key(last)


def test_another_analysis_becomes_primary_when_the_primary_is_dropped():
    plan = loaded({**BASE, "decision": {"method": "superiority", "primary": "ancova"}}).plan
    assert reduced(plan, analyses=["t_test", "change"]).designs[0].decision.primary == "t_test"
    assert reduced(plan, analyses=["ancova", "change"]).designs[0].decision.primary == "ancova"


CHOSEN: Written = {
    **BASE,
    "decision": {"method": "superiority", "primary": "t_test"},
    "bias": {"fishing": {"method": "best_of", "analyses": ["ancova"]}},
}
"""The primary result is the better of two."""


def test_a_result_that_is_chosen_among_others_keeps_them():
    whole, small = both(CHOSEN, analyses=["t_test"])
    assert set(reduced(loaded(CHOSEN).plan, analyses=["t_test"]).designs[0].analyses) == {
        "t_test",
        "ancova",
    }
    np.testing.assert_array_equal(small, whole)


def test_other_results_are_as_honest_as_they_were():
    """ANCOVA is no primary analysis: nobody chooses what is reported in its row."""
    whole, small = both(CHOSEN, analyses=["ancova"])
    np.testing.assert_array_equal(small, whole)
    assert len(small) == 2, "one row an assumption"


def test_everything_kept_is_the_plan_itself():
    plan = loaded(VARIED).plan
    assert reduced(plan) == plan


@pytest.mark.parametrize(
    ("kept", "told"),
    [
        ({"cells": [99]}, "cells 0 to"),
        ({"cells": [-1]}, "cells 0 to"),
        ({"cells": []}, "cells 0 to"),
        ({"analyses": ["t_tset"]}, "t_tset"),
        ({"analyses": []}, "no analysis would be left"),
    ],
)
def test_what_is_not_there_is_refused(kept, told):
    with pytest.raises(ValueError, match=told):
        reduced(loaded(VARIED).plan, **kept)
