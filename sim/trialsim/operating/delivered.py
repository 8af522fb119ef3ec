"""What the treatments deliver: true mean differences where they are not those stated."""

from __future__ import annotations

from dataclasses import dataclass

from trialsim.core.plan import Plan
from trialsim.operating.truth import truth_of

LEAST = 5e-4
"""SDs of the score at baseline below which a difference counts as delivered."""


@dataclass(frozen=True)
class Delivered:
    """A true mean difference among those who enter that is not the one that was stated."""

    assumption: str
    outcome: str
    visit: str
    contrast: str
    stated: float
    """The difference that the assumption names, in units of the outcome."""
    true: float
    """The difference of the means, in the same units."""


def delivered(plan: Plan) -> list[Delivered]:
    """The differences of the design as stated that are not those stated, because patients are
    selected, miss sessions, or gain by something that goes with their score."""
    design, found = plan.designs[0], []
    arms = list(design.arms)
    for cell in (cell for cell in plan.cells if cell.design == 0):
        for outcome, effect in cell.effects.items():
            method = design.outcomes[outcome]
            least = LEAST * method.at(method.sd, 0)
            for contrast, pair in design.contrasts.items():
                truth = truth_of(design, cell, outcome, contrast)
                stated = [effect.difference[arms.index(arm)] for arm in pair]
                for visit, one, other in zip(design.visits, *stated, strict=True):
                    true = truth.mean_difference(visit)
                    if abs(true - (one - other)) > least:
                        found.append(
                            Delivered(cell.assumption, outcome, visit, contrast, one - other, true)
                        )
    return found
