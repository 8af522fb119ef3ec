"""Power against cost: which designs buy nothing with what they take.

A design is *dominated* when another that takes no more has a higher power, told apart by paired
errors; it is *no better* when another that takes less has a power that cannot be told from its own;
else it is *efficient*: whoever wants its power has to pay for it, as far as these replicates tell.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from trialsim.planning.compare.cost import QUANTITIES
from trialsim.planning.compare.pairs import paired_means
from trialsim.planning.compare.tables import paired_rates

if TYPE_CHECKING:
    from trialsim.planning.compare.compare import Comparison, Place

EFFICIENT, NO_BETTER, DOMINATED = "efficient", "no better", "dominated"

COLUMNS = (
    "assumption", "contrast", "quantity", "design", "cost", "cost_mcse", "power", "mcse",
    "n_used", "standing", "because_of",
)  # fmt: skip


def pareto_table(comparison: Comparison, assumption: str) -> pd.DataFrame:
    """A row a quantity and design, the cheapest first; `because_of` names the cheapest design that
    makes this one dominated or no better. Quantities that are the same for all are left out."""
    known = [place for place in comparison.places if place.assumption == assumption]
    rows: list[tuple[object, ...]] = []
    for contrast in dict.fromkeys(place.contrast for place in known):
        places = [place for place in known if place.contrast == contrast]
        for quantity in QUANTITIES:
            rows += _of_quantity(comparison, places, quantity)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _of_quantity(
    comparison: Comparison, places: list[Place], quantity: str
) -> list[tuple[object, ...]]:
    taken = {place.candidate: comparison.costs[place.candidate].of(quantity) for place in places}
    means = {number: float(cost.mean()) for number, cost in taken.items() if cost is not None}
    if len(means) < len(places) or len(set(means.values())) < 2:
        return []
    cheapest_first = sorted(places, key=lambda place: means[place.candidate])
    rows: list[tuple[object, ...]] = []
    for place in cheapest_first:
        cost = taken[place.candidate]
        assert cost is not None
        own = paired_rates(comparison, place, place)
        spent = paired_means(cost, cost)
        standing, because_of = EFFICIENT, ""
        for other in cheapest_first:
            if means[other.candidate] > means[place.candidate] or other is place:
                continue
            gain = paired_rates(comparison, place, other)
            is_cheaper = means[other.candidate] < means[place.candidate]
            label = comparison.candidates[other.candidate].label
            if gain.is_told_apart and gain.difference > 0:
                standing, because_of = DOMINATED, label
                break
            if is_cheaper and not gain.is_told_apart and standing == EFFICIENT:
                standing, because_of = NO_BETTER, label
        rows.append(
            (
                place.assumption,
                place.contrast,
                quantity,
                comparison.candidates[place.candidate].label,
                spent.first,
                spent.unpaired_error / 2**0.5,
                own.first,
                own.unpaired_error / 2**0.5,
                own.n_pairs,
                standing,
                because_of,
            )
        )
    return rows
