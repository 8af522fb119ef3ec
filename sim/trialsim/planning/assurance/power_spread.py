"""What the powers at the nodes say of power as a whole: its distribution, and what is given."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import special
from scipy.interpolate import CubicSpline, PchipInterpolator

from trialsim.core.axes import FloatArray
from trialsim.planning.assurance.nodes import Believed, Nodes
from trialsim.planning.assurance.priors import LEFT_OUT, STEPS, rule_error

_FINE = np.arange(-500, 501) / 100
"""Standard normal scores at which curves between nodes are read."""
_MASS = np.exp(-0.5 * _FINE**2) / np.exp(-0.5 * _FINE**2).sum()
_STEEPEST = 0.02
"""Powers nearer to 0 or 1 than this say nothing about how steep the curve is."""


def spread_of_power(
    scores: Sequence[Sequence[float]] | FloatArray, power: FloatArray, weights: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Powers, ascending, with the probability of each.

    Read between the nodes where one value is uncertain (monotone cubic pieces, which do not
    overshoot); those of the nodes themselves where several are, or none.
    """
    score, mass = np.asarray(scores, dtype=float), weights
    if score.shape[1] == 1:
        curve = PchipInterpolator(score[:, 0], power)
        power, mass = curve(np.clip(_FINE, score[0, 0], score[-1, 0])), _MASS
    order = np.argsort(power, kind="stable")
    return power[order], mass[order]


def quantile_of_power(nodes: Nodes, power: FloatArray, level: float) -> float:
    """The power that is not reached with this probability."""
    ordered, mass = spread_of_power(nodes.scores, power, nodes.weights)
    return float(np.interp(level, np.cumsum(mass) - mass / 2, ordered))


def chance_below(nodes: Nodes, power: FloatArray, limit: float) -> float:
    """Probability of a power below a limit."""
    ordered, mass = spread_of_power(nodes.scores, power, nodes.weights)
    if len(ordered) == 1:
        return float(ordered[0] < limit)
    return float(np.interp(limit, ordered, np.cumsum(mass) - mass / 2, left=0.0, right=1.0))


def chance_worthwhile(one: Believed) -> float:
    """Probability that a value is at least worth having; away from 0 counts as more."""
    if one.worthwhile is None:
        raise ValueError("it is not stated what is worth having")
    if one.law.is_certain:
        return float((float(one.law.at(0.0)) - one.worthwhile) * np.sign(one.worthwhile) >= 0)
    limit = one.law.score(one.worthwhile)
    return float(special.ndtr(-limit if one.worthwhile > 0 else limit))


def mean_given_worthwhile(nodes: Nodes, one: Believed, shares: FloatArray) -> float:
    """Mean of the shares at the nodes given that a value is worth having; NaN if it cannot be."""
    if one.worthwhile is None or not chance_worthwhile(one):
        return float("nan")
    if one.law.is_certain:
        return float(shares @ nodes.weights)
    limit = one.law.score(one.worthwhile)
    beyond = limit < _FINE if one.worthwhile > 0 else limit > _FINE
    place = [other for other in nodes.believed if not other.law.is_certain].index(one)
    line, row = np.unique(nodes.scores[:, place], return_inverse=True)
    # Averaged over the other values first: a curve over the scores of this one.
    mean = np.bincount(row, nodes.weights * shares) / np.bincount(row, nodes.weights)
    inside = CubicSpline(line, mean)(np.clip(_FINE[beyond], line[0], line[-1]))
    return float(inside @ _MASS[beyond] / _MASS[beyond].sum()) if beyond.any() else float("nan")


def error_of_nodes(nodes: Nodes, power: FloatArray) -> float:
    """The largest error that the nodes make in the mean power: what they leave out, and the error
    of their rule for probit curves as steep as the steepest piece of the simulated one."""
    n_values = nodes.scores.shape[1]
    error = LEFT_OUT if n_values else 0.0
    probit = special.ndtri(np.clip(power, _STEEPEST, 1 - _STEEPEST))
    for place in range(n_values):
        others = np.delete(nodes.scores, place, axis=1)
        order = np.lexsort([nodes.scores[:, place], *others.T])
        steps = np.diff(nodes.scores[order, place])
        alike = np.all(np.diff(others[order], axis=0) == 0, axis=1) & (steps > 0)
        slopes = np.abs(np.diff(probit[order])[alike] / steps[alike])
        error += rule_error(float(slopes.max(initial=0.0)), STEPS[n_values - 1])
    return error
