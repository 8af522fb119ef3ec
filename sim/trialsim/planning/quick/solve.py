"""Sizes, power and detectable differences by theory alone, in natural units."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from trialsim.core.errors import NoAnswer
from trialsim.planning.quick.answer import QuickAnswer
from trialsim.planning.quick.laws import Law, law_of
from trialsim.planning.quick.means import Therapists
from trialsim.planning.quick.options import Options, checked
from trialsim.planning.quick.words import chance, percent
from trialsim.theory import clustered
from trialsim.theory.search import UnreachableError, detectable_difference, smallest_sizes

_MARGIN_OF_TABLES = 0.0005
"""Power that all tables may lack against the formula before a note says so."""
_MOST_STEPS = 400
_ENOUGH_THERAPISTS = 4
"""From here on Satterthwaite's approximation agrees with simulated powers to half a point."""


def quick(
    *,
    difference: float | None = None,
    sd: float | None = None,
    power: float | None = None,
    n_total: int | None = None,
    r: float | None = None,
    change: bool = False,
    welch: bool = False,
    alpha: float = 0.05,
    sides: int = 2,
    ratio: float = 1.0,
    margin: float | None = None,
    p1: float | None = None,
    p2: float | None = None,
    therapists: int | None = None,
    icc: float | None = None,
    loss: float = 0.0,
    width: float | None = None,
) -> QuickAnswer:
    """A sample size, or what a size can do, from closed forms; nothing is simulated.

    With `power` or `width` and without `n_total` it finds the smallest sizes; with `n_total` the
    power, or with both `n_total` and `power` the smallest difference found so often.

    Parameters
    ----------
    difference : true mean difference, treatment minus comparator, in the units of `sd`; its sign
        matters against a margin only, where none means 0
    sd : of the scores within an arm; for means
    power : wanted chance of the conclusion
    n_total : patients randomised in both arms; the loss is taken from them
    r : correlation of the score with its baseline within an arm: ANCOVA
    change : compare changes from baseline instead (needs `r`)
    welch : Welch's test, unequal variances allowed for
    alpha, sides : significance level and tails of the test; a margin is tested in one tail, at
        alpha / sides
    ratio : patients of the treatment arm for each of the comparator
    margin : for non-inferiority, the difference that is too bad; its sign says which direction is
        worse (2 points higher, or -2 points lower)
    p1, p2 : share of patients with the event, comparator and treatment; for proportions
    therapists, icc : number of therapists of the treatment arm, the comparator having none, and
        their share of the score variance
    loss : share of patients lost before the analysis
    width : wanted mean width of the confidence interval

    Raises ScenarioError with every impossible or contradictory option at once, and NoAnswer
    when no size does it.
    """
    asked = Options(
        difference, sd, power, n_total, r, change, welch, alpha, sides, ratio, margin,
        p1, p2, therapists, icc, loss, width,
    )  # fmt: skip
    options = checked(asked)
    law = law_of(options)
    if options.n_total is not None:
        n_control, n_treatment = options.analysed()
        randomised = options.randomised()
    else:
        n_control, n_treatment = _sizes(options, law)
        randomised = _before_loss(n_control, options), _before_loss(n_treatment, options)
    found = options.true_difference
    if options.wanted == "difference":
        found = _detectable(options, law, n_control, n_treatment)
    reached = None if found is None else law.exact_power(n_control, n_treatment, found)
    wide = float(np.asarray(law.width(n_control, n_treatment)))
    return QuickAnswer(
        options=options,
        test=law.test,
        n_control=n_control,
        n_treatment=n_treatment,
        randomised_control=randomised[0],
        randomised_treatment=randomised[1],
        difference=found,
        power=reached,
        smallest_significant=(
            law.smallest_significant(n_control, n_treatment, found)
            if options.margin is None
            else options.margin - math.copysign(wide / 2, options.margin)
        ),
        expected_width=wide,
        design_effect=_inflation(options, law, n_treatment),
        false_alarms=_false_alarms(options, law, n_control, n_treatment),
        notes=_notes(options, law, n_control, n_treatment, reached),
    )


def _before_loss(n: int, options: Options) -> int:
    return math.ceil(n / (1 - options.loss) - 1e-9)


def _sizes(options: Options, law: Law) -> tuple[int, int]:
    """The smallest sizes for the wanted power or width."""
    least = options.least_treatment
    try:
        if options.width is not None:
            return smallest_sizes(
                lambda n0, n1: -np.asarray(law.width(n0, n1)), -options.width, options.ratio, least
            )
        true, power = options.true_difference, options.power
        assert true is not None and power is not None
        return smallest_sizes(lambda n0, n1: law.power(n0, n1, true), power, options.ratio, least)
    except UnreachableError as problem:
        raise NoAnswer(_why_not(options, law, problem)) from None


def _why_not(options: Options, law: Law, problem: UnreachableError) -> str:
    """Why no size does it, and what would."""
    if options.width is not None:
        best = (
            f"the narrowest is {-problem.best:.3g}, with {problem.at:,.0f} patients in the "
            "comparator arm"
        )
        if not isinstance(law, Therapists):
            return f"No size makes the interval {options.width:g} wide: {best}."
        return (
            f"With {options.therapists} therapists no size makes the interval {options.width:g} "
            f"wide: {best}. What is needed is more therapists, not patients."
        )
    if not isinstance(law, Therapists):
        return (
            f"No size has {percent(options.power)} power: {problem.at:,.0f} patients in the "
            f"comparator arm have {chance(problem.best)}."
        )
    text = (
        f"With {options.therapists} therapists no size has {percent(options.power)} power: the "
        f"most is {chance(problem.best)}, with {problem.at:,.0f} patients in the comparator arm."
    )
    needed, team = _therapists_needed(options, law), options.therapists or 0
    return f"{text} It takes {needed} therapists or more." if needed > team else text


def _therapists_needed(options: Options, law: Therapists) -> int:
    """The fewest that allow the power with patients without end; 0 if no number does."""
    true = options.true_difference
    assert true is not None and options.power is not None
    try:
        return clustered.therapists_needed(
            options.distance(true), law.sd, law.icc, options.power, *options.tested
        )
    except UnreachableError:
        return 0


def _detectable(options: Options, law: Law, n_control: int, n_treatment: int) -> float:
    """The smallest true difference that has the wanted power."""
    assert options.power is not None
    rooms = [(1, math.inf)]
    if options.p1 is not None:  # a rise in events or, where there is no room for one, a fall
        rooms = [(1, 1 - options.p1), (-1, options.p1)]
    best = 0.0
    for sign, room in rooms:

        def power(size: float, sign: int = sign) -> ArrayLike:
            return law.power(n_control, n_treatment, sign * size)

        try:
            size = detectable_difference(power, options.power, law.start / 10, room * (1 - 1e-9))
            return sign * size
        except UnreachableError as problem:
            best = max(best, problem.best)
    raise NoAnswer(
        f"No difference has {percent(options.power)} power with {n_control} and "
        f"{n_treatment} patients: the largest has {chance(best)}."
    )


def _inflation(options: Options, law: Law, n_treatment: int) -> float | None:
    if not isinstance(law, Therapists):
        return None
    assert options.therapists is not None
    return float(clustered.design_effect(n_treatment / options.therapists, law.icc))


def _false_alarms(options: Options, law: Law, n_control: int, n_treatment: int) -> float | None:
    if not isinstance(law, Therapists):
        return None
    alpha, sides = options.tested
    return float(
        clustered.unadjusted_false_alarms(
            n_control, n_treatment, law.icc, options.therapists, alpha=alpha, sides=sides
        )
    )


def _notes(
    options: Options, law: Law, n_control: int, n_treatment: int, reached: float | None
) -> tuple[str, ...]:
    notes = []
    if options.about_proportions and options.wanted == "n" and reached is not None:
        notes += _note_on_tables(options, law, n_control, n_treatment, reached)
    if isinstance(law, Therapists):
        notes += _note_on_therapists(options, law)
    return tuple(notes)


def _note_on_tables(
    options: Options, law: Law, n_control: int, n_treatment: int, reached: float
) -> list[str]:
    """The size comes from a formula; say so when all tables added up have less power."""
    wanted, true = options.power, options.true_difference
    assert wanted is not None and true is not None
    if reached >= wanted - _MARGIN_OF_TABLES:
        return []
    text = (
        f"The formula, which is what other programs use, gives these sizes; all tables added up "
        f"they have {chance(reached)} power."
    )
    for more in range(1, _MOST_STEPS):
        control = n_control + more
        treatment = max(2, math.ceil(options.ratio * control - 1e-9))
        if law.exact_power(control, treatment, true) >= wanted:
            return [f"{text} {control} and {treatment} have the {percent(wanted)}."]
    return [text]


def _note_on_therapists(options: Options, law: Therapists) -> list[str]:
    true, team = options.true_difference, options.therapists
    rough = team is not None and team < _ENOUGH_THERAPISTS
    notes = [
        f"With {team} therapists power and width are rough, and the test itself does not keep its "
        "level: simulate."
        if rough
        else "Power and width are by Satterthwaite's approximation."
    ]
    if true is not None and team is not None:
        distance = options.distance(true)
        limit = clustered.power_limit(distance, law.sd, law.icc, team, *options.tested)
        notes.append(
            f"With patients without end, {team} therapists would have {chance(limit)} power."
        )
    return notes
