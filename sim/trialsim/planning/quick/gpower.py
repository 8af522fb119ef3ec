"""What to enter in G*Power to check an answer, field by field.

Field names as in G*Power 3.1: Faul, Erdfelder, Buchner and Lang 2009, doi 10.3758/BRM.41.4.1149.
"""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

from trialsim.planning.quick.laws import law_of
from trialsim.planning.quick.means import Ancova, ChangeScores
from trialsim.planning.quick.words import found, given, percent, ratio

if TYPE_CHECKING:
    from trialsim.planning.quick.answer import QuickAnswer

Row = tuple[str, str, str]

_KINDS = {
    "n": ("A priori: compute required sample size", "the smallest size"),
    "power": ("Post hoc: compute achieved power", "the power"),
    "difference": ("Sensitivity: compute required effect size", "the smallest difference"),
}


def gpower_rows(answer: QuickAnswer) -> tuple[Row, ...]:
    """Rows (field, entry, ours); empty where G*Power has no such test."""
    options = answer.options
    if answer.wanted not in _KINDS or options.therapists is not None:
        return ()
    if options.about_proportions and options.margin is not None:
        return ()
    kind, ours = _KINDS[answer.wanted]
    rows = [*_test(answer), ("Type of power analysis", kind, ours), *_effect(answer)]
    return (*rows, *_levels(answer), *_arms(answer))


def _is_f_test(answer: QuickAnswer) -> bool:
    """ANCOVA is an F test in G*Power, which has two sides only."""
    return isinstance(law_of(answer.options), Ancova) and answer.options.tested[1] == 2


def _test(answer: QuickAnswer) -> list[Row]:
    if answer.options.about_proportions:
        name = "Proportions: Difference between two independent proportions"
        return [("Test family", "z tests", ""), ("Statistical test", name, answer.test)]
    if _is_f_test(answer):
        name = "ANCOVA: Fixed effects, main effects and interactions"
        return [("Test family", "F tests", ""), ("Statistical test", name, answer.test)]
    name = "Means: Difference between two independent means (two groups)"
    ours = f"{answer.test} (pooled there)" if answer.options.welch else answer.test
    return [("Test family", "t tests", ""), ("Statistical test", name, ours)]


def _effect(answer: QuickAnswer) -> list[Row]:
    options, true = answer.options, answer.difference
    assert true is not None
    if options.about_proportions and options.p1 is not None:
        treated = options.p1 + true
        entry = "(found)" if answer.wanted == "difference" else given(treated)
        return [
            ("Proportion p2", given(options.p1), f"comparator, {percent(options.p1)}"),
            ("Proportion p1", entry, f"treatment, {percent(treated)}"),
        ]
    law = law_of(options)
    assert options.sd is not None
    spread = options.sd * sqrt(1 - (options.r or 0) ** 2)
    what = f"SD {given(options.sd)}"
    if isinstance(law, ChangeScores):
        spread, what = law.sd, f"SD of changes {found(law.sd)}"
    elif isinstance(law, Ancova):
        what = f"SD {given(options.sd)} and r {found(options.r or 0)}"
    distance = options.distance(true)
    shown = f"difference {found(true)}, {what}"
    if options.margin is not None:
        shown = f"distance {found(distance)} from the margin, {what}"
    d = distance / spread
    entry = "(found)" if answer.wanted == "difference" else f"{d:.5g}"
    if not _is_f_test(answer):
        return [("Effect size d", entry, shown)]
    # The standard deviation of two means around their average, in SDs.
    f = d * sqrt(_share_treated(answer) * (1 - _share_treated(answer)))
    entry = "(found)" if answer.wanted == "difference" else f"{f:.5g}"
    return [
        ("Effect size f", entry, shown),
        ("Numerator df", "1", "two arms"),
        ("Number of groups", "2", "two arms"),
        ("Number of covariates", "1", "the baseline, balanced by chance only"),
    ]


def _share_treated(answer: QuickAnswer) -> float:
    """The planned share of the treatment arm, or that of a given size."""
    if answer.options.n_total is None:
        return answer.options.ratio / (1 + answer.options.ratio)
    return answer.n_treatment / answer.n_analysed


def _levels(answer: QuickAnswer) -> list[Row]:
    alpha, sides = answer.options.tested
    rows: list[Row] = []
    if not _is_f_test(answer):
        rows.append(("Tail(s)", "Two" if sides == 2 else "One", f"{sides}-sided"))
    rows.append(("α err prob", given(alpha), percent(alpha)))
    if answer.wanted != "power":
        power = answer.options.power
        assert power is not None
        rows.append(("Power (1-β err prob)", given(power), percent(power)))
    return rows


def _arms(answer: QuickAnswer) -> list[Row]:
    allocated = answer.options.ratio
    if answer.wanted == "n":
        if _is_f_test(answer):
            return []
        return [("Allocation ratio N2/N1", given(allocated), ratio(allocated))]
    if _is_f_test(answer):
        return [("Total sample size", str(answer.n_analysed), "analysed in both arms")]
    return [
        ("Sample size group 1", str(answer.n_control), "comparator, analysed"),
        ("Sample size group 2", str(answer.n_treatment), "treatment, analysed"),
    ]
