"""Ways in which the tool gives a number: a run of a scenario, or a line of Python."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol
from zlib import crc32

import scipy.special as special
import yaml

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

SCENARIOS = Path(__file__).parents[2] / "scenarios"

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
    "phi": special.ndtr,
    "stdtr": special.stdtr,
    "sqrt": math.sqrt,
}
"""What a line may use: modules of trialsim.theory, and three functions."""


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
    changes: tuple[tuple[str, Any], ...] = ()
    """Path and value, the value in YAML."""

    def found(self, replicates: int) -> Found:
        """Simulated."""
        return self.pick(_results(self.scenario, self.changes, replicates))

    def shown(self) -> str:
        """The command, and the row of its table or what is made of its results."""
        look = self.pick.shown() if isinstance(self.pick, Row) else _told(self.pick)
        return f"{_command('run', self.scenario, self.changes)}: {look}"


@dataclass(frozen=True)
class Guessed:
    """How often an allocation is guessed by who knows the block size."""

    scenario: str
    changes: tuple[tuple[str, Any], ...]

    def found(self, replicates: int) -> Found:
        """Simulated; a quarter of the trials will do."""
        batches = -(-replicates // 4 // 256)
        rows = allocation_characteristics(_loaded(self.scenario, self.changes).plan, batches).rows
        (row,) = [one for one in rows if one.measure == "guessed_right_knowing_blocks"]
        return Found(row.value, row.mcse)

    def shown(self) -> str:
        """The command."""
        command = _command("check", self.scenario, self.changes, " --allocation")
        return f"{command}: by who also knows the block size"


@dataclass(frozen=True)
class Disagree:
    """How often arms disagree about being significantly changed, each tested by itself."""

    scenario: str
    changes: tuple[tuple[str, Any], ...]
    outcome: str

    def found(self, replicates: int) -> Found:
        """Simulated."""
        plan = _loaded(self.scenario, self.changes).plan
        claims = within_arm_claims(plan, self.outcome, "after", "baseline", replicates=replicates)
        return Found(claims.claims, claims.claims_mcse)

    def shown(self) -> str:
        """The line, for the scenario as the command checks it."""
        command = _command("check", self.scenario, self.changes)
        line = f'within_arm_claims(plan, "{self.outcome}", "after", "baseline").claims'
        return f"{command}; with its plan `{line}` of `trialsim.operating.within_arms`"


def _loaded(scenario: str, changes: tuple[tuple[str, Any], ...]) -> ts.LoadedScenario:
    written = {path: yaml.safe_load(value) for path, value in changes}
    return ts.load(SCENARIOS / f"{scenario}.yaml").changed({"vary": {}, **written})


@cache
def _results(
    scenario: str, changes: tuple[tuple[str, Any], ...], replicates: int
) -> ts.Results:
    # A seed for each design: what is compared does not share its luck.
    seed = crc32(repr((scenario, changes)).encode()) % 100_000
    return ts.run(_loaded(scenario, changes), replicates=replicates, seed=seed)


def _command(
    verb: str, scenario: str, changes: Mapping[str, str] | tuple[tuple[str, Any], ...], more: str = ""
) -> str:
    sets = "".join(f" --set '{path}={value}'" for path, value in (("vary", "{}"), *changes))
    return f"`trialsim {verb} scenarios/{scenario}.yaml{sets}{more}`"


def _told(pick: Pick) -> str:
    return " ".join((inspect.getdoc(pick) or "").split())
