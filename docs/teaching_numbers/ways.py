"""Ways in which the tool gives a number: a run of a scenario, or a line of Python."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol
from zlib import crc32

import numpy as np
import scipy.special as special
import yaml
from scipy.optimize import brentq

import trialsim as ts
from trialsim.operating.allocation import allocation_characteristics
from trialsim.operating.within_arms import within_arm_claims
from trialsim.theory import (
    ancova,
    exaggeration,
    false_positive,
    noncentral_t,
    noninferiority,
    repeated_looks,
    replication,
    search,
    trials_in_general,
    two_means,
    two_proportions,
    within_arms,
)

Changes = tuple[tuple[str, str], ...]
"""Values that are changed: path, and what is written there in YAML."""

REPLICATES = 40_000
"""Of every run of the page: a share of 0.5 is then known to 0.0025."""

SCENARIOS = Path(__file__).parents[2] / "scenarios"


def mean_of_those_who_stay(slope: float, share: float) -> float:
    """Mean of a standard normal score among those who stay, where `share` leave and the log odds
    of leaving rise by `slope` a SD; by Gauss and Hermite's rule."""
    z, weight = np.polynomial.hermite_e.hermegauss(60)
    weight = weight / weight.sum()
    middle = brentq(lambda a: weight @ special.expit(a + slope * z) - share, -9, 9)
    return float(weight @ (z * special.expit(-middle - slope * z)) / (1 - share))


_NAMES: dict[str, Any] = {
    "ancova": ancova,
    "exaggeration": exaggeration,
    "false_positive": false_positive,
    "noncentral_t": noncentral_t,
    "noninferiority": noninferiority,
    "repeated_looks": repeated_looks,
    "replication": replication,
    "search": search,
    "trials_in_general": trials_in_general,
    "two_means": two_means,
    "two_proportions": two_proportions,
    "within_arms": within_arms,
    "mean_of_those_who_stay": mean_of_those_who_stay,
    "phi": special.ndtr,
    "stdtr": special.stdtr,
    "sqrt": math.sqrt,
}
"""What a line may use: modules of trialsim.theory, and four functions."""


@dataclass(frozen=True)
class Found:
    """A number and its Monte Carlo standard error, 0 where nothing was simulated."""

    value: float
    mcse: float = 0.0


class Way(Protocol):
    """How a number is found, and how a reader would find it."""

    def found(self, replicates: int) -> Found:
        """The number."""

    def shown(self) -> str:
        """What to type, and where to look."""


def value_of(line: str) -> float:
    """What a line of Python over `trialsim.theory` gives."""
    return float(eval(line, dict(_NAMES)))  # lines of this folder, which the page shows


@dataclass(frozen=True)
class Line:
    """A line of Python over `trialsim.theory`; nothing is simulated."""

    text: str
    command: str = ""
    """A command that prints the same."""

    def found(self, replicates: int) -> Found:
        """Its value."""
        return Found(value_of(self.text))

    def shown(self) -> str:
        """The line, and the command."""
        return "; ".join(f"`{one}`" for one in (self.text, self.command) if one)


@dataclass(frozen=True)
class Row:
    """A row of the table that a run prints."""

    assumption: str
    analysis: str
    measure: str = "rejection_rate"
    what_if: str = "as_stated"

    def __call__(self, results: ts.Results) -> Found:
        """Its value and error."""
        table = results.performance()
        for column, name in vars(self).items():
            table = table[table[column] == name]
        return Found(float(table["value"].item()), float(table["mcse"].item()))

    def shown(self) -> str:
        """Where to look."""
        where = [self.analysis, self.assumption]
        where += [] if self.what_if == "as_stated" else [self.what_if]
        return f"row `{self.measure}` of {', '.join(where)}"


Pick = Callable[[ts.Results], Found]


@dataclass(frozen=True)
class Run:
    """A run of a scenario of the library, some of its values changed."""

    scenario: str
    pick: Row | Pick
    changes: Changes = ()

    def found(self, replicates: int) -> Found:
        """Simulated."""
        return self.pick(_results(self.scenario, self.changes, replicates))

    def shown(self) -> str:
        """The command, and the row of its table or what is made of its results."""
        look = self.pick.shown() if isinstance(self.pick, Row) else _told(self.pick)
        more = f" --replicates {REPLICATES} --seed {_seed(self.scenario, self.changes)}"
        return f"{_command('run', self.scenario, self.changes, more)}: {look}"


@dataclass(frozen=True)
class Guessed:
    """How often an allocation is guessed by who knows the block size."""

    scenario: str
    changes: Changes

    def found(self, replicates: int) -> Found:
        """Simulated, as many trials as the command has."""
        rows = allocation_characteristics(loaded(self.scenario, self.changes).plan).rows
        (row,) = [one for one in rows if one.measure == "guessed_right_knowing_blocks"]
        return Found(row.value, row.mcse)

    def shown(self) -> str:
        """The command."""
        command = _command("check", self.scenario, self.changes, " --allocation")
        return f"{command}: by who also knows the block size (4,096 trials)"


@dataclass(frozen=True)
class Disagree:
    """How often arms disagree about being significantly changed, each tested by itself."""

    scenario: str
    changes: Changes
    outcome: str

    def found(self, replicates: int) -> Found:
        """Simulated."""
        plan = loaded(self.scenario, self.changes).plan
        claims = within_arm_claims(plan, self.outcome, "after", "baseline", replicates=replicates)
        return Found(claims.claims, claims.claims_mcse)

    def shown(self) -> str:
        """The line, for the scenario as the command checks it."""
        command = _command("check", self.scenario, self.changes)
        line = f'within_arm_claims(plan, "{self.outcome}", "after", "baseline").claims'
        return f"{command}; with its plan `{line}` of `trialsim.operating.within_arms`"


def loaded(scenario: str, changes: Changes) -> ts.LoadedScenario:
    """The scenario of the library with these values changed, at its own size only."""
    written = {path: yaml.safe_load(value) for path, value in changes}
    return ts.load(SCENARIOS / f"{scenario}.yaml").changed({"vary": {}, **written})


@cache
def _results(scenario: str, changes: Changes, replicates: int) -> ts.Results:
    seed = _seed(scenario, changes)
    return ts.run(loaded(scenario, changes), replicates=replicates, seed=seed)


def _seed(scenario: str, changes: Changes) -> int:
    """One for each design: what is compared does not share its luck."""
    return crc32(repr((scenario, changes)).encode()) % 100_000


def _command(verb: str, scenario: str, changes: Changes, more: str = "") -> str:
    sets = "".join(f" --set '{path}={value}'" for path, value in (("vary", "{}"), *changes))
    return f"`trialsim {verb} scenarios/{scenario}.yaml{sets}{more}`"


def _told(pick: Pick) -> str:
    return " ".join((inspect.getdoc(pick) or "").split())
