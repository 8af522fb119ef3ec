"""W0, the abstract: what the trial did well comes before what may be wrong with it."""

from __future__ import annotations

from collections.abc import Iterator

from trialsim.analysis.ancova import Ancova
from trialsim.plots.base.words import exact, plain
from trialsim.teaching import applies
from trialsim.teaching.bench import Bench
from trialsim.teaching.found import count
from trialsim.teaching.step import Answer, Asked, Question, Revealed, Step
from trialsim.teaching.trial import Trial

ID, TITLE, TOPIC, MINUTES = "W0", "Read the abstract", "What was done well", 5


def reason(trial: Trial) -> str:
    """A published trial is needed."""
    return applies.first_of(trial, applies.score, applies.published)


def make(bench: Bench) -> Step:
    """Three strengths of the trial, from the scenario."""
    trial = bench.trial
    strengths = list(_strengths(trial))
    asked = Asked(
        claim=f"{trial.claim}.",
        questions=(Question("List three things that the trial did well.", "text"),),
        transfer="Do the same for the next trial that you read, before you look for faults.",
    )
    weeks = max(trial.design.visits.values()) / 7
    revealed = Revealed(
        answers=(Answer("; ".join(strengths) + "."),),
        explain=(
            f"The trial compared {trial.who}, and followed them for {exact(round(weeks, 1))} "
            "weeks. Each of these choices protects the result from something that the next steps "
            "show at work.",
        ),
        remember="Start fair: say what a trial did well before you say what it did not.",
        change="A strength counts for the flaw that it guards against, and for no other.",
        transfer="Any three that the paper itself reports.",
    )
    numbers = {
        "strengths": count(len(strengths)),
        "n_arm": count(trial.n_arm),
        "n_comparator": count(trial.n_comparator),
    }
    return Step(ID, TITLE, TOPIC, MINUTES, asked, revealed, numbers)


def _strengths(trial: Trial) -> Iterator[str]:
    """What the scenario says was done well, or, where it says nothing, what its design shows."""
    stated = trial.scenario.written.strengths
    if stated:
        yield from (text.rstrip(".") for text in stated.values())
        return
    yield "patients were allocated at random"
    yield f"the comparison was with {trial.comparator}, not with what patients were like before"
    yield f"a named questionnaire was used ({trial.label})"
    last = list(trial.design.visits)[-1]
    if last != trial.visit:
        yield f"patients were followed beyond the end of treatment ({plain(last)})"
    if any(isinstance(one, Ancova) for one in trial.design.analyses.values()):
        yield "an analysis that adjusts for baseline was reported"
