"""What P12 says in words: its takeaway, caption and alternative text, all from the numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isfinite

from trialsim.plots.base.figure import Settings
from trialsim.plots.base.style import INK, QUIET
from trialsim.plots.base.words import error_of_100, exact, listed, number, per_100, plain, quoted

Rate = tuple[str, float, float]
"""An analysis, its share of significant trials and the Monte Carlo error of that share."""


@dataclass(frozen=True)
class Cut:
    """A cut of a score, where it lies, and how often the analyses find something."""

    cut: float
    unit: str
    outcome_label: str
    visit: str
    percentile: float
    """Share of the comparator's patients below the cut, in 100."""
    efficiency: float
    assumption: str
    is_null: bool
    """Nothing differs under that assumption: what is significant is a false alarm."""
    responders: tuple[Rate, ...]
    full: Rate | None
    """The analysis of the score itself at the same visit."""
    prefix: str = ""
    """What tells it from cuts of other scores."""

    @property
    def name(self) -> str:
        """What stands above the mark."""
        return f"{self.prefix}cut at {exact(self.cut)}"

    @property
    def place(self) -> str:
        """The percentile as an ordinal: "60th percentile"."""
        n = min(max(round(self.percentile), 1), 99)
        ending = "th" if 10 <= n % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
        return f"{n}{ending} percentile"

    def told_apart(self, by_outcome: bool, by_visit: bool) -> Cut:
        """The same cut, named so that it differs from those of other scores and visits."""
        parts = [*([self.outcome_label] if by_outcome else []), *([self.visit] if by_visit else [])]
        return replace(self, prefix=f"{', '.join(parts)}: " if parts else "")


def results(cut: Cut) -> list[tuple[str, str, str]]:
    """Lines beside the axes: text, weight and colour."""
    word = "false alarms" if cut.is_null else "significant"
    lines = [
        (f"{cut.name} ({cut.place})", "bold", INK),
        (f"{word} of 100 trials under {quoted(cut.assumption)}:", "normal", QUIET),
    ]
    rates = (*cut.responders, *([cut.full] if cut.full else []))
    lines += [
        (f"{plain(name)} {_count(value, mcse)}", "normal", INK) for name, value, mcse in rates
    ]
    return lines


def takeaway(cuts: Sequence[Cut]) -> str:
    """What the first cut costs, by theory and in this run."""
    cut = cuts[0]
    kept = (
        f"Cut at its {cut.place}, a normal score tells as much as "
        f"{number(100 * cut.efficiency, 0)} of 100 participants would with the score itself."
    )
    return f"{kept} {_found(cut)}".strip()


def _found(cut: Cut) -> str:
    name, value, mcse = cut.responders[0]
    if not isfinite(value):
        return ""
    here = f"Under {quoted(cut.assumption)}"
    trials = "trials are false alarms" if cut.is_null else "trials are significant"
    if cut.full is None or not isfinite(cut.full[1]):
        return f"{here} {_count(value, mcse)} of 100 {trials} when responders are counted."
    other, full, error = cut.full
    return (
        f"{here} {_count(value, mcse)} of 100 {trials} when responders are counted "
        f"({quoted(name)}), {_count(full, error)} by {quoted(other)}."
    )


def caption(cuts: Sequence[Cut], settings: Settings) -> str:
    """Settings, what the curve is and what it is not, and the error of the shares."""
    marks = [f"{cut.percentile:.3g}% ({cut.name} {cut.unit})" for cut in cuts]
    errors = [1.96 * error for cut in cuts for _, _, error in cut.responders if isfinite(error)]
    said = f"Monte Carlo error of the shares: at most {error_of_100(max(errors, default=0.0))}."
    return " ".join(
        [
            settings.sentence(),
            "Curve: normal scores and a small difference, from the 5th to the 95th percentile; the "
            "multiplier is its inverse.",
            f"Patients of the comparator below the cut: {listed(marks)}.",
            said,
        ]
    )


def alt_text(cuts: Sequence[Cut]) -> str:
    """The figure for somebody who does not see it."""
    parts = [
        "Efficiency of counting responders, compared with analysing a normal score, against the "
        "percentile at which the score is cut: highest at the median, falling to both sides."
    ]
    for cut in cuts:
        parts.append(
            f"{cut.name} is the {cut.place}, efficiency {number(cut.efficiency, 2)}. {_found(cut)}"
        )
    return " ".join(parts)


def _count(value: float, mcse: float) -> str:
    return per_100(value, mcse) if isfinite(value) else "not known"
