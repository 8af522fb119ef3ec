"""The results folder: written whole or not at all, read back, and its parts while a run goes on."""

from __future__ import annotations

import json
import os
import platform
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from trialsim.core.axes import REPLICATES_PER_BATCH, FloatArray
from trialsim.core.errors import RunError
from trialsim.core.plan import Plan
from trialsim.core.records import COLUMNS, FAILURES


def results_folder(root: Path, plan: Plan, seed: int) -> Path:
    """Where the results of a plan and seed belong: <root>/<scenario>/<digest>-<seed>."""
    return root / plan.name / f"{plan.digest}-{seed}"


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """A folder to fill, which takes the place of `target` only when all went well."""
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{os.getpid()}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir()
    try:
        yield draft
        old = target.with_name(f".{target.name}.{os.getpid()}.old")
        if target.exists():
            target.rename(old)
        try:
            draft.rename(target)
        except OSError:
            if old.exists():
                old.rename(target)
            raise
        shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def write_json(path: Path, plain: Any) -> None:
    """Readable JSON, with a line end at the end."""
    path.write_text(json.dumps(plain, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def environment() -> dict[str, Any]:
    """What a reader needs to repeat the numbers: versions and machine."""
    packages = ("trialsim", "numpy", "scipy", "pandas", "pyarrow", "matplotlib")
    return {
        "python": platform.python_version(),
        "system": platform.system(),
        "processor": platform.machine(),
        "packages": {name: metadata.version(name) for name in packages},
    }


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


@dataclass(frozen=True)
class Parts:
    """Batches of an unfinished run, kept so that the same command can go on from there."""

    folder: Path

    @staticmethod
    def of(target: Path) -> Parts:
        """The parts that belong to a results folder."""
        return Parts(target.with_name(f".{target.name}.parts"))

    def keep(self, first: int, results: FloatArray) -> None:
        """Keep whole batches from number `first` on: (series, column, batches * 256)."""
        self.folder.mkdir(parents=True, exist_ok=True)
        last = first + results.shape[2] // REPLICATES_PER_BATCH
        draft = self.folder / f".{first}-{last}.draft"
        with draft.open("wb") as file:
            np.save(file, results)
        draft.rename(self.folder / f"{first}-{last}.npy")

    def kept(self, shape: tuple[int, int], wanted: int) -> Mapping[int, FloatArray]:
        """Batches below `wanted` kept earlier, by number. Files of another shape are an error."""
        found: dict[int, FloatArray] = {}
        for path in sorted(self.folder.glob("*-*.npy")) if self.folder.exists() else ():
            try:
                first, last = (int(part) for part in path.stem.split("-"))
                with path.open("rb") as file:
                    values = np.lib.format.read_array(file, allow_pickle=False)
            except (ValueError, OSError, EOFError) as error:
                raise RunError(
                    f"{path} cannot be read ({error}). Delete it and run again."
                ) from error
            expected = (*shape, (last - first) * REPLICATES_PER_BATCH)
            if values.shape != expected or values.dtype != np.float64:
                raise RunError(f"{path} does not belong to this run. Delete it and run again.")
            for batch in range(first, min(last, wanted)):
                start = (batch - first) * REPLICATES_PER_BATCH
                found[batch] = values[:, :, start : start + REPLICATES_PER_BATCH]
        return found

    def clear(self) -> None:
        """Forget the parts: the run is complete."""
        shutil.rmtree(self.folder, ignore_errors=True)
