"""What P2 says in words: its takeaway, caption and alternative text, all from the data."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from trialsim.plots.base.effect_axis import Contrast
from trialsim.plots.base.figure import Settings
from trialsim.plots.base.words import error_of_100, exact, listed, plain, quoted
from trialsim.plots.effect import amount
from trialsim.plots.panel import Published, View
from trialsim.plots.trial_marks import limits, shows_dots
from trialsim.plots.trials import bin_width

_MOST_NAMED = 3
_EXAGGERATES = 1.1
_FEWEST = 30  # significant trials, before their average is worth a sentence


def takeaway(views: Sequence[View], contrast: Contrast) -> str:
    """How often trials like this one are significant, and how far those then mislead."""
    sound = [view for view in views if view.is_sound]
    parts = [_how_often(sound), _how_misleading(sound, contrast)] if sound else []
    parts += [f"Under {quoted(one.name)}: {one.result}." for one in views if not one.is_sound]
    return " ".join(part for part in parts if part)


def caption(
    views: Sequence[View], contrast: Contrast, published: Published | None, settings: Settings
) -> str:
    """Settings, assumptions, how to read the marks, and what is left out."""
    truths = [f"{plain(view.name)} {exact(view.truth)}" for view in views]
    lines = "Orange line: the truth. Thin line: no difference."
    if views[0].rule.null:
        lines += f" Dotted line: the margin, {exact(views[0].rule.null)}."
    if any(view.averages() for view in views):
        lines += " Triangles: means of the significant estimates"
        both = any(one.is_null and one.rule.sides == 2 for one in views)
        lines += ", one a side if the truth is none." if both else "."
    if published is not None:
        lines += " Dashed line: the published estimate."
    if shows_dots(views):
        marks = "One dot is one trial."
    else:
        width = bin_width(limits(views, published))
        marks = f"Width of a bar: {amount(exact(width), contrast.unit)}."
    errors = [view.half_width for view in views if np.isfinite(view.mcse)]
    error = f"Monte Carlo error of the shares: at most {error_of_100(max(errors, default=0.0))}."
    return " ".join(
        [
            settings.sentence(),
            f"Assumed differences ({contrast.unit}): {listed(truths)}.",
            lines,
            marks,
            error,
            *_left_out(views),
        ]
    )


def _left_out(views: Sequence[View]) -> list[str]:
    """Failures are counted, never taken for trials that found nothing."""
    failed = [
        f"{plain(view.name)} {view.trials.n_failed:,}" for view in views if view.trials.n_failed
    ]
    return [f"Left out because the analysis failed: {listed(failed)}."] if failed else []


def alt_text(views: Sequence[View], contrast: Contrast, published: Published | None) -> str:
    """The figure for somebody who does not see it."""
    kind = "Stacked dots" if shows_dots(views) else "Histograms"
    parts = [
        f"{kind} of the estimates of simulated trials, {contrast.name}.",
        f"Estimates to the left of zero favour {contrast.favours('left')}.",
    ]
    for view in views:
        averages = listed([text for _, text in view.averages()])
        of_them = f", which average {averages}" if averages else ""
        parts.append(f"{view.title(contrast.unit)}{of_them}.")
    if published is not None:
        parts.append(f"The published estimate is {exact(published.value)}.")
    return " ".join(parts)


def _how_often(views: Sequence[View]) -> str:
    nulls = [view for view in views if view.is_null]
    effects = [view for view in views if not view.is_null]
    if len(views) > _MOST_NAMED and len(effects) > 1:
        # Many assumptions: their range says more than a list.
        fewest, most = (pick(effects, key=lambda one: one.share) for pick in (min, max))
        nulls = nulls[:1]
        said = [
            f"{fewest.frequency} ({quoted(fewest.name)}) to {most.frequency} "
            f"({quoted(most.name)}) {_success(views)}"
            + ("" if views[0].rule.null else " under an effect")
        ]
    else:
        said = _each(effects, _success(views))
    return f"Out of 100 trials like this one, {listed([*_each(nulls, 'are false alarms'), *said])}."


def _success(views: Sequence[View]) -> str:
    """What trials do that reject what they test."""
    return "show non-inferiority" if views[0].rule.null else "are significant"


def _each(views: Sequence[View], word: str) -> list[str]:
    """First "24 are significant under “large trials”", then only "98 under ..."."""
    return [
        f"{view.frequency} {'' if place else f'{word} '}under {quoted(view.name)}"
        for place, view in enumerate(views)
    ]


def _how_misleading(views: Sequence[View], contrast: Contrast) -> str:
    """The weakest effect whose significant trials overstate it; nothing against a margin, where
    nobody reads the size of an effect from the test."""
    told = [
        (view.share, view, average)
        for view in views
        if not (view.is_null or view.rule.null)
        and view.truth
        and view.trials.n_significant >= _FEWEST
        for average in [view.average()]
        if average is not None and average[0] / view.truth >= _EXAGGERATES
    ]
    if not told:
        return ""
    _, view, (_, text) = min(told, key=lambda one: one[0])
    return (
        f"Where the truth is {amount(exact(view.truth), contrast.unit)}, "
        f"significant trials report {text} on average."
    )
