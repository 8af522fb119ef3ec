"""The sample size paragraph of a protocol.

What it must say follows DELTA2 (Cook and others 2018, doi 10.1136/bmj.k3750): outcome, target
difference in natural units and why this one, SD or event shares and the standardised difference,
significance level, power, test, allocation ratio, size, and the allowance for loss. What only the
authors know stands in square brackets.
"""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING

from trialsim.planning.quick.words import both, chance, found, given, percent, points, ratio

if TYPE_CHECKING:
    from trialsim.planning.quick.answer import QuickAnswer

_OUTCOME = "[primary outcome, at its time]"
_WHY = "[important to patients, realistic, or both: why, with the source]"
_SOURCE = "[source]"
_UNITS = "[units]"


def protocol_sentence(answer: QuickAnswer) -> str:
    """The paragraph for this answer."""
    parts = {
        "n": _for_power,
        "width": _for_width,
        "power": _power_there,
        "difference": _difference_there,
        "precision": _precision_there,
    }
    return " ".join(part for part in (parts[answer.wanted](answer), _loss(answer)) if part)


def _for_power(answer: QuickAnswer) -> str:
    power = percent(answer.options.power)
    return (
        f"To {_aim(answer)}, with {power} power at {_level(answer)}, {_assuming(answer)}, "
        f"{answer.test} needs {_sizes(answer)} participants in the analysis "
        f"(power {chance(answer.power)}), allocated {ratio(answer.options.ratio)}."
    )


def _for_width(answer: QuickAnswer) -> str:
    width = answer.options.width
    assert width is not None
    text = (
        f"For a {_interval(answer)} that is expected to be no wider than {_amount(answer, width)} "
        f"(plus or minus {_amount(answer, width / 2)}; {_WHY}), {_assuming(answer)}, "
        f"{_sizes(answer)} participants are needed in the analysis, allocated "
        f"{ratio(answer.options.ratio)}."
    )
    if answer.power is None:
        return text
    return f"{text} They give {chance(answer.power)} power to {_aim(answer)} at {_level(answer)}."


def _power_there(answer: QuickAnswer) -> str:
    return (
        f"With {_sizes(answer)} participants in the analysis, {_assuming(answer)}, "
        f"{answer.test} has {chance(answer.power)} power at {_level(answer)} to {_aim(answer)}."
    )


def _difference_there(answer: QuickAnswer) -> str:
    assert answer.difference is not None
    return (
        f"With {_sizes(answer)} participants in the analysis, {_assuming(answer)}, "
        f"{answer.test} has {percent(answer.options.power)} power at {_level(answer)} to detect a "
        f"difference of {_amount(answer, answer.difference, worked_out=True)} in {_OUTCOME} "
        f"({_WHY})."
    )


def _precision_there(answer: QuickAnswer) -> str:
    width = answer.expected_width
    return (
        f"With {_sizes(answer)} participants in the analysis, {_assuming(answer)}, the "
        f"{_interval(answer)} is expected to be "
        f"{_amount(answer, width, worked_out=True)} wide (plus or minus "
        f"{_amount(answer, width / 2, worked_out=True)})."
    )


def _aim(answer: QuickAnswer) -> str:
    """What the trial is to show, in natural units."""
    options, true = answer.options, answer.difference
    assert true is not None
    if options.margin is None:
        kind = "a difference" if options.about_proportions else "a mean difference"
        return (
            f"detect {kind} of {_amount(answer, abs(true))} in {_OUTCOME} between the arms ({_WHY})"
        )
    worse = "higher" if options.margin > 0 else "lower"
    truth = "if in truth the arms do not differ"
    if true:
        side = "higher" if true > 0 else "lower"
        truth = f"if in truth it is {_amount(answer, abs(true))} {side}"
    return (
        f"show that {_OUTCOME} under the treatment is not {worse} than under the comparator by "
        f"{_amount(answer, abs(options.margin))} or more (margin: {_WHY}), {truth}"
    )


def _assuming(answer: QuickAnswer) -> str:
    options = answer.options
    if options.about_proportions:
        where = "under the comparator"
        if options.p2 is None and answer.wanted != "difference":
            where = "in both arms"
        text = f"assuming {percent(options.p1)} with the event {where} {_SOURCE}"
        if options.p2 is not None:
            text += f" and {percent(options.p2)} under the treatment"
        return text
    assert options.sd is not None
    text = f"assuming a standard deviation of {given(options.sd)} within the arms {_SOURCE}"
    if options.difference:
        size = abs(options.difference) / options.sd
        text += f" (a standardised difference of {found(size)})"
    if options.r is not None:
        text += f", a correlation of {given(options.r)} with the baseline score {_SOURCE}"
    if options.therapists is not None and options.icc is not None:
        text += (
            f", {options.therapists} therapists who share the treatment arm and an intraclass "
            f"correlation of {given(options.icc)} {_SOURCE}"
        )
    return text


def _level(answer: QuickAnswer) -> str:
    alpha, sides = answer.options.tested
    return f"a {'two' if sides == 2 else 'one'}-sided significance level of {percent(alpha)}"


def _interval(answer: QuickAnswer) -> str:
    return f"{percent(answer.level)} confidence interval of the difference in {_OUTCOME}"


def _sizes(answer: QuickAnswer) -> str:
    control, treatment = answer.n_control, answer.n_treatment
    if control == treatment:
        return f"{control:,} an arm, {2 * control:,}"
    return f"{control:,} (comparator) and {treatment:,} (treatment), {control + treatment:,}"


def _loss(answer: QuickAnswer) -> str:
    loss = answer.options.loss
    if not loss:
        return ""
    sizes = both(answer.randomised_control, answer.randomised_treatment)
    if answer.options.n_total is not None:
        return f"Of {sizes} randomised, {percent(loss)} are expected to be lost {_SOURCE}."
    allowed = f"Allowing for the loss of {percent(loss)} {_SOURCE}"
    return f"{allowed}, {sizes} are to be randomised."


def _amount(answer: QuickAnswer, value: float, *, worked_out: bool = False) -> str:
    """A difference in its units."""
    if answer.options.about_proportions:
        return "none" if isnan(value) else points(value)
    return f"{found(value) if worked_out else given(value)} {_UNITS}"
