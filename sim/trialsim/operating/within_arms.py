"""How often readers of within-arm tests are misled: one arm "improved", another "did not".

Bland and Altman 2011, doi 10.1186/1745-6215-12-264. No analysis of the trial: a comparison that is
not made, put in its place.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy import special

from trialsim.core.axes import REPLICATES_PER_BATCH, BoolArray
from trialsim.core.plan import Plan
from trialsim.core.records import TrialData
from trialsim.operating.patients import batch_of_trials


@dataclass(frozen=True)
class WithinArms:
    """What `within_arm_claims` finds."""

    arms: tuple[str, ...]
    replicates: int
    """Trials simulated."""
    changed: tuple[float, ...]
    """By arm: share of trials in which its change since baseline is significant."""
    claims: float
    """Share of trials in which some arms changed significantly and others did not."""

    @property
    def claims_mcse(self) -> float:
        """Monte Carlo standard error of `claims`."""
        return sqrt(self.claims * (1 - self.claims) / self.replicates)


def within_arm_claims(
    plan: Plan,
    outcome: str,
    visit: str,
    since: str,
    cell: int = 0,
    replicates: int = 10_000,
    alpha: float = 0.05,
) -> WithinArms:
    """Test each arm's change between two visits by itself; count the trials whose arms disagree.

    `cell` is an index into the plan's cells; whole batches are simulated, at least `replicates`.
    """
    found = []
    for batch in range(-(-replicates // REPLICATES_PER_BATCH)):
        data = batch_of_trials(plan, cell, batch)
        found.append(changes(data, outcome, visit, since, alpha))
    significant = np.concatenate(found, axis=1)  # (a, r)
    disagree = significant.any(axis=0) & ~significant.all(axis=0)
    return WithinArms(
        tuple(data.arms),
        significant.shape[1],
        tuple(significant.mean(axis=1).tolist()),
        float(disagree.mean()),
    )


def changes(data: TrialData, outcome: str, visit: str, since: str, alpha: float) -> BoolArray:
    """Whether each arm's change is significant (a, r): paired t test, two-sided, of those seen at
    both visits."""
    change = data.score(outcome, visit) - data.score(outcome, since)
    seen = data.enrolled & data.observed[outcome][visit] & data.observed[outcome][since]
    found = []
    for arm in range(len(data.arms)):
        inside = seen & (data.arm == arm)
        n = inside.sum(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            mean = change.sum(axis=1, where=inside) / n
            spread = ((change - mean[:, None]) ** 2).sum(axis=1, where=inside) / (n - 1)
            t = np.abs(mean) / np.sqrt(spread / n)
            # NaN, of fewer than two patients or no variation, is not significant.
            found.append(t > special.stdtrit(np.maximum(n - 1, 1), 1 - alpha / 2))
    return np.stack(found)
