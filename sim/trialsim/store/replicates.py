"""replicates.parquet: one row a cell, analysis, contrast and replicate, written and read back."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from trialsim.core.axes import REPLICATES_PER_BATCH, FloatArray
from trialsim.core.errors import RunError
from trialsim.core.plan import Plan
from trialsim.core.records import COLUMNS, FAILURES


def result_hash(results: FloatArray) -> str:
    """SHA-256 over the hashes of batches of results (series, column, replicate), in order."""
    whole = hashlib.sha256()
    for start in range(0, results.shape[2], REPLICATES_PER_BATCH):
        batch = np.ascontiguousarray(results[:, :, start : start + REPLICATES_PER_BATCH])
        batch = batch + 0.0  # -0 becomes 0
        batch[np.isnan(batch)] = np.nan  # one NaN of the many there are
        whole.update(hashlib.sha256(batch.tobytes()).digest())
    return whole.hexdigest()


def write_replicates(path: Path, plan: Plan, results: FloatArray) -> None:
    """One row a cell, analysis, contrast and replicate, as Parquet."""
    import pyarrow as pa  # slow to import, and only needed by whoever writes
    import pyarrow.parquet as pq

    n_series, _, replicates = results.shape
    series = list(plan.series())

    def repeated(of: Callable[[int], Any]) -> pa.DictionaryArray:
        values = [of(row) for row in range(n_series)]
        known = list(dict.fromkeys(values))
        codes = np.array([known.index(value) for value in values], dtype=np.int32)
        return pa.DictionaryArray.from_arrays(np.repeat(codes, replicates), pa.array(known))

    cells = [plan.cells[one.cell] for one in series]
    columns: dict[str, Any] = {
        "cell": repeated(lambda row: plan.cell_key(series[row].cell)),
        "assumption": repeated(lambda row: cells[row].assumption),
        "what_if": repeated(lambda row: cells[row].what_if),
        "n_total": repeated(lambda row: plan.designs[cells[row].design].n_total),
        "analysis": repeated(lambda row: series[row].analysis),
        "contrast": repeated(lambda row: series[row].contrast),
        "replicate": np.tile(np.arange(replicates, dtype=np.int32), n_series),
    }
    for index, name in enumerate(COLUMNS):
        values = results[:, index].reshape(-1)
        if name == "failure":
            columns["converged"] = values == 0
            columns["failure"] = pa.DictionaryArray.from_arrays(
                values.astype(np.int8), pa.array(FAILURES)
            )
        elif name == "n_analysed":
            columns[name] = values.astype(np.int32)
        else:
            columns[name] = values
    # Estimates are noise to a compressor: it would cost more time than it saves space.
    numbers = [name for name, value in columns.items() if isinstance(value, np.ndarray)]
    dictionaries = [name for name in columns if name not in numbers]
    pq.write_table(
        pa.table(columns),
        path,
        compression="NONE",
        use_dictionary=dictionaries,
        write_statistics=False,
    )


def read_replicates(path: Path, n_series: int, replicates: int) -> FloatArray:
    """The results (series, column, replicate) that `write_replicates` wrote, bit for bit.

    Raises RunError where the file cannot be read, or holds other rows or columns.
    """
    import pyarrow as pa  # slow to import, and only needed by whoever reads
    import pyarrow.parquet as pq

    names = [name for name in COLUMNS if name != "failure"]
    try:
        table = pq.read_table(path, columns=[*names, "failure"], partitioning=None)
        codes = _failure_codes(table["failure"].combine_chunks())
    except (OSError, pa.ArrowException, KeyError, ValueError) as error:
        raise RunError(f"{path} cannot be read ({error}). Run the scenario again.") from error
    if table.num_rows != n_series * replicates:
        raise RunError(
            f"{path} has {table.num_rows:,} rows where its run has "
            f"{n_series * replicates:,}: it is not whole. Run the scenario again."
        )
    values = np.empty((n_series, len(COLUMNS), replicates))
    for index, name in enumerate(COLUMNS):
        column = codes if name == "failure" else table[name].to_numpy()
        values[:, index] = column.reshape(n_series, replicates)
    return values


def _failure_codes(column: Any) -> FloatArray:
    """Codes of the reasons, which the file holds as text. Raises ValueError for an unknown one."""
    encoded = column if hasattr(column, "dictionary") else column.dictionary_encode()
    codes = [FAILURES.index(reason) for reason in encoded.dictionary.to_pylist()]
    return np.array(codes, dtype=np.float64)[encoded.indices.to_numpy(zero_copy_only=False)]
