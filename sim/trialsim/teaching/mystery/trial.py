"""The trial of a mystery, replayed: as its readers meet it, and what only the key knows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from trialsim.operating.truth import truth_of
from trialsim.replayed.choice import Choice, choose
from trialsim.replayed.result import Result, results_of
from trialsim.replayed.trial import ReplayedTrial
from trialsim.teaching.mystery.drawn import ASSUMED, PRIMARY, Mystery
from trialsim.teaching.mystery.flaws import OTHER

SHOWN = (PRIMARY, OTHER)
"""Analyses that the report has a result of."""


@dataclass(frozen=True)
class SealedChoice(Choice):
    """A trial that does not say which one it is."""

    @property
    def said(self) -> str:
        """Nothing from which the trial could be simulated again."""
        return "A simulated trial."


@dataclass(frozen=True)
class MysteryTrial:
    """One mystery with its trial."""

    mystery: Mystery

    @cached_property
    def replayed(self) -> ReplayedTrial:
        """The trial as it was done."""
        return self._replayed(is_flawed=True)

    @cached_property
    def honest(self) -> ReplayedTrial:
        """The same participants had nothing been wrong."""
        return self._replayed(is_flawed=False)

    @property
    def reported(self) -> Result:
        """The primary result in the report."""
        return self.replayed.analyse(PRIMARY)

    @property
    def shown(self) -> list[Result]:
        """The results in the report."""
        return [self.replayed.analyse(name) for name in SHOWN]

    @property
    def true_difference(self) -> float:
        """What the treatment does to disability at the first visit after treatment, over all who
        were allocated, arm minus comparator."""
        choice = self.honest.choice
        method = choice.design.analyses[PRIMARY]
        contrast = choice.design.contrasts_of(PRIMARY)[0]
        truth = truth_of(choice.design, choice.of, method.outcome, contrast)
        return method.true_value(truth)

    def _replayed(self, *, is_flawed: bool) -> ReplayedTrial:
        mystery = self.mystery
        chosen = choose(
            mystery.scenario(is_flawed=is_flawed), mystery.replicate, ASSUMED, None, mystery.seed
        )
        sealed = SealedChoice(chosen.scenario, chosen.plan, chosen.replicate, chosen.cell)
        return ReplayedTrial(sealed, tuple(results_of(sealed)))
