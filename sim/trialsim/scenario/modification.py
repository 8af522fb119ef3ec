"""Who gains how much: responders by chance, or the levels of a covariate or trait."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum

import numpy as np
from scipy import special

from trialsim.core.axes import FloatArray
from trialsim.core.effect import Effect, Modifier
from trialsim.core.errors import Path, Problem
from trialsim.core.stages import CovariateMethod
from trialsim.kernels.latent_shares import place_of
from trialsim.scenario._words import clipped, counted, listed, nearest
from trialsim.scenario.keys.assumptions import ArmTruth

Shares = tuple[float, ...]
"""Of the levels of a covariate, or of classes; they sum to 1."""

MAX_ROWS = 120
"""Arms times classes: both are numbered together in one byte."""


@dataclass(frozen=True)
class Classes:
    """Into which classes an assumption divides the patients of one outcome."""

    shares: Shares
    variable: str = ""
    """What has these classes as levels; "" where chance decides."""

    def rows(
        self, truth: ArmTruth, written: Sequence[tuple[float, ...]]
    ) -> list[tuple[float, ...]]:
        """Differences of one arm in every class, a value a visit."""
        if truth.by_level is not None:
            return list(written)
        (row,) = written
        if truth.responders is None:
            return [row] * len(self.shares)
        respond = np.cumsum(self.shares) <= truth.responders * (1 + 1e-9)
        gain = tuple(difference / truth.responders for difference in row)
        nothing = (0.0,) * len(row)
        return [gain if responds else nothing for responds in respond]

    def effect(
        self,
        by_class: Sequence[Sequence[tuple[float, ...]]],
        sd: Sequence[tuple[float | None, ...]],
    ) -> Effect:
        """The effect on arms with these rows of differences (a, m, v) and SDs (a, v)."""
        means = tuple(
            tuple(
                rows[0][v] if len(set(column := [row[v] for row in rows])) == 1
                else fsum(share * d for share, d in zip(self.shares, column, strict=True))
                for v in range(len(rows[0]))
            )
            for rows in by_class
        )  # fmt: skip
        if all(len(set(rows)) == 1 for rows in by_class):
            return Effect(difference=means, sd=tuple(sd))
        difference = tuple(zip(*by_class, strict=True))
        modifier = Modifier(variable=self.variable, shares=self.shares, difference=difference)
        return Effect(difference=means, sd=tuple(sd), modifier=modifier)


def level_shares(method: CovariateMethod) -> Shares | None:
    """The share of each level, before anybody is turned away; None for a measurement.

    To nine digits, so that a plan is the same on every machine.
    """
    if method.n_levels is None:
        return None

    def level(z: FloatArray) -> FloatArray:
        return method.values(z[None])[0]

    limits = [place_of(level, k) for k in range(1, method.n_levels)]
    below = [0.0, *(round(float(special.ndtr(limit)), 9) for limit in limits), 1.0]
    return tuple(round(high - low, 9) for low, high in zip(below, below[1:], strict=False))


def classes_of(
    path: Path, stated: Mapping[str, ArmTruth], levels: Mapping[str, Shares | None]
) -> tuple[Classes, list[Problem]]:
    """How the arms of one outcome divide the patients, and what is wrong with it."""
    problems = []
    for arm, truth in stated.items():
        problems += _arm_problems((*path, arm), truth, levels)
    if problems:
        return Classes((1.0,)), problems
    modifiers = list(dict.fromkeys(t.modifier for t in stated.values() if t.modifier is not None))
    shares = sorted({t.responders for t in stated.values() if t.responders not in (None, 1)})
    if len(modifiers) > 1:
        text = f"is modified by {listed(modifiers, 'and')}; one can modify an outcome."
        problems.append(Problem(path, text, "Keep one."))
    if modifiers and shares:
        text = f"is modified by {modifiers[0]}, and has responders by chance too."
        problems.append(Problem(path, text, "Keep one of the two."))
    if problems:
        return Classes((1.0,)), problems
    if modifiers:
        found = Classes(levels[modifiers[0]] or (), modifiers[0])
    else:
        edges = [0.0, *(share for share in shares if share is not None), 1.0]
        found = Classes(tuple(b - a for a, b in zip(edges, edges[1:], strict=False)))
    if len(found.shares) * len(stated) > MAX_ROWS:
        text = f"makes {len(found.shares)} classes in {counted(len(stated), 'arm')}."
        hint = f"At most {MAX_ROWS} classes of all arms together can be simulated."
        return Classes((1.0,)), [Problem(path, text, hint)]
    return found, []


def _arm_problems(
    path: Path, truth: ArmTruth, levels: Mapping[str, Shares | None]
) -> list[Problem]:
    problems = []
    name, rows = truth.modifier, truth.by_level
    if (name is None) != (rows is None):
        written, wanted = ("by_level", "modifier") if name is None else ("modifier", "by_level")
        text = f"has {written} without {wanted}."
        return [Problem(path, text, "Write both: who decides, and how much each level gains.")]
    if name is None or rows is None:
        return []
    levelled = [other for other, shares in levels.items() if shares is not None]
    shares = levels.get(name)
    if name not in levels:
        text = f"no covariate or trait is called '{clipped(name)}'."
        problems.append(Problem((*path, "modifier"), text, nearest(name, levelled)))
    elif shares is None:
        text = f"'{clipped(name)}' is a measurement, without levels."
        hint = f"Cut it: `distribution: bands` with `of: {clipped(name)}`."
        problems.append(Problem((*path, "modifier"), text, hint))
    elif len(shares) != len(rows):
        text = f"has {counted(len(rows), 'difference')} for {counted(len(shares), 'level')}."
        hint = f"Write one for each level of {name}, the lowest first."
        problems.append(Problem((*path, "by_level"), text, hint))
    if truth.difference != 0.0:
        text = "stands beside by_level, which says the same by level."
        problems.append(Problem((*path, "difference"), text, "Leave it out.", at_key=True))
    if truth.responders is not None:
        text = "stands beside by_level: responders by chance, or by level, not both."
        problems.append(Problem((*path, "responders"), text, "Leave it out.", at_key=True))
    return problems
