"""Two tests in place of one: an arm that changed "significantly", and another that did not.

Bland and Altman 2011, doi 10.1186/1745-6215-12-264: such a difference between p values is no
evidence of a difference between arms.
"""

import numpy as np
from numpy.typing import ArrayLike

from trialsim.theory import _validate


def false_difference(power: ArrayLike) -> float:
    """Chance that some arms change significantly since baseline and others do not.

    `power` (arms,) is each arm's own chance of a significant change; arms are independent. With no
    difference between them at all it is at most a half for two arms and three quarters for three,
    where every arm has 0.5.
    """
    chance = np.asarray(_validate.share("power", power))
    if chance.ndim != 1 or chance.size < 2:
        raise ValueError(f"power is {power!r}: give one for each of two or more arms")
    return float(1 - chance.prod() - (1 - chance).prod())
