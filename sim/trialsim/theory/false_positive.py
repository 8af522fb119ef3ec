"""False-positive risk: how often a significant result is a false alarm, for a stated prior belief.

Ioannidis 2005, doi 10.1371/journal.pmed.0020124, and Wacholder and others 2004,
doi 10.1093/jnci/djh075, for results below a level; Colquhoun 2017, doi 10.1098/rsos.171085, for a
result with exactly the p value that was found. Trials are taken to be free of bias.
"""

import numpy as np
import scipy.special as special
from numpy.typing import ArrayLike

from trialsim.theory import _quadrature, _validate
from trialsim.theory._validate import Floats

_NODES = 80


def false_positive_risk(prior: ArrayLike, power: ArrayLike, alpha: ArrayLike = 0.05) -> Floats:
    """Share of false alarms among significant results, p below `alpha`.

    `prior` is the share of such trials in which the treatment works, `power` the share of those
    that are significant: alpha (1 - prior) / (alpha (1 - prior) + power prior). Arguments
    broadcast.
    """
    belief = _validate.share("prior", prior)
    found = _validate.share("power", power) * belief
    false = _validate.share("alpha", alpha) * (1 - belief)
    return np.asarray(false / (false + found))[()]


def likelihood_ratio(p_value: float, ncp: float, df: float = np.inf) -> float:
    """How much more probable exactly this two-sided p value is under the effect than without.

    `ncp` is the true difference in units of its standard error. Raises ValueError for a p value
    that is not between 0 and 1.
    """
    tail = float(_validate.share("p_value", p_value)) / 2
    t = -float(special.ndtri(tail) if np.isinf(df) else special.stdtrit(df, tail))
    both = density(t, ncp, df) + density(-t, ncp, df)
    return float(both / (2 * density(t, 0.0, df)))


def risk_at_p(p_value: float, prior: float, ncp: float, df: float = np.inf) -> float:
    """Chance that a result with exactly this p value is a false alarm."""
    belief = float(_validate.share("prior", prior))
    ratio = likelihood_ratio(p_value, ncp, df)
    return (1 - belief) / (1 - belief + ratio * belief)


def prior_for_risk(risk: float, p_value: float, ncp: float, df: float = np.inf) -> float:
    """The prior belief that one must have had for the risk to be no more than `risk`."""
    wanted = float(_validate.share("risk", risk))
    ratio = likelihood_ratio(p_value, ncp, df)
    return (1 - wanted) / (1 - wanted + ratio * wanted)


def density(t: float, ncp: float, df: float = np.inf) -> float:
    """Density of the noncentral t law: E[s phi(t s - ncp)] over s = sqrt(chi^2_df / df).

    The log of s^df exp(-(df s^2 + (t s - ncp)^2) / 2) has a second derivative of at most
    -(df + t^2), so that its mode +- 9 / sqrt(df + t^2) holds all but exp(-40) of it.
    """
    if np.isinf(df):
        return float(np.exp(-((t - ncp) ** 2) / 2) / np.sqrt(2 * np.pi))
    _validate.at_least("df", df, 1)
    precision = df + t**2
    centre = t * ncp / precision
    mode = (centre + np.sqrt(centre**2 + 4 * df / precision)) / 2
    spread = 9 / np.sqrt(precision)
    s, weight = _quadrature.on_interval(
        np.array(max(mode - spread, 0.0)), np.array(mode + spread), _NODES
    )
    log = _quadrature.log_chi_density(s, np.array(df)) - (t * s - ncp) ** 2 / 2
    return float((weight * s * np.exp(log)).sum() / np.sqrt(2 * np.pi))
