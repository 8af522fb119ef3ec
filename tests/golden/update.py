"""Write the golden numbers anew: python tests/golden/update.py.

Prints the largest change. A change of numbers belongs under *Numbers change* in CHANGELOG.md.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

import trialsim as ts

HERE = Path(__file__).parent
SCENARIO = HERE / "scenario.yaml"
GOLDEN = HERE / "operating_characteristics.csv"


def simulated() -> pd.DataFrame:
    """Operating characteristics of the golden study as this code gives them."""
    return ts.run(ts.load(SCENARIO)).performance()


def stored() -> pd.DataFrame:
    """Operating characteristics of the golden study as they were."""
    return pd.read_csv(GOLDEN, dtype={"cell": str})


def change(before: pd.DataFrame, after: pd.DataFrame) -> str:
    """What moved, in words."""
    names = [name for name in after if not pd.api.types.is_float_dtype(after[name])]
    names = [name for name in names if name not in ("cell", "n_used")]
    if list(before) != list(after) or not before[names].equals(after[names]):
        return "Rows or columns changed."
    moved = (before[["value", "mcse"]] - after[["value", "mcse"]]).abs().max(axis=1)
    largest = moved.idxmax()
    if not moved[largest] > 1e-9:
        return "No number moved."
    where = ", ".join(str(after.loc[largest, name]) for name in (*names, "value"))
    return f"Rows moved: {(moved > 1e-9).sum()}, by at most {moved[largest]:.3g} ({where})."


def main() -> None:
    after = simulated()
    text = change(stored(), after) if GOLDEN.exists() else "New."
    after.to_csv(GOLDEN, index=False, float_format="%.12g", lineterminator="\n")
    print(f"{GOLDEN}: {text}")


if __name__ == "__main__":
    main()
