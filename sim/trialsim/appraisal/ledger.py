"""The bias ledger: what each mechanism adds to an estimate, alone and on top of the others.

All mechanisms off, each alone, all but one and all on are simulated on the same random numbers,
so that every difference has the error of paired trials. The mean estimate with all on is then the
true difference, what the trial adds without any of them, each mechanism alone, and the
interaction: what they do together beyond the sum.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from trialsim.appraisal.switches import Switches, for_interaction, switched
from trialsim.core.axes import FloatArray
from trialsim.core.errors import Problem, ScenarioError
from trialsim.core.plan import Series
from trialsim.core.program import rule_of
from trialsim.core.stages import NO_EFFECT
from trialsim.operating.characteristics import true_value_with_error
from trialsim.scenario.loaded import LoadedScenario
from trialsim.study import Progress, Results, run

INTERACTION = "interaction"


@dataclass(frozen=True)
class Value:
    """A simulated number with its Monte Carlo standard error."""

    value: float
    mcse: float


UNDEFINED = Value(math.nan, math.nan)


@dataclass(frozen=True)
class State:
    """Trials in which a set of mechanisms is on."""

    estimate: Value
    """Mean estimate."""
    significant: Value
    """Share that is significant: false alarms where there is no difference."""
    coverage: Value
    """Share of intervals that hold the treatment's own effect."""
    wrong_sign: Value
    """Share of estimates on the other side of zero; not defined without a true difference."""
    beyond: Value
    """Share at least as far in the direction of the published estimate; not defined without."""
    failed: float
    """Share whose analysis failed; they count nowhere else."""


@dataclass(frozen=True)
class Contribution:
    """What one mechanism adds to the mean estimate, in natural units."""

    name: str
    method: str
    domain: str
    """RoB 2 domain."""
    alone: Value
    """On, less all off."""
    on_top: Value
    """All on, less all on but this."""
    when_alone: State
    when_left_out: State


@dataclass(frozen=True)
class Account:
    """The ledger under one assumption."""

    assumption: str
    truth: Value
    """True difference; its error is 0 where it follows from a formula."""
    none: State
    all: State
    trial: Value
    """Mean estimate with all off, less the truth: what the trial itself adds."""
    contributions: tuple[Contribution, ...]
    interaction: Value
    """All on, less the sum of each alone."""
    again: Value
    """The interaction in trials of another seed."""

    @property
    def is_null(self) -> bool:
        """Whether nothing is truly different, as far as is known."""
        return abs(self.truth.value) <= max(NO_EFFECT, 4 * self.truth.mcse)

    @property
    def apart(self) -> float:
        """The two interactions, in standard errors of their difference."""
        error = math.hypot(self.interaction.mcse, self.again.mcse)
        difference = self.interaction.value - self.again.value
        if not error:  # neither differs between trials
            return 0.0 if abs(difference) < 1e-9 else math.inf
        return difference / error


@dataclass(frozen=True)
class Ledger:
    """Every account of a scenario, for one analysis and contrast."""

    scenario: LoadedScenario
    """With all mechanisms off, and the sets of switches as what_ifs."""
    analysis: str
    contrast: str
    published: float | None
    """What the paper reports for the analysis, where the scenario says so."""
    accounts: tuple[Account, ...]
    replicates: int
    seed: int
    other_seed: int
    digest: str
    elapsed_s: float

    @property
    def name(self) -> str:
        """That of the scenario."""
        return self.scenario.name

    def account(self, assumption: str) -> Account:
        """The account under an assumption. Raises KeyError."""
        known = {one.assumption: one for one in self.accounts}
        if assumption not in known:
            raise KeyError(f"no account of {assumption}; there are {', '.join(known)}")
        return known[assumption]

    def to_frame(self) -> pd.DataFrame:
        """A row a number: assumption, item, domain, measure, value, mcse.

        An item is `none`, `all`, a mechanism or `interaction`.
        """
        rows = [row for account in self.accounts for row in _rows(account)]
        return pd.DataFrame(
            rows, columns=["assumption", "item", "domain", "measure", "value", "mcse"]
        )


def ledger(
    scenario: LoadedScenario,
    *,
    analysis: str | None = None,
    assumptions: Sequence[str] | None = None,
    replicates: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Ledger:
    """Price every mechanism under `bias:` of a scenario, whether it is on or off there.

    The primary analysis is the one that is biased and reported, or `analysis` in its place; its
    first contrast is looked at. Raises ScenarioError where there is no mechanism, or where all of
    them together cannot be simulated.
    """
    if analysis is not None and analysis not in scenario.written.analyses:
        text = f"no analysis is called '{analysis}'."
        hint = f"Known: {', '.join(scenario.written.analyses)}."
        raise ScenarioError(Problem((), text, hint, "--analysis"))
    base, switches = switched(scenario, analysis, assumptions)
    results = run(base, replicates=replicates, seed=seed, workers=workers, progress=progress)
    other_seed = (results.seed + 1) % 2**63
    again = run(
        for_interaction(base, switches),
        replicates=results.replicates,
        seed=other_seed,
        workers=workers,
        progress=progress,
    )
    design = results.plan.designs[0]
    primary = design.decision.primary
    contrast = design.contrasts_of(primary)[0]
    published = _published(scenario, primary, contrast)
    first, second = (
        _Trials(one, switches, primary, contrast, published) for one in (results, again)
    )
    accounts = [
        _account(scenario, switches, assumption, first, second)
        for assumption in dict.fromkeys(cell.assumption for cell in results.plan.cells)
    ]
    return Ledger(
        base,
        primary,
        contrast,
        published,
        tuple(accounts),
        results.replicates,
        results.seed,
        other_seed,
        results.plan.digest,
        results.elapsed_s + again.elapsed_s,
    )


def _account(
    scenario: LoadedScenario, switches: Switches, assumption: str, first: _Trials, second: _Trials
) -> Account:
    truth = first.truth(assumption)
    none, everything = switches.none, switches.all

    def state(what_if: str) -> State:
        return first.state(assumption, what_if, truth)

    contributions = [
        Contribution(
            name,
            scenario.written.bias[name].name,
            scenario.written.bias[name].domain,
            first.sum(assumption, {switches.only(name): 1, none: -1}),
            first.sum(assumption, {everything: 1, switches.without(name): -1}),
            state(switches.only(name)),
            state(switches.without(name)),
        )
        for name in switches.names
    ]
    together = _interaction(switches)
    off = state(none)
    return Account(
        assumption,
        truth,
        off,
        state(everything),
        Value(off.estimate.value - truth.value, math.hypot(off.estimate.mcse, truth.mcse)),
        tuple(contributions),
        first.sum(assumption, together),
        second.sum(assumption, together),
    )


def _interaction(switches: Switches) -> Mapping[str, int]:
    """All on, less all off, less what each alone differs from all off: how often each counts."""
    weights = Counter({switches.none: len(switches.names) - 1, switches.all: 1})
    weights.subtract(switches.only(name) for name in switches.names)
    return weights


@dataclass(frozen=True)
class _Trials:
    """The trials of one run, by cell."""

    results: Results
    switches: Switches
    analysis: str
    contrast: str
    published: float | None

    def truth(self, assumption: str) -> Value:
        """The treatment's own effect."""
        plan, index = self.results.plan, self._cell(assumption, self.switches.none)
        cell = plan.cells[index]
        series = Series(index, self.analysis, self.contrast)
        return Value(*true_value_with_error(plan.designs[cell.design], cell, series))

    def sum(self, assumption: str, weights: Mapping[str, int]) -> Value:
        """A weighted sum of mean estimates, over trials that could be analysed in all cells."""
        wanted = {what_if: weight for what_if, weight in weights.items() if weight}
        columns = {what_if: self._columns(assumption, what_if) for what_if in wanted}
        good: NDArray[np.bool_] = np.ones(self.results.replicates, dtype=np.bool_)
        total = np.zeros(self.results.replicates)
        for what_if, weight in wanted.items():
            good &= columns[what_if]["failure"] == 0
            total += weight * columns[what_if]["estimate"]
        return _mean(total[good])

    def state(self, assumption: str, what_if: str, true: Value) -> State:
        """What is found in a cell."""
        truth = true.value
        plan, columns = self.results.plan, self._columns(assumption, what_if)
        design = plan.designs[plan.cells[self._cell(assumption, what_if)].design]
        good = columns["failure"] == 0
        estimate, p, lower, upper = (
            columns[name][good] for name in ("estimate", "p_value", "lower", "upper")
        )
        rejected = design.decision.decide(estimate, p, rule_of(design, self.analysis)).rejected
        published = self.published
        return State(
            _mean(estimate),
            _mean(rejected.astype(float)),
            _mean(((lower <= truth) & (truth <= upper)).astype(float)),
            UNDEFINED
            if abs(truth) <= max(NO_EFFECT, 4 * true.mcse)
            else _mean((estimate * truth < 0).astype(float)),
            UNDEFINED
            if published is None
            else _mean((math.copysign(1, published) * (estimate - published) >= 0).astype(float)),
            1 - float(good.mean()),
        )

    def _columns(self, assumption: str, what_if: str) -> dict[str, FloatArray]:
        index = self._cell(assumption, what_if)
        return self.results.series(Series(index, self.analysis, self.contrast))

    def _cell(self, assumption: str, what_if: str) -> int:
        wanted, cells = (assumption, what_if), self.results.plan.cells
        return next(i for i, one in enumerate(cells) if (one.assumption, one.what_if) == wanted)


def _mean(values: FloatArray) -> Value:
    if values.size < 2:
        return UNDEFINED
    mean, sd = float(values.mean()), float(values.std(ddof=1))
    least = 1e-12 * max(1.0, abs(mean))  # what rounding leaves
    if sd < least:
        return Value(mean if abs(mean) > least else 0.0, 0.0)
    return Value(mean, sd / math.sqrt(values.size))


def _published(scenario: LoadedScenario, analysis: str, contrast: str) -> float | None:
    """The estimate that the paper reports for an analysis; the first, if there are several."""
    for one in scenario.written.published.values():
        is_of_it = one.analysis == analysis and one.contrast in (None, contrast)
        if is_of_it and one.estimate is not None:
            return one.estimate
    return None


Row = tuple[str, str, str, str, float, float]


def _rows(account: Account) -> Iterator[Row]:
    def row(item: str, domain: str, measure: str, one: Value) -> Row:
        return account.assumption, item, domain, measure, one.value, one.mcse

    def rows(item: str, domain: str, prefix: str, one: State) -> Iterator[Row]:
        yield row(item, domain, f"{prefix}mean_estimate", one.estimate)
        yield row(item, domain, f"{prefix}rejection_rate", one.significant)
        yield row(item, domain, f"{prefix}coverage", one.coverage)
        yield row(item, domain, f"{prefix}wrong_sign", one.wrong_sign)
        yield row(item, domain, f"{prefix}beyond_published", one.beyond)

    yield row("truth", "", "true_value", account.truth)
    yield from rows("none", "", "", account.none)
    yield row("none", "", "contribution", account.trial)
    for one in account.contributions:
        yield row(one.name, one.domain, "contribution_alone", one.alone)
        yield row(one.name, one.domain, "contribution_on_top", one.on_top)
        yield from rows(one.name, one.domain, "alone_", one.when_alone)
        yield from rows(one.name, one.domain, "left_out_", one.when_left_out)
    yield row(INTERACTION, "", "contribution", account.interaction)
    yield row(INTERACTION, "", "contribution_other_seed", account.again)
    yield from rows("all", "", "", account.all)
