"""Therapists, as the engine needs them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

THERAPISTS = "conduct.therapists."
"""How the purpose of the normals of therapists begins."""


@dataclass(frozen=True)
class Team:
    """Therapists who treat one arm, or several."""

    arms: tuple[str, ...]
    """The arms that they treat."""
    n: int
    """How many they are."""
    icc: Mapping[str, float]
    """By outcome: share of the variance of the score after baseline that lies between them;
    outcomes without any are left out."""

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return {"arms": list(self.arms), "n": self.n, "icc": dict(self.icc)}

    @staticmethod
    def from_json(plain: Mapping[str, Any]) -> Team:
        """The team that `to_json` wrote."""
        return Team(tuple(plain["arms"]), plain["n"], plain["icc"])
