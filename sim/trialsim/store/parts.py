"""The parts of an unfinished run."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from trialsim.core.axes import REPLICATES_PER_BATCH, FloatArray
from trialsim.core.errors import RunError


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
