"""Rules of analyses that hold on average: what is estimated, and how often it is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from trialsim.core.stages import AnalysisMethod, Rule
from trialsim.testing._trial import SD, TWO_SIDED, Trial, data_of, truth_of

REPLICATES = 20_000
"""A share of 0.05 is then known to 0.0015: tests that reject 0.057 instead of 0.050 are found."""

RULES_OF_TESTS = (
    TWO_SIDED,
    Rule(alpha=0.05, sides=1, sign=1),
    Rule(alpha=0.05, sides=1, sign=-1),
    Rule(alpha=0.2, sides=2, sign=-1),
    Rule(alpha=0.01, sides=1, sign=1),
)


def _mcse(chance: float) -> float:
    return float(np.sqrt(chance * (1 - chance) / REPLICATES))


def p_values_are_uniform(method: AnalysisMethod) -> Iterator[str]:
    """Where the arms do not differ, a share q of the p values lies below q; of those of a method
    that is not `is_exact`, at most a fifth of q more."""
    trial = Trial(n=40, replicates=REPLICATES)
    data = data_of(method, trial)
    for rule in RULES_OF_TESTS[:3]:
        found = method.analyse(data, [(1, 0)], rule)
        p_value = found.p_value[found.failure == 0]
        for q in (0.01, 0.05, 0.25, 0.5, 0.75, 0.95):
            share = float((p_value < q).mean())
            allowed = 4 * _mcse(q)
            if not method.is_exact:
                if q > 0.05:
                    continue
                allowed = allowed + q / 5 if share > q else 1.0
            if abs(share - q) > allowed:
                yield f"Below {q:g} lie {share:.4f} (mcse {_mcse(q):.4f}), sides {rule.sides}."


def estimates_are_of_the_true_value(method: AnalysisMethod) -> Iterator[str]:
    """The mean estimate is `true_value` of the mean differences, and intervals hold that value as
    often as they say; those of a method that is not `is_exact` nearly so, in trials of 400."""
    trial = Trial(n=40, replicates=REPLICATES, effect=SD / 2)
    room, coverage_room, replicates = 0.0, 0.0, REPLICATES
    if not method.is_exact:
        replicates = REPLICATES // 10
        trial = replace(trial, n=400, replicates=replicates)
        room, coverage_room = 0.1, 0.005  # a tenth of a standard error, and half a percent
    truth = method.true_value(truth_of(method, trial))
    estimates = method.analyse(data_of(method, trial), [(1, 0)], TWO_SIDED)
    mean, sd = float(estimates.estimate.mean()), float(estimates.estimate.std())
    mcse = sd / np.sqrt(replicates)
    if abs(mean - truth) > 4 * mcse + room * sd:
        yield f"The true value is {truth:.4f}, the mean estimate {mean:.4f} (mcse {mcse:.4f})."
    held = float(((estimates.lower < truth) & (truth < estimates.upper)).mean())
    error = _mcse(0.95) * np.sqrt(REPLICATES / replicates)
    if abs(held - 0.95) > 4 * error + coverage_room:
        yield f"Intervals of level 0.95 hold the true value in {held:.4f} (mcse {error:.4f})."


def test_and_interval_agree(method: AnalysisMethod) -> Iterator[str]:
    """p is below alpha exactly where the interval, of level 1 - alpha, or 1 - 2 alpha for a
    one-sided test, excludes 0 on a side that the test looks at, unless the method says that it does
    not invert its test."""
    if not method.inverts_its_test:
        return
    data = data_of(method, Trial(replicates=2_000, effect=SD / 2))
    for rule in RULES_OF_TESTS:
        found = method.analyse(data, [(1, 0)], rule)
        excluded = {1: found.lower > 0, -1: found.upper < 0}
        wanted = excluded[1] | excluded[-1] if rule.sides == 2 else excluded[rule.sign]
        clear = np.abs(found.p_value - rule.alpha) > 1e-9  # on the border either may round
        wrong = clear & ((found.p_value < rule.alpha) != wanted)
        if wrong.any():
            place = tuple(np.argwhere(wrong)[0])
            yield (
                f"Under {rule}: p {found.p_value[place]:.6f} with the interval "
                f"{found.lower[place]:.6f} to {found.upper[place]:.6f}."
            )


RULES = (p_values_are_uniform, estimates_are_of_the_true_value, test_and_interval_agree)
