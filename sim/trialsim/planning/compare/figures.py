"""The figures of a comparison."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trialsim.planning.compare.cost import QUANTITIES
from trialsim.planning.compare.tables import APART, RATE, SAME
from trialsim.plots.base.figure import Drawn, Settings
from trialsim.plots.paired_difference import draw_paired_difference
from trialsim.plots.pareto import draw_pareto

if TYPE_CHECKING:
    from trialsim.planning.compare.compare import Comparison


def figures(comparison: Comparison, assumption: str) -> list[Drawn]:
    """Paired differences in the share of significant trials, and power against each cost that
    designs differ in, under one assumption."""
    settings, sizes = settings_of(comparison)
    table = comparison.differences
    rates = table[(table["measure"] == RATE) & (table["verdict"] != SAME)]
    contrasts = rates["contrast"].nunique()
    drawn = []
    for contrast, rows in rates.groupby("contrast", sort=False):
        drawn.append(
            draw_paired_difference(
                rows.assign(is_told_apart=rows["verdict"] == APART),
                first=comparison.candidates[0].label,
                settings=settings,
                n_total=sizes,
                smallest=comparison.smallest,
                name=_name("paired_difference", str(contrast), contrasts),
            )
        )
    points = comparison.pareto(assumption)
    contrasts = points["contrast"].nunique()
    for (quantity, contrast), rows in points.groupby(["quantity", "contrast"], sort=False):
        drawn.append(
            draw_pareto(
                rows,
                quantity=QUANTITIES[str(quantity)],
                assumption=assumption,
                settings=settings,
                n_total=sizes,
                name=_name(f"pareto_{quantity}", str(contrast), contrasts),
            )
        )
    return drawn


def settings_of(comparison: Comparison) -> tuple[Settings, str | None]:
    """What captions say, and the sizes where designs have several."""
    analyses = list(dict.fromkeys(one.analysis for one in comparison.candidates))
    sizes = sorted({one.design.n_total for one in comparison.candidates})
    settings = Settings(
        n_total=sizes[0],
        replicates=comparison.replicates,
        seed=comparison.seed,
        digest=comparison.plan.digest,
        analysis=f"analysis {analyses[0]}" if len(analyses) == 1 else "",
    )
    return settings, f"{sizes[0]:,} to {sizes[-1]:,}" if len(sizes) > 1 else None


def _name(figure: str, contrast: str, n_contrasts: int) -> str:
    if n_contrasts < 2:
        return figure
    return f"{figure}_{''.join(c if c.isalnum() else '_' for c in contrast)}"
