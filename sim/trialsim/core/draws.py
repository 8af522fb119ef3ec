"""Random tables: addressed by seed, purpose and batch, so that no number depends on another's use.

Philox (Salmon et al. 2011, doi 10.1145/2063384.2063405) is keyed by a hash of the seed and the
purpose, with the batch number in its counter. This is the only module that makes a generator.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from functools import lru_cache
from typing import Literal

import numpy as np

from trialsim.core.axes import REPLICATES_PER_BATCH, FloatArray, Plane

Kind = Literal["normal", "uniform", "exponential"]


@lru_cache(maxsize=4096)
def _key(seed: int, purpose: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{seed}\x00{purpose}".encode()).digest()[:16], "little")


def _generator(seed: int, purpose: str, batch: int, page: int) -> np.random.Generator:
    # The counter's low words run through a table; page and batch sit in words of their own,
    # 2**128 and 2**192 numbers apart, so two tables can never overlap.
    counter = np.array([0, 0, page, batch], dtype=np.uint64)
    return np.random.Generator(np.random.Philox(key=_key(seed, purpose), counter=counter))


class Draws:
    """The random tables of one batch of one seed.

    A purpose is a dotted name made of words that the scenario's author wrote, for example
    `outcomes.rmdq.six_months`. Tables are patient-leading: the first n patients are the same
    whether n or 2n are asked for. They are kept for the batch, so that every design and every
    assumption reads the same numbers. A purpose has one kind of table.
    """

    def __init__(self, seed: int, batch: int, replicates: int = REPLICATES_PER_BATCH) -> None:
        self.seed = seed
        self.batch = batch
        self.replicates = replicates
        self._rows = slice(0, replicates)
        self._tables: dict[tuple[Kind, str, int, int], FloatArray] = {}
        self._row_major: dict[tuple[str, int], FloatArray] = {}

    @property
    def tables(self) -> Mapping[tuple[Kind, str, int, int], FloatArray]:
        """The tables drawn so far, by kind, purpose, width and page."""
        return self._tables

    @property
    def rows(self) -> int:
        """Replicates seen: those of the slab, or of the whole batch."""
        return self._rows.stop - self._rows.start

    def slab(self, rows: slice) -> Draws:
        """The same tables, seen by the replicates in `rows` only."""
        view = Draws(self.seed, self.batch, self.replicates)
        view._rows = rows
        view._tables = self._tables
        return view

    def normal(self, purpose: str, n: int, page: int = 1) -> Plane:
        """Standard normals (r, p) for the first `n` patients; read-only."""
        return self._plane("normal", purpose, n, page)

    def uniform(self, purpose: str, n: int, page: int = 1) -> Plane:
        """Uniforms on [0, 1) (r, p) for the first `n` patients; read-only."""
        return self._plane("uniform", purpose, n, page)

    def uniform_rows(self, purpose: str, n: int, page: int = 1) -> Plane:
        """The same numbers as `uniform`, in C order: for those who put patients in order."""
        address = (purpose, page)
        kept = self._row_major.get(address)
        if kept is None or kept.shape[1] < n:
            kept = np.ascontiguousarray(self.uniform(purpose, n, page))
            kept.setflags(write=False)
            self._row_major[address] = kept
        return kept[:, :n]

    def exponential(self, purpose: str, n: int, page: int = 1) -> Plane:
        """Standard exponentials (r, p) for the first `n` patients; read-only."""
        return self._plane("exponential", purpose, n, page)

    def normals(self, purpose: str, n: int, k: int, page: int = 1) -> FloatArray:
        """Standard normals (k, r, p): `k` numbers for each of the first `n` patients; read-only."""
        table = self._table("normal", purpose, n, k, page)  # (p, k, R)
        return table[:n, :, self._rows].transpose(1, 2, 0)

    def _plane(self, kind: Kind, purpose: str, n: int, page: int) -> Plane:
        return self._table(kind, purpose, n, 1, page)[:n, 0, self._rows].T

    def _table(self, kind: Kind, purpose: str, n: int, k: int, page: int) -> FloatArray:
        address = (kind, purpose, k, page)
        table = self._tables.get(address)
        if table is None or table.shape[0] < n:
            generator = _generator(self.seed, purpose, self.batch, page)
            shape = (n, k, self.replicates)  # patient-leading: a longer table begins the same
            if kind == "normal":
                table = generator.standard_normal(shape)
            elif kind == "uniform":
                table = generator.random(shape)
            else:
                table = generator.standard_exponential(shape)
            table.setflags(write=False)
            self._tables[address] = table
        return table


def redrawn(tables: Mapping[tuple[Kind, str, int, int], FloatArray]) -> float:
    """Seconds that the generator takes to draw as many numbers of each kind as these tables hold,
    in one call a kind."""
    generator = _generator(0, "floor", 0, 1)
    sizes: dict[Kind, int] = {}
    for (kind, *_), table in tables.items():
        sizes[kind] = sizes.get(kind, 0) + table.size
    start = time.perf_counter()
    generator.standard_normal(sizes.get("normal", 0))
    generator.random(sizes.get("uniform", 0))
    generator.standard_exponential(sizes.get("exponential", 0))
    return time.perf_counter() - start


def random_number_floor(normals: int, replicates: int) -> float:
    """Seconds that the generator takes to draw `normals` for each replicate, in one call a batch.

    No simulation that draws them can be faster; `trialsim bench` compares with it.
    """
    generator = _generator(0, "floor", 0, 1)
    batches = -(-replicates // REPLICATES_PER_BATCH)
    start = time.perf_counter()
    for _ in range(batches):
        generator.standard_normal(normals * REPLICATES_PER_BATCH)
    return time.perf_counter() - start
