"""The top-level keys of a scenario. Only lists them: each is described in a file of its own."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from trialsim.scenario.keys.appraisal import RiskOfBias
from trialsim.scenario.keys.assumptions import Assumption
from trialsim.scenario.keys.cohort import Cohort
from trialsim.scenario.keys.conduct import Conduct
from trialsim.scenario.keys.design import Design
from trialsim.scenario.keys.estimands import Estimand
from trialsim.scenario.keys.literature import Literature
from trialsim.scenario.keys.observation import Observation
from trialsim.scenario.keys.published import Evidence, Published
from trialsim.scenario.keys.simulation import Simulation
from trialsim.scenario.keys.source import Source
from trialsim.scenario.keys.uncertain import Uncertain
from trialsim.scenario.keys.vary import Vary
from trialsim.scenario.written import MaybeEmpty, MethodOf, Name, Written


class Scenario(Written):
    """A trial, as its author writes it."""

    format: Literal[1]
    """Version of the scenario grammar: 1."""
    title: str = ""
    """One line that says what is compared in whom."""
    source: Source = Source()
    """The publication that the scenario describes."""
    design: Design
    """Arms, visits and comparisons."""
    cohort: Annotated[Cohort, MaybeEmpty] = Cohort()
    """Who enters."""
    allocation: Annotated[Any, MethodOf("allocation")] = Field(
        default="random_allocation_rule", validate_default=True
    )
    """Who gets what."""
    conduct: Annotated[Conduct, MaybeEmpty] = Conduct()
    """What happens between allocation and visits."""
    outcomes: dict[Name, Annotated[Any, MethodOf("outcomes")]] = Field(min_length=1)
    """What is measured, by name."""
    assumptions: dict[Name, Assumption] = Field(default={"no_effect": {}}, min_length=1)
    """Named truths: outcome: arm: mean difference from the comparator, natural units."""
    observation: Annotated[Observation, MaybeEmpty] = Observation()
    """What is not seen."""
    bias: Annotated[dict[Name, Annotated[Any, MethodOf("bias")]], MaybeEmpty] = {}
    """What misleads, by name: mechanisms that act where they are `on`."""
    what_if: Annotated[dict[Name, dict[str, Any]], MaybeEmpty] = {}
    """Named sets of changes, path: value; each is simulated beside the scenario as stated."""
    estimands: Annotated[dict[Name, Estimand], MaybeEmpty] = {}
    """What the trial wants to learn, by name."""
    analyses: dict[Name, Annotated[Any, MethodOf("analysis")]] = Field(min_length=1)
    """What the statistician does with the data, by name; all on the same data."""
    decision: Annotated[Any, MethodOf("decision", default="superiority")] = Field(
        default="superiority", validate_default=True
    )
    """What is concluded from an estimate."""
    published: Annotated[dict[Name, Published], MaybeEmpty] = {}
    """What the paper reports, by name."""
    strengths: Annotated[dict[Name, str], MaybeEmpty] = {}
    """What the published trial did well, by name; shown first by `trialsim appraise`."""
    risk_of_bias: Annotated[RiskOfBias, MaybeEmpty] = RiskOfBias()
    """Judgements by domain of RoB 2, each with the mechanism that shows its price. For
    `trialsim appraise`; they move no number."""
    vary: Annotated[Vary, MaybeEmpty] = Vary()
    """Design points: path: list of values, which multiply, and points listed by name."""
    uncertain: Annotated[dict[Name, Uncertain], MaybeEmpty] = {}
    """Numbers that are not known, by name: where each is written, and what is believed of it. For
    `trialsim assurance`; `trialsim run` takes what is written."""
    literature: Literature | None = None
    """Many trials of the same question, their flaws, and which are published. For
    `trialsim literature`; `trialsim run` simulates the one trial above."""
    simulation: Annotated[Simulation, MaybeEmpty] = Simulation()
    """How many replicates, from which seed."""
    evidence: Annotated[dict[str, Evidence], MaybeEmpty] = {}
    """Where each assumed number comes from, by path."""


NOT_YET: dict[str, str] = {}
"""Keys of the grammar that this version cannot simulate; writing them is an error, so that
nobody believes in an effect that is not there."""
