"""What becomes of a trial that is planned from a pilot because the pilot was significant.

The observed effect is Cohen's d, the difference in observed SDs: T sqrt(2 / n) for the t statistic
T of two arms of n. Only significant pilots, in either direction, lead to a trial, and each is
taken at its word. Leon, Davis and Kraemer 2011, Journal of Psychiatric Research 45:626.
"""

from dataclasses import dataclass

import numpy as np

from trialsim.theory import _quadrature, _validate, noncentral_t, two_means
from trialsim.theory._validate import Floats

_NODES = 96
_FARTHEST = 9.0
"""Standard errors beyond the noncentrality; further out lies a probability below 1e-18."""
_HUGE_D = 50.0
"""Beyond it, as long before, the smallest arms there are suffice."""
_TABLE = 200


@dataclass(frozen=True)
class SelectedPilot:
    """Pilots that were significant, and the trial that their mean effect leads to."""

    share_significant: float
    """Of all pilots, in either direction."""
    mean_observed: float
    """Mean |d| that significant pilots report, in observed SDs."""
    planned_per_arm: int
    """Patients an arm for the wanted power if that were true."""
    needed_per_arm: int
    """Patients an arm for the wanted power at the true effect."""
    true_power: float
    """Power of the planned trial at the true effect."""
    mean_true_power: float
    """The same, when each significant pilot plans by its own effect, averaged over them."""


def selected_pilot(
    per_arm: int, true_d: float, power: float = 0.8, alpha: float = 0.05
) -> SelectedPilot:
    """Significance-selected pilots of `per_arm` patients an arm, true effect `true_d` in SDs.

    Normal outcomes, pooled t test, two-sided. Raises ValueError for fewer than 2 an arm, no true
    effect or a power not above alpha.
    """
    _validate.at_least("per_arm", per_arm, 2)
    error, df = np.sqrt(2 / per_arm), 2.0 * per_arm - 2
    needed, _ = two_means.t_test_sample_size(true_d, 1.0, power, alpha)
    critical = float(noncentral_t.critical_t(df, alpha))
    share = float(noncentral_t.rejection_probability(true_d / error, df, alpha))
    reported, weight = _significant(abs(true_d) / error, df, critical)
    mean = float((reported * weight).sum() / weight.sum()) * error
    planned, _ = two_means.t_test_sample_size(mean, 1.0, power, alpha)
    own = _planned_by(reported * error, power, alpha)
    powers = two_means.t_test_power(own, own, true_d, 1.0, alpha)
    return SelectedPilot(
        share_significant=share,
        mean_observed=mean,
        planned_per_arm=planned,
        needed_per_arm=needed,
        true_power=float(two_means.t_test_power(planned, planned, true_d, 1.0, alpha)),
        mean_true_power=float((powers * weight).sum() / weight.sum()),
    )


def _planned_by(observed: Floats, power: float, alpha: float) -> Floats:
    """Patients an arm, not rounded, that each observed d leads to, from a table of sizes."""
    table = np.geomspace(observed.min(), _HUGE_D, _TABLE)
    sizes = [two_means.t_test_sample_size_fractional(d, 1.0, power, alpha)[0] for d in table]
    return np.exp(np.interp(np.log(observed), np.log(table), np.log(sizes)))


def _significant(ncp: float, df: float, critical: float) -> tuple[Floats, Floats]:
    """|T| beyond `critical` at quadrature nodes, and their probabilities, both tails together.

    In x = T s, the difference in true errors, |T| > c is |x| > c s: an integral over s of a normal
    law cut at c s, which keeps the heavy tail of T out of the nodes.
    """
    lower, upper = _quadrature.chi_range(df)
    s, step = _quadrature.on_interval(lower, upper, _NODES)
    density = step * np.exp(_quadrature.log_chi_density(s, df))
    reported, weight = [], []
    for shift in (ncp, -ncp):
        cut = critical * s
        far = np.maximum(cut, shift) + _FARTHEST
        x, width = _quadrature.on_interval(cut, far, 40)
        chance = width * np.exp(-((x - shift) ** 2) / 2) / np.sqrt(2 * np.pi)
        reported.append((x / s[:, None]).ravel())
        weight.append((chance * density[:, None]).ravel())
    return np.concatenate(reported), np.concatenate(weight)
