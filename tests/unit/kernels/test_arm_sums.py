"""Sums by arm against plain loops over patients."""

from dataclasses import replace

import numpy as np
import pytest

from trialsim.kernels.arm_sums import analysed, count, product, total, whole_product
from unit.kernels.trial_data import VARIABLES, rows_of, trial_data

CASES = [
    pytest.param(
        n_arms, sizes, settings, id=f"{n_arms}-{len(sizes)}-{'-'.join(settings) or 'plain'}"
    )
    for n_arms in (2, 3)
    for sizes in ((30,), (7, 8, 30))
    for settings in (
        {},
        {"is_complete": True},
        {"is_full": False},
        {"is_complete": True, "is_full": False},
        {"order": "C"},
    )
]


def looped(data, variables, arm, reduce):
    """(k, r) of a reduction of the analysed patients' rows."""
    replicates = range(data.arm.shape[0])
    return np.array(
        [[reduce(rows_of(data, variables, r, n, arm)) for r in replicates] for n in data.sizes]
    )


@pytest.mark.parametrize(("n_arms", "sizes", "settings"), CASES)
def test_sums_match_loops_over_patients(n_arms, sizes, settings):
    data = trial_data(n_arms, sizes, **settings)
    who = analysed(data, VARIABLES)
    close = {"rtol": 1e-10, "atol": 1e-9}
    for arm in range(n_arms):
        counted = looped(data, VARIABLES, arm, len)
        np.testing.assert_array_equal(count(data, who, arm), counted)
        for i, x in enumerate(VARIABLES):
            summed = looped(data, VARIABLES, arm, lambda rows, i=i: rows[:, i].sum())
            np.testing.assert_allclose(total(data, who, arm, x), summed, **close)
            for j, y in enumerate(VARIABLES):
                multiplied = looped(
                    data, VARIABLES, arm, lambda rows, i=i, j=j: rows[:, i] @ rows[:, j]
                )
                np.testing.assert_allclose(product(data, who, arm, x, y), multiplied, **close)
    for i, x in enumerate(VARIABLES):
        for j, y in enumerate(VARIABLES):
            multiplied = looped(
                data, VARIABLES, None, lambda rows, i=i, j=j: rows[:, i] @ rows[:, j]
            )
            np.testing.assert_allclose(whole_product(data, who, x, y), multiplied, **close)


@pytest.mark.parametrize("sizes", [(30,), (7, 8, 30)])
def test_sums_do_not_depend_on_what_was_asked_before(sizes):
    x, y, age = VARIABLES
    alone, after = trial_data(3, sizes), trial_data(3, sizes)
    for variables in ([y], [x, y], [x, y, age]):
        who = analysed(after, variables)
        for arm in (2, 0, 1):
            total(after, who, arm, y)
            product(after, who, arm, y, y)
    for data in (alone, after):
        data.memo["who"] = analysed(data, [x, y])
    for arm in range(3):
        for sums in (total, lambda d, w, a, v: product(d, w, a, v, x)):
            np.testing.assert_array_equal(
                sums(alone, alone.memo["who"], arm, y), sums(after, after.memo["who"], arm, y)
            )


def test_different_reasons_to_be_left_out_are_told_apart():
    x, y, _ = VARIABLES
    data = trial_data()
    both, one = analysed(data, [x, y]), analysed(data, [y])
    assert (count(data, both, 0) < count(data, one, 0)).any()
    np.testing.assert_array_equal(count(data, one, 0), looped(data, (y,), 0, len))
    np.testing.assert_array_equal(count(data, both, 0), looped(data, (x, y), 0, len))


def test_data_that_shares_sums_keeps_its_own_scores():
    """Assumptions share what they have in common; an array of its own has sums of its own."""
    y = ("score", "after")
    data = trial_data(is_complete=True)
    shifted = replace(
        data, scores={"score": {**data.scores["score"], "after": data.scores["score"]["after"] + 2}}
    )
    assert shifted.memo is data.memo
    first, second = (total(d, analysed(d, [y]), 0, y) for d in (data, shifted))
    np.testing.assert_allclose(second - first, 2 * count(data, analysed(data, [y]), 0), rtol=1e-9)


def test_sums_leave_the_data_alone():
    data, untouched = trial_data(3, (7, 30)), trial_data(3, (7, 30))
    who = analysed(data, VARIABLES)
    for arm in range(3):
        for x in VARIABLES:
            product(data, who, arm, x, x)
    for name in ("baseline", "after"):
        np.testing.assert_array_equal(data.scores["score"][name], untouched.scores["score"][name])
        np.testing.assert_array_equal(
            data.observed["score"][name], untouched.observed["score"][name]
        )
    np.testing.assert_array_equal(data.covariates["age"], untouched.covariates["age"])
    np.testing.assert_array_equal(data.enrolled, untouched.enrolled)
