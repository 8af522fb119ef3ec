"""What theory says of a literature without simulation: how many trials are positive, and seen."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import special

from trialsim.literature.setting import Setting
from trialsim.literature.sizes import divided, law
from trialsim.literature.trials import publication_chances
from trialsim.theory.noncentral_t import critical_t, tail_probabilities


@dataclass(frozen=True)
class ExactShares:
    """Shares of trials; NaN where no closed form holds."""

    positive: float
    """Significant in the good direction, of all that are done."""
    published: float
    """Of all that are done."""
    positive_of_published: float


_UNKNOWN = ExactShares(math.nan, math.nan, math.nan)


def exact_shares(setting: Setting) -> ExactShares:
    """By the noncentral t law, averaged over sizes: for trials of one true effect without flaws,
    analysed without adjustment."""
    written = setting.written
    if written.effect.tau or written.flaws or setting.law.adjusted:
        return _UNKNOWN
    n, weight = law(written.sizes, written.trials)
    n1, n0 = divided(n, setting.arms)
    error = setting.law.sd * np.sqrt(1 / n1 + 1 / n0)
    ncp = setting.better * written.effect.mean / error
    df = n - 2.0
    good, bad = tail_probabilities(ncp, df, critical_t(df, setting.alpha, setting.sides))
    if setting.sides == 1:
        bad = np.zeros_like(good)
    right_side = special.ndtr(ncp)
    by_result = np.stack([good, right_side - good, 1 - right_side - bad, bad])
    shares = by_result @ weight
    seen = shares * publication_chances(setting)
    total = float(seen.sum())
    return ExactShares(
        positive=float(shares[0]),
        published=total,
        positive_of_published=float(seen[0] / total) if total else math.nan,
    )
