"""What limits on a baseline score do to the patients who are left."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import special

from trialsim.core.axes import FloatArray
from trialsim.core.effect import Effect
from trialsim.core.plan import Plan
from trialsim.kernels.population import Population
from trialsim.operating.truth import TRUTH_PATIENTS


@dataclass(frozen=True)
class Moments:
    """A score at one visit in the comparator arm."""

    visit: str
    mean: float
    sd: float
    with_baseline: float
    """Correlation with the score at baseline; NaN where all have the same score there."""


@dataclass(frozen=True)
class Selected:
    """A score among all who come, and among those who may enter; to about three digits."""

    outcome: str
    lowest: float | None
    """Lowest baseline score of those who may enter."""
    highest: float | None
    """Highest baseline score of those who may enter."""
    share: float
    """Share of those who come that may enter."""
    before: tuple[Moments, ...]
    """A row a visit, of all who come."""
    after: tuple[Moments, ...]
    """A row a visit, of those who may enter."""


def selected_scores(plan: Plan) -> list[Selected]:
    """One entry for each limited outcome of the design as stated; none where all may enter."""
    design, cell = plan.designs[0], plan.cells[0]
    nothing = Effect.none(len(design.arms), len(design.visits))
    alike = replace(cell, effects=dict.fromkeys(design.outcomes, nothing))
    found = []
    for outcome, (lowest, highest) in design.eligible.items():
        baseline = str(design.baseline)
        ((purpose, _),) = design.latent[outcome][baseline]
        low, high = design.selected[purpose]
        everybody = replace(design, selected={})
        rows = []
        for some in (everybody, design):
            variables = [(outcome, visit) for visit in design.visits]
            people = Population(some, alike, variables, TRUTH_PATIENTS)
            by_visit = {visit: people.scores(outcome, visit, 0) for visit in design.visits}
            rows.append(tuple(_moments(by_visit, visit, baseline) for visit in design.visits))
        share = float(special.ndtr(high) - special.ndtr(low))
        found.append(Selected(outcome, lowest, highest, share, rows[0], rows[1]))
    return found


def _moments(scores: dict[str, FloatArray], visit: str, baseline: str) -> Moments:
    score, first = scores[visit], scores[baseline]
    varies = np.ptp(first) > 0 and np.ptp(score) > 0
    together = float(np.corrcoef(first, score)[0, 1]) if varies else float("nan")
    return Moments(visit, float(np.mean(score)), float(np.std(score)), together)
