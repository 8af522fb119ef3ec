"""Small simulations of a trial, or of a change of it, that the answers of a lesson rest on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from trialsim.core.axes import REPLICATES_PER_BATCH, BoolArray, FloatArray
from trialsim.core.plan import Series
from trialsim.core.records import COLUMNS
from trialsim.plots.run import Run
from trialsim.scenario.loaded import LoadedScenario
from trialsim.study import Results, run
from trialsim.teaching.found import Found, amount, exact_share, simulated_mean, simulated_share
from trialsim.teaching.trial import POST, Trial
from trialsim.theory.ancova import ancova_power
from trialsim.theory.two_means import t_test_power

CHANGE, ANCOVA = "change", "ancova"
NOTHING, CLAIMED = "no_effect", "as_claimed"
AS_STATED = "as_stated"
WORST, OPPOSITE, BY_LOT = "worst_leave_one_arm", "opposite_losses", "lost_by_lot"

REPLICATES = 4096
"""Trials behind a simulated answer: a share of 50 of 100 is known to 1.6 in 100."""
LOSS, STRENGTH = 0.2, 1.5
"""Share of each arm that is lost, and log odds ratio of loss for a score one SD worse."""

_SAID = ("published", "evidence", "vary", "what_if", "uncertain", "risk_of_bias", "strengths")
"""Sections that say something about the trial as stated; a change of it has none of them."""


@dataclass(frozen=True)
class Bench:
    """The trials that lessons simulate; each kind only when a step asks for it."""

    trial: Trial

    @property
    def replicates(self) -> int:
        """Trials behind a simulated answer: fewer where each has very many patients."""
        return self.at_most(REPLICATES)

    def at_most(self, replicates: int) -> int:
        """So many trials, or as many as have the patients of that many trials of 200."""
        batches = replicates * 200 / max(self.trial.design.n_total, 200) / REPLICATES_PER_BATCH
        return REPLICATES_PER_BATCH * max(2, int(batches))

    @property
    def seed(self) -> int:
        """The scenario's own."""
        return self.trial.scenario.plan.seed

    @property
    def leaves_out_calendar(self) -> bool:
        """Whether the scenario has a calendar, of which no question asks and which takes most of
        the time that simulating the trial needs."""
        return self.trial.design.clock is not None

    def variant(self, changes: Mapping[str, Any]) -> LoadedScenario:
        """The scenario with the comparison of the lessons alone, and some changes."""
        trial = self.trial
        data = trial.scenario.document.data
        base: dict[str, Any] = {name: {} for name in _SAID if name in data}
        base |= {"bias": {}} if "bias" in data else {}
        base |= {"conduct": {}} if self.leaves_out_calendar else {}
        base["analyses"] = self.analyses
        base["decision"] = {
            "method": "superiority",
            "alpha": trial.alpha,
            "sides": 2,
            "primary": POST,
        }
        base["assumptions"] = {NOTHING: {}}
        return trial.scenario.changed({**base, **changes}, source="lesson")

    def without_people(self) -> dict[str, Any]:
        """Changes that leave patients whose score is all there is to them, allocated by lot: for
        trials of other outcomes, which nothing else in the scenario knows of."""
        data = self.trial.scenario.document.data
        gone = ("cohort", "observation", "conduct", "estimands")
        bare: dict[str, Any] = {name: {} for name in gone if name in data}
        return {**bare, "allocation": "random_allocation_rule"}

    @property
    def analyses(self) -> dict[str, Any]:
        """Post scores, and change and ANCOVA where there is a baseline."""
        found = {POST: self._analysis("t_test")}
        if self.trial.baseline:
            found[CHANGE] = self._analysis("change_score", from_visit=self.trial.baseline)
            found[ANCOVA] = self._analysis("ancova", adjust=[self.trial.baseline])
        return found

    def _analysis(self, method: str, **others: Any) -> dict[str, Any]:
        trial = self.trial
        about = {"outcome": trial.method.outcome, "visit": trial.visit}
        return {"method": method, **about, "contrasts": [trial.contrast], **others}

    def difference(self, size: float) -> dict[str, Any]:
        """An assumption: the arm is better by `size` at the visit, and no arm differs else."""
        trial = self.trial
        visits = [trial.sign * size if v == trial.visit else 0.0 for v in trial.design.visits]
        return {trial.method.outcome: {trial.arms[0]: visits}}

    def expectation(self, in_sd: float, **others: Any) -> dict[str, Any]:
        """A mechanism: patients of the arm report scores better by so many SDs."""
        trial = self.trial
        return {
            "method": "expectation",
            "size": {trial.method.outcome: trial.sign * in_sd},
            "unit": "sd",
            "arm": [trial.arms[0]],
            "visits": [trial.visit],
            **others,
        }

    def run(self, changes: Mapping[str, Any], replicates: int = 0) -> Results:
        """Simulated trials of a variant."""
        wanted = replicates or self.replicates
        return run(self.variant(changes), replicates=wanted, seed=self.seed)

    @cached_property
    def claimed(self) -> Results:
        """No effect, and an effect as large as what is claimed."""
        effects = {NOTHING: {}, CLAIMED: self.difference(self.trial.claimed)}
        return self.run({"assumptions": effects}, self.at_most(2048))

    @property
    def figures_of_claim(self) -> Run:
        """What figures ask of those trials."""
        return self.claimed.plot.run

    @cached_property
    def losses(self) -> Results:
        """No effect, a fifth of the patients lost: by lot, the worst of one arm, or the worst of
        one arm and the best of the other."""
        arm, comparator = self.trial.arms
        loss = {"method": "outcome_driven_loss", "outcome": self.trial.method.outcome}
        mechanisms = {
            WORST: {**loss, "rate": {arm: LOSS}, "strength": {arm: STRENGTH}, "on": False},
            OPPOSITE: {
                **loss,
                "rate": {arm: LOSS, comparator: LOSS},
                "strength": {arm: STRENGTH, comparator: -STRENGTH},
                "on": False,
            },
        }
        what_if: dict[str, Any] = {name: {f"bias.{name}.on": True} for name in mechanisms}
        what_if[BY_LOT] = {"observation": {"missing": {"lost": {"method": "mcar", "rate": LOSS}}}}
        return self.run({"bias": mechanisms, "what_if": what_if})

    def rejections(self, in_sd: float, effect: float = 0.0, analysis: str = POST) -> Found:
        """How often a trial is significant when patients of the arm expect so much of it."""
        trial = self.trial
        if trial.is_normal:
            shift = (effect + in_sd * trial.sd, trial.sd)
            sizes = (trial.n_comparator, trial.n_arm)
            if analysis == POST:
                return exact_share(float(t_test_power(*sizes, *shift, trial.alpha)))
            r = trial.correlation
            return exact_share(float(ancova_power(*sizes, *shift, r, alpha=trial.alpha)))
        return self.share(self._expecting(in_sd, effect), analysis)

    def reaching(self, size: float, in_sd: float, effect: float) -> Found:
        """How often post scores differ by at least `size` in favour of the arm."""
        trial = self.trial
        if trial.is_normal:
            from scipy.special import ndtr

            return exact_share(float(ndtr((effect + in_sd * trial.sd - size) / trial.se)))
        results = self._expecting(in_sd, effect)
        estimate = self.column(results, "estimate")
        known = np.isfinite(estimate)
        return simulated_share(
            float((trial.sign * estimate[known] >= size).mean()), int(known.sum())
        )

    def _expecting(self, in_sd: float, effect: float) -> Results:
        kept: dict[tuple[float, float], Results] = self._kept
        if (in_sd, effect) not in kept:
            changes: dict[str, Any] = {"assumptions": {CLAIMED: self.difference(effect)}}
            if in_sd:
                changes["bias"] = {"expectation": self.expectation(in_sd)}
            kept[in_sd, effect] = self.run(changes)
        return kept[in_sd, effect]

    @cached_property
    def _kept(self) -> dict[tuple[float, float], Results]:
        return {}

    def column(
        self, results: Results, column: str, analysis: str = POST, what_if: str = AS_STATED
    ) -> FloatArray:
        """A column (r,) of one analysis of the first assumption, under a what_if."""
        plan = results.plan
        cell = next(i for i, one in enumerate(plan.cells) if one.what_if == what_if)
        row = list(plan.series()).index(Series(cell, analysis, self.trial.contrast))
        return results.values[row, COLUMNS.index(column)]

    def significant(self, results: Results, analysis: str, what_if: str = AS_STATED) -> BoolArray:
        """Trials (r,) whose p value is below the level; a failed one is not."""
        return self.column(results, "p_value", analysis, what_if) < self.trial.alpha

    def share(self, results: Results, analysis: str = POST, what_if: str = AS_STATED) -> Found:
        """How often an analysis is significant, of the trials that could be analysed."""
        p = self.column(results, "p_value", analysis, what_if)
        known = np.isfinite(p)
        return simulated_share(float((p[known] < self.trial.alpha).mean()), int(known.sum()))

    def mean(self, results: Results, analysis: str = POST, what_if: str = AS_STATED) -> Found:
        """Mean estimate, positive in favour of the arm, in natural units."""
        estimate = self.column(results, "estimate", analysis, what_if)
        return simulated_mean(
            self.trial.sign * estimate[np.isfinite(estimate)] + 0.0, self.trial.unit
        )

    def in_points(self, in_sd: float) -> Found:
        """So many SDs in natural units."""
        return amount(in_sd * self.trial.sd, self.trial.unit)
