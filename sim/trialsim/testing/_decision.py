"""Rules of decisions: what is concluded from an estimate."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from trialsim.core.draws import Draws
from trialsim.core.stages import DecisionMethod, Rule
from trialsim.testing._arrays import difference, impurity, locked

SHAPE = (2, 3, 50)
"""Contrasts, trial sizes, replicates."""

LEVELS = (0.05, 0.01, 0.2)
"""Levels to try; the method's own is the scenario's, and reaches it through the rule."""


def _results() -> tuple[np.ndarray, np.ndarray]:
    draws, n = Draws(seed=6, batch=0, replicates=1), int(np.prod(SHAPE))
    estimate = draws.normal("testing.estimate", n).reshape(SHAPE)
    return locked(estimate), locked(draws.uniform("testing.p_value", n).reshape(SHAPE) ** 2)


def _rules() -> Iterator[Rule]:
    for alpha in LEVELS:
        yield Rule(alpha=alpha, sides=2, sign=1)
        yield Rule(alpha=alpha, sides=1, sign=-1)


def decisions_are_planes(method: DecisionMethod) -> Iterator[str]:
    """Decisions are boolean, of the shape of the estimates."""
    decisions = method.decide(*_results(), next(_rules()))
    for name in ("rejected", "favourable"):
        found = getattr(decisions, name)
        if found.dtype != np.bool_ or found.shape != SHAPE:
            yield f"`{name}` is {found.dtype} {found.shape}, not bool {SHAPE}."


def decisions_are_pure(method: DecisionMethod) -> Iterator[str]:
    """The same results give the same decisions, and are left as they were."""
    estimate, p_value = _results()
    for rule in _rules():
        yield from impurity(partial(method.decide, estimate, p_value, rule), estimate, p_value)


def results_are_judged_alone(method: DecisionMethod) -> Iterator[str]:
    """An estimate is judged by itself."""
    estimate, p_value = _results()
    for rule in _rules():
        whole = method.decide(estimate, p_value, rule)
        part = method.decide(estimate[:, :, 3:5], p_value[:, :, 3:5], rule)
        apart = difference(whole.rejected[:, :, 3:5], part.rejected)
        if apart:
            yield f"Under {rule}: {apart}."


def level_is_the_rules(method: DecisionMethod) -> Iterator[str]:
    """The null hypothesis is rejected where p is below the rule's alpha, and not at alpha."""
    for rule in _rules():
        alpha = rule.alpha
        p_value = np.array([0.0, np.nextafter(alpha, 0), alpha, np.nextafter(alpha, 1), 1.0])
        found = method.decide(np.full(5, float(rule.sign)), p_value, rule).rejected
        if found.tolist() != [True, True, False, False, False]:
            shown = ", ".join(f"p {p:.17g} {f}" for p, f in zip(p_value, found, strict=True))
            yield f"At alpha {alpha:g}: {shown}."


def favourable_is_a_rejection(method: DecisionMethod) -> Iterator[str]:
    """A decision is favourable where it rejects and the estimate lies in the good direction."""
    estimate, p_value = _results()
    for rule in _rules():
        decisions = method.decide(estimate, p_value, rule)
        wanted = decisions.rejected & (estimate * rule.sign > 0)
        apart = difference(wanted, decisions.favourable)
        if apart:
            yield f"Under {rule}: {apart}."


def failures_reject_nothing(method: DecisionMethod) -> Iterator[str]:
    """A failed analysis, which is NaN, rejects nothing and warns of nothing."""
    nothing = np.full(SHAPE, np.nan)
    for rule in _rules():
        decisions = method.decide(nothing, nothing, rule)
        if decisions.rejected.any() or decisions.favourable.any():
            yield f"Under {rule} it rejects."


RULES = (
    decisions_are_planes,
    decisions_are_pure,
    results_are_judged_alone,
    level_is_the_rules,
    favourable_is_a_rejection,
    failures_reject_nothing,
)
