"""source: where the trial was published."""

from __future__ import annotations

from trialsim.scenario.written import Written


class Source(Written):
    """The publication that the scenario describes."""

    citation: str = ""
    """Reference, as a list of references would print it."""
    doi: str = ""
    """Digital object identifier, without https://doi.org/."""
    url: str = ""
    """Address, when there is no doi."""
    note: str = ""
    """What a reader should know about how the scenario was made from it."""
