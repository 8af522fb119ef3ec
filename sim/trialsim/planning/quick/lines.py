"""A quick answer as lines for a terminal."""

from __future__ import annotations

import textwrap
from math import isnan
from typing import TYPE_CHECKING

from trialsim.planning.quick.words import both, chance, found, given, percent, points

if TYPE_CHECKING:
    from trialsim.planning.quick.answer import QuickAnswer

_WIDTH = 96


def describe(answer: QuickAnswer) -> list[str]:
    """Numbers, the sentence for the protocol, what to enter in G*Power, and notes."""
    lines = [f"{_capital(answer.test)}, {_question(answer)}", ""]
    table = _numbers(answer)
    width = max(len(name) for name, _ in table)
    lines += [f"  {name:<{width}}  {value}" for name, value in table]
    for note in answer.notes:
        lines += ["", *_wrapped(f"Note: {note}", "")]
    lines += ["", "For a protocol (items of DELTA2, BMJ 2018;363:k3750):", ""]
    lines += _wrapped(answer.sentence, "  ")
    rows = answer.gpower
    if not rows:
        return [*lines, "", "G*Power has no test that answers this."]
    first, second = (max(len(row[column]) for row in rows) for column in (0, 1))
    lines += ["", "The same in G*Power:", ""]
    return lines + [
        f"  {field:<{first}}  {entry:<{second}}  {ours}".rstrip() for field, entry, ours in rows
    ]


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(
        text, _WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False
    )


def _question(answer: QuickAnswer) -> str:
    alpha, sides = answer.options.tested
    text = f"{'two' if sides == 2 else 'one'}-sided {given(alpha)}"
    power, width = answer.options.power, answer.options.width
    if power is not None:
        text += f", power {given(power)}"
    return text if width is None else f"{text}, interval {given(width)} wide"


def _numbers(answer: QuickAnswer) -> list[tuple[str, str]]:
    options = answer.options
    rows = [("analysed (comparator + treatment)", both(answer.n_control, answer.n_treatment))]
    if options.loss:
        sizes = both(answer.randomised_control, answer.randomised_treatment)
        rows.append(("randomised", f"{sizes} ({percent(options.loss)} lost)"))
    if answer.difference is not None:
        name = "detectable" if answer.wanted == "difference" else "true"
        rows.append((f"{name} difference", _amount(answer, answer.difference)))
    if answer.power is not None:
        rows.append(("power there", chance(answer.power)))
    name = "smallest significant difference"
    if options.margin is not None:
        name = f"shown by a difference {'below' if options.margin > 0 else 'above'}"
    rows.append((name, _amount(answer, answer.smallest_significant)))
    width = answer.expected_width
    text = f"{_amount(answer, width)} wide on average, plus or minus {_amount(answer, width / 2)}"
    rows.append((f"{percent(answer.level)} confidence interval", text))
    if answer.design_effect is not None:
        rows.append(("design effect of the treatment arm", found(answer.design_effect)))
    if answer.false_alarms is not None:
        rows.append(("false alarms of a t test that ignores them", chance(answer.false_alarms)))
    return rows


def _amount(answer: QuickAnswer, value: float) -> str:
    if isnan(value):
        return "none is"
    return points(value) if answer.options.about_proportions else found(value)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
