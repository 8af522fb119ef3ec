"""W2, the comparator: a difference belongs to two treatments."""

from __future__ import annotations

from trialsim.teaching import applies
from trialsim.teaching.bench import Bench
from trialsim.teaching.found import amount
from trialsim.teaching.step import Answer, Asked, Question, Revealed, Rows, Step
from trialsim.teaching.trial import Trial

ID, TITLE, TOPIC, MINUTES = "W2", "Compared with what?", "Comparator", 6

OWN_EFFECTS = (-1.0, 0.0, 1.0, 2.0)
"""What the comparator itself may be worth against doing nothing; below 0 it harms."""


def reason(trial: Trial) -> str:
    """A difference to talk about is needed."""
    return applies.first_of(trial, applies.score, applies.improvement)


def make(bench: Bench) -> Step:
    """The same difference under several effects of the comparator."""
    trial = bench.trial
    worth = [amount(trial.claimed + own, trial.unit, 1) for own in OWN_EFFECTS]
    answer = worth[OWN_EFFECTS.index(1.0)]
    options = (
        f"{trial.arm} with doing nothing",
        f"{trial.arm} with a described programme of {trial.comparator}",
        f"{trial.arm} with something called {trial.comparator} that nobody described",
    )
    asked = Asked(
        claim=f"{trial.claim}.",
        questions=(
            Question("What exactly was compared with what?", "choice", options=options),
            Question(
                f"Suppose that {trial.comparator} alone is worth 1 of these {trial.unit} against "
                f"doing nothing. How much is {trial.arm} then worth against doing nothing?",
                "number",
                trial.unit,
            ),
        ),
        transfer="Find a trial against a waiting list. What would its treatment be worth against "
        "good care?",
    )
    revealed = Revealed(
        answers=(
            Answer(
                f"Look in the methods for what {trial.comparator} contained, how often, and who "
                "gave it (TIDieR). Only if all of that is there is it the second; a trial against "
                "doing nothing says so."
            ),
            Answer(f"{answer}.", answer),
        ),
        explain=(
            f"The same {trial.size(trial.claimed)} come about when {trial.comparator} helps, when "
            "it does nothing, and when it does harm. The difference alone cannot tell.",
        ),
        remember="A difference belongs to two treatments.",
        change="A better comparator makes the difference smaller, and the treatment no worse.",
        transfer="Less: a waiting list gives no attention, no advice and no expectation, and good "
        "care gives all three.",
        table=Rows(
            f"Worth of {trial.arm} against doing nothing, if the difference is "
            f"{trial.size(trial.claimed)}",
            (f"{trial.comparator} against doing nothing", trial.arm),
            tuple(
                (amount(own, trial.unit, 1).text, found.text)
                for own, found in zip(OWN_EFFECTS, worth, strict=True)
            ),
        ),
    )
    return Step(ID, TITLE, TOPIC, MINUTES, asked, revealed, {"worth": answer})
