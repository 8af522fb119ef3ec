"""replay(): one trial of a run, simulated again, as its readers would meet it."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from trialsim.core.records import TrialData
from trialsim.operating.flow_counts import Flow, flow_of
from trialsim.operating.patients import batch_of_trials, dated
from trialsim.plots.run import Run
from trialsim.replayed.abstract import Abstract, abstract_of
from trialsim.replayed.choice import Choice, choose
from trialsim.replayed.patients import PatientData, dictionary_of, frame_of
from trialsim.replayed.result import Result, as_frame, results_of
from trialsim.replayed.table_one import table_one
from trialsim.replayed.truth import RevealedTruth, truth_of_trial
from trialsim.scenario.loaded import LoadedScenario
from trialsim.study import Results

if TYPE_CHECKING:
    from trialsim.plots.base.figure import Drawn


@dataclass(frozen=True)
class ReplayedTrial:
    """One simulated trial: what its investigators have. What is true is in `truth`, apart."""

    choice: Choice = field(repr=False)
    results: tuple[Result, ...]
    """Every analysis and contrast, in the order of the scenario; the numbers of the run."""

    @property
    def replicate(self) -> int:
        """Which of the simulated trials it is, counted from 1."""
        return self.choice.replicate

    @property
    def seed(self) -> int:
        """Seed of every random number."""
        return self.choice.plan.seed

    @cached_property
    def flow(self) -> pd.DataFrame:
        """Who was allocated, treated, seen, lost and analysed: columns stage, at, arm, reason, n.

        How many were assessed for eligibility is not simulated, so there is no such row.
        """
        return self._flow.trial(self.choice.row)

    @cached_property
    def data(self) -> PatientData:
        """The patients as the investigators have them: `data.to_frame()`."""
        return PatientData(frame_of(self.choice.design, self._trials, self.choice.row))

    def dictionary(self) -> pd.DataFrame:
        """What the columns of the data mean: name, label, unit, values, missing."""
        return dictionary_of(self._run, bool(self._trials.therapist))

    def table1(self) -> pd.DataFrame:
        """Baseline characteristics by arm; never with p values, and `attrs["note"]` says why."""
        return table_one(self._run, self.data.frame)

    def analyse(self, analysis: str, contrast: str | None = None) -> Result:
        """What an analysis reports of a contrast, of its first one when left out.

        Raises KeyError for an analysis or contrast that the scenario does not have.
        """
        own = [one for one in self.results if one.analysis == analysis]
        if not own:
            known = ", ".join(dict.fromkeys(one.analysis for one in self.results))
            raise KeyError(f"no analysis is called '{analysis}'; there are {known}")
        for one in own:
            if contrast in (None, one.contrast):
                return one
        known = ", ".join(one.contrast for one in own)
        raise KeyError(f"{analysis} estimates no contrast '{contrast}'; it has {known}")

    def results_table(self) -> pd.DataFrame:
        """Every result as a table, a row an analysis and contrast."""
        return as_frame(self.results)

    def abstract(self) -> Abstract:
        """The structured abstract that the investigators could write."""
        return abstract_of(self._run, self.data.frame, self.flow, self.results)

    @cached_property
    def truth(self) -> RevealedTruth:
        """What only the simulator knows: assumption, true values, unseen scores, traits."""
        return truth_of_trial(self.choice, self.results)

    def draw_flow(self) -> Drawn:
        """The CONSORT flow diagram of this trial."""
        from trialsim.replayed.drawings import flow_figure  # imports matplotlib

        return flow_figure(self.choice, self._run, self._flow)

    def trajectories(self) -> Drawn:
        """The recorded scores of the primary outcome, a line a patient."""
        from trialsim.replayed.drawings import trajectories_figure

        return trajectories_figure(self.choice, self._run, self._trials)

    def swimmer(self) -> Drawn:
        """A lane a patient: at which visits they were seen, missed and lost; with a calendar also
        every session, stops and withdrawals."""
        from trialsim.replayed.drawings import swimmer_figure

        return swimmer_figure(self.choice, self._run, self._trials)

    def caseloads(self) -> Drawn:
        """Patients of every therapist and their appointments. Raises ValueError where nobody has
        one."""
        from trialsim.replayed.drawings import caseloads_figure

        return caseloads_figure(self.choice, self._run, self._trials)

    def figures(self) -> list[Drawn]:
        """All figures of the trial; of one that enrolled nobody its flow."""
        if not len(self.data.frame):
            return [self.draw_flow()]
        drawn = [self.draw_flow(), self.trajectories(), self.swimmer()]
        return [*drawn, self.caseloads()] if self._trials.therapist else drawn

    def save(self, folder: str | os.PathLike[str], *, reveal: bool = False) -> list[Path]:
        """Write data, tables, abstract and figures into a folder; returns the files.

        The truth is written only if `reveal` asks for it.
        """
        from trialsim.replayed.folder import write_trial

        return write_trial(self, Path(folder), reveal)

    @cached_property
    def _run(self) -> Run:
        return self.choice.naming

    @cached_property
    def _trials(self) -> TrialData:
        trials = batch_of_trials(self.choice.alone, 0, self.choice.batch)
        return dated(self.choice.alone, 0, self.choice.batch, trials)

    @cached_property
    def _flow(self) -> Flow:
        return flow_of(self.choice.alone, 0, self.choice.batch, data=self._trials)


def replay(
    scenario: LoadedScenario | Results,
    replicate: int = 1,
    assumption: str | None = None,
    what_if: str | None = None,
    seed: int | None = None,
) -> ReplayedTrial:
    """One of the simulated trials, as a reader would meet it, from a scenario or a finished run.

    Trials are counted from 1. The design is the one stated, with the changes of `what_if`; the
    assumption is the first with an effect when left out. The numbers are those of the run with
    the same seed, to the last digit. Raises ScenarioError for a trial that there is not.
    """
    choice = choose(scenario, replicate, assumption, what_if, seed)
    return ReplayedTrial(choice, tuple(results_of(choice)))
