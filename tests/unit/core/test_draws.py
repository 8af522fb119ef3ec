"""Random tables: where their numbers come from, and what they do not depend on."""

import hashlib

import numpy as np
import pytest
from numpy.random import Generator, Philox

from trialsim.core.axes import REPLICATES_PER_BATCH
from trialsim.core.draws import Draws

KINDS = ("normal", "uniform", "exponential")
PURPOSE = "outcomes.rmdq.six_months"


def table(kind="normal", n=20, *, seed=1, purpose=PURPOSE, batch=0, page=1, replicates=64):
    return getattr(Draws(seed, batch, replicates), kind)(purpose, n, page=page)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("page", [1, 3])
def test_numbers_come_from_their_address_alone(kind, page):
    """Philox keyed by a hash of seed and purpose, page and batch in the counter, written again
    here: whoever changes an address changes every result, and must raise the numbers version."""
    key = int.from_bytes(hashlib.sha256(f"2006\x00{PURPOSE}".encode()).digest()[:16], "little")
    counter = np.array([0, 0, page, 5], dtype=np.uint64)
    source = Generator(Philox(key=key, counter=counter))
    draw = {
        "normal": source.standard_normal,
        "uniform": source.random,
        "exponential": source.standard_exponential,
    }
    expected = draw[kind](13 * REPLICATES_PER_BATCH).reshape(13, REPLICATES_PER_BATCH).T
    found = table(kind, 13, seed=2006, batch=5, page=page, replicates=REPLICATES_PER_BATCH)
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("order", [(20, 40), (40, 20), (20, 40, 30)])
def test_the_first_patients_do_not_depend_on_how_many_follow(kind, order):
    draws = Draws(seed=1, batch=0, replicates=64)
    for n in order:
        found = getattr(draws, kind)(PURPOSE, n)
        assert found.shape == (64, n)
        np.testing.assert_array_equal(found[:, :20], table(kind, 20))


def test_several_numbers_a_patient_are_prefix_stable_too():
    few, many = (Draws(1, 0, 64).normals(PURPOSE, n, k=3) for n in (20, 40))
    assert few.shape == (3, 64, 20)
    np.testing.assert_array_equal(few, many[:, :, :20])
    assert len(np.unique(few)) == few.size


@pytest.mark.parametrize("kind", KINDS)
def test_order_of_use_does_not_matter(kind):
    draws = Draws(seed=1, batch=0, replicates=64)
    for purpose in ("allocation", "observation.lost", "outcomes.vas.six_months"):
        draws.normal(purpose, 30)
        draws.uniform(purpose, 10)
    np.testing.assert_array_equal(getattr(draws, kind)(PURPOSE, 20), table(kind))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "other",
    [
        {"seed": 2},
        {"batch": 1},
        {"page": 2},
        {"purpose": "outcomes.rmdq.after_treatment"},
        {"purpose": f"{PURPOSE}."},
        {"seed": 0},
        {"seed": 2**63 - 1},
    ],
)
def test_another_address_gives_independent_numbers(kind, other):
    """Correlation 0; with 256 x 64 numbers a correlation of 0.03 would be found."""
    first = table(kind, 64, replicates=256)
    second = table(kind, 64, replicates=256, **other)
    assert not np.isin(first, second).any()
    correlation = np.corrcoef(first.ravel(), second.ravel())[0, 1]
    assert abs(correlation) <= 4 / np.sqrt(first.size)


@pytest.mark.parametrize(
    ("kind", "mean", "sd"), [("normal", 0, 1), ("uniform", 0.5, 12**-0.5), ("exponential", 1, 1)]
)
def test_tables_have_the_distribution_they_are_called_after(kind, mean, sd):
    """Mean and SD within 4 standard errors; an error of 0.02 in either would be found."""
    values = table(kind, 256, replicates=256)
    excess = {"normal": 2, "uniform": 0.8, "exponential": 8}[kind]  # variance of (x/sd)**2
    assert abs(values.mean() - mean) <= 4 * sd / np.sqrt(values.size)
    assert abs(values.var() / sd**2 - 1) <= 4 * np.sqrt(excess / values.size)
    if kind != "normal":
        assert values.min() >= 0
    if kind == "uniform":
        assert values.max() < 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_slab_sees_the_rows_of_the_batch(kind):
    draws = Draws(seed=1, batch=0, replicates=64)
    slab = draws.slab(slice(10, 13))
    assert (slab.rows, draws.rows) == (3, 64)
    np.testing.assert_array_equal(getattr(slab, kind)(PURPOSE, 20), table(kind)[10:13])
    np.testing.assert_array_equal(
        slab.normals("several", 5, 2), draws.normals("several", 5, 2)[:, 10:13]
    )
    np.testing.assert_array_equal(getattr(draws, kind)(PURPOSE, 20), table(kind))


def test_rows_in_c_order_are_the_same_numbers():
    draws = Draws(seed=1, batch=0, replicates=64)
    for view in (draws, draws.slab(slice(10, 13))):
        for n in (20, 40, 30):
            rows = view.uniform_rows(PURPOSE, n)
            np.testing.assert_array_equal(rows, view.uniform(PURPOSE, n))
            assert rows.strides[1] == rows.itemsize
            assert not rows.flags.writeable


@pytest.mark.parametrize("kind", KINDS)
def test_tables_are_read_only(kind):
    values = table(kind)
    with pytest.raises(ValueError, match="read-only"):
        values += 1


def test_a_table_is_drawn_once():
    draws = Draws(seed=1, batch=0, replicates=64)
    assert np.shares_memory(draws.normal(PURPOSE, 20), draws.normal(PURPOSE, 10))
