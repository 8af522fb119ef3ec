"""The steps of a worksheet in their order, one file a step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from trialsim.teaching.bench import Bench
from trialsim.teaching.step import Step
from trialsim.teaching.steps import (
    w00_abstract,
    w01_natural_course,
    w02_comparator,
    w03_baseline,
    w04_many_results,
    w05_expectation,
    w06_needed_to_treat,
    w07_missing,
    w08_publication,
    w09_transport,
    w10_pilot,
    w11_chance,
    w12_verdict,
    w13_claims,
)
from trialsim.teaching.trial import Trial


class Maker(Protocol):
    """A module of a step."""

    ID: str
    TITLE: str
    TOPIC: str
    MINUTES: int

    def reason(self, trial: Trial) -> str:
        """Why the step does not apply to a trial; empty where it does."""

    def make(self, bench: Bench) -> Step:
        """The step for a trial to which it applies."""


_MODULES: tuple[Maker, ...] = (
    w00_abstract,
    w01_natural_course,
    w02_comparator,
    w03_baseline,
    w04_many_results,
    w05_expectation,
    w06_needed_to_treat,
    w07_missing,
    w08_publication,
    w09_transport,
    w10_pilot,
    w11_chance,
    w12_verdict,
    w13_claims,
)

STEPS: Mapping[str, Maker] = {module.ID: module for module in _MODULES}
"""By identifier, in the order in which they are taught."""
