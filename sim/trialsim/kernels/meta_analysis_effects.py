"""Effects in standard deviations, as reviews pool trials that measured on different scales.

Hedges 1981, doi 10.3102/10769986006002107.
"""

from __future__ import annotations

import numpy as np
from scipy import special

from trialsim.core.axes import FloatArray


def hedges_g(d: FloatArray, n1: FloatArray, n0: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Hedges' g and its large-sample variance, from a difference `d` in pooled SDs; arms n1, n0.

    g = J d with J = Gamma(m / 2) / (sqrt(m / 2) Gamma((m - 1) / 2)), m = n1 + n0 - 2, without bias
    for normal scores; variance 1 / n1 + 1 / n0 + g^2 / (2 (n1 + n0)). Needs m of 2 or more.
    """
    half = (np.asarray(n1) + n0 - 2) / 2
    g = d * np.exp(special.gammaln(half) - special.gammaln(half - 0.5)) / np.sqrt(half)
    return g, 1 / n1 + 1 / n0 + g**2 / (2 * (n1 + n0))
