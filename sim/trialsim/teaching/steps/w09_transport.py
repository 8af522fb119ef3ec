"""W9, applicability: which part of an effect travels to patients who believe less in it."""

from __future__ import annotations

from trialsim.plots.transport import (
    Division,
    Place,
    Transport,
    divided,
    draw_transport,
    transport_of,
)
from trialsim.teaching import applies
from trialsim.teaching.bench import Bench
from trialsim.teaching.found import NORMAL, amount, exact_share
from trialsim.teaching.step import Answer, Asked, Question, Revealed, Rows, Step
from trialsim.teaching.trial import Trial
from trialsim.theory.two_means import t_test_power

ID, TITLE, TOPIC, MINUTES = "W9", "Would it travel?", "Applicability", 8

HERE, THERE = Place("where it was done", 0.8), Place("elsewhere", 0.3)
"""Believers where the trial was done and elsewhere, unless the scenario says: assumed."""


def reason(trial: Trial) -> str:
    """A published effect is needed, whose parts nobody knows."""
    return applies.first_of(trial, applies.score, applies.published, applies.improvement)


def make(bench: Bench) -> Step:
    """The published effect, divided between what works in all and what works in believers."""
    trial = bench.trial
    total = trial.claimed
    parts = specific_parts(total)
    divisions = divided(total, HERE, parts, trial.unit)
    effects = {
        part: amount(division.effect(THERE.believers), trial.unit)
        for part, division in zip(parts, divisions, strict=True)
    }
    sizes = (trial.n_comparator, trial.n_arm)
    powers = {
        part: exact_share(float(t_test_power(*sizes, effects[part].value, trial.sd, trial.alpha)))
        for part in parts
    }
    least, most = effects[parts[0]], effects[parts[-1]]
    shares = (f"{100 * HERE.believers:g}", f"{100 * THERE.believers:g}")
    asked = Asked(
        claim=f"“It worked there by {trial.size(total)}, so it will work here.”",
        questions=(
            Question(
                f"Suppose that {shares[0]} of 100 patients where the trial was done believe in "
                f"{trial.arm}, and {shares[1]} of 100 where you are. Between which two numbers of "
                f"{trial.unit} does the effect lie with you?",
                "range",
                trial.unit,
            ),
        ),
        transfer="Name one thing besides belief that differs between the trial's patients and "
        "yours, and say in which direction it moves the effect.",
    )
    revealed = Revealed(
        answers=(
            Answer(f"From {least} to {most}: the data of the trial cannot say where between."),
        ),
        explain=(
            f"If all of the {trial.size(total)} came through belief, {least} are left; if none of "
            f"it did, all {most}.",
            f"The same trial repeated with you, {trial.who}, would be significant in "
            f"{powers[parts[0]]} or in {powers[parts[-1]]}, by the same published result.",
        ),
        remember="Ask which part travels.",
        change="A trial that measures belief before treatment, and has enough patients to compare "
        "believers with others.",
        transfer="Severity, therapists, and what usual care already gives: a better comparator "
        "leaves less to gain.",
        table=Rows(
            f"Effect and power elsewhere, if {trial.size(total)} were found with {shares[0]} of "
            "100 believers",
            ("works in everybody", f"effect with {shares[1]} of 100", "significant"),
            tuple(
                (trial.size(part), effects[part].text, powers[part].text) for part in parts
            ),
            "Exact for normal scores of one SD, scores after treatment. That believers gain more "
            "is assumed; it also spreads the scores of the arm, which costs a little power.",
        ),
        figure=draw_transport(
            Transport(divisions, (HERE, THERE), trial.arm, trial.unit, important(total))
        ),
    )
    numbers = {f"effect_{k}": effects[part] for k, part in enumerate(parts)}
    numbers |= {f"power_{k}": powers[part] for k, part in enumerate(parts)}
    numbers |= {"total": amount(total, trial.unit, 1, NORMAL)}
    return Step(ID, TITLE, TOPIC, MINUTES, asked, revealed, numbers)


def important(total: float) -> float:
    """About half of what was found, a round number: what others might still want to find."""
    return round(total) / 2 if total >= 2 else total / 2


def specific_parts(total: float) -> tuple[float, ...]:
    """Parts of an effect that may work in everybody: none, about a quarter, about a half, all."""
    quarter, half = (max(0.5, round(2 * total * share) / 2) for share in (0.26, 0.52))
    return tuple(dict.fromkeys((0.0, min(quarter, total), min(half, total), total)))
