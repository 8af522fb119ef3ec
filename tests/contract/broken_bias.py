"""Bias mechanisms that break one rule each, as a plug-in's author might."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import numpy as np

from trialsim.bias.best_of import BestOf
from trialsim.bias.broken_concealment import BrokenConcealment
from trialsim.bias.co_intervention import CoInterventionBias
from trialsim.bias.contamination import Contamination
from trialsim.bias.expectation import Expectation
from trialsim.bias.per_protocol import PerProtocol


class NoDomain(Expectation):
    """Of no domain of RoB 2."""

    domain: ClassVar[str] = "wishful thinking"


class ActsAtBaseline(Expectation):
    """Moves scores before anybody was treated."""

    def acts_at(self, visits, baseline):
        return list(visits)


class ActsWhileOff(CoInterventionBias):
    """Looks at its own switch."""

    def takers(self, draws, purpose, n):
        return super().takers(draws, purpose, n) & self.on


class TakesByRank(CoInterventionBias):
    """Exactly a share of those who are planned, so that it matters how many follow."""

    def takers(self, draws, purpose, n):
        uniform = draws.uniform(f"{purpose}.takes", n)
        return uniform <= np.quantile(uniform, self.share, axis=1)[:, None]


class TakesFromOwn(Contamination):
    """Gives patients of an arm the treatment that they have."""

    def instead(self, draws, purpose, arm, arms):
        return np.ones(arm.shape, dtype=bool), self.to


class WantsTheWorse(BrokenConcealment):
    """Steers the wrong way."""

    def reallocate(self, draws, purpose, arm, badness, sizes, arms):
        return super().reallocate(draws, purpose, arm, -badness, sizes, arms)


class WantsMore(BrokenConcealment):
    """Puts everybody who is better than ordinary into the favoured arm."""

    def reallocate(self, draws, purpose, arm, badness, sizes, arms):
        return (badness < 0).astype(np.int8)


class MovesEstimates(BestOf):
    """Adds to the estimate."""

    def report(self, analysis, data, analyse, rules):
        found = super().report(analysis, data, analyse, rules)
        return replace(found, estimate=found.estimate - 0.5)


class Across(PerProtocol):
    """Looks at all replicates together."""

    def report(self, analysis, data, analyse, rules):
        score = data.scores["score"][self.visit]
        return analyse(analysis, replace(data, enrolled=score > score.mean(), memo={}))
