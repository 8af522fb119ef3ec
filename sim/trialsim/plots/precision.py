"""P5b, precision against size: half the width of the confidence interval, in natural units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from trialsim.core.program import rule_of
from trialsim.plots.base.end_labels import EndLabel, end_label, height_of, place_end_labels
from trialsim.plots.base.figure import Drawn, Settings
from trialsim.plots.base.labels import ROW, place_labels
from trialsim.plots.base.page import EDGE, GUTTER, LEFT, Page, new_page
from trialsim.plots.base.style import TEXT, TRUTH, Look, halo, looks, style
from trialsim.plots.base.words import exact, listed, plain
from trialsim.plots.curves import curve, mark_size, size_axis
from trialsim.plots.effect import effect_of, level_of
from trialsim.plots.precision_text import Interval, alt_text, caption, takeaway
from trialsim.plots.run import Run

_LEAST_TALL = 190.0  # points
_ALIKE = 0.012
"""Part of the y axis below which two curves look like one: about the width of a line."""


def precision(
    frame: pd.DataFrame,
    *,
    marked_n_total: int | None,
    interval: Interval,
    ax: Axes | None = None,
) -> Axes:
    """Half the mean width of the interval against total size, one curve an assumption.

    One row of `frame` is one size under one assumption: `assumption`, `n_total`, `value` and
    `mcse` (half a width, natural units), `truth`. Names stand to the right of the axes.
    """
    with style():
        page = new_page() if ax is None else None
        return _draw(merged(frame), marked_n_total, interval, page, ax)


def applies(run: Run) -> bool:
    """Where an interval has a width at two sizes or more."""
    widths = run.by_size("mean_ci_width").dropna(subset="value")
    return bool(widths["n_total"].nunique() > 1)


def draw(run: Run) -> Drawn:
    """P5b: half the width of the interval against total size, a curve an assumption."""
    analysis = run.design.analyses[run.primary]
    return draw_precision(
        half_widths(run),
        marked_n_total=run.design.n_total,
        interval=Interval(
            level=level_of(run),
            unit=effect_of(run, run.primary).unit,
            inverts_its_test=analysis.inverts_its_test
            and not rule_of(run.design, run.primary).null,
        ),
        settings=run.settings(),
    )


def half_widths(run: Run) -> pd.DataFrame:
    """A row an assumption and size: half the mean width, its error, the smallest significant
    difference, the truth."""
    found = run.by_size("mean_ci_width", "critical_estimate")
    wide = found.pivot(index=["assumption", "n_total"], columns="measure", values="value")
    rows = found[found["measure"] == "mean_ci_width"].dropna(subset="value")
    places = pd.MultiIndex.from_frame(rows[["assumption", "n_total"]])
    return pd.DataFrame(
        {
            "assumption": rows["assumption"],
            "n_total": rows["n_total"],
            "value": rows["value"] / 2,
            "mcse": rows["mcse"] / 2,
            "critical": wide["critical_estimate"].reindex(places).to_numpy(),
            "truth": [run.measure(name, "true_value") for name in rows["assumption"]],
        }
    ).reset_index(drop=True)


def draw_precision(
    frame: pd.DataFrame,
    *,
    marked_n_total: int | None,
    interval: Interval,
    settings: Settings,
    name: str = "precision",
) -> Drawn:
    """The finished figure, with its takeaway as heading and its settings as caption."""
    numbers = merged(frame)
    heading = takeaway(numbers, marked_n_total, interval)
    small = caption(numbers, interval, settings)
    with style():
        page = new_page(heading, small)
        _draw(numbers, marked_n_total, interval, page)
    return Drawn(page.figure, numbers, heading, small, alt_text(numbers, interval), name)


def merged(frame: pd.DataFrame) -> pd.DataFrame:
    """The known rows by size, with `drawn_as`: the assumption whose curve stands for this one.

    A curve joins the first that it cannot be told from: at every size they differ by less than
    the width of a line, or than twice their Monte Carlo error.
    """
    known = frame[np.isfinite(frame["value"].to_numpy(float))].sort_values("n_total", kind="stable")
    top = float(known["value"].max()) if len(known) else 1.0
    curves = {name: known[known["assumption"] == name] for name in frame["assumption"].unique()}
    drawn_as: dict[str, str] = {}
    for name, rows in curves.items():
        firsts = dict.fromkeys(drawn_as.values())
        alike = (other for other in firsts if _are_alike(curves[other], rows, _ALIKE * top))
        drawn_as[name] = next(alike, name)
    order = {name: place for place, name in enumerate(drawn_as)}
    ordered = known.sort_values("assumption", key=lambda names: names.map(order), kind="stable")
    return ordered.assign(drawn_as=ordered["assumption"].map(drawn_as)).reset_index(drop=True)


def _are_alike(one: pd.DataFrame, other: pd.DataFrame, apart: float) -> bool:
    if one["n_total"].tolist() != other["n_total"].tolist():
        return False
    distance = np.abs(one["value"].to_numpy() - other["value"].to_numpy())
    error = 2 * np.hypot(one["mcse"].to_numpy(), other["mcse"].to_numpy())
    return bool(np.all(distance <= np.maximum(apart, np.nan_to_num(error))))


def _draw(
    numbers: pd.DataFrame,
    marked_n_total: int | None,
    interval: Interval,
    page: Page | None,
    ax: Axes | None = None,
) -> Axes:
    """Draw on a page that makes room for all text, or on axes that stay where they are."""
    ax = page.add_axes(1, right=GUTTER)[0] if page is not None else ax
    assert ax is not None
    size_axis(ax, [int(n) for n in numbers["n_total"]], marked_n_total)
    highest = float((numbers["value"] + 1.96 * numbers["mcse"].fillna(0)).max())
    ax.set_ylim(0, 1.08 * highest if highest > 0 else 1)
    ax.yaxis.set_major_locator(MaxNLocator(nbins=6))
    ax.set_xlabel("participants in all arms together")

    curves = {str(name): rows for name, rows in numbers.groupby("drawn_as", sort=False)}
    seen = _looks(numbers)
    n_all = numbers["assumption"].nunique()
    names = [_name(ax, name, rows, seen[name], n_all) for name, rows in curves.items()]
    truths = {abs(t): t for t in numbers["truth"].unique() if 0 < abs(t) <= ax.get_ylim()[1]}
    names += [_truth(ax, truth, numbers) for truth in truths.values()]
    marks = [] if marked_n_total is None else [mark_size(ax, marked_n_total)]
    above = place_labels(ax, marks, lift=8) * ROW + 10
    _name_y(ax, f"half of the {interval.level} confidence interval ({interval.unit})", above)
    if page is not None:
        tall = max(_LEAST_TALL, height_of(names))
        page.arrange([ax], [above + ROW + 4], 4.0 * TEXT, tall)

    for size in truths:
        ax.axhline(size, color=TRUTH, linewidth=2.0, path_effects=halo(2.0), zorder=1.2)
    for name, rows in curves.items():
        # A curve is of one assumption, and so are its errors.
        own = rows[rows["assumption"] == name]
        half = 1.96 * own["mcse"]
        ends = {"lower": own["value"] - half, "upper": own["value"] + half}
        curve(ax, own["n_total"], own["value"], seen[name], **ends)
    place_end_labels(ax, names)
    return ax


def _name_y(ax: Axes, text: str, above: float) -> None:
    """The name of the y axis, level above it: a unit may be too long to stand upright."""
    ax.annotate(
        text,
        (0, 1),
        xycoords="axes fraction",
        xytext=(-LEFT + EDGE, above),
        textcoords="offset points",
        ha="left",
        va="bottom",
    )


def _looks(numbers: pd.DataFrame) -> Mapping[str, Look]:
    """Looks of the curves; only one that stands for nothing but nulls is a reference."""
    names = [str(name) for name in numbers["assumption"].unique()]
    nulls = {str(name) for name in numbers.loc[numbers["truth"] == 0, "assumption"]}
    seen = looks(names, references=nulls)
    for drawn_as, rows in numbers.groupby("drawn_as", sort=False):
        effects = [str(one) for one in rows["assumption"].unique() if one not in nulls]
        seen[str(drawn_as)] = seen[effects[0] if effects else str(drawn_as)]
    return seen


def _name(ax: Axes, name: str, rows: pd.DataFrame, look: Look, n_all: int) -> EndLabel:
    own = rows[rows["assumption"] == name]
    members = [plain(str(one)) for one in rows["assumption"].unique()]
    text = f"all {len(members)} assumptions" if len(members) == n_all > 2 else listed(members)
    x, y = float(own["n_total"].iloc[-1]), float(own["value"].iloc[-1])
    return end_label(ax, x, y, text, look.colour)


def _truth(ax: Axes, truth: float, numbers: pd.DataFrame) -> EndLabel:
    sizes: Sequence[float] = numbers["truth"].abs().tolist()
    names = numbers.loc[np.isclose(sizes, abs(truth)), "assumption"].unique()
    text = f"truth {exact(truth)}: {listed([plain(name) for name in names])}"
    return end_label(ax, ax.get_xlim()[1], abs(truth), text, TRUTH)
