"""What is believed of a value, as a law with quantiles, and the nodes that stand for it.

A law is a transform of one standard normal score, so that nodes are made once for all laws: the
trapezoidal rule in that score. On a smooth function weighted by a normal density its error falls
faster than any power of the step (Trefethen and Weideman 2014, doi 10.1137/130932132): power as a
function of the score is smooth, and `rule_error` says how little is left for a curve of a given
steepness. Gauss rules reach values to which nobody gives a chance, and nodes of equal probability
lose several hundredths of the variance in their outermost pieces.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special
from scipy.interpolate import PchipInterpolator

from trialsim.scenario.keys.uncertain import Prior
from trialsim.scenario.uncertain import KEYS, standard_error

Floats = NDArray[np.float64]

MIXTURE_WEIGHTS = (0.32, 0.31, 0.30, 0.07)
MIXTURE_SDS = (0.61, 1.42, 2.16, 5.64)
"""Signal-to-noise ratios (true effect / standard error) of trials in the Cochrane database: a
mixture of four normal distributions around 0. van Zwet, Schwab and Senn 2021, doi
10.1002/sim.9173; used by van Zwet and colleagues 2023, doi 10.1056/EVIDoa2300003."""

STEPS = (0.25, 0.5, 1.0)
"""Distance of nodes in standard normal scores, for one, two and three uncertain values."""

LEFT_OUT = 2e-4
"""Probability of the rarest nodes, together, that are left out: no share can move by more."""

_FARTHEST = 5.0
_GRID = 4001


@dataclass(frozen=True)
class Law:
    """A distribution."""

    cdf: Callable[[Floats], Floats]
    quantile: Callable[[Floats], Floats]
    is_certain: bool = False
    """All of its probability is in one value."""

    def at(self, score: Floats | float) -> Floats:
        """The value that has the same probability below it as a standard normal score."""
        return self.quantile(special.ndtr(np.asarray(score, dtype=float)))

    def score(self, value: float) -> float:
        """The standard normal score of a value; infinite beyond the ends."""
        return float(special.ndtri(self.cdf(np.asarray(value, dtype=float))))

    def between(self, low: float | None, high: float | None) -> Law:
        """The law given that the value lies between two limits. Raises ValueError where it has
        nothing there."""
        if low is None and high is None:
            return self
        below = 0.0 if low is None else float(self.cdf(np.asarray(low, dtype=float)))
        above = 1.0 if high is None else float(self.cdf(np.asarray(high, dtype=float)))
        inside = above - below
        if inside < LEFT_OUT:
            raise ValueError("next to nothing of the prior lies between min and max")
        least, most = -np.inf if low is None else low, np.inf if high is None else high
        return Law(
            lambda value: np.clip((self.cdf(value) - below) / inside, 0, 1),
            # Rounding must not lead out of the limits.
            lambda share: np.clip(self.quantile(below + inside * share), least, most),
        )


def law_of(prior: Prior) -> Law:
    """The law that a prior states. Raises ValueError where it states none."""
    return _LAWS[prior.distribution](prior)


def normal(mean: float, sd: float) -> Law:
    """The normal law; all in `mean` when the SD is 0."""
    if sd == 0:
        return Law(
            lambda value: (np.asarray(value) >= mean).astype(float),
            lambda share: np.full(np.shape(share), float(mean)),
            is_certain=True,
        )
    return Law(
        lambda value: special.ndtr((value - mean) / sd),
        lambda share: mean + sd * special.ndtri(share),
    )


def mixture(weights: ArrayLike, means: ArrayLike, sds: ArrayLike) -> Law:
    """A mixture of normal laws."""
    share, mean, sd = (np.array(one, dtype=float) for one in (weights, means, sds))
    share = share / share.sum()

    def cdf(value: Floats) -> Floats:
        scores = (np.asarray(value, dtype=float)[..., None] - mean) / sd
        return np.asarray((share * special.ndtr(scores)).sum(axis=-1))

    ends = (float((mean - 9 * sd).min()), float((mean + 9 * sd).max()))
    # Finer where the narrow parts are.
    parts = [m + s * np.linspace(-9, 9, _GRID) for m, s in zip(mean, sd, strict=True)]
    grid = np.unique(np.concatenate([*parts, ends]))
    return Law(cdf, _inverse(grid, cdf(grid)))


def posterior_of_pilot(
    estimate: float,
    se: float,
    *,
    alpha: float | None = 0.05,
    before: tuple[float, float] | None = None,
) -> Law:
    """What is known of a true effect from a pilot that was looked at because it was significant.

    The likelihood of the estimate is divided by the chance that a pilot of that error would have
    been significant under each effect, in either direction: the law of estimates that are seen at
    all (Yekutieli 2012, doi 10.1111/j.1467-9868.2011.01016.x). `alpha` None makes no correction.
    `before` is the mean and SD of a normal prior; None is a flat one. Small effects, under which
    significant pilots are rare, so gain weight. Were effects drawn from `before` first and pilots
    of each done once, the selection would change nothing: the correction is for one treatment of
    which only a significant pilot would have been shown.
    """
    middles = [estimate, 0.0] if alpha is not None else [estimate]
    low, high = min(middles) - 9 * se, max(middles) + 9 * se
    grid = np.linspace(low, high, _GRID)
    log_density = -0.5 * ((estimate - grid) / se) ** 2
    if alpha is not None:
        critical = -special.ndtri(alpha / 2)
        seen = special.ndtr(grid / se - critical) + special.ndtr(-grid / se - critical)
        log_density -= np.log(seen)
    if before is not None:
        mean, sd = before
        log_density -= 0.5 * ((grid - mean) / sd) ** 2
    density = np.exp(log_density - log_density.max())
    cumulative = np.concatenate([[0.0], np.cumsum((density[1:] + density[:-1]) / 2)])
    cumulative /= cumulative[-1]
    interpolated = PchipInterpolator(grid, cumulative)

    def cdf(value: Floats) -> Floats:
        return np.clip(interpolated(np.clip(value, low, high)), 0, 1)

    return Law(cdf, _inverse(grid, cumulative))


def _inverse(grid: Floats, cumulative: Floats) -> Callable[[Floats], Floats]:
    """Quantiles of a law whose distribution function is known on a grid; interpolated against the
    normal score, on which a value is nearly a straight line."""
    inside = (cumulative > 1e-12) & (cumulative < 1 - 1e-12)
    score, value = special.ndtri(cumulative[inside]), grid[inside]
    rising = np.concatenate([[True], np.diff(score) > 0])
    curve = PchipInterpolator(score[rising], value[rising])
    first, last = score[rising][[0, -1]]
    return lambda share: curve(np.clip(special.ndtri(share), first, last))


def _uniform(prior: Prior) -> Law:
    low, high = _known(prior.min), _known(prior.max)
    return Law(
        lambda value: np.clip((value - low) / (high - low), 0, 1),
        lambda share: low + (high - low) * share,
    )


def _beta(prior: Prior) -> Law:
    a, b = _known(prior.a), _known(prior.b)
    low, high = 0.0 if prior.min is None else prior.min, 1.0 if prior.max is None else prior.max
    return Law(
        lambda value: special.betainc(a, b, np.clip((value - low) / (high - low), 0, 1)),
        lambda share: low + (high - low) * special.betaincinv(a, b, share),
    )


def _normal(prior: Prior) -> Law:
    law = normal(_known(prior.mean), _known(prior.sd))
    return law if law.is_certain else law.between(prior.min, prior.max)


def _from_interval(prior: Prior) -> Law:
    level = 0.95 if prior.level is None else prior.level
    half = (_known(prior.upper) - _known(prior.lower)) / 2
    sd = half / -float(special.ndtri((1 - level) / 2))
    return normal(_known(prior.estimate), sd).between(prior.min, prior.max)


def _from_pilot(prior: Prior) -> Law:
    alpha = None if prior.selected == "none" else 0.05 if prior.alpha is None else prior.alpha
    before = None if prior.before is None else (prior.before.mean, prior.before.sd)
    law = posterior_of_pilot(
        _known(prior.estimate), standard_error(prior), alpha=alpha, before=before
    )
    return law.between(prior.min, prior.max)


def _cochrane(prior: Prior) -> Law:
    se, sds = standard_error(prior), np.array(MIXTURE_SDS)
    if prior.estimate is None:
        law = mixture(MIXTURE_WEIGHTS, np.zeros(len(sds)), se * sds)
        return law.between(prior.min, prior.max)
    # After an estimate of z standard errors each part is shrunk by its own factor, and has the
    # weight with which it foresaw z.
    z = prior.estimate / se
    log_weight = np.log(MIXTURE_WEIGHTS) - 0.5 * z**2 / (sds**2 + 1) - 0.5 * np.log(sds**2 + 1)
    shrunk = sds**2 / (sds**2 + 1)
    weights = np.exp(log_weight - log_weight.max())
    law = mixture(weights, se * z * shrunk, se * np.sqrt(shrunk))
    return law.between(prior.min, prior.max)


def _known(value: float | None) -> float:
    if value is None:
        raise ValueError("the prior lacks a number that its distribution needs")
    return value


_LAWS: dict[str, Callable[[Prior], Law]] = {
    "normal": _normal,
    "uniform": _uniform,
    "beta": _beta,
    "from_interval": _from_interval,
    "from_pilot": _from_pilot,
    "cochrane": _cochrane,
}


def grid(n_values: int) -> tuple[Floats, Floats]:
    """Nodes as standard normal scores (node, value) and their weights (node,), which sum to 1.

    The trapezoidal rule on the scores of all values, without the rarest nodes (`LEFT_OUT`). No
    value at all is one node. Raises ValueError for more values than there are steps for.
    """
    if n_values == 0:
        return np.zeros((1, 0)), np.ones(1)
    if n_values > len(STEPS):
        raise ValueError(f"{n_values} values are uncertain together; at most {len(STEPS)} may be")
    step = STEPS[n_values - 1]
    most = round(_FARTHEST / step)
    line = step * np.arange(-most, most + 1)
    scores = np.array(list(product(line, repeat=n_values)))
    squares = (scores**2).sum(axis=1)
    weights = np.exp(-0.5 * squares)
    weights /= weights.sum()
    # All nodes of one distance stay or go together, so that the rule remains symmetric.
    _, place = np.unique(squares, return_inverse=True)
    beyond = np.cumsum(np.bincount(place, weights)[::-1])[::-1]  # as far away, or farther
    kept = (beyond > LEFT_OUT)[place]
    return scores[kept], weights[kept] / weights[kept].sum()


def rule_error(steepness: float, step: float) -> float:
    """Largest error of the rule for power that rises as a probit curve, wherever it lies.

    `steepness` is the slope of the probit of power by score. The mean of Phi(a + b z) over a
    standard normal z is Phi(a / sqrt(1 + b^2)).
    """
    line = step * np.arange(-round(_FARTHEST / step), round(_FARTHEST / step) + 1)
    weights = np.exp(-0.5 * line**2)
    weights /= weights.sum()
    place = np.linspace(0, 3 * np.hypot(1, steepness), 61)
    sums = (special.ndtr(place[:, None] + steepness * line) * weights).sum(axis=1)
    return float(np.abs(sums - special.ndtr(place / np.hypot(1, steepness))).max())


def in_words(prior: Prior) -> str:
    """A prior in words: `normal, mean -1.4, sd 1`."""
    keys = KEYS[prior.distribution]
    order = (*keys.required, "estimate", "se", "sd", "n_per_arm", *keys.optional)
    parts = []
    for key in dict.fromkeys(order):
        if getattr(prior, key) is None:
            continue
        value = getattr(prior, key)
        if key == "before":
            value = f"normal, mean {value.mean:g}, sd {value.sd:g}"
        parts.append(
            f"{key.replace('_', ' ')} {value:g}"
            if not isinstance(value, str)
            else f"{key.replace('_', ' ')} {value}"
        )
    return ", ".join([prior.distribution.replace("_", " "), *parts])
