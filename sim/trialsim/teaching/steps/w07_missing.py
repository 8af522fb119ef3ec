"""W7, missing data: who left matters more than how many.

Bell and others 2013, doi 10.1136/bmj.e8668.
"""

from __future__ import annotations

from trialsim.teaching import applies
from trialsim.teaching.bench import BY_LOT, LOSS, OPPOSITE, STRENGTH, WORST, Bench
from trialsim.teaching.figures.bars import Bar, draw_bars
from trialsim.teaching.step import Answer, Asked, Question, Revealed, Rows, Step
from trialsim.teaching.trial import Trial

ID, TITLE, TOPIC, MINUTES = "W7", "A fifth is lost in both arms", "Missing outcome data", 9


def reason(trial: Trial) -> str:
    """A score with a visit after baseline is needed."""
    return applies.first_of(trial, applies.score, applies.baseline)


def make(bench: Bench) -> Step:
    """No effect, the same share lost, and three reasons for it."""
    trial, results = bench.trial, bench.losses
    share = {name: bench.share(results, what_if=name) for name in (BY_LOT, WORST, OPPOSITE)}
    bias = {name: bench.mean(results, what_if=name) for name in share}
    in_sd = bias[OPPOSITE].value / trial.sd
    percent = f"{100 * LOSS:g}%"
    said = {
        BY_LOT: f"{percent} of both arms, by lot",
        WORST: f"{percent} of the {trial.arm} arm, the worst above all",
        OPPOSITE: f"{percent} of both arms: the worst with {trial.arm}, the best with "
        f"{trial.comparator}",
    }
    asked = Asked(
        claim=f"“{percent} were lost in each arm. Losses were balanced, so the result is safe.”",
        questions=(
            Question("Is it?", "choice", options=("red: no", "amber: it depends", "green: yes")),
            Question(
                f"Nothing works. Both arms lose {percent}, {trial.arm} mostly those who fare "
                f"worst, {trial.comparator} mostly those who fare best. How many of 100 trials are "
                "significant?",
                "number",
                "of 100 trials",
            ),
        ),
        transfer="What would you want to know about those who left?",
    )
    revealed = Revealed(
        answers=(
            Answer("Amber: it depends on who left."),
            Answer(f"{share[OPPOSITE].told}.", share[OPPOSITE]),
        ),
        explain=(
            f"Lost by lot, {share[BY_LOT]} trials are significant, as they should be. Lost for "
            f"opposite reasons, {share[OPPOSITE]} are, and {trial.arm} looks "
            f"{bias[OPPOSITE]} better than it is ({in_sd:.2f} SD).",
            f"With losses in one arm alone it is {share[WORST]}, and {bias[WORST]}.",
        ),
        remember="Who left matters more than how many.",
        change="An analysis that uses what was seen of those who left helps if that explains why "
        "they did, and only then.",
        transfer="Their scores before they left, by arm, and the reasons they gave, by arm.",
        table=Rows(
            f"No effect; the odds of loss grow {STRENGTH:g} on the log scale for each SD",
            ("who is lost", "significant", f"{trial.arm} looks better by"),
            tuple((said[name], share[name].told, bias[name].told) for name in share),
            "Scores after treatment of those who stayed.",
        ),
        figure=draw_bars(
            [Bar(said[name], found.value) for name, found in share.items()],
            heading=f"The same {percent} lost: {share[BY_LOT]} or {share[OPPOSITE]} trials "
            "of a treatment that does nothing are significant.",
            caption=f"{results.replicates:,} simulated trials of {trial.who}, no effect; scores "
            f"after treatment of those who stayed; seed {results.seed}.",
            axis="significant trials, of 100",
            line=trial.alpha,
            name="losses",
        ),
    )
    numbers = {f"share_{name}": found for name, found in share.items()}
    numbers |= {f"bias_{name}": found for name, found in bias.items()}
    return Step(ID, TITLE, TOPIC, MINUTES, asked, revealed, numbers)
