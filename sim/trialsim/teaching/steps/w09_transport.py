"""W9, applicability: which part of an effect travels to patients who believe less in it."""

from __future__ import annotations

from trialsim.plots.transport import (
    Place,
    Transport,
    divided,
    draw_transport,
    important,
    transport_of,
)
from trialsim.teaching import applies
from trialsim.teaching.bench import Bench
from trialsim.teaching.found import amount, exact_share
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
    told = transport_of(trial.run) or _assumed(trial)
    here, there, total = told.places[0], told.places[-1], trial.claimed
    lines = told.divisions
    effects = [amount(line.effect(there.believers), trial.unit) for line in lines]
    sizes = (trial.n_comparator, trial.n_arm)
    powers = [
        exact_share(float(t_test_power(*sizes, effect.value, trial.sd, trial.alpha)))
        for effect in effects
    ]
    order = sorted(range(len(lines)), key=lambda k: effects[k].value)
    least, most = effects[order[0]], effects[order[-1]]
    shares = (f"{100 * here.believers:g}", f"{100 * there.believers:g}")
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
            f"The same {trial.size(total)} where it was done leave {least} elsewhere if belief did "
            f"most of the work, and {most} if it did least.",
            f"The same trial repeated with you, {trial.who}, would be significant in "
            f"{powers[order[0]]} or in {powers[order[-1]]}, by the same published result.",
        ),
        remember="Ask which part travels.",
        change="A trial that measures belief before treatment, and has enough patients to compare "
        "believers with others.",
        transfer="Severity, therapists, and what usual care already gives: a better comparator "
        "leaves less to gain.",
        table=Rows(
            f"Effect and power elsewhere, if {trial.size(total)} were found with {shares[0]} of "
            "100 believers",
            ("what works", f"effect with {shares[1]} of 100", "significant"),
            tuple(
                (line.name, effect.text, power.text)
                for line, effect, power in zip(lines, effects, powers, strict=True)
            ),
            "Exact for normal scores of one SD, scores after treatment. That believers gain more "
            "is assumed; it also spreads the scores of the arm, which costs a little power.",
        ),
        figure=draw_transport(told),
    )
    numbers = {f"effect_{k}": effect for k, effect in enumerate(effects)}
    numbers |= {f"power_{k}": power for k, power in enumerate(powers)}
    numbers |= {
        "here": amount(100 * here.believers, "of 100", 0, "assumed"),
        "there": amount(100 * there.believers, "of 100", 0, "assumed"),
    }
    numbers |= {"total": amount(total, trial.unit, 1)}
    return Step(ID, TITLE, TOPIC, MINUTES, asked, revealed, numbers)


def _assumed(trial: Trial) -> Transport:
    """The claimed effect, divided in four ways, with the shares of believers above."""
    total = trial.claimed
    lines = divided(total, HERE, specific_parts(total), trial.unit)
    return Transport(lines, (HERE, THERE), trial.arm, trial.unit, important(total))


def specific_parts(total: float) -> tuple[float, ...]:
    """Parts of an effect that may work in everybody: none, about a quarter, about a half, all."""
    quarter, half = (max(0.5, round(2 * total * share) / 2) for share in (0.26, 0.52))
    return tuple(dict.fromkeys((0.0, min(quarter, total), min(half, total), total)))
