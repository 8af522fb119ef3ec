"""The figures that a run can draw, in the order of a report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from trialsim.plots import (
    calendar,
    dance,
    dichotomising,
    exaggeration,
    flow,
    loss,
    many_trials,
    natural_course,
    nnt,
    one_trial,
    p_values,
    power_curve,
    power_map,
    precision,
    small_multiples,
    three_analyses,
    trajectories,
    transport,
)
from trialsim.plots.base.figure import Drawn
from trialsim.plots.run import Run


class Shown(NamedTuple):
    """A figure of a run: when there is something to draw, and how."""

    applies: Callable[[Run], bool]
    draw: Callable[[Run], Drawn]


GALLERY: Mapping[str, Shown] = {
    "flow": Shown(flow.applies, flow.draw),
    "calendar": Shown(calendar.applies, calendar.draw),
    "one_trial": Shown(one_trial.applies, one_trial.draw),
    "trajectories": Shown(trajectories.applies, trajectories.draw),
    "natural_course": Shown(natural_course.applies, natural_course.draw),
    "many_trials": Shown(many_trials.applies, many_trials.draw),
    "dance": Shown(dance.applies, dance.draw),
    "power": Shown(power_curve.applies, power_curve.draw),
    "power_map": Shown(power_map.applies, power_map.draw),
    "precision": Shown(precision.applies, precision.draw),
    "exaggeration": Shown(exaggeration.applies, exaggeration.draw),
    "p_values": Shown(p_values.applies, p_values.draw),
    "small_multiples": Shown(small_multiples.applies, small_multiples.draw),
    "three_analyses": Shown(three_analyses.applies, three_analyses.draw),
    "dichotomising": Shown(dichotomising.applies, dichotomising.draw),
    "nnt": Shown(nnt.applies, nnt.draw),
    "loss": Shown(loss.applies, loss.draw),
    "transport": Shown(transport.applies, transport.draw),
}
"""By name. A new figure is a file of its own and a line here."""


@dataclass(frozen=True)
class Figures:
    """The figures of one run: `names()`, `draw(name)`, or all of them by `all()`."""

    run: Run

    def names(self) -> list[str]:
        """Figures that this run has numbers for."""
        return [name for name, shown in GALLERY.items() if shown.applies(self.run)]

    def draw(self, name: str) -> Drawn:
        """One figure. Raises KeyError for a name that no figure has, ValueError where this run
        has no numbers for it."""
        if name not in GALLERY:
            raise KeyError(f"no figure is called '{name}'; there are {', '.join(GALLERY)}")
        if not GALLERY[name].applies(self.run):
            known = ", ".join(self.names())
            raise ValueError(f"this run has no numbers for '{name}'; it has {known}")
        return GALLERY[name].draw(self.run)

    def all(self) -> list[Drawn]:
        """Every figure that the run has numbers for, in the order of a report."""
        return [self.draw(name) for name in self.names()]

    def many_trials(self) -> Drawn:
        """P2: the primary estimates of the design as stated, a panel an assumption."""
        return self.draw("many_trials")

    def power(self) -> Drawn:
        """P5: share significant against total sample size, a curve an assumption."""
        return self.draw("power")
