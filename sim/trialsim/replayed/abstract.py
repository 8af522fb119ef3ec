"""The structured abstract that the investigators of one trial could write.

Headings of CONSORT for abstracts (Hopewell and others 2008, doi 10.1371/journal.pmed.0050020). It
is made from what they have: neither the assumption nor the truth enters, no power is worked out
from the result, and a result that is not significant is not called equality.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from trialsim.analysis.responder import Responder
from trialsim.core.clock import DAYS_A_WEEK
from trialsim.core.stages import AnalysisMethod
from trialsim.kernels.cut import above
from trialsim.plots.base.words import counted, decimals_of, exact, listed, number, plain
from trialsim.plots.effect import amount
from trialsim.plots.run import Run
from trialsim.replayed.on_calendar import column_of
from trialsim.replayed.patients import score_columns
from trialsim.replayed.quantity import Quantity, quantity_of, side_of
from trialsim.replayed.result import Result
from trialsim.scenario.describe import decision_line, method_line, outcome_line

SIMULATED = "A simulated trial: no such trial took place."

_STANDS_IN = {
    "complete_case": "participants with a missing score were left out",
    "last_observation": "a missing score was replaced by the last one recorded",
    "baseline_observation": "a missing score was replaced by that at baseline",
    "worst_case": "a missing score was replaced by the worst possible one",
}
_NUMBERS = ("", "", "two", "three", "four", "five", "six")


@dataclass(frozen=True)
class Abstract:
    """A title, and sections of heading and text."""

    title: str
    sections: tuple[tuple[str, str], ...]

    def markdown(self) -> str:
        """As a Markdown document."""
        parts = [f"# {self.title}", f"*{SIMULATED}*"]
        parts += [f"**{heading}.** {text}" for heading, text in self.sections]
        return "\n\n".join(parts) + "\n"

    def text(self, width: int = 88) -> str:
        """As plain text, wrapped."""
        parts = [textwrap.fill(self.title, width), SIMULATED]
        parts += [textwrap.fill(f"{head.upper()}: {text}", width) for head, text in self.sections]
        return "\n\n".join(parts)


def abstract_of(
    run: Run, frame: pd.DataFrame, flow: pd.DataFrame, results: Sequence[Result]
) -> Abstract:
    """The abstract of one trial: its wide data, its flow, and its results."""
    design = run.design
    n_arms = len(design.arms)
    number_of = _NUMBERS[n_arms] if n_arms < len(_NUMBERS) else str(n_arms)
    subject = run.plan.title or plain(run.plan.name)
    primary = [one for one in results if one.analysis == run.primary]
    others = [one for one in results if one.analysis != run.primary]
    said = [
        *_recruited(run, frame),
        *_numbers(run, flow),
        *_treated(run, frame),
        *_withdrawn(run, frame),
        _primary(run, frame, primary),
        *_secondary(run, others),
    ]
    return Abstract(
        f"{subject}: a randomised trial with {number_of} arms",
        (
            ("Background and objective", _objective(run, subject)),
            ("Methods", " ".join(_methods(run))),
            ("Results", " ".join(said)),
            ("Conclusion", " ".join(_conclusion(run, one) for one in primary)),
        ),
    )


def at(run: Run, visit: str) -> str:
    """A visit in a sentence: "week 4 (after treatment)"."""
    week = f"week {exact(run.design.visits[visit] / 7)}"
    return week if plain(visit) == week else f"{week} ({plain(visit)})"


def _objective(run: Run, subject: str) -> str:
    pairs = [run.design.contrasts[name] for name in run.design.contrasts_of(run.primary)]
    compared = [f"{run.arm_label(arm)} with {run.arm_label(other)}" for arm, other in pairs]
    visit = at(run, run.design.analyses[run.primary].visit)
    label = run.outcome_label(run.primary)
    return f"{subject}. To compare {listed(compared)} in terms of {label} at {visit}."


def _methods(run: Run) -> Iterator[str]:
    design = run.design
    comparator, *others = (run.arm_label(arm) for arm in design.arms)
    method = design.allocation
    how = "simple randomisation" if method.name == "simple" else plain(method.name)
    factors = listed([plain(name) for name in method.factors])
    by = f"{how} with {factors}" if factors else how
    yield (
        f"Participants were allocated at random to {', '.join(others)} or {comparator} (the "
        f"comparator), by {by}; {design.n_total:,} were planned."
    )
    for team in design.teams.values():
        treated = listed([run.arm_label(arm) for arm in team.arms])
        yield f"{counted(team.n, 'therapist')} treated the participants of {treated}."
    yield f"Assessments: {listed([at(run, visit) for visit in design.visits])}."
    primary = design.analyses[run.primary]
    yield f"Primary outcome: {outcome_line(design, primary.outcome)}; {at(run, primary.visit)}."
    rest = [name for name in design.outcomes if name != primary.outcome]
    if rest:
        yield f"Other outcomes: {'; '.join(outcome_line(design, name) for name in rest)}."
    margin = design.decision.margin_of_loss
    tested = f", non-inferiority margin {exact(margin)}" if margin else ""
    yield (
        f"Primary analysis: {plain(method_line(primary))}; {_STANDS_IN[primary.missing]}; "
        f"{decision_line(design)} significance level{tested}."
    )


def _recruited(run: Run, frame: pd.DataFrame) -> Iterator[str]:
    """When participants came, where that was recorded."""
    column = column_of(run.design, "enrolled_day")
    if column is None or run.design.recruitment is None or frame.empty:
        return
    first, last = (
        int(day // DAYS_A_WEEK) + 1 for day in (frame[column].min(), frame[column].max())
    )
    weeks = f"in week {first}" if first == last else f"from week {first} to week {last}"
    yield f"Participants were recruited {weeks} of the trial."


def _treated(run: Run, frame: pd.DataFrame) -> Iterator[str]:
    """Sessions attended, treatment stopped and changed, by arm."""
    attended, stopped, changed = (
        column_of(run.design, name) for name in ("sessions_attended", "stopped_day", "changed_to")
    )
    said, clock = [], run.design.clock
    for arm in run.design.arms:
        own, parts = frame[frame["arm"] == arm], []
        if attended is not None and clock is not None and own[attended].notna().any():
            mean = number(float(own[attended].mean()), 1)
            parts.append(f"attended {mean} of {counted(len(clock.planned), 'session')} on average")
        if stopped is not None and (n := int(own[stopped].notna().sum())):
            parts.append(f"{n:,} stopped treatment early")
        if changed is not None and (n := int(own[changed].notna().sum())):
            other = run.arm_label(str(own[changed].dropna().iloc[0]))
            parts.append(f"{n:,} changed over to {other}")
        if parts:
            said.append(f"those allocated to {run.arm_label(arm)}: {listed(parts)}")
    if said:
        yield f"{_capital('; '.join(said))}."


def _withdrawn(run: Run, frame: pd.DataFrame) -> Iterator[str]:
    """Who left the trial, by arm."""
    column = column_of(run.design, "left_day")
    if column is None:
        return
    left = frame[frame[column].notna()].groupby("arm").size()
    if not left.sum():
        yield "Nobody withdrew from the trial."
        return
    each = [f"{left.get(arm, 0):,} from {run.arm_label(arm)}" for arm in run.design.arms]
    yield f"{int(left.sum()):,} withdrew from the trial ({listed(each)})."


def _numbers(run: Run, flow: pd.DataFrame) -> Iterator[str]:
    """Randomised, lost and analysed, from the flow of the trial."""
    rows = flow.set_index(["stage", "at"]).sort_index()
    total = int(rows.loc[("randomised", ""), "n"].sum())
    allocated = flow[flow["stage"] == "allocated"]
    arms = [
        f"{n:,} to {run.arm_label(arm)}"
        for arm, n in zip(allocated["arm"], allocated["n"], strict=True)
    ]
    yield f"{total:,} participants were randomised: {listed(arms)}."
    lost = flow[flow["stage"] == "lost"].groupby("arm", sort=False)["n"].sum()
    last = at(run, list(run.design.visits)[-1])
    if lost.sum():
        each = [f"{n:,} from {run.arm_label(str(arm))}" for arm, n in lost.items()]
        yield f"By {last}, {int(lost.sum()):,} had been lost to follow-up ({listed(each)})."
    else:
        yield "Nobody was lost to follow-up."
    used = flow[(flow["stage"] == "analysed") & (flow["at"] == run.primary)]
    each = [f"{n:,} {run.arm_label(a)}" for a, n in zip(used["arm"], used["n"], strict=True)]
    yield f"The primary analysis included {int(used['n'].sum()):,} ({listed(each)})."


def _primary(run: Run, frame: pd.DataFrame, results: Sequence[Result]) -> str:
    """What was recorded in every arm of the primary analysis, and what each contrast found."""
    method = run.design.analyses[run.primary]
    pairs = [run.design.contrasts[one.contrast] for one in results]
    compared = {arm for pair in pairs for arm in pair}
    recorded = [
        f"{_observed(run, frame, method, arm)} with {run.arm_label(arm)}"
        for arm in run.design.arms
        if arm in compared
    ]
    label = quantity_of(run, run.primary, results[0].contrast).contrast.outcome_label
    found = "; ".join(_found(run, one) for one in results)
    return f"{_capital(label)}, {at(run, method.visit)}: {listed(recorded)}; {found}."


def _found(run: Run, result: Result) -> str:
    quantity = quantity_of(run, result.analysis, result.contrast)
    return f"{quantity.name} {quantity.sentence(result)}"


def _observed(run: Run, frame: pd.DataFrame, method: AnalysisMethod, arm: str) -> str:
    """What was recorded in an arm: mean and SD, or participants with the event."""
    column = score_columns(run.design)
    own = frame[frame["arm"] == arm]
    values = own[column[method.outcome, method.visit]]
    if isinstance(method, Responder):
        sign = 1.0
        if method.of == "change":
            values = values - own[column[method.outcome, method.from_visit]]
            sign = 1.0 if method.event in ("above", "at_or_above") else -1.0
        known = values.dropna().to_numpy(float)
        high = method.event in ("above", "at_or_above")
        beyond = above(known, sign * method.cut, inclusive=method.event in ("at_or_above", "below"))
        events = int((beyond if high else ~beyond).sum())
        return f"{events:,} of {len(known):,}"
    known = values.dropna().to_numpy(float)
    if not len(known):
        return "no score recorded"
    sd = float(known.std(ddof=1)) if len(known) > 1 else float("nan")
    decimals = max(1, decimals_of(sd))
    return f"mean {number(float(known.mean()), decimals)} (SD {number(sd, decimals)})"


def _secondary(run: Run, results: Sequence[Result]) -> Iterator[str]:
    if not results:
        return
    by_analysis: dict[str, list[Result]] = {}
    for one in results:
        by_analysis.setdefault(one.analysis, []).append(one)
    said = []
    for name, its in by_analysis.items():
        label = quantity_of(run, name, its[0].contrast).contrast.outcome_label
        where = at(run, run.design.analyses[name].visit)
        found = ", ".join(_found(run, one) for one in its)
        said.append(f"{plain(name)} ({label}, {where}): {found}")
    yield f"Secondary analyses, not adjusted for their number: {'; '.join(said)}."


def _conclusion(run: Run, result: Result) -> str:
    """What the primary result allows its investigators to say, and no more."""
    quantity = quantity_of(run, result.analysis, result.contrast)
    arm, comparator = quantity.contrast.treatment, quantity.contrast.comparator
    where = at(run, run.design.analyses[result.analysis].visit)
    label = quantity.contrast.outcome_label
    if not result.converged:
        return f"The trial does not tell whether {arm} and {comparator} differ in {label}."
    if quantity.null:
        margin = f"the margin of {exact(abs(quantity.printed(quantity.null)))} {quantity.unit}"
        if result.rejected:
            return f"{_capital(arm)} was not inferior to {comparator} by more than {margin}."
        return (
            f"It was not shown that {arm} is not inferior to {comparator} by more than {margin}; "
            "nor does the trial show that it is."
        )
    if result.rejected:
        direction = "lower" if result.estimate < 0 else "higher"
        favoured = quantity.contrast.favours(side_of(result.estimate))
        return (
            f"At {where}, {label} was {direction} with {arm} than with {comparator}, which favours "
            f"{favoured}; the interval holds differences {_range(quantity, result)}."
        )
    asked = "differ" if quantity.sides == 2 else f"differ to the advantage of {arm}"
    return (
        f"The trial does not show that {arm} and {comparator} {asked} in {label} at {where}; "
        f"nor does it show that they are alike: the interval holds differences "
        f"{_range(quantity, result)}."
    )


def _range(quantity: Quantity, result: Result) -> str:
    """The interval in words, with the arm that each end favours."""
    write = quantity.writer(result)
    if quantity.is_ratio:
        return f"from {quantity.unit} {write(result.lower)} to {write(result.upper)}"
    ends = []
    for end in (result.lower, result.upper):
        size = write(abs(end))
        favoured = quantity.contrast.favours(side_of(end))
        is_none = not float(size)
        shown = amount(size, quantity.unit)
        ends.append("none" if is_none else f"{shown} in favour of {favoured}")
    return f"from {ends[0]} to {ends[1]}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
