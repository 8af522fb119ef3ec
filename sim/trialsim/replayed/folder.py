"""The files of one replayed trial."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from trialsim.plots.base.figure import save

if TYPE_CHECKING:
    from trialsim.replayed.trial import ReplayedTrial


def write_trial(trial: ReplayedTrial, folder: Path, reveal: bool) -> list[Path]:
    """Write data, dictionary, tables, abstract and figures; the truth only to reveal it."""
    folder.mkdir(parents=True, exist_ok=True)
    frame = trial.data.to_frame()
    tables = {
        "patients": frame,
        "dictionary": trial.dictionary(),
        "flow": trial.flow,
        "table1": trial.table1(),
        "results": trial.results_table(),
    }
    if reveal:
        truth = trial.truth
        named = {"assumption": truth.assumption, "what_if": truth.what_if}
        tables["truth"] = truth.values.assign(**named)
        tables["true_scores"] = truth.patients
    written = [_write(table, folder / f"{name}.csv") for name, table in tables.items()]
    parquet = folder / "patients.parquet"
    frame.to_parquet(parquet, index=False)
    abstract = folder / "abstract.md"
    abstract.write_text(trial.abstract().markdown(), encoding="utf-8")
    drawn = [path for one in trial.figures() for path in save(one, folder / "figures")]
    return [*written, parquet, abstract, *drawn]


def _write(table: pd.DataFrame, path: Path) -> Path:
    table.to_csv(path, index=False, lineterminator="\n")
    return path
