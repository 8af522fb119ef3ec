"""The tables of an appraisal, as a page and a terminal show them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

from trialsim.appraisal.appraise import Appraisal, CutTable
from trialsim.appraisal.credibility import ACCEPTED, Credibility
from trialsim.appraisal.imbalance import CALLED, Imbalance
from trialsim.appraisal.reported import Range
from trialsim.appraisal.risk_of_bias import JudgedRisk, Price, RiskTable
from trialsim.appraisal.siblings import Measured, Sibling
from trialsim.appraisal.words import NO_POWER
from trialsim.operating.rounding import NOT_DEFINED, share_text, value_text
from trialsim.plots.base.words import decimals_of, exact, number, plain, quoted
from trialsim.report.tables import Table
from trialsim.scenario.resolve import AS_STATED

_COUNTED_ENOUGH = 0.01
"""Relative likelihoods below it are told as one in so many."""

JUDGED = {"low": "low", "some_concerns": "some concerns", "high": "high", None: "not judged"}


def recovered(found: Appraisal) -> Table | None:
    """What follows from every reported interval."""
    rows = []
    for one in found.recovered:
        lower, upper = one.interval
        rows.append(
            [
                _named(one.name, one.status),
                f"{exact(one.estimate)} ({exact(lower)} to {exact(upper)})",
                number(one.se.value, 3 if one.se.value < 10 else 1),
                _range(one.sd, 2),
                number(one.t.value, 2),
                f"{one.p_value.value:.2g}",
                number(one.smallest, 2),
            ]
        )
    if not rows:
        return None
    return Table(
        "recovered",
        "What each reported interval says",
        ["Published", "Estimate (interval)", "SE", "SD", "t", "p", "Smallest significant"],
        [("", rows)],
        "Worked out from the interval and the planned arm sizes by the t law; in brackets, how far "
        "rounding of the limits lets it lie. SD: of the scores, of changes, or what is left after "
        "adjustment.",
        is_text=True,
    )


def _named(name: str, status: str) -> str:
    return plain(name) if status == "reported" else f"{plain(name)} ({status})"


def _range(one: Range, digits: int) -> str:
    low, high = number(one.low, digits), number(one.high, digits)
    return f"{number(one.value, digits)} ({low} to {high})"


def bounded(found: Appraisal) -> list[str]:
    """What an estimate without an interval says by its p value."""
    return [
        f"{plain(one.name)}: {exact(one.estimate)} with p < {one.p_below:g} takes a standard error "
        f"of at most {number(one.se_most, 2)}, an SD of at most {number(one.sd_most, 1)}."
        for one in found.bounded
    ]


PLACED_HEAD = (
    "If this is the truth",
    "As low or lower",
    "As high or higher",
    "Relative likelihood",
)
ERRORS_HEAD = (
    "If this is the truth",
    "Power",
    "False alarms",
    "Exaggeration",
    "Wrong sign",
    "Smallest significant",
    "Interval holds truth",
)

PLACED_NOTE = (
    "Shares of simulated trials; in brackets their Monte Carlo standard error. Relative "
    "likelihood: density of simulated estimates at the published one, as a part of that of the "
    "truth under which it is likeliest. Simulated trials within half a standard error are counted; "
    "where fewer than 30 are so near (*) the normal law is continued."
)
ERRORS_NOTE = (
    "Power: share significant where something differs; where nothing does, these are false alarms. "
    f"{NO_POWER} Exaggeration: mean size of significant estimates over the true size. Smallest "
    "significant: mean over trials, about half the width of an interval. Interval holds truth: of "
    "the treatment's own effect."
)


def placed(found: Appraisal, result: str) -> Table:
    """Where one published result falls in every cell, a group a set of changes."""
    every = found.of(result)
    first = every[0]
    return Table(
        f"placed-{result}",
        f"{_named(result, first.status)}: {exact(first.estimate)} by {plain(first.analysis)}",
        PLACED_HEAD,
        _groups(every, _placed_row),
        PLACED_NOTE,
        is_text=True,
    )


def errors(found: Appraisal, result: str) -> Table:
    """What trials report by the analysis of one published result, in every cell."""
    every = found.of(result)
    return Table(
        f"errors-{result}",
        f"What such trials report by {plain(every[0].analysis)}",
        ERRORS_HEAD,
        _groups(every, _errors_row),
        ERRORS_NOTE,
        is_text=True,
    )


def _groups(
    every: Sequence[Sibling], row: Callable[[Sibling], list[str]]
) -> list[tuple[str, list[list[str]]]]:
    """Rows by set of changes."""
    return [
        (_changes(what_if), [row(one) for one in every if one.what_if == what_if])
        for what_if in dict.fromkeys(one.what_if for one in every)
    ]


def _truth(one: Sibling) -> str:
    return f"{plain(one.assumption)} ({exact(one.truth)})"


def _placed_row(one: Sibling) -> list[str]:
    mark = "*" if one.likelihood.method == "normal law" else ""
    return [_truth(one), _placed(one, -1), _placed(one, 1), _relative(one.relative, mark)]


def _errors_row(one: Sibling) -> list[str]:
    return [
        _truth(one),
        *significant(one),
        _factor(one),
        NOT_DEFINED if one.is_published else share_text(*_triple(one.type_s)),
        value_text(abs(one.critical.value), one.critical.mcse),
        share_text(*_triple(one.coverage)),
    ]


def _changes(what_if: str) -> str:
    return "as stated" if what_if == AS_STATED else f"with {plain(what_if)}"


def _placed(one: Sibling, side: int) -> str:
    share, mcse = one.placement.share(side)
    return share_text(share, mcse, one.placement.n)


def _triple(one: Measured) -> tuple[float, float, int]:
    return one.value, one.mcse, one.n


def significant(one: Sibling) -> tuple[str, str]:
    """Power, and false alarms: share significant in the column that the truth allows."""
    share = share_text(*_triple(one.significant))
    if one.is_null:
        return NOT_DEFINED, share
    return NOT_DEFINED if one.is_published else share, NOT_DEFINED


def _factor(one: Sibling) -> str:
    if one.is_published or math.isnan(one.type_m.value):
        return NOT_DEFINED
    return f"×{value_text(one.type_m.value, one.type_m.mcse)}"


def _relative(one: Measured, mark: str) -> str:
    if math.isnan(one.value):
        return NOT_DEFINED
    if one.mcse == 0 and one.value == 1:
        return "1"
    if one.value >= _COUNTED_ENOUGH:
        return f"{value_text(one.value, one.mcse)}{mark}"
    if one.value < 1e-12:
        return f"below 1 in a million million{mark}"
    inverse = 1 / one.value
    shown = round(inverse, 1 - math.floor(math.log10(inverse)))
    return f"1 in {shown:,.0f} (±{100 * one.mcse / one.value:.0f}%){mark}"


def jointly(found: Appraisal) -> Table | None:
    """Two results of one trial as a pair, in every cell."""
    pair = found.imbalance
    if pair is None or not found.jointly:
        return None
    groups = []
    for what_if in dict.fromkeys(one.what_if for one in found.jointly):
        rows = [
            [
                plain(one.assumption),
                *(share_text(*one.placement.share(side), one.placement.n) for side in (-1, 1)),
                _relative(one.relative, ""),
            ]
            for one in found.jointly
            if one.what_if == what_if
        ]
        groups.append((_changes(what_if), rows))
    implied = pair.implied
    return Table(
        "jointly",
        f"{plain(implied.follow_up)} and {plain(implied.change)} as one pair",
        PLACED_HEAD,
        groups,
        "Shares: of trials, all moved to the difference at baseline that the pair implies. "
        "Relative likelihood: by a normal law of both estimates; its error by leaving out "
        "twentieths of the trials in turn.",
        is_text=True,
    )


def beliefs(found: Credibility) -> Table:
    """False-positive risks by belief."""
    rows = [
        [
            f"{exact(100 * one.prior)} of 100",
            f"{exact(100 * one.power)} of 100",
            f"{100 * one.below_alpha:.0f}%",
            _share(one.at_p),
            _share(one.prior_needed),
        ]
        for one in found.beliefs
    ]
    return Table(
        f"beliefs-{found.result}",
        f"{plain(found.result)}: how often such a result is a false alarm",
        [
            "Such treatments that work",
            "Trials of them that find it",
            f"Risk at p < {exact(found.alpha)}",
            f"Risk at exactly p = {found.p_value:.2g}",
            f"Belief needed for {100 * ACCEPTED:.0f}%",
        ],
        [("", rows)],
        "The first two columns are stated beliefs, not findings; the risks follow from them and "
        "from the p value, exactly, in trials without bias. Bias adds false alarms that none of "
        "this knows of.",
        is_text=True,
    )


def _share(share: float) -> str:
    return f"{number(100 * share, decimals_of(100 * share))}%"


def needed(found: Appraisal) -> Table | None:
    """Numbers needed to treat of reported events."""
    rows = []
    for one in found.needed:
        (a, b), (n1, n0) = one.events, one.n
        value, _, interval = str(one.number).partition(" (")
        status = "reconstructed" if one.is_reconstructed else one.status
        rows.append(
            [
                plain(one.result),
                f"{a:,} of {n1:,} with {plain(one.arm)}, {b:,} of {n0:,} with "
                f"{plain(one.comparator)}",
                status,
                value,
                interval.removesuffix(")"),
                f"{one.p_value:.2g}",
            ]
        )
    if not rows:
        return None
    return Table(
        "needed",
        "Events, as numbers needed to treat",
        ["Published", "With the event", "Counts", "Number", "95% interval", "p (Fisher)"],
        [("", rows)],
        "NNTB: treated for one more to benefit; NNTH: for one more to be harmed. Intervals are "
        "those of the risk difference (Newcombe), turned over; one that passes through infinity "
        "holds no difference.",
        is_text=True,
    )


def cuts(table: CutTable) -> Table:
    """Numbers needed to treat by cut."""
    rows = [
        [
            exact(one.cut),
            f"{100 * one.beyond:.0f}%",
            _number(one.normal),
            _number(one.scores),
        ]
        for one in table.cuts
    ]
    return Table(
        "cuts",
        f"The same shift of {exact(table.shift)} for everybody, at several cuts of "
        f"{plain(table.outcome)}",
        ["Cut", "Comparator on the bad side", "Normal scores", "Scores of this scale"],
        [("", rows)],
        f"Mean {exact(table.mean)} and SD {exact(table.sd)} in the comparator, the same SD in the "
        "arm where the scale allows it. That everybody gains the same is an assumption.",
    )


def _number(value: float) -> str:
    if math.isnan(value):
        return NOT_DEFINED
    return "infinite" if math.isinf(value) else number(value, 0 if value >= 99.5 else 1)


def three_analyses(found: Imbalance) -> Table:
    """What the imbalance does to each analysis, and what was published."""
    rows = []
    for kind, name in CALLED.items():
        told = found.published.get(kind)
        bias = found.bias[kind]
        shown = f"{'+' if bias > 0 else ''}{number(bias, 2)}"
        rows.append(
            [
                name,
                "0" if bias == 0 else shown,
                NOT_DEFINED if told is None else f"{exact(told[0])} ({told[1]})",
                NOT_DEFINED if told is None else number(told[0] - bias, 2),
            ]
        )
    return Table(
        "imbalance",
        f"What a difference of {number(found.implied.difference, 2)} at baseline adds to each "
        f"estimate, in {found.unit}",
        ["Analysis", "Adds on average", "Published", "Published less that"],
        [("", rows)],
        f"By regression: correlation {exact(found.correlation)} of the scenario"
        + (
            f" ({number(found.correlation_reported, 2)} from the reported intervals)"
            if math.isfinite(found.correlation_reported)
            else ""
        )
        + f", {number(found.slope, 2)} points at follow-up a point at baseline.",
        is_text=True,
    )


PRICE_HEAD = ("Domain", "Judgement", "Why", "Mechanism", "Adds to the estimate", "False alarms")


def risks(found: RiskTable) -> Table:
    """Judgements beside prices."""
    rows = [row for one in found.domains for row in _risk(one)]
    last = "False alarms" if found.is_null else "Significant"
    note = (
        "The judgements are the reader's. Prices: the mean estimate with that mechanism alone on, "
        "less that of the same simulated trials without it, in natural units"
        if found.replicates
        else "The judgements are the reader's. No mechanism was named, so nothing has a price"
    )
    if found.replicates:
        note += (
            f"; {found.replicates:,} trials, {quoted(found.assumption)}, {plain(found.analysis)}; "
            "in brackets the Monte Carlo standard error. A price is that of the size written under "
            "bias, on which evidence conflicts; it is no correction of the published estimate"
        )
    return Table(
        "risk-of-bias",
        "Risk of bias by domain, and what such a flaw would have done to this trial",
        [*PRICE_HEAD[:5], last],
        [("", rows)],
        f"{note}.",
        is_text=True,
    )


def _risk(one: JudgedRisk) -> Iterator[list[str]]:
    head = [one.domain, JUDGED[one.judgement], one.why]
    if not one.prices:
        yield [*head, "", "", ""]
    for i, price in enumerate(one.prices):
        yield [*(head if i == 0 else [one.domain, "", ""]), *_price(price)]


def _price(one: Price) -> list[str]:
    def share(value: float, mcse: float) -> str:
        return share_text(value, mcse, 1 / max(mcse**2, 1e-9)) if mcse else f"{100 * value:.0f}%"

    after, before = one.with_it.significant, one.without.significant
    return [
        f"{plain(one.mechanism)} ({plain(one.method)})",
        value_text(one.alone.value, one.alone.mcse),
        f"{share(after.value, after.mcse)} instead of {share(before.value, before.mcse)}",
    ]


def order(found: Appraisal) -> Sequence[str]:
    """Published results that are placed, in the order written."""
    return list(dict.fromkeys(one.result for one in found.siblings))
