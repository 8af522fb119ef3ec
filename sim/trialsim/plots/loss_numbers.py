"""What P22 draws: bias and significant trials by share lost, for each reason why they are lost."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from trialsim.core.plan import Cell, Series
from trialsim.core.records import COLUMNS
from trialsim.plots.base.effect_axis import Contrast
from trialsim.plots.base.words import half_width, plain
from trialsim.plots.run import Run
from trialsim.scenario.resolve import AS_STATED

_PATH = re.compile(r"observation\.missing\.(?P<reason>[^.\[\]]+)\.(?P<what>overall|rate)")
_CALLED = {
    "mcar": "lost completely at random",
    "mar": "lost by an earlier score",
    "mnar": "lost by the score itself",
}


@dataclass(frozen=True)
class Loss:
    """Which share is varied, under which assumption, and what is analysed."""

    path: str
    """The varied path."""
    share: str
    """What its values are shares of, in words."""
    stated: float | None
    """The value of the design as stated."""
    assumption: str
    is_null: bool
    """Nothing differs under it: significant trials are false alarms."""
    contrast: Contrast
    alpha: float


def loss_of(run: Run) -> Loss | None:
    """The first varied path that is a share lost, with two values at least."""
    for path, stated in run.plan.cells[0].varied:
        found = _PATH.fullmatch(path)
        values = [dict(cell.varied)[path] for cell in run.plan.cells]
        shares = {value for value in values if _is_share(value)} if found else set()
        if found and len(shares) > 1:
            return _loss(run, path, found["what"], stated)
    return None


def _is_share(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _loss(run: Run, path: str, what: str, stated: object) -> Loss:
    nulls = [name for name in run.cells if run.is_null(name)]
    arm, comparator = run.pair(run.primary)
    outcome = run.outcome(run.primary)
    return Loss(
        path=path,
        share="by the last visit" if what == "overall" else "at every visit after baseline",
        stated=float(stated) if isinstance(stated, int | float) else None,
        assumption=(nulls or list(run.cells))[0],
        is_null=bool(nulls),
        contrast=Contrast(
            plain(run.arm_label(arm)),
            plain(run.arm_label(comparator)),
            run.outcome_label(run.primary),
            outcome.better,
            outcome.unit,
        ),
        alpha=run.design.decision.alpha,
    )


def by_share(run: Run, loss: Loss) -> pd.DataFrame:
    """Bias and share significant, a row a reason and share; all else as stated.

    Columns: reason, as_stated, share (the varied value), lost (share of both arms that the
    primary analysis did without), measure, value, mcse, lower, upper, n_used.
    """
    contrast = run.contrast(run.primary)
    others = [pair for pair in run.plan.cells[0].varied if pair[0] != loss.path]
    rows = {series: place for place, series in enumerate(run.plan.series())}
    n = sum(run.design.arms[arm] for arm in run.pair(run.primary))
    wanted = run.table[
        (run.table["analysis"] == run.primary)
        & (run.table["contrast"] == contrast)
        & run.table["measure"].isin(["bias", "rejection_rate"])
    ]
    table = wanted.drop_duplicates(["cell", "measure"]).set_index(["cell", "measure"])
    found = []
    for index, cell in enumerate(run.plan.cells):
        varied = dict(cell.varied)
        share = varied[loss.path]
        if cell.assumption != loss.assumption or not _is_share(share):
            continue
        if any(varied[path] != value for path, value in others):
            continue
        analysed = run.values[rows[Series(index, run.primary, contrast)]]
        seen = float(np.nanmean(analysed[COLUMNS.index("n_analysed")]))
        for measure in ("bias", "rejection_rate"):
            row = table.loc[(run.plan.cell_key(index), measure)]
            value, mcse, n_used = float(row["value"]), float(row["mcse"]), int(row["n_used"])
            if np.isfinite(value):
                half = 1.96 * mcse if measure == "bias" else half_width(mcse, n_used)
                found.append(
                    {
                        "reason": _reason(run, cell),
                        "as_stated": cell.what_if == AS_STATED,
                        "share": float(share),
                        "lost": 1 - seen / n,
                        "measure": measure,
                        "value": value,
                        "mcse": mcse,
                        "lower": value - half,
                        "upper": value + half,
                        "n_used": n_used,
                    }
                )
    frame = pd.DataFrame(found)
    if frame.empty:
        return frame
    # A what_if as it stands is also one of the varied values.
    frame = frame.drop_duplicates(["reason", "share", "measure"])
    order = {name: place for place, name in enumerate(frame["reason"].unique())}
    return frame.sort_values(
        ["reason", "measure", "share"],
        key=lambda column: column.map(order) if column.name == "reason" else column,
        kind="stable",
        ignore_index=True,
    )


def _reason(run: Run, cell: Cell) -> str:
    """The what_if as a reader meets it; as stated, what its method says of who is lost."""
    if cell.what_if != AS_STATED:
        return plain(cell.what_if)
    methods = {method.name for method in run.design.missing.values()}
    return _CALLED.get(methods.pop(), "as stated") if len(methods) == 1 else "as stated"
