"""P2, many trials: where the results of one design fall when the truth is known.

One dot is one whole trial; beyond 500 trials the dots become a histogram.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import pandas as pd
from matplotlib.axes import Axes

from trialsim.core.program import rule_of
from trialsim.plots.base.effect_axis import Contrast, name_effect_axis
from trialsim.plots.base.figure import Drawn, Settings
from trialsim.plots.base.labels import ROW, Label, place_labels
from trialsim.plots.base.page import AWAY, EDGE, GUTTER, RIGHT, Page, new_page, size_of, wrapped
from trialsim.plots.base.style import INK, SIGNIFICANT, TEXT, TRUTH, style
from trialsim.plots.base.words import exact, plain
from trialsim.plots.effect import amount, effect_of
from trialsim.plots.many_trials_text import alt_text, caption, takeaway
from trialsim.plots.panel import Panel, Published, View
from trialsim.plots.run import Run
from trialsim.plots.trial_marks import columns, fill, key, limits, reference_lines, shows_dots
from trialsim.plots.trials import counts

_LEAST_TALL = 62.0  # points; less does not show the shape of a distribution


def many_trials(
    frame: pd.DataFrame,
    *,
    true_value: float,
    alpha: float,
    critical: float,
    outcome_label: str,
    treatment: str,
    comparator: str,
    better: Literal["lower", "higher"],
    unit: str = "points",
    published: Published | None = None,
    ax: Axes | None = None,
) -> Axes:
    """The trials of one assumption: one row of `frame` is one trial.

    Labels stand above the axes and directions below: axes of your own need that room.
    """
    contrast = Contrast(treatment, comparator, outcome_label, better, unit)
    view = View.of("", Panel(frame=frame, true_value=true_value, critical=critical), alpha)
    with style():
        page = new_page() if ax is None else None
        return _draw([view], contrast, alpha, published, page, None if ax is None else [ax])[0]


def many_trials_panels(
    panels: Mapping[str, Panel],
    *,
    alpha: float,
    outcome_label: str,
    treatment: str,
    comparator: str,
    better: Literal["lower", "higher"],
    unit: str = "points",
    published: Published | None = None,
) -> list[Axes]:
    """A new figure with one panel for each assumption, below one another on the same x axis."""
    contrast = Contrast(treatment, comparator, outcome_label, better, unit)
    views = _counted(panels, alpha)
    with style():
        return _draw(views, contrast, alpha, published, new_page())


def applies(run: Run) -> bool:
    """Always: every run has trials."""
    return True


def draw(run: Run) -> Drawn:
    """P2: the primary estimates of the design as stated, a panel an assumption."""
    analysis = run.primary
    effect, rule = effect_of(run, analysis), rule_of(run.design, analysis)
    panels = {
        name: Panel(
            rule=rule,
            frame=run.estimates(name)[["estimate", "p_value", "converged"]],
            true_value=run.measure(name, "true_value"),
            critical=run.measure(name, "critical_estimate"),
        )
        for name in run.cells
    }
    return draw_many_trials(
        panels,
        alpha=run.design.decision.alpha,
        outcome_label=effect.outcome_label,
        treatment=effect.treatment,
        comparator=effect.comparator,
        better=effect.better,
        unit=effect.unit,
        settings=run.settings(),
        published=_published(run, analysis),
    )


def _published(run: Run, analysis: str) -> Published | None:
    for result in run.written.published.values():
        if result.analysis == analysis and result.estimate is not None:
            if result.contrast not in (None, run.contrast(analysis)):
                continue
            status = "" if result.status == "reported" else f" ({result.status})"
            return Published(value=result.estimate, label=f"published{status}")
    return None


def draw_many_trials(
    panels: Mapping[str, Panel],
    *,
    alpha: float,
    outcome_label: str,
    treatment: str,
    comparator: str,
    better: Literal["lower", "higher"],
    settings: Settings,
    unit: str = "points",
    published: Published | None = None,
    name: str = "many_trials",
) -> Drawn:
    """The finished figure, with its takeaway as heading and its settings as caption."""
    contrast = Contrast(treatment, comparator, outcome_label, better, unit)
    views = _counted(panels, alpha)
    heading, small = takeaway(views, contrast), caption(views, contrast, published, settings)
    with style():
        page = new_page(heading, small)
        axes = _draw(views, contrast, alpha, published, page)
        edges = columns(views, axes[0])
    tables = [counts(view.trials, edges).assign(assumption=view.name) for view in views]
    numbers = pd.concat(tables, ignore_index=True)
    numbers.insert(0, "assumption", numbers.pop("assumption"))
    alt = alt_text(views, contrast, published)
    return Drawn(page.figure, numbers, heading, small, alt, name)


def _counted(panels: Mapping[str, Panel], alpha: float) -> list[View]:
    if not panels:
        raise ValueError("no assumption to draw")
    return [View.of(name, panel, alpha) for name, panel in panels.items()]


def _draw(
    views: Sequence[View],
    contrast: Contrast,
    alpha: float,
    published: Published | None,
    page: Page | None,
    axes: Sequence[Axes] | None = None,
) -> list[Axes]:
    """Draw on a page that makes room for all text, or on axes that stay where they are."""
    if page is not None:
        axes = page.add_axes(len(views), right=GUTTER if views[0].name else RIGHT)
    assert axes is not None
    above, least = [], []
    for ax, view in zip(axes, views, strict=True):
        is_first = ax is axes[0]
        ax.set_xlim(limits(views, published))
        ax.tick_params(labelbottom=ax is axes[-1])
        room = ROW * place_labels(ax, _labels(view, published if is_first else None, is_first)) + 4
        above.append(room + (key(ax, views, alpha, room + 6) + 6 if is_first else 8))
        # The text in the gutter may begin level with the labels.
        least.append(_beside(ax, view, contrast.unit) - ROW if view.name else 0)
    below = name_effect_axis(axes[-1], contrast)
    if page is not None:
        page.arrange(axes, above, below, max(_LEAST_TALL, *least))

    fill(axes, views)
    for ax, view in zip(axes, views, strict=True):
        reference_lines(ax, view, published, are_behind=shows_dots(views))
    if len(views) == 1 and not shows_dots(views):
        edges = columns(views, axes[0])
        axes[0].set_ylabel(f"trials per {amount(exact(edges[1] - edges[0]), contrast.unit)}")
    return list(axes)


def _labels(view: View, published: Published | None, is_first: bool) -> list[Label]:
    """What stands above one panel. What is the same in all panels is said above the first."""
    labels = [Label(mean, text, SIGNIFICANT, has_triangle=True) for mean, text in view.averages()]
    # Beside a panel its truth is written out; axes of your own have only this label.
    truth = "truth" if view.name else f"truth {exact(view.truth)}"
    labels.append(Label(view.truth, truth, TRUTH, weight="bold"))
    if published is not None:
        text = f"{published.label} {exact(published.value)}"
        labels.append(Label(published.value, text))
    if is_first and view.truth:
        labels.append(Label(0, "no difference"))
    if is_first and view.rule.null not in (0, view.truth):
        labels.append(Label(view.rule.null, f"margin {exact(view.rule.null)}"))
    return labels


def _beside(ax: Axes, view: View, unit: str) -> float:
    """Name, truth and result in the gutter, each in the colour of its marks; returns the height."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    lines = (
        (plain(view.name), INK),
        (f"truth {amount(exact(view.truth), unit)}", TRUTH),
        (view.result, SIGNIFICANT),
    )
    height = 0.0
    for text, colour in lines:
        written = ax.annotate(
            wrapped(figure, text, GUTTER - AWAY - EDGE / 2, TEXT, "bold"),
            (1, 1),
            xycoords="axes fraction",
            xytext=(AWAY, ROW - 3 - height),
            textcoords="offset points",
            ha="left",
            va="top",
            color=colour,
            fontweight="bold",
        )
        height += size_of(written)[1] + 4
    return height
