"""Which flaw, how large a truth, what the report says: drawn with a secret.

This is no draw of a simulation: the secret comes from the system, decides everything, and stays in
the key. The same secret gives the same mystery.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import yaml

from trialsim.core.axes import REPLICATES_PER_BATCH
from trialsim.scenario.loaded import LoadedScenario, loads
from trialsim.teaching.mystery.flaws import (
    ADVICE,
    FIRST,
    FLAWS,
    JUDGEMENTS,
    LAST,
    NONE,
    OTHER,
    SCORE,
    SESSIONS,
    SOUND,
    TREATED,
    VAGUE,
    Level,
    flaws_of,
)

T = TypeVar("T")

ASSUMED = "what_is_true"
PRIMARY = "disability"
TITLE = "Supervised stretching or written advice for chronic neck pain"

_EFFECTS = ((0.0, 0.0), (-2.0, 6.0), (-4.0, 12.0))
"""True differences after full attendance, points of disability and degrees of rotation."""
_PER_ARM = (40, 55, 70)


@dataclass(frozen=True)
class Mystery:
    """Everything that a secret decides."""

    secret: bytes
    level: Level

    def pick(self, what: str, options: Sequence[T]) -> T:
        """One of some options, by the secret alone."""
        return options[self._number(what) % len(options)]

    def _number(self, what: str) -> int:
        digest = hashlib.sha256(self.secret + b"\x00" + what.encode()).digest()
        return int.from_bytes(digest[:8], "little")

    @property
    def seed(self) -> int:
        """Seed of the trial."""
        return self._number("trial") % 2**63

    @property
    def replicate(self) -> int:
        """Which of the trials of that seed, counted from 1."""
        return 1 + self._number("replicate") % REPLICATES_PER_BATCH

    @property
    def judgement(self) -> str:
        """The right answer: a domain, or none."""
        return self.pick("judgement", JUDGEMENTS)

    @property
    def flaw(self) -> str | None:
        """The flaw, by name; None where there is none."""
        if self.judgement == NONE:
            return None
        return self.pick("flaw", flaws_of(self.judgement, self.level))

    @property
    def statements(self) -> Mapping[str, str]:
        """What the report says of each domain.

        easy: the flaw in neutral words; medium: nothing that says anything of it, nor of about
        half of the other domains; hard: nothing that says anything.
        """
        found = {}
        for domain, sound in SOUND.items():
            is_flawed = domain == self.judgement
            if self.level == "easy":
                found[domain] = FLAWS[str(self.flaw)].told if is_flawed else sound
            elif self.level == "hard" or is_flawed or self.pick(f"vague {domain}", (True, False)):
                found[domain] = VAGUE[domain]
            else:
                found[domain] = sound
        return found

    def scenario(self, *, is_flawed: bool = True) -> LoadedScenario:
        """The trial, or the same trial had nothing been wrong with it."""
        document = self._document()
        if is_flawed and self.flaw is not None:
            document["bias"] = {"hidden": FLAWS[self.flaw].at(self.level)}
        return loads(yaml.safe_dump(document, sort_keys=False), "mystery")

    def _document(self) -> dict[str, Any]:
        per_arm = self.pick("size", _PER_ARM)
        points, degrees = self.pick("effect", _EFFECTS)
        score = {"outcome": SCORE, "visit": FIRST}
        truth = {SCORE: {TREATED: points}, OTHER: {TREATED: degrees}} if points else {}
        return {
            "format": 1,
            "title": TITLE,
            "design": {
                "arms": {
                    ADVICE: {"n": per_arm, "label": "written advice"},
                    TREATED: {"n": per_arm, "label": "supervised stretching"},
                },
                "visits_weeks": {"baseline": 0, FIRST: 6, LAST: 26},
            },
            "cohort": {
                "covariates": {
                    "age": {"distribution": "truncated_normal", "mean": 47, "sd": 12}
                    | {"min": 18, "max": 75},
                    "woman": {"distribution": "bernoulli", "share": 0.62},
                    "working": {"distribution": "bernoulli", "share": 0.7},
                }
            },
            "allocation": {"method": "permuted_blocks", "block_sizes": 4},
            "conduct": {
                "sessions": {
                    "planned": SESSIONS,
                    "within_weeks": 6,
                    "attend": 0.85,
                    # Who suffers more stays away more: those who keep to it are not all.
                    "severity": {"outcome": SCORE, "strength": -1.2},
                }
            },
            "outcomes": {
                SCORE: {
                    "label": "Neck Disability Index",
                    "method": "bounded_integer",
                    "min": 0,
                    "max": 50,
                    "better": "lower",
                    "mean": [19, 17, 15.5],
                    "sd": [7, 7.5, 7.5],
                    "correlation": 0.55,
                },
                OTHER: {
                    "label": "Neck rotation",
                    "unit": "degrees",
                    "method": "repeated_normal",
                    "better": "higher",
                    "mean": [108, 111, 113],
                    "sd": 22,
                    "correlation": 0.6,
                    "correlated_with": {SCORE: -0.35},
                },
            },
            "assumptions": {ASSUMED: truth},
            "observation": {"missing": {"lost": {"method": "mcar", "rate": 0.05}}},
            "analyses": {
                PRIMARY: {"method": "t_test", **score},
                "change": {"method": "change_score", **score},
                "adjusted": {"method": "ancova", **score, "adjust": ["baseline"]},
                LAST: {"method": "t_test", "outcome": SCORE, "visit": LAST},
                OTHER: {"method": "t_test", "outcome": OTHER, "visit": FIRST},
            },
            "decision": {"method": "superiority", "alpha": 0.05, "sides": 2, "primary": PRIMARY},
            "simulation": {"replicates": REPLICATES_PER_BATCH},
        }
