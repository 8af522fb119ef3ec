"""Size of a trial with several visits and loss over time, analysed by a mixed model (MMRM).

Lu, Luo and Chen 2008, International Journal of Biostatistics 4:9: patients who leave still inform
about the last visit through its correlation with those they attended.
"""

import numpy as np
import scipy.special as special
from numpy.typing import ArrayLike

from trialsim.theory import _validate


def information_loss(correlation: ArrayLike, retention: ArrayLike) -> float:
    """Variance of the mean at the last visit, times n / sd^2: 1 if everybody stays.

    `correlation` (visit, visit) is between scores after baseline within an arm; `retention` (visit)
    is the share still there at each visit, never rising. Loss is monotone and missing at random.
    """
    matrix = np.asarray(correlation, dtype=float)
    present = _validate.finite("retention", retention)
    n_visits = len(present)
    if matrix.shape != (n_visits, n_visits):
        raise ValueError("correlation needs a row and a column for each visit of retention")
    if present[-1] <= 0 or present[0] > 1 or np.any(np.diff(present) > 0):
        raise ValueError(f"retention is {retention!r}: shares above 0 that never rise")
    leaving = -np.diff(np.append(present, 0.0))
    information = np.zeros_like(matrix)
    for attended, share in enumerate(leaving, start=1):
        seen = matrix[:attended, :attended]
        information[:attended, :attended] += share * np.linalg.inv(seen)
    return float(np.linalg.inv(information)[-1, -1])


def mmrm_size_per_arm(
    difference: float,
    sd: float,
    correlation: ArrayLike,
    retention: ArrayLike,
    power: float = 0.8,
    alpha: float = 0.05,
    sides: int = 2,
) -> float:
    """Patients randomised to each of two equal arms, not rounded; normal approximation.

    `difference` and `sd` are at the last visit, in natural units. Equals `longpower::power.mmrm`.
    """
    _validate.share("power", power)
    if _validate.finite("difference", difference) == 0:
        raise ValueError("difference is 0: a sample size needs an effect to detect")
    quantiles = special.ndtri(power) - special.ndtri(_validate.tail_alpha(alpha, sides))
    standardised = difference / float(_validate.positive("sd", sd))
    return float(2 * information_loss(correlation, retention) * (quantiles / standardised) ** 2)
