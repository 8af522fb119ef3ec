"""literature: what is wrong with many trials that cannot be drawn, or can never be published."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from trialsim.core.errors import Path, Problem
from trialsim.scenario._words import listed, plain
from trialsim.scenario.keys.literature import Literature, Sizes
from trialsim.scenario.references import contrasts_of
from trialsim.scenario.schema import Scenario

PLACE: Path = ("literature",)

_NEEDS = frozenset({"design", "outcomes", "analyses", "decision", "literature"})
_KEYS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "uniform": (("min", "max"), ()),
    "log_normal": (("median", "mean"), ("min", "max")),
}
"""By distribution of sizes: keys that it needs, and keys that it may have."""
_SMALLEST, _MEDIANS = 10, 100
"""Of log-normal sizes that state no ends: the smallest trial, and the largest in medians."""
_EXAMPLES = {
    "uniform": "{distribution: uniform, min: 40, max: 200}",
    "log_normal": "{distribution: log_normal, median: 80, mean: 110}",
}


def literature_problems(scenario: Scenario, readable: Collection[str]) -> Iterable[Problem]:
    """Everything that is wrong with `literature:`; nothing where there is none."""
    literature = scenario.literature
    if literature is None or "literature" not in readable:
        return
    yield from _publication_problems(literature)
    found = list(_size_problems(literature))
    yield from found or _flaw_problems(literature)
    if set(readable) >= _NEEDS:
        yield from _trial_problems(scenario, literature)


def _trial_problems(scenario: Scenario, literature: Literature) -> Iterable[Problem]:
    """A primary analysis, outcome or decision of which no exact law is known here."""
    primary = scenario.decision.primary or next(iter(scenario.analyses))
    analysis = scenario.analyses.get(primary)
    if analysis is None or analysis.outcome not in scenario.outcomes:
        return  # told where they are named
    outcome = scenario.outcomes[analysis.outcome]
    if outcome.name != "repeated_normal":
        text = f"simulates normal scores; {analysis.outcome} is {outcome.name}."
        hint = "Describe it by `method: repeated_normal`, or make another analysis the primary one."
        yield Problem(PLACE, text, hint, at_key=True)
    if scenario.decision.name != "superiority":
        text = f"asks whether there is a difference; the decision is {scenario.decision.name}."
        yield Problem(PLACE, text, "Write `decision: superiority`.", at_key=True)
    baseline = next((name for name, week in scenario.design.visits_weeks.items() if week == 0), "")
    if not _has_law(analysis, baseline):
        text = f"has no law for the primary analysis, {primary}."
        hint = (
            "Choose a t_test with pooled variance, a change_score, or an ancova that adjusts for "
            "the score at week 0 and nothing else."
        )
        yield Problem(PLACE, text, hint, at_key=True)
    elif literature.standardised and analysis.name != "t_test":
        text = f"needs a t test, whose SD is that of the scores; {primary} is another method."
        yield Problem((*PLACE, "standardised"), text, "Write false, or choose a t_test.")
    contrasts = contrasts_of(scenario)
    names = analysis.contrasts or list(contrasts)
    pair = contrasts.get(names[0], ()) if names else ()
    planned = [scenario.design.arms[arm].n for arm in pair if arm in scenario.design.arms]
    if len(planned) == 2 and literature.sizes:
        smallest = smallest_of(literature.sizes)
        if smallest * min(planned) < 0.5 * sum(planned):
            text = f"found {plain(smallest)}, which leaves an arm with nobody in it."
            yield Problem((*PLACE, "sizes"), text, "Arms are as unequal as those of the design.")


def _has_law(analysis: Any, baseline: str) -> bool:
    if analysis.name == "t_test":
        return bool(analysis.variance == "pooled")
    if analysis.name == "change_score":
        return bool(analysis.from_visit == baseline)
    return bool(
        analysis.name == "ancova"
        and analysis.errors == "model"
        and tuple(analysis.adjust) == (baseline,)
    )


def smallest_of(sizes: Sizes | Sequence[int]) -> int:
    """The smallest trial there can be."""
    if not isinstance(sizes, Sizes):
        return min(sizes)
    return _SMALLEST if sizes.min is None else sizes.min


def largest_of(sizes: Sizes | Sequence[int]) -> int:
    """The largest trial there can be."""
    if not isinstance(sizes, Sizes):
        return max(sizes)
    return round(_MEDIANS * (sizes.median or 0)) if sizes.max is None else sizes.max


def _size_problems(literature: Literature) -> Iterable[Problem]:
    place, sizes = (*PLACE, "sizes"), literature.sizes
    if not isinstance(sizes, Sizes):
        if not sizes:
            yield Problem(place, "is an empty list.", f"Write {_EXAMPLES['log_normal']}.")
        return
    needed, allowed = _KEYS[sizes.distribution]
    given = {key for key in sizes.model_fields_set if getattr(sizes, key) is not None}
    given.discard("distribution")
    known = [key for key in Sizes.model_fields if key in {*needed, *allowed}]
    for key in sorted(given - set(known)):
        text = f"is not a key of {sizes.distribution}."
        yield Problem((*place, key), text, f"Known: {listed(known)}.", at_key=True)
    if missing := [key for key in needed if key not in given]:
        example = f"Write for example `{_EXAMPLES[sizes.distribution]}`."
        yield Problem(place, f"{sizes.distribution} needs {listed(missing, 'and')}.", example)
        return
    smallest, largest = smallest_of(sizes), largest_of(sizes)
    if smallest > largest:
        text = f"found {plain(smallest)} to {plain(largest)}, which leaves no size."
        yield Problem((*place, "min" if sizes.min is not None else "median"), text)
    elif sizes.median is not None and sizes.mean is not None:
        if sizes.mean < sizes.median:
            text = f"found {plain(sizes.mean)}, below the median, {plain(sizes.median)}."
            hint = "A log-normal mean lies above the median: a few trials are very large."
            yield Problem((*place, "mean"), text, hint)
        elif not smallest <= sizes.median <= largest:
            text = f"found {plain(sizes.median)}, outside {plain(smallest)} to {plain(largest)}."
            yield Problem((*place, "median"), text)


def _flaw_problems(literature: Literature) -> Iterable[Problem]:
    smallest = smallest_of(literature.sizes)
    for name, flaw in literature.flaws.items():
        if flaw.up_to_n is not None and flaw.up_to_n < smallest:
            text = f"found {flaw.up_to_n}, but no trial is smaller than {plain(smallest)}."
            yield Problem((*PLACE, "flaws", name, "up_to_n"), text, "Leave it out for all sizes.")


def _publication_problems(literature: Literature) -> Iterable[Problem]:
    rule = literature.publication
    if not any((rule.significant, rule.not_significant, rule.wrong_side, rule.harmful)):
        text = "publishes nothing: every probability is 0."
        yield Problem((*PLACE, "publication"), text, "Let significant trials be published.")
