"""estimands: what the trial wants to learn (ICH E9(R1))."""

from __future__ import annotations

from typing import Literal

from trialsim.scenario.written import Written


class Estimand(Written):
    """A difference in means that the trial wants to learn."""

    outcome: str
    """Outcome."""
    visit: str
    """Visit."""
    contrast: tuple[str, str]
    """[arm, its comparator]."""
    strategy: Literal["treatment_policy", "hypothetical"] = "treatment_policy"
    """How intercurrent events enter the truth. While nothing happens to patients between
    allocation and visits both strategies have the same true value."""
