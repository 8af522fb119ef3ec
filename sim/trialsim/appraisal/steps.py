"""The ledger as steps from the true difference to the mean estimate, for the waterfall."""

from __future__ import annotations

import pandas as pd

from trialsim.appraisal.ledger import UNDEFINED, Account, State, Value

COLUMNS = (
    "kind", "name", "start", "end", "mcse", "significant", "significant_mcse", "coverage",
    "coverage_mcse", "beyond", "beyond_mcse",
)  # fmt: skip


def steps(account: Account) -> pd.DataFrame:
    """A row a step, in order: kind (truth, trial, alone, interaction, all), name, where it starts
    and ends, the error of its size, and what trials find in which it alone is on: shares that are
    significant, whose interval holds the truth, and that lie beyond the published estimate."""
    rows = [_row("truth", "", 0.0, account.truth, None)]
    at = account.truth.value
    rows.append(_row("trial", "", at, account.trial, account.none))
    at += account.trial.value
    for one in account.contributions:
        rows.append(_row("alone", one.name, at, one.alone, one.when_alone))
        at += one.alone.value
    rows.append(_row("interaction", "", at, account.interaction, None))
    rows.append(_row("all", "", 0.0, account.all.estimate, account.all))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _row(kind: str, name: str, start: float, size: Value, state: State | None) -> list[str | float]:
    found = [UNDEFINED] * 3
    if state is not None:
        found = [state.significant, state.coverage, state.beyond]
    numbers = [number for one in found for number in (one.value, one.mcse)]
    return [kind, name, start, start + size.value, size.mcse, *numbers]
