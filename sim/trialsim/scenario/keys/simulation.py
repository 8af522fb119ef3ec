"""simulation: how many replicates, from which seed."""

from __future__ import annotations

from pydantic import Field

from trialsim.scenario.written import Written


class Simulation(Written):
    """How much to simulate. None of it is part of the scenario's digest."""

    replicates: int = Field(default=10_000, ge=1, le=100_000_000)
    """Simulated trials under each assumption."""
    seed: int = Field(default=1, ge=0, lt=2**63)
    """Seed of every random number."""
