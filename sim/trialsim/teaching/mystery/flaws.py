"""The flaws that a mystery trial may hide, by domain of RoB 2, and what its report says of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from trialsim.scenario.keys.appraisal import DOMAINS

Level = Literal["easy", "medium", "hard"]
LEVELS: tuple[Level, ...] = ("easy", "medium", "hard")

NONE = "none"
JUDGEMENTS = (*DOMAINS, NONE)
"""What a class may answer: a domain of RoB 2 by its key, or none."""

STRENGTH: Mapping[Level, float] = {"easy": 1.4, "medium": 1.0, "hard": 0.8}
"""How much larger a flaw is than stated below."""

SCORE, OTHER = "ndi", "rotation"
TREATED, ADVICE = "stretching", "advice"
FIRST, LAST = "six_weeks", "half_year"
SESSIONS, NEEDED = 6, 5


@dataclass(frozen=True)
class Flaw:
    """One flaw: its mechanism, how its report would put it, and the trace that it leaves."""

    domain: str
    spec: Mapping[str, Any]
    """The mechanism as a scenario writes it."""
    scaled: tuple[str, ...]
    """Parameters that grow with the level, by dotted path."""
    told: str
    """What an honest report says of it, in neutral words."""
    trace: str
    """Where it shows."""
    shows_in_data: bool = True
    """Whether a reader of the data alone could find it."""

    def at(self, level: Level) -> dict[str, Any]:
        """The mechanism at a level."""
        found = {
            key: dict(value) if isinstance(value, Mapping) else value
            for key, value in self.spec.items()
        }
        for path in self.scaled:
            place: dict[str, Any] = found
            *outer, last = path.split(".")
            for key in outer:
                place = place[key]
            place[last] = round(place[last] * STRENGTH[level], 4)
        return found


FLAWS: Mapping[str, Flaw] = {
    "known_envelopes": Flaw(
        "randomisation",
        {"method": "broken_concealment", "outcome": SCORE, "exploited": 0.7},
        ("exploited",),
        "The list of arms lay in the drawer of the recruiting clinic and was consulted there.",
        "Table 1: the stretching arm starts better, though chance rarely does that.",
    ),
    "turns": Flaw(
        "randomisation",
        {"method": "alternation", "outcome": SCORE, "exploited": 0.7},
        ("exploited",),
        "Participants were allocated to the two arms in turn by those who recruited them.",
        "Table 1 is not even: whoever recruited knew whose turn it was, and let some wait.",
    ),
    "compliers": Flaw(
        "deviations",
        {"method": "per_protocol", "visit": FIRST, "needed": NEEDED, "arm": [TREATED]},
        (),
        f"The analysis is of those who kept to the programme (at least {NEEDED} of {SESSIONS} "
        "sessions).",
        "The results: fewer are analysed than have a score, and the data give another difference.",
    ),
    "extra_care": Flaw(
        "deviations",
        {"method": "performance", "size": {SCORE: -0.45, OTHER: 0.4}, "unit": "sd"},
        (f"size.{SCORE}", f"size.{OTHER}"),
        "Those in the stretching arm had more time with staff, and pain killers where they asked.",
        "Nothing but the report tells: data cannot show what else was given.",
        shows_in_data=False,
    ),
    "worst_left": Flaw(
        "missing",
        {
            "method": "outcome_driven_loss",
            "outcome": SCORE,
            "rate": {TREATED: 0.22},
            "strength": {TREATED: 2.5},
        },
        (f"rate.{TREATED}",),
        "Several of those for whom the exercises were too painful did not return.",
        "The flow: more are missing with stretching, and those lost started worse than the others.",
    ),
    "excluded": Flaw(
        "missing",
        {"method": "exclusions", "outcome": SCORE, "share": {TREATED: 0.14}},
        (f"share.{TREATED}",),
        "Participants of the stretching arm whose pain flared up were taken out of the analysis.",
        "The flow: more are missing with stretching, and the worst scores of that arm are gone.",
    ),
    "expectation": Flaw(
        "measurement",
        {"method": "expectation", "size": {SCORE: -0.5}, "unit": "sd"},
        (f"size.{SCORE}",),
        "Participants were told that stretching was the new treatment, and filled in the "
        "disability form themselves.",
        "The two outcomes: what participants report themselves differs more than the rotation "
        "that somebody measured who did not know the arm.",
    ),
    "best_result": Flaw(
        "selection",
        {
            "method": "best_of",
            "analyses": ["change", "adjusted", LAST],
            "direction": "favourable",
        },
        (),
        "The result that is reported was chosen among several analyses once they were made.",
        "The data: the planned comparison gives another difference than the one that is reported.",
    ),
}
"""By name."""

SOUND: Mapping[str, str] = {
    "randomisation": "A computer at another place made the sequence and told the arm by telephone "
    "once a participant was enrolled.",
    "deviations": "All who were allocated are analysed in their arm, and both arms had the same "
    "care beside it.",
    "missing": "Participants of both arms were called at home when they did not return.",
    "measurement": "Participants had been told that both arms were thought to help alike, and "
    "whoever measured did not know the arm.",
    "selection": "Outcomes and analysis were registered before the first participant came.",
}
"""What a report says of a domain in which nothing is wrong."""

VAGUE: Mapping[str, str] = {
    "randomisation": "Participants were allocated to two arms.",
    "deviations": "Treatment was given as is usual in our clinics.",
    "missing": "Participants were followed for half a year.",
    "measurement": "Outcomes were assessed at three visits.",
    "selection": "Data were analysed with standard methods.",
}
"""What a report says that does not say anything."""


def flaws_of(domain: str, level: Level) -> tuple[str, ...]:
    """Flaws of a domain that can be found at a level: without words only those in the data."""
    return tuple(
        name
        for name, flaw in FLAWS.items()
        if flaw.domain == domain and (flaw.shows_in_data or level != "hard")
    )
