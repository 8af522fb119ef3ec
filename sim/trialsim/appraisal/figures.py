"""The figures of an appraisal: those of its run that fit, and two of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from trialsim.appraisal.credibility import Credibility
from trialsim.appraisal.fragile import Fragile
from trialsim.operating.rounding import p_text
from trialsim.plots.base.figure import Drawn
from trialsim.plots.false_positive_risk import draw_false_positive_risk
from trialsim.plots.fragility import Table, draw_fragility
from trialsim.study import Results

OF_THE_RUN = ("many_trials", "small_multiples", "exaggeration", "three_analyses", "nnt")
"""Names in the gallery, in the order in which they are drawn."""


def figures(
    results: Results,
    worth: Sequence[Credibility],
    fragile: Sequence[Fragile],
    *,
    show_fragility: bool,
) -> Iterator[Drawn]:
    """Each figure that there is something to draw for, drawn when it is asked for."""
    known = set(results.plot.names())
    if not results.scenario.written.what_if:
        known.discard("small_multiples")
    for name in OF_THE_RUN:
        if name in known:
            yield results.plot.draw(name)
    if worth:
        yield _false_positive_risk(worth[0])
    shown = next((one for one in fragile if one.index is not None), None)
    if show_fragility and shown is not None and shown.index is not None:
        yield draw_fragility(
            Table(
                shown.events,
                shown.n,
                shown.p_value,
                shown.index,
                shown.lost,
                shown.is_reconstructed,
            ),
            results.plan.designs[0].decision.alpha,
        )


def _false_positive_risk(worth: Credibility) -> Drawn:
    power = worth.beliefs[0].power
    beliefs = [one for one in worth.beliefs if one.power == power]
    return draw_false_positive_risk(
        [one.prior for one in beliefs],
        power,
        worth.alpha,
        [one.at_p for one in beliefs],
        p_text(worth.p_value, worth.alpha),
    )
