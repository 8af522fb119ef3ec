"""The answer to "how many patients?" in lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from trialsim.operating.rounding import (
    frequency_sentence,
    percent,
    round_to_error,
    share_text,
    value_text,
)
from trialsim.planning.size.answer import Share, SizeAnswer
from trialsim.planning.size.points import EFFECT
from trialsim.scenario.describe import analysis_line, decision_line
from trialsim.scenario.loaded import LoadedScenario
from trialsim.scenario.resolve import AS_STATED, N_TOTAL

_INDENT = 13


def lines(found: SizeAnswer, scenario: LoadedScenario) -> list[str]:
    """What was asked, the answer with its interval, and what stands beside it."""
    told = [
        ("Question", _question(found)),
        ("Analysis", _analysis(found, scenario)),
        ("Answer", _answer(found)),
        ("", _interval(found)),
        *_reached(found),
        *_false_alarms(found, scenario),
        *_theory(found),
        *_loss(found),
        ("Tried", _tried(found)),
        *(("Note", note) for note in found.notes),
    ]
    width = _INDENT
    return [f"{head:<{width}}{text}" for head, text in told]


def _question(found: SizeAnswer) -> str:
    what = {
        N_TOTAL: "How many patients",
        EFFECT: f"What is the smallest true difference, with {found.n_total} patients,",
    }.get(found.solve, f"What value of {found.solve}, with {found.n_total} patients,")
    wanted = {
        "power": f"for a power of {found.target:g}",
        "assurance": f"for an assurance of {found.target:g}",
        "ci_width": f"for a mean interval width of {found.target:g} {found.unit}",
    }[found.criterion]
    given = f", if {_truth(found)} ({found.assumption})" if found.solve != EFFECT else ""
    what_if = "" if found.what_if == AS_STATED else f", what if: {found.what_if}"
    return f"{what} {wanted}{given}{what_if}?"


def _truth(found: SizeAnswer) -> str:
    if not found.truth:
        return "there is no difference"
    unit = found.unit.removesuffix("s") if abs(found.truth) == 1 else found.unit
    return f"the true difference is {float(f'{found.truth:.4g}'):g} {unit}"


def _analysis(found: SizeAnswer, scenario: LoadedScenario) -> str:
    design = scenario.plan.designs[0]
    method = design.analyses[found.analysis]
    several = len(design.contrasts_of(found.analysis)) > 1
    of = f" ({found.contrast})" if several else ""
    return f"{found.analysis}: {analysis_line(method)}{of}, {decision_line(design)}"


def _answer(found: SizeAnswer) -> str:
    arms = ", ".join(f"{n} {arm}" for arm, n in found.arms.items())
    if found.solve == N_TOTAL:
        return f"{found.n_total:,} patients: {arms}"
    if found.solve == EFFECT:
        return f"{_number(found)} {found.unit} ({arms})"
    side = "at most " if found.at_most else "at least "
    return f"{side}{_number(found)} ({arms})"


def _number(found: SizeAnswer, value: float | None = None) -> str:
    """A value of what was solved for, to the digits that its interval supports."""
    shown = found.value if value is None else value
    if found.lower is None or found.upper is None or found.lower == found.upper:
        return f"{shown:.4g}"
    return round_to_error(shown, (found.upper - found.lower) / 4)


def _interval(found: SizeAnswer) -> str:
    level = f"{100 * found.level:.0f}% interval"
    if found.solve == N_TOTAL:
        low, high = (None if end is None else f"{end:,.0f}" for end in (found.lower, found.upper))
        unit = " patients"
    else:
        low, high = (
            None if end is None else _number(found, end) for end in (found.lower, found.upper)
        )
        unit = f" {found.unit}" if found.solve == EFFECT else ""
    if low is None and high is None:
        return f"{level}: open at both ends"
    if low is None:
        return f"{level}: up to {high}{unit}, open below (simulation error alone)"
    if high is None:
        return f"{level}: from {low}{unit}, open above (simulation error alone)"
    return f"{level} {low} to {high}{unit} (simulation error alone)"


def _reached(found: SizeAnswer) -> Iterator[tuple[str, str]]:
    power = found.power
    shown = share_text(power.value, power.mcse, power.n_used)
    if found.criterion == "ci_width":
        reached = value_text(found.reached.value, found.reached.mcse)
        yield "Width", f"{reached} {found.unit} on average in trials like that"
    if found.criterion == "assurance":
        reached = _share(found.reached)
        yield "Assurance", f"{reached} in trials like that, over what is believed"
    word = "Power" if found.is_power else "Significant"
    count = frequency_sentence(power.value).removesuffix(" of 100")
    yield word, f"{shown} of trials like that: {count} of 100 reach significance"
    if found.wrong_direction > 0.01:
        wrong = percent(found.wrong_direction, 0.005)
        yield "", f"{wrong} of those significant results point the wrong way"


def _share(share: Share) -> str:
    return share_text(share.value, share.mcse, share.n_used)


def _false_alarms(found: SizeAnswer, scenario: LoadedScenario) -> Iterator[tuple[str, str]]:
    false = found.false_alarms
    if false is None:
        yield "No effect", "no assumption without an effect could be made for this analysis"
        return
    rate, alpha = _share(false.rate), percent(false.alpha, 0)
    under = "if nothing differed" if false.is_made else f"under {false.assumption}"
    if not false.exceeds:
        yield "False alarms", f"{rate} of trials like that {under}; the level is {alpha}"
        return
    yield "BUT", f"{rate} of trials like that raise a false alarm {under}; the level is {alpha}."
    yield "", "Power is not the word for a test that rejects too often when there is nothing to"
    yield "", "find: this is no sample size to plan with."
    yield from (("", text) for text in _cause(found, scenario))


def _cause(found: SizeAnswer, scenario: LoadedScenario) -> Iterator[str]:
    """Therapists that the analysis does not know."""
    cell = next(c for c in scenario.plan.cells if c.what_if == found.what_if)
    design = scenario.plan.designs[cell.design]
    method = design.analyses[found.analysis]
    teams = [team for team in design.teams.values() if team.icc.get(method.outcome)]
    if teams and not method.knows_therapists:
        yield (
            f"Scores differ between therapists, and {found.analysis} does not look at who treated "
            "whom;"
        )
        yield "more patients make it worse. Use more therapists and an analysis that knows them."


def _theory(found: SizeAnswer) -> Iterator[tuple[str, str]]:
    theory = found.theory
    if theory is None:
        if found.criterion == "power":
            yield "Theory", "no closed form is exact for this design"
        return
    arms = ", ".join(f"{n} {arm}" for arm, n in theory.arms.items())
    if theory.value is None:
        yield "Theory", f"exact power there {theory.reached:.4f}"
    elif found.solve == N_TOTAL:
        yield "Theory", f"{theory.value:,.0f} patients ({arms}), exact power {theory.reached:.4f}"
    else:
        yield "Theory", f"{theory.value:.4g} {found.unit}, exact power {theory.reached:.4f}"


def _loss(found: SizeAnswer) -> Iterator[tuple[str, str]]:
    if found.loses:
        names = ", ".join(found.loses)
        yield (
            "Loss",
            f"already in ({names}): on average {found.analysed:.1f} of {found.n_total:,} patients "
            "are analysed",
        )
    elif found.loss is not None:
        loss, arms = found.loss, ", ".join(f"{n} {arm}" for arm, n in found.loss.arms.items())
        yield "Loss", f"{loss.n_total:,} to enrol ({arms}), if {percent(loss.share, 0)} are lost"
    elif found.solve == N_TOTAL:
        yield "Loss", "nobody is lost in this scenario; --loss 0.2 says how many more to enrol"


def _tried(found: SizeAnswer) -> str:
    """The places of the last curve, which the answer comes from."""
    last = [one for one in found.tried if one.x in found.around]
    shown = []
    for one in last:
        place = f"{one.x:,.0f}" if found.solve == N_TOTAL else f"{one.x:.4g}"
        reached = (
            value_text(one.mean, one.mcse)
            if found.criterion == "ci_width"
            else share_text(one.mean, one.mcse, one.n_used)
        )
        shown.append(f"{place}: {reached}")
    return "; ".join(shown)
