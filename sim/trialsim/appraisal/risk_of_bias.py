"""Judgements of the risk of bias, each beside what such a flaw does to this trial, in points.

RoB 2: Sterne and others 2019, doi 10.1136/bmj.l4898. A judgement is the reader's; a price is
that of a mechanism and its stated size, simulated against a known truth.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from trialsim.appraisal.ledger import Contribution, Ledger, State, Value, ledger
from trialsim.core.errors import ScenarioError
from trialsim.scenario.keys.appraisal import DOMAINS, Judgement
from trialsim.scenario.loaded import LoadedScenario

MOST_REPLICATES = 2_000
"""Trials a cell for the prices: switches are compared on the same patients, so that fewer do."""


@dataclass(frozen=True)
class Price:
    """What one mechanism does to the trial, alone, against the same trials without it."""

    mechanism: str
    method: str
    alone: Value
    """What it adds to the mean estimate, natural units."""
    on_top: Value
    """What it adds on top of all the others."""
    without: State
    """Trials with all mechanisms off."""
    with_it: State
    """The same trials with this one on."""


@dataclass(frozen=True)
class JudgedRisk:
    """One domain of RoB 2."""

    key: str
    domain: str
    judgement: Judgement | None
    """None where nobody judged it."""
    why: str
    prices: tuple[Price, ...]


@dataclass(frozen=True)
class RiskTable:
    """All five domains, and where the prices come from."""

    domains: tuple[JudgedRisk, ...]
    assumption: str
    """What is true in the priced trials."""
    is_null: bool
    """Nothing differs there: whatever is significant is a false alarm."""
    analysis: str
    replicates: int
    unpriced: str
    """Why there are no prices, where mechanisms are named and could not be simulated."""


def risk_table(
    scenario: LoadedScenario,
    assumption: str,
    is_null: bool,
    *,
    replicates: int,
    seed: int,
    workers: int | None = None,
) -> RiskTable | None:
    """The judgements of a scenario with their prices; None where nothing is judged."""
    judged = scenario.written.risk_of_bias.judged
    if not judged:
        return None
    named = [name for one in judged.values() for name in one.mechanisms]
    priced: Ledger | None = None
    unpriced, n = "", min(replicates, MOST_REPLICATES)
    if named:
        wanted = [assumption] if "assumptions" in scenario.document.data else None
        try:
            priced = ledger(scenario, assumptions=wanted, replicates=n, seed=seed, workers=workers)
        except ScenarioError as error:
            unpriced = "; ".join(problem.message for problem in error.problems)
    prices = {} if priced is None else _prices(priced, assumption)
    return RiskTable(
        tuple(
            JudgedRisk(
                key,
                domain,
                judged[key].judgement if key in judged else None,
                judged[key].why if key in judged else "",
                tuple(prices[name] for name in _named(judged, key) if name in prices),
            )
            for key, domain in DOMAINS.items()
        ),
        assumption,
        is_null,
        scenario.plan.designs[0].decision.primary,
        0 if priced is None else priced.replicates,
        unpriced,
    )


def _named(judged: Mapping[str, object], key: str) -> tuple[str, ...]:
    return tuple(getattr(judged.get(key), "mechanisms", ()))


def _prices(found: Ledger, assumption: str) -> dict[str, Price]:
    account = found.account(assumption)

    def price(one: Contribution) -> Price:
        return Price(one.name, one.method, one.alone, one.on_top, account.none, one.when_alone)

    return {one.name: price(one) for one in account.contributions}
