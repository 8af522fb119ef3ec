"""The tables of an appraisal, as a page and a terminal show them."""

from __future__ import annotations

import math
from collections.abc import Iterator

from trialsim.appraisal.appraise import Appraisal, CutTable
from trialsim.appraisal.credibility import ACCEPTED, Credibility
from trialsim.appraisal.imbalance import CALLED, Imbalance
from trialsim.appraisal.reported import Range
from trialsim.appraisal.risk_of_bias import JudgedRisk, Price, RiskTable
from trialsim.operating.rounding import NOT_DEFINED, share_text, value_text
from trialsim.plots.base.words import decimals_of, exact, number, plain, quoted
from trialsim.report.tables import Table

JUDGED = {"low": "low", "some_concerns": "some concerns", "high": "high", None: "not judged"}


def recovered(found: Appraisal) -> Table | None:
    """What follows from every reported interval."""
    rows = []
    for one in found.recovered:
        lower, upper = one.interval
        rows.append(
            [
                named(one.name, one.status),
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


def named(name: str, status: str) -> str:
    """A published result, with its status where it is not simply reported."""
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
        value, _, interval = one.text.partition(" (")
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
        "NNTB: treated for one more to benefit; NNTH: for one more to be harmed; NNT: the scenario "
        "does not say whether the event is good or bad. Intervals are "
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
