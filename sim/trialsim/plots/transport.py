"""P25, transport: what is left of an effect where fewer patients believe in the treatment.

A part of the effect works in everybody, the rest in believers only. What was found in one place is
the same whatever the division, and what it says of another place is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator

from trialsim.cohort.bernoulli import Bernoulli
from trialsim.plots.base.end_labels import EndLabel, end_label, height_of, place_end_labels
from trialsim.plots.base.figure import Drawn
from trialsim.plots.base.labels import ROW, Label, place_labels
from trialsim.plots.base.page import GUTTER, Page, new_page
from trialsim.plots.base.panel_text import name_below, title_above
from trialsim.plots.base.style import INK, NOT_SIGNIFICANT, QUIET, looks, style
from trialsim.plots.base.words import exact, listed, number, plain
from trialsim.plots.effect import effect_of
from trialsim.plots.listed_points import point_names
from trialsim.plots.run import Run
from trialsim.scenario.resolve import AS_STATED

_LEAST_TALL = 270.0  # points
_SHARES = np.linspace(0, 1, 11)


@dataclass(frozen=True)
class Place:
    """Where patients come from."""

    name: str
    believers: float
    """Share of them who believe in the treatment."""


@dataclass(frozen=True)
class Division:
    """One way in which an effect may come about."""

    name: str
    unbelieving: float
    """Effect in those who do not believe: what works in everybody. Positive favours the arm."""
    believing: float
    """Effect in believers."""

    def effect(self, share: float) -> float:
        """Mean effect where a share of the patients believes."""
        return (1 - share) * self.unbelieving + share * self.believing


@dataclass(frozen=True)
class Transport:
    """What the figure shows and says."""

    divisions: tuple[Division, ...]
    places: tuple[Place, ...]
    """The first is where the trial was done."""
    arm: str
    unit: str
    important: float | None = None
    """A difference worth finding, in natural units."""


def divided(total: float, here: Place, parts: Sequence[float], unit: str) -> tuple[Division, ...]:
    """Ways in which `total` comes about among the believers of one place: each part works in
    everybody, and the rest in believers alone."""
    return tuple(
        Division(
            f"{_shown(part)} {unit} in everybody",
            part,
            part + (total - part) / here.believers,
        )
        for part in parts
    )


def transport(told: Transport, ax: Axes | None = None) -> Axes:
    """Expected effect against the share of believers, a line a division."""
    with style():
        page = new_page() if ax is None else None
        return _draw(told, page, ax)


def draw_transport(told: Transport, note: str = "", name: str = "transport") -> Drawn:
    """P25: the finished figure, with its takeaway as heading; `note` begins the caption."""
    heading, small = takeaway(told), caption(told, note)
    with style():
        page = new_page(heading, small)
        _draw(told, page, None)
    rows = [
        (line.name, round(float(share), 2), line.effect(float(share)))
        for line in told.divisions
        for share in sorted({*_SHARES.round(2), *(place.believers for place in told.places)})
    ]
    numbers = pd.DataFrame(rows, columns=["works", "believers", "effect"])
    return Drawn(page.figure, numbers, heading, small, alt_text(told), name)


def applies(run: Run) -> bool:
    """Where an effect on the primary outcome differs between the two levels of a trait or
    covariate."""
    return transport_of(run) is not None


def draw(run: Run) -> Drawn:
    """P25 of a scenario whose effects differ by belief: its assumptions, its listed points."""
    told = transport_of(run)
    if told is None:
        raise ValueError("no effect of this run differs between two kinds of patients")
    return draw_transport(
        told, f"By the assumptions of {run.plan.name}, scenario {run.plan.digest}."
    )


def transport_of(run: Run) -> Transport | None:
    """What a run says of believers: None where no effect goes by a trait or covariate."""
    analysis = run.primary
    method, arms = run.design.analyses[analysis], list(run.design.arms)
    visit = list(run.design.visits).index(method.visit)
    contrast = effect_of(run, analysis)
    sign = 1 if contrast.better == "higher" else -1
    arm, comparator = (arms.index(name) for name in run.pair(analysis))
    divisions, variable = [], ""
    for name, index in run.cells.items():
        effect = run.plan.cells[index].effects[method.outcome]
        modifier = effect.modifier
        if modifier is None or len(modifier.shares) != 2 or not modifier.acts_at(visit):
            difference = sign * (
                effect.difference[arm][visit] - effect.difference[comparator][visit]
            )
            if difference:
                divisions.append(Division(plain(name), difference, difference))
            continue
        variable = modifier.variable
        each = [sign * (rows[arm][visit] - rows[comparator][visit]) for rows in modifier.difference]
        divisions.append(Division(plain(name), *each))
    if not variable or not isinstance(run.design.covariates[variable], Bernoulli):
        return None
    named, places = point_names(run), dict[float, str]()
    for cell in run.plan.cells:
        trait = run.plan.designs[cell.design].covariates[variable]
        assert isinstance(trait, Bernoulli)
        point = named(cell) if run.written.vary.points else ""
        name = f"{100 * trait.share:g} of 100" if point in ("", AS_STATED) else plain(point)
        # Of points that differ in other things as well the one with the plainest name stands.
        if trait.share not in places or len(name) < len(places[trait.share]):
            places[trait.share] = name
    stated = run.design.covariates[variable].centre
    return Transport(
        tuple(divisions),
        tuple(Place(name, share) for share, name in places.items()),
        plain(run.arm_label(run.pair(analysis)[0])),
        contrast.unit,
        important(max(line.effect(stated) for line in divisions)),
    )


def important(total: float) -> float | None:
    """About half of an effect, a round number: what somebody else may still want to find."""
    return round(total) / 2 if total >= 1.5 else None


def takeaway(told: Transport) -> str:
    """What one place leaves open for another."""
    here, there = told.places[0], told.places[-1]
    found = [line.effect(here.believers) for line in told.divisions]
    ends = sorted(line.effect(there.believers) for line in told.divisions)
    reach = f"{_shown(ends[0])} to {_shown(ends[-1])} {told.unit}"
    shares = f"{100 * there.believers:g} of 100 believe"
    if max(found) - min(found) < 0.05:
        return (
            f"The same {_shown(found[0])} {told.unit} in {here.name} may be {reach} in "
            f"{there.name}, where {shares}. The trial cannot tell which."
        )
    return f"Where {shares} ({there.name}), the effect is {reach}, by what makes it."


def caption(told: Transport, note: str = "") -> str:
    """How to read the lines, and that shares are assumed."""
    parts = [note] if note else []
    parts.append(
        "Each line is a way in which the effect may come about: a part works in everybody, the "
        "rest in believers only. Shares of believers are assumed, as is that believers gain more; "
        "nothing else differs between the places here."
    )
    if told.important is not None:
        parts.append(f"Dotted: {exact(told.important)} {told.unit}.")
    return " ".join(parts)


def alt_text(told: Transport) -> str:
    """The figure for somebody who does not see it."""
    lines = [
        f"{line.name}: "
        + listed([f"{_shown(line.effect(p.believers))} in {p.name}" for p in told.places])
        for line in told.divisions
    ]
    return f"Lines that meet where the trial was done and part elsewhere. {'; '.join(lines)}."


def _shown(value: float) -> str:
    """With one decimal; what a computer holds a little below a half is a half."""
    return number(value + 1e-9, 1)


def _draw(told: Transport, page: Page | None, ax: Axes | None) -> Axes:
    ax = page.add_axes(1, right=GUTTER)[0] if page is not None else ax
    assert ax is not None
    tops = [line.effect(share) for line in told.divisions for share in (0.0, 1.0)]
    ax.set_xlim(0, 100)
    ax.xaxis.set_major_locator(FixedLocator(range(0, 101, 20)))
    ax.set_ylim(min(0.0, *tops), 1.08 * max(tops))
    # The fourth look is dotted, as the important difference is: nobody has it.
    named = [line.name for line in told.divisions]
    seen = looks([*named[:3], "", *named[3:]])
    names = _names(ax, told, {name: look.colour for name, look in seen.items()})
    marks = [
        Label(100 * place.believers, f"{place.name}: {100 * place.believers:g}", INK, "bold")
        for place in told.places
    ]
    above = place_labels(ax, marks, lift=4) * ROW + 10
    above = title_above(ax, f"Expected effect: {told.unit} better with {told.arm}", above) + 6
    below = name_below(ax, "believers in the treatment, of 100 patients")
    if page is not None:
        page.arrange([ax], [above], below, max(_LEAST_TALL, height_of(names)))
    for place in told.places:
        ax.axvline(100 * place.believers, color=INK, linewidth=1.3, zorder=1.5)
    if told.important is not None:
        ax.axhline(told.important, color=NOT_SIGNIFICANT, lw=1.6, ls=(0, (1, 2)), zorder=1)
        ax.annotate(
            exact(told.important),
            (0, told.important),
            xytext=(4, 3),
            textcoords="offset points",
            color=QUIET,
        )
    for line in told.divisions:
        look = seen[line.name]
        ax.plot(
            [0, 100],
            [line.effect(0.0), line.effect(1.0)],
            color=look.colour,
            linewidth=look.width,
            linestyle=look.line,
            zorder=2.5,
        )
        ax.plot(
            [100 * place.believers for place in told.places],
            [line.effect(place.believers) for place in told.places],
            color=look.colour,
            ls="",
            marker=look.marker,
            markersize=8,
            markerfacecolor=look.fill,
            markeredgewidth=1.6,
            zorder=3,
        )
    place_end_labels(ax, names)
    return ax


def _names(ax: Axes, told: Transport, colours: dict[str, str]) -> list[EndLabel]:
    """Every line at its right end, with what it comes to in the last place."""
    last = told.places[-1]
    return [
        end_label(
            ax,
            100,
            line.effect(1.0),
            f"{line.name}: {_shown(line.effect(last.believers))} at {100 * last.believers:g}",
            colours[line.name],
        )
        for line in told.divisions
    ]
